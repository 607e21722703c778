/* fuzz_json.c -- any bytes may arrive as a request body. What was read can be written, and what
 * was written reads as the same. */
#include "base/json.h"

enum { DEPTH = 16 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = {"a", "b", NULL};
	struct err err = {0};
	json_auto_t *v = json_parse((const char *)data, size, DEPTH, &err);
	json_auto_t *again = NULL;
	auto_free char *text = NULL;
	const char *s;
	int64_t n;
	bool b;

	if (!v)
		return 0;
	(void)json_only(v, names, &err);
	(void)json_get_string(v, "a", 8, &s, &err);
	(void)json_opt_int(v, "b", 0, 9, 1, &n, &err);
	(void)json_opt_bool(v, "b", true, &b, &err);
	text = json_text(v);
	again = json_parse(text, strlen(text), DEPTH, &err);
	if (!again || !json_equal(v, again))
		abort();
	return 0;
}
