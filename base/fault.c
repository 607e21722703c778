/* fault.c -- see fault.h. The environment is read once; the counter is atomic, because the
 * threads of a program share it. */
#include "base/fault.h"

#include "base/log.h"

#include <pthread.h>
#include <stdatomic.h>

static long long fault_at;
static atomic_llong calls;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void read_environment(void)
{
	const char *s = secure_getenv("FAULT_AT");

	fault_at = s ? strtoll(s, NULL, 10) : 0;
}

bool fault_now(const char *what)
{
	pthread_once(&once, read_environment);
	if (fault_at <= 0 || atomic_fetch_add(&calls, 1) + 1 != fault_at)
		return false;
	log_warn("fault.injected", "at=%lld in=%s", fault_at, what);
	return true;
}
