/* fuzz_http_body.c -- any bytes may be the body of a POST that submits. What is taken keeps the
 * promises of submit_body.h: good names that differ, sizes within the limit. */
#include "api/submit_body.h"
#include "base/json.h"

enum { DEPTH = 8, MAX_BYTES = 4096 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_arena struct arena a = {0};
	struct err err = {0};
	struct submit_body b;
	json_auto_t *v = json_parse((const char *)data, size, DEPTH, &err);
	size_t total = 0;

	if (!v || !json_is_object(v))
		return 0;
	if (submit_body_read(&a, v, MAX_BYTES, &b, &err) < 0) {
		if (err.code != ERR_INPUT)
			abort();
		return 0;
	}
	for (size_t i = 0; i < b.nfiles; i++) {
		total += b.files[i].len;
		if (b.unnamed != (b.files[i].name == NULL))
			abort();
		if (b.files[i].name && !submit_is_filename(b.files[i].name))
			abort();
		for (size_t k = 0; k < i; k++)
			if (b.files[i].name && b.files[k].name &&
			        strcmp(b.files[i].name, b.files[k].name) == 0)
				abort();
	}
	if (total > MAX_BYTES || b.nfiles < 1 || b.nfiles > SUBMISSION_MAX_FILES)
		abort();
	return 0;
}
