/* bench_compare.c -- how fast the default output validator is, beside cmp: `make bench-compare`.
 *
 * Two equal files of 100 MB of numbers in lines; then the same with another spacing, and with
 * floats under a tolerance. Each is timed RUNS times, output read in pieces as from a pipe; the
 * median counts, of CPU time: other programs of the machine do not matter then. */
#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "judge/compare.h"

#include <sys/resource.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <limits.h>
#include <time.h>

enum {
	RUNS = 5,
	TOKENS = 12000000, /* some 100 MB */
	PIECE = 64 << 10,
	TOKENS_PER_LINE = 10,
	US_PER_MS = 1000,
	US_PER_S = 1000000,
	NS_PER_US = 1000,
};

static char folder[] = "/tmp/bench-compare-XXXXXX";

static void path_of(const char *name, char out[PATH_MAX])
{
	snprintf(out, PATH_MAX, "%s/%s", folder, name);
}

static void write_file(const char *name, const char *format, const char *line)
{
	auto_buf struct buf b = {0};
	char path[PATH_MAX];
	unsigned x = 1;
	int fd;

	path_of(name, path);
	for (int i = 1; i <= TOKENS; i++) {
		x = x * 1103515245 + 12345;
		buf_addf(&b, "%u", x >> 8);
		buf_adds(&b, format);
		buf_adds(&b, i % TOKENS_PER_LINE ? " " : line);
	}
	fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	if (fd < 0 || write(fd, b.data, b.len) != (ssize_t)b.len)
		die("%s: %s", path, strerrordesc_np(errno));
	close(fd);
}

static int open_file(const char *name)
{
	char path[PATH_MAX];
	int fd;

	path_of(name, path);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		die("%s: %s", path, strerrordesc_np(errno));
	return fd;
}

static int64_t cpu_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return t.tv_sec * US_PER_S + t.tv_nsec / NS_PER_US;
}

static int64_t time_compare(const char *flags, const char *output)
{
	auto_close int answer = open_file("answer");
	auto_close int out = open_file(output);
	auto_free char *piece = xcalloc(1, PIECE);
	auto_compare struct compare *c = NULL;
	struct compare_flags f;
	struct err err = {0};
	int64_t start = cpu_us();

	if (compare_parse_flags(flags, &f, &err) < 0)
		die("%s", err.msg);
	c = compare_new(&f, answer);
	for (ssize_t n = read(out, piece, PIECE); n > 0; n = read(out, piece, PIECE))
		compare_push(c, piece, (size_t)n);
	if (compare_finish(c, &err) != 1)
		die("%s: not accepted: %s", output, compare_message(c));
	return cpu_us() - start;
}

static int64_t time_cmp(void)
{
	char a[PATH_MAX], b[PATH_MAX];
	struct rusage used;
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		path_of("answer", a);
		path_of("equal", b);
		execlp("cmp", "cmp", a, b, (char *)NULL);
		_exit(1);
	}
	if (pid < 0 || wait4(pid, &status, 0, &used) < 0 || status != 0)
		die("cmp failed");
	return (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * US_PER_S + used.ru_utime.tv_usec +
	       used.ru_stime.tv_usec;
}

static int by_value(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static double median_ms(const char *flags, const char *output)
{
	int64_t us[RUNS], middle;

	for (int i = 0; i < RUNS; i++)
		us[i] = output ? time_compare(flags, output) : time_cmp();
	qsort(us, RUNS, sizeof(us[0]), by_value);
	middle = us[RUNS / 2];
	return (double)middle / US_PER_MS;
}

static void remove_all(void)
{
	static const char *const names[] = {"answer", "equal", "spaced", "floats"};
	char path[PATH_MAX];

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		path_of(names[i], path);
		(void)unlink(path);
	}
	(void)rmdir(folder);
}

int main(void)
{
	double cmp, equal;

	if (!mkdtemp(folder))
		die("%s: %s", folder, strerrordesc_np(errno));
	write_file("answer", "", "\n");
	write_file("equal", "", "\n");
	write_file("spaced", "", " \r\n");
	write_file("floats", ".0", "\n");
	cmp = median_ms(NULL, NULL);
	equal = median_ms("", "equal");
	printf("BENCH cmp_ms=%.1f\n", cmp);
	printf("BENCH compare_ms=%.1f\n", equal);
	printf("BENCH compare_over_cmp=%.2f\n", equal / cmp);
	printf("BENCH compare_spacing_ms=%.1f\n", median_ms("", "spaced"));
	printf("BENCH compare_floats_ms=%.1f\n", median_ms("float_tolerance 1e-6", "floats"));
	remove_all();
	return 0;
}
