/* seccomp.c -- see seccomp.h.
 *
 * The filter is a balanced tree over ranges of call numbers that are answered alike: installing
 * a filter makes the kernel try it for every call, and a list of the same rules takes twice as
 * long. Nodes lie in heap order (children of node i at 2i+1 and 2i+2), so the code is written in
 * one pass and all jumps go forward. */
#include "judge/seccomp.h"

#include <linux/audit.h>
#include <linux/seccomp.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <assert.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>

_Static_assert(SYS_read == 0 && SYS_mount == 165 && SYS_openat == 257, "the table is for x86-64");

enum answer {
	DENY, /* ENOSYS; zero, so what the table does not name */
	ALLOW,
	KILL,
	FAKE, /* answers 0 and does nothing */
	CLONE,
	FCNTL,
	IOCTL,
	PRCTL,
	SOCKETPAIR,
	SCHEDULER,
	SIGNAL_1, /* the signal is argument 1 */
	SIGNAL_2,
	ANSWERS,
};

enum { NCALLS = 512, X32_BIT = 0x40000000, MAX_RANGES = 160, VMA_NAME = 0x53564d41 };

#define ERRNO(e) (SECCOMP_RET_ERRNO | (e))

static const unsigned short allowed[] = {SYS_read, SYS_write, SYS_open, SYS_close, SYS_stat,
        SYS_fstat, SYS_lstat, SYS_poll, SYS_lseek, SYS_mmap, SYS_mprotect, SYS_munmap, SYS_brk,
        SYS_rt_sigaction, SYS_rt_sigprocmask, SYS_rt_sigreturn, SYS_pread64, SYS_pwrite64,
        SYS_readv, SYS_writev, SYS_access, SYS_pipe, SYS_select, SYS_sched_yield, SYS_mremap,
        SYS_msync, SYS_madvise, SYS_dup, SYS_dup2, SYS_pause, SYS_nanosleep, SYS_getitimer,
        SYS_alarm, SYS_setitimer, SYS_getpid, SYS_sendfile, SYS_fork, SYS_vfork, SYS_execve,
        SYS_exit, SYS_wait4, SYS_uname, SYS_truncate, SYS_ftruncate, SYS_getdents, SYS_getcwd,
        SYS_chdir, SYS_fchdir, SYS_rename, SYS_mkdir, SYS_rmdir, SYS_creat, SYS_link, SYS_unlink,
        SYS_symlink, SYS_readlink, SYS_chmod, SYS_fchmod, SYS_umask, SYS_gettimeofday,
        SYS_getrlimit, SYS_getrusage, SYS_sysinfo, SYS_times, SYS_getuid, SYS_getgid, SYS_geteuid,
        SYS_getegid, SYS_setpgid, SYS_getppid, SYS_getpgrp, SYS_setsid, SYS_getgroups,
        SYS_getresuid, SYS_getresgid, SYS_getpgid, SYS_getsid, SYS_capget, SYS_rt_sigpending,
        SYS_rt_sigtimedwait, SYS_rt_sigsuspend, SYS_sigaltstack, SYS_utime, SYS_statfs, SYS_fstatfs,
        SYS_getpriority, SYS_sched_getparam, SYS_sched_getscheduler, SYS_sched_get_priority_max,
        SYS_sched_get_priority_min, SYS_arch_prctl, SYS_setrlimit, SYS_gettid, SYS_time, SYS_futex,
        SYS_sched_getaffinity, SYS_epoll_create, SYS_getdents64, SYS_set_tid_address,
        SYS_restart_syscall, SYS_timer_create, SYS_timer_settime, SYS_timer_gettime,
        SYS_timer_getoverrun, SYS_timer_delete, SYS_clock_gettime, SYS_clock_getres,
        SYS_clock_nanosleep, SYS_exit_group, SYS_epoll_wait, SYS_epoll_ctl, SYS_utimes, SYS_waitid,
        SYS_openat, SYS_mkdirat, SYS_futimesat, SYS_newfstatat, SYS_unlinkat, SYS_renameat,
        SYS_linkat, SYS_symlinkat, SYS_readlinkat, SYS_fchmodat, SYS_faccessat, SYS_pselect6,
        SYS_ppoll, SYS_set_robust_list, SYS_get_robust_list, SYS_utimensat, SYS_epoll_pwait,
        SYS_signalfd, SYS_timerfd_create, SYS_eventfd, SYS_fallocate, SYS_timerfd_settime,
        SYS_timerfd_gettime, SYS_signalfd4, SYS_eventfd2, SYS_epoll_create1, SYS_dup3, SYS_pipe2,
        SYS_preadv, SYS_pwritev, SYS_prlimit64, SYS_getcpu, SYS_renameat2, SYS_getrandom,
        SYS_memfd_create, SYS_membarrier, SYS_statx, SYS_rseq, SYS_close_range, SYS_faccessat2,
        SYS_epoll_pwait2};

