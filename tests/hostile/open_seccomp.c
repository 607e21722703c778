/* open_seccomp.c -- seccomp.h with the wall taken down: every call is allowed. Only for the agent
 * of walls.test.mjs, which shows that the hostile programs would do harm without the filter. That
 * agent still runs inside the container and its own, weaker filter. */
#include "judge/seccomp.h"

#include <linux/seccomp.h>
#include <sys/syscall.h>

void seccomp_build(struct seccomp *s)
{
	s->code[0] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	s->len = 1;
}

int seccomp_install(const struct seccomp *s)
{
	return s->len == 1 ? 0 : -1;
}
