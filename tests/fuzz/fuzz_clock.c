/* fuzz_clock.c -- a time that is read, written and read again is the same time. */
#include "base/clock.h"
#include "base/mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_arena struct arena a = {0};
	const char *s = arena_strndup(&a, (const char *)data, size);
	char text[CLOCK_TEXT_SIZE];
	int64_t ms, again;

	if (clock_parse_time(s, &ms) == 0) {
		clock_format_time(ms, text);
		/* A zone may carry the first and the last day out of years 0 to 9999. */
		if (strlen(text) == strlen("2026-01-31T10:00:00.123Z") && text[0] != '-' &&
		        (clock_parse_time(text, &again) < 0 || again != ms))
			abort();
	}
	if (clock_parse_reltime(s, &ms) == 0) {
		clock_format_reltime(ms, text);
		if (clock_parse_reltime(text, &again) < 0 || again != ms)
			abort();
	}
	return 0;
}