/* Nobody calls these by mistake. */
static const unsigned short killed[] = {SYS_ptrace, SYS_mount, SYS_umount2, SYS_pivot_root,
        SYS_open_tree, SYS_move_mount, SYS_fsopen, SYS_fsconfig, SYS_fsmount, SYS_fspick,
        SYS_mount_setattr, SYS_bpf, SYS_add_key, SYS_request_key, SYS_keyctl, SYS_init_module,
        SYS_finit_module, SYS_delete_module};

/* Writing to disk is nobody's business, and a hint on the shared page cache is a channel. */
static const unsigned short faked[] = {
        SYS_fsync, SYS_fdatasync, SYS_sync_file_range, SYS_fadvise64, SYS_readahead};

/* Read for the first 32 bits of an argument: all those compared here are ints. */
static const struct {
	enum answer answer;
	unsigned arg;
	uint32_t otherwise;
	uint32_t values[16];
	size_t n;
} checks[] = {
        {FCNTL, 1, ERRNO(ENOSYS),
                {F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD_CLOEXEC, F_GETPIPE_SZ,
                        F_ADD_SEALS, F_GET_SEALS},
                9},
        {IOCTL, 1, ERRNO(ENOTTY),
                {TCGETS, TIOCGWINSZ, TIOCGPGRP, FIONREAD, FIONBIO, FIOCLEX, FIONCLEX}, 7},
        {SOCKETPAIR, 0, ERRNO(EAFNOSUPPORT), {AF_UNIX}, 1}, /* the JVM starts with one */
        {SCHEDULER, 1, ERRNO(EPERM), {SCHED_OTHER}, 1},     /* Mono sets what is set already */
        {PRCTL, 0, ERRNO(EINVAL),
                {PR_SET_PDEATHSIG, PR_GET_PDEATHSIG, PR_GET_DUMPABLE, PR_SET_DUMPABLE, PR_SET_NAME,
                        PR_GET_NAME, PR_CAPBSET_READ, PR_SET_TIMERSLACK, PR_GET_TIMERSLACK,
                        PR_SET_NO_NEW_PRIVS, PR_GET_NO_NEW_PRIVS, PR_SET_THP_DISABLE,
                        PR_GET_THP_DISABLE, VMA_NAME},
                14},
};

struct range {
	uint32_t first;
	enum answer answer;
};

static void set_all(enum answer *table, const unsigned short *calls, size_t n, enum answer a)
{
	for (size_t i = 0; i < n; i++)
		table[calls[i]] = a;
}

static size_t make_ranges(struct range *out)
{
	enum answer table[NCALLS] = {DENY};
	size_t n = 0;

	set_all(table, allowed, ARRAY_LEN(allowed), ALLOW);
	set_all(table, killed, ARRAY_LEN(killed), KILL);
	set_all(table, faked, ARRAY_LEN(faked), FAKE);
	table[SYS_clone] = CLONE;
	table[SYS_fcntl] = FCNTL;
	table[SYS_ioctl] = IOCTL;
	table[SYS_prctl] = PRCTL;
	table[SYS_socketpair] = SOCKETPAIR;
	table[SYS_sched_setscheduler] = SCHEDULER;
	table[SYS_kill] = SIGNAL_1;
	table[SYS_tkill] = SIGNAL_1;
	table[SYS_tgkill] = SIGNAL_2;
	for (uint32_t nr = 0; nr < NCALLS; nr++) {
		if (nr > 0 && table[nr] == table[nr - 1])
			continue;
		assert(n < MAX_RANGES);
		out[n++] = (struct range){nr, table[nr]};
	}
	return n;
}

static void emit(struct seccomp *s, struct sock_filter f)
{
	assert(s->len < SECCOMP_MAX_CODE);
	s->code[s->len++] = f;
}

static void emit_return(struct seccomp *s, uint32_t value)
{
	emit(s, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, value));
}

static void emit_load(struct seccomp *s, size_t offset)
{
	emit(s, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset));
}

/* Which range the leaf at heap place k is: the deepest leaves come first from the left. */
static size_t leaf_rank(size_t k, size_t n)
{
	size_t total = 2 * n - 1, deepest = 1;

	while (2 * deepest - 1 < total)
		deepest *= 2;
	deepest--;
	return k >= deepest ? k - deepest : total - deepest + k - (n - 1);
}

static void emit_tree(struct seccomp *s, const struct range *ranges, size_t n, size_t *leaf_at)
{
	for (size_t i = 0; i < n - 1; i++) {
		size_t k = 2 * i + 2;

		while (k < n - 1)
			k = 2 * k + 1;
		/* not below the first of the right half: go right */
		emit(s, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K,
		                ranges[leaf_rank(k, n)].first, (uint8_t)(i + 1), (uint8_t)i));
	}
	for (size_t k = n - 1; k < 2 * n - 1; k++) {
		leaf_at[k - (n - 1)] = s->len;
		emit_return(s, ERRNO(ENOSYS)); /* set by emit_leaves */
	}
}

static size_t data_arg(unsigned i)
{
	return offsetof(struct seccomp_data, args) + i * sizeof(uint64_t);
}

