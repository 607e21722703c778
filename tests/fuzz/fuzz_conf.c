/* fuzz_conf.c -- a settings file is refused, or every setting is in its range. */
#include "base/conf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = {0};
	struct conf c;

	if (conf_parse(&c, (const char *)data, size, &err) < 0) {
		if (err.code != ERR_INPUT || c.instance)
			abort();
		return 0;
	}
	if (!*c.instance || strlen(c.instance) > 20 || c.listen_port < 1 || c.listen_port > 65535 ||
	        c.slots < 0 || c.rotate_after < 1)
		abort();
	conf_free(&c);
	return 0;
}
