/* seccomp.h -- the system calls that a step may make.
 *
 * An allow list: what is not named answers ENOSYS, so that a call added to the kernel tomorrow is
 * closed today. A short kill list ends the program (SECURITY VIOLATION): ptrace, the mount family,
 * bpf, keyctl, kernel modules. Some calls are looked at closer (clone without namespaces, fcntl
 * without locks and leases, SIGSYS only from the kernel, so that a SIGSYS is always the kill
 * list's). Calls of another architecture (int 0x80) and x32 answer ENOSYS.
 *
 * x86-64 only; another machine needs its own table here and nowhere else. */
#ifndef SECCOMP_H
#define SECCOMP_H

#include "base/base.h"

#include <linux/filter.h>

enum { SECCOMP_MAX_CODE = 512 };

struct seccomp {
	struct sock_filter code[SECCOMP_MAX_CODE];
	unsigned short len;
};

/* Builds the filter. Once, at start. */
void seccomp_build(struct seccomp *s);
/* What the filter answers (SECCOMP_RET_...) for these arguments: a BPF machine for tests. */
uint32_t seccomp_run(const struct seccomp *s, uint32_t arch, uint32_t nr, const uint64_t args[6]);
/* Puts it on the calling thread; async-signal-safe. 0 or -1 with errno. */
int seccomp_install(const struct seccomp *s);

#endif