static void emit_signal_check(struct seccomp *s, unsigned arg)
{
	emit_load(s, data_arg(arg));
	emit(s, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SIGSYS, 0, 1));
	emit_return(s, ERRNO(EPERM));
	emit_return(s, SECCOMP_RET_ALLOW);
}

static void emit_clone_check(struct seccomp *s)
{
	/* CLONE_NEW{NS,CGROUP,UTS,IPC,USER,PID,NET} */
	emit_load(s, data_arg(0));
	emit(s, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 0x7e020000U, 0, 1));
	emit_return(s, ERRNO(EPERM));
	emit_return(s, SECCOMP_RET_ALLOW);
}

static void emit_value_check(struct seccomp *s, size_t i)
{
	size_t n = checks[i].n;

	emit_load(s, data_arg(checks[i].arg));
	for (size_t j = 0; j < n; j++)
		emit(s, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, checks[i].values[j],
		                (uint8_t)(n - j), 0));
	emit_return(s, checks[i].otherwise);
	emit_return(s, SECCOMP_RET_ALLOW);
}

/* The closer looks, behind the tree; where each begins. */
static void emit_checks(struct seccomp *s, size_t begin[ANSWERS])
{
	begin[CLONE] = s->len;
	emit_clone_check(s);
	begin[SIGNAL_1] = s->len;
	emit_signal_check(s, 1);
	begin[SIGNAL_2] = s->len;
	emit_signal_check(s, 2);
	for (size_t i = 0; i < ARRAY_LEN(checks); i++) {
		begin[checks[i].answer] = s->len;
		emit_value_check(s, i);
	}
}

static struct sock_filter leaf_code(enum answer a, size_t at, const size_t begin[ANSWERS])
{
	uint32_t value = 0;

	switch (a) {
	case DENY:
		value = ERRNO(ENOSYS);
		break;
	case ALLOW:
		value = SECCOMP_RET_ALLOW;
		break;
	case KILL:
		value = SECCOMP_RET_KILL_PROCESS;
		break;
	case FAKE:
		value = ERRNO(0);
		break;
	case CLONE:
	case FCNTL:
	case IOCTL:
	case PRCTL:
	case SOCKETPAIR:
	case SCHEDULER:
	case SIGNAL_1:
	case SIGNAL_2:
		value = (uint32_t)(begin[a] - at - 1);
		return (struct sock_filter)BPF_STMT(BPF_JMP | BPF_JA, value);
	case ANSWERS:
		assert(false);
	}
	return (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, value);
}

void seccomp_build(struct seccomp *s)
{
	struct range ranges[MAX_RANGES] = {0};
	size_t leaf_at[MAX_RANGES] = {0}, begin[ANSWERS] = {0};
	size_t n = make_ranges(ranges);

	s->len = 0;
	emit_load(s, offsetof(struct seccomp_data, arch));
	emit(s, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0));
	emit_return(s, ERRNO(ENOSYS));
	emit_load(s, offsetof(struct seccomp_data, nr));
	emit_tree(s, ranges, n, leaf_at); /* x32 numbers lie behind the last range: ENOSYS */
	emit_checks(s, begin);
	for (size_t k = 0; k < n; k++)
		s->code[leaf_at[k]] =
		        leaf_code(ranges[leaf_rank(k + n - 1, n)].answer, leaf_at[k], begin);
}

int seccomp_install(const struct seccomp *s)
{
	/* the kernel only reads the code; its header forgot a const */
	union {
		const struct sock_filter *in;
		struct sock_filter *out;
	} code = {.in = s->code};
	struct sock_fprog prog = {.len = s->len, .filter = code.out};

	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &prog);
}

static uint32_t data_word(uint32_t arch, uint32_t nr, const uint64_t args[6], uint32_t offset)
{
	struct seccomp_data d = {.nr = (int)nr, .arch = arch};
	uint32_t word;

	memcpy(d.args, args, sizeof(d.args));
	memcpy(&word, (const char *)&d + offset, sizeof(word));
	return word;
}

uint32_t seccomp_run(const struct seccomp *s, uint32_t arch, uint32_t nr, const uint64_t args[6])
{
	uint32_t a = 0;
	size_t pc = 0;

	while (pc < s->len) {
		const struct sock_filter *f = &s->code[pc++];
		bool yes = false;

		switch (f->code) {
		case BPF_LD | BPF_W | BPF_ABS:
			a = data_word(arch, nr, args, f->k);
			continue;
		case BPF_RET | BPF_K:
			return f->k;
		case BPF_JMP | BPF_JA:
			pc += f->k;
			continue;
		case BPF_JMP | BPF_JEQ | BPF_K:
			yes = a == f->k;
			break;
		case BPF_JMP | BPF_JGE | BPF_K:
			yes = a >= f->k;
			break;
		case BPF_JMP | BPF_JSET | BPF_K:
			yes = a & f->k;
			break;
		default:
			return SECCOMP_RET_KILL_PROCESS;
		}
		pc += yes ? f->jt : f->jf;
	}
	return SECCOMP_RET_KILL_PROCESS;
}
