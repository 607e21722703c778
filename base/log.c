/* log.c -- one logfmt line per event.
 *
 * A line is put together in a buffer on the stack and leaves in one write(2), so lines of
 * several threads never mix and nothing is locked. A line that is too long is cut; it still
 * ends with a newline. stderr belongs to journald or to a file: a failed write is ignored,
 * there is nobody to tell. */
#include "base/log.h"

#include "base/clock.h"

enum { LINE_MAX_BYTES = 4096 };

static const char *program = "test";
static bool debug_on;

void log_init(const char *name)
{
	const char *debug = secure_getenv("CODEARENA_DEBUG");

	program = name;
	debug_on = debug && strcmp(debug, "1") == 0;
}

const char *log_program(void)
{
	return program;
}

static void write_line(const char *line, size_t len)
{
	while (len > 0) {
		ssize_t n = write(STDERR_FILENO, line, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return;
		line += n;
		len -= (size_t)n;
	}
}

/* Appends like vsnprintf, but returns the new length of the line, which leaves room for "\n". */
static PRINTF(3, 0) size_t add(char *line, size_t len, const char *fmt, va_list ap)
{
	size_t room = LINE_MAX_BYTES - 1 - len;
	int n = vsnprintf(line + len, room, fmt, ap);

	if (n < 0)
		return len;
	return (size_t)n < room ? len + (size_t)n : LINE_MAX_BYTES - 2;
}

static void clean(char *line, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)line[i];

		if (c < ' ' || c == 0x7f)
			line[i] = '?';
	}
}

static PRINTF(3, 0) void log_line(
        const char *level, const char *subject, const char *fmt, va_list ap)
{
	int saved = errno;
	char line[LINE_MAX_BYTES];
	char now[CLOCK_TEXT_SIZE];
	int n;
	size_t len;

	clock_format_time(clock_wall_ms(), now);
	n = snprintf(line, sizeof(line) / 2, "%s %s %s ", now, level, subject);
	len = n < 0 ? 0 : (size_t)n;
	if (len >= sizeof(line) / 2)
		len = sizeof(line) / 2 - 1;
	len = add(line, len, fmt, ap);
	clean(line, len);
	line[len++] = '\n';
	write_line(line, len);
	errno = saved;
}

void log_error(const char *subject, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_line("error", subject, fmt, ap);
	va_end(ap);
}

void log_warn(const char *subject, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_line("warn", subject, fmt, ap);
	va_end(ap);
}

void log_info(const char *subject, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_line("info", subject, fmt, ap);
	va_end(ap);
}

void log_debug(const char *subject, const char *fmt, ...)
{
	va_list ap;

	if (!debug_on)
		return;
	va_start(ap, fmt);
	log_line("debug", subject, fmt, ap);
	va_end(ap);
}

void die(const char *fmt, ...)
{
	char line[LINE_MAX_BYTES];
	va_list ap;
	int n = snprintf(line, sizeof(line) / 2, "%s: ", program);
	size_t len = n > 0 && (size_t)n < sizeof(line) / 2 ? (size_t)n : 0;

	va_start(ap, fmt);
	len = add(line, len, fmt, ap);
	va_end(ap);
	clean(line, len);
	line[len++] = '\n';
	write_line(line, len);
	exit(1); /* NOLINT(concurrency-mt-unsafe): before there are threads */
}
