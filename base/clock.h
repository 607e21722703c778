/* clock.h -- wall and monotonic time in milliseconds, and time as text.
 *
 * The time of a submission is PostgreSQL's, never this clock's. Tests set the wall clock
 * with the environment variable CODEARENA_CLOCK_OFFSET_MS. */
#ifndef CLOCK_H
#define CLOCK_H
#include "base/base.h"

int64_t clock_wall_ms(void); /* since 1970, UTC */
int64_t clock_mono_ms(void);
int64_t clock_mono_us(void);

enum { CLOCK_TEXT_SIZE = 32 };
/* "2026-01-31T10:00:00.123Z" (ICPC TIME with milliseconds). */
void clock_format_time(int64_t wall_ms, char out[CLOCK_TEXT_SIZE]);
/* ICPC RELTIME: "1:02:03.456", negative with a leading "-". */
void clock_format_reltime(int64_t ms, char out[CLOCK_TEXT_SIZE]);
/* ISO 8601 with zone ("Z", "+02", "+02:00"), fraction optional (digits past the third are
 * dropped); a space may stand for the "T", as PostgreSQL writes it. 0 or -1. */
int clock_parse_time(const char *s, int64_t *wall_ms);
/* "[-]h:mm:ss[.uuu]" -> ms. 0 or -1. */
int clock_parse_reltime(const char *s, int64_t *ms);
#endif
