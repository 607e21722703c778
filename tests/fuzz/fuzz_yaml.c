/* fuzz_yaml.c -- packages are written by strangers. What was read is never deeper than allowed,
 * and is a JSON value that can be written. */
#include "base/json.h"
#include "base/yaml.h"

enum { DEPTH = 8 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = {0};
	json_auto_t *v = yaml_parse((const char *)data, size, DEPTH, &err);
	json_auto_t *again = NULL;
	auto_free char *text = NULL;

	if (!v)
		return err.code == ERR_INPUT ? 0 : (abort(), 0);
	text = json_text(v);
	if (json_is_object(v) || json_is_array(v)) {
		again = json_parse(text, strlen(text), DEPTH, &err);
		if (!again)
			abort();
	}
	return 0;
}
