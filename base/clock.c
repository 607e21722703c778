/* clock.c -- time and its text.
 *
 * Dates are computed here (days since 1970 to year, month, day and back, in the proleptic
 * Gregorian calendar, by Howard Hinnant's chrono algorithms) instead of by the C library, whose
 * functions read the time zone of the machine. */
#include "base/clock.h"

#include <pthread.h>
#include <time.h>

enum {
	MS_PER_SECOND = 1000,
	MS_PER_MINUTE = 60 * 1000,
	MS_PER_HOUR = 3600 * 1000,
	MS_PER_DAY = 24 * 3600 * 1000,
	DAYS_PER_ERA = 146097, /* 400 years */
	DAYS_TO_1970 = 719468, /* from 0000-03-01 */
	HOUR_DIGITS_MAX = 9,
};

struct date {
	int64_t year;
	int month; /* 1..12 */
	int day;   /* 1..31 */
};

static int64_t offset_ms;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void read_offset(void)
{
	const char *s = secure_getenv("CODEARENA_CLOCK_OFFSET_MS");

	offset_ms = s ? strtoll(s, NULL, 10) : 0;
}

static int64_t read_clock(clockid_t id, int64_t per_second)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * per_second + (int64_t)ts.tv_nsec / (1000000000 / per_second);
}

int64_t clock_wall_ms(void)
{
	pthread_once(&once, read_offset);
	return read_clock(CLOCK_REALTIME, 1000) + offset_ms;
}

int64_t clock_mono_ms(void)
{
	return read_clock(CLOCK_MONOTONIC, 1000);
}

int64_t clock_mono_us(void)
{
	return read_clock(CLOCK_MONOTONIC, 1000000);
}

static struct date date_of_days(int64_t days)
{
	int64_t z = days + DAYS_TO_1970;
	int64_t era = (z >= 0 ? z : z - (DAYS_PER_ERA - 1)) / DAYS_PER_ERA;
	int64_t doe = z - era * DAYS_PER_ERA;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;
	int month = (int)(mp < 10 ? mp + 3 : mp - 9);

	return (struct date){
	        .year = yoe + era * 400 + (month <= 2 ? 1 : 0),
	        .month = month,
	        .day = (int)(doy - (153 * mp + 2) / 5 + 1),
	};
}

static int64_t days_of_date(struct date d)
{
	int64_t y = d.year - (d.month <= 2 ? 1 : 0);
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t yoe = y - era * 400;
	int64_t doy = (153 * (d.month > 2 ? d.month - 3 : d.month + 9) + 2) / 5 + d.day - 1;
	int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;

	return era * DAYS_PER_ERA + doe - DAYS_TO_1970;
}

static int days_in_month(int64_t year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return month == 2 && leap ? 29 : days[month - 1];
}

void clock_format_time(int64_t wall_ms, char out[CLOCK_TEXT_SIZE])
{
	int rest = (int)(wall_ms % MS_PER_DAY);
	int64_t days = wall_ms / MS_PER_DAY - (rest < 0 ? 1 : 0);
	int ms = rest < 0 ? rest + MS_PER_DAY : rest;
	struct date d = date_of_days(days);

	snprintf(out, CLOCK_TEXT_SIZE, "%04lld-%02d-%02dT%02d:%02d:%02d.%03dZ", (long long)d.year,
	        d.month, d.day, ms / MS_PER_HOUR, ms / MS_PER_MINUTE % 60, ms / MS_PER_SECOND % 60,
	        ms % MS_PER_SECOND);
}

void clock_format_reltime(int64_t ms, char out[CLOCK_TEXT_SIZE])
{
	uint64_t abs = ms < 0 ? 0 - (uint64_t)ms : (uint64_t)ms;
	unsigned rest = (unsigned)(abs % MS_PER_HOUR);

	snprintf(out, CLOCK_TEXT_SIZE, "%s%llu:%02u:%02u.%03u", ms < 0 ? "-" : "",
	        (unsigned long long)(abs / MS_PER_HOUR), rest / MS_PER_MINUTE,
	        rest / MS_PER_SECOND % 60, rest % MS_PER_SECOND);
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Takes exactly n digits with a value of at most max off *s: the value, or -1. */
static int take_digits(const char **s, int n, int max)
{
	int v = 0;

	for (int i = 0; i < n; i++) {
		if (!is_digit(**s))
			return -1;
		v = v * 10 + (*(*s)++ - '0');
	}
	return v <= max ? v : -1;
}

static bool take_char(const char **s, char c)
{
	if (**s != c)
		return false;
	(*s)++;
	return true;
}

/* Takes "mm:ss[.fraction]" off *s: milliseconds, or -1. Digits past the third are dropped. */
static int take_minutes(const char **s)
{
	int minutes = take_digits(s, 2, 59);
	int seconds = minutes >= 0 && take_char(s, ':') ? take_digits(s, 2, 59) : -1;
	int ms = 0;

	if (seconds < 0)
		return -1;
	if (take_char(s, '.')) {
		if (!is_digit(**s))
			return -1;
		for (int unit = 100; is_digit(**s); unit /= 10)
			ms += (*(*s)++ - '0') * unit;
	}
	return minutes * MS_PER_MINUTE + seconds * MS_PER_SECOND + ms;
}

/* Takes "Z", "+hh" or "+hh:mm" off *s into *ms (east is positive). */
static int take_zone(const char **s, int *ms)
{
	int sign = **s == '-' ? -1 : 1;
	int hours, minutes = 0;

	*ms = 0;
	if (take_char(s, 'Z'))
		return 0;
	if (!take_char(s, '+') && !take_char(s, '-'))
		return -1;
	hours = take_digits(s, 2, 23);
	if (hours >= 0 && take_char(s, ':'))
		minutes = take_digits(s, 2, 59);
	if (hours < 0 || minutes < 0)
		return -1;
	*ms = sign * (hours * MS_PER_HOUR + minutes * MS_PER_MINUTE);
	return 0;
}

static int take_date(const char **s, struct date *d)
{
	d->year = take_digits(s, 4, 9999);
	d->month = d->year >= 0 && take_char(s, '-') ? take_digits(s, 2, 12) : -1;
	d->day = d->month > 0 && take_char(s, '-') ? take_digits(s, 2, 31) : -1;
	return d->day > 0 && d->day <= days_in_month(d->year, d->month) ? 0 : -1;
}

int clock_parse_time(const char *s, int64_t *wall_ms)
{
	struct date d;
	int hours, rest, zone;

	if (take_date(&s, &d) < 0 || (!take_char(&s, 'T') && !take_char(&s, ' ')))
		return -1;
	hours = take_digits(&s, 2, 23);
	rest = hours >= 0 && take_char(&s, ':') ? take_minutes(&s) : -1;
	if (rest < 0 || take_zone(&s, &zone) < 0 || *s)
		return -1;
	*wall_ms = days_of_date(d) * MS_PER_DAY + (int64_t)hours * MS_PER_HOUR + rest - zone;
	return 0;
}

int clock_parse_reltime(const char *s, int64_t *ms)
{
	bool negative = take_char(&s, '-');
	int64_t hours = 0;
	int digits = 0;
	int rest;

	for (; is_digit(*s) && digits < HOUR_DIGITS_MAX; digits++)
		hours = hours * 10 + (*s++ - '0');
	rest = digits > 0 && take_char(&s, ':') ? take_minutes(&s) : -1;
	if (rest < 0 || *s)
		return -1;
	*ms = (hours * MS_PER_HOUR + rest) * (negative ? -1 : 1);
	return 0;
}
