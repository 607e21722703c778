/* clock.c -- the clock that a test sets. Preloaded into PostgreSQL and our programs, it answers
 * each question for the wall time with the milliseconds in the file that TEST_CLOCK names, which
 * the test writes. The monotonic clock goes on: what waits, waits. Built by harness.mjs. */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const volatile int64_t *wall_ms;

__attribute__((constructor)) static void open_clock(void)
{
	const char *path = getenv("TEST_CLOCK");
	int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	void *at = fd >= 0 ? mmap(NULL, sizeof(*wall_ms), PROT_READ, MAP_SHARED, fd, 0) : MAP_FAILED;

	if (fd >= 0)
		close(fd);
	if (at != MAP_FAILED)
		wall_ms = at;
}

int clock_gettime(clockid_t id, struct timespec *out)
{
	if (!wall_ms || (id != CLOCK_REALTIME && id != CLOCK_REALTIME_COARSE))
		return (int)syscall(SYS_clock_gettime, id, out);
	out->tv_sec = (time_t)(*wall_ms / 1000);
	out->tv_nsec = (long)(*wall_ms % 1000) * 1000000;
	return 0;
}

int gettimeofday(struct timeval *restrict out, void *restrict zone)
{
	struct timespec now;

	(void)zone;
	clock_gettime(CLOCK_REALTIME, &now);
	out->tv_sec = now.tv_sec;
	out->tv_usec = now.tv_nsec / 1000;
	return 0;
}

time_t time(time_t *out)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	if (out)
		*out = now.tv_sec;
	return now.tv_sec;
}
