/* The filter's answers, by a BPF machine of our own. */
#include "tests/unit/test.h"

#include "judge/seccomp.h"

#include <linux/audit.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>

#include <fcntl.h>
#include <signal.h>

static uint32_t ask(uint32_t arch, uint32_t nr, uint64_t a0, uint64_t a1)
{
	static struct seccomp s;
	uint64_t args[6] = {a0, a1};

	if (s.len == 0)
		seccomp_build(&s);
	return seccomp_run(&s, arch, nr, args);
}

static uint32_t call(long nr, uint64_t a0, uint64_t a1)
{
	return ask(AUDIT_ARCH_X86_64, (uint32_t)nr, a0, a1);
}

static const uint32_t no_call = SECCOMP_RET_ERRNO | ENOSYS;

static void what_programs_need_is_allowed(void **state)
{
	static const long calls[] = {SYS_read, SYS_write, SYS_mmap, SYS_brk, SYS_execve, SYS_fork,
	        SYS_futex, SYS_openat, SYS_exit_group, SYS_clock_gettime, SYS_getrandom, SYS_statx,
	        SYS_rseq, SYS_faccessat2, SYS_epoll_pwait2, SYS_close_range};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(calls); i++)
		assert_int_equal(call(calls[i], 0, 0), SECCOMP_RET_ALLOW);
}

static void the_kill_list_kills(void **state)
{
	static const long calls[] = {SYS_ptrace, SYS_mount, SYS_umount2, SYS_pivot_root, SYS_bpf,
	        SYS_keyctl, SYS_add_key, SYS_request_key, SYS_init_module, SYS_finit_module,
	        SYS_delete_module, SYS_fsopen, SYS_open_tree, SYS_move_mount};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(calls); i++)
		assert_int_equal(call(calls[i], 0, 0), SECCOMP_RET_KILL_PROCESS);
}

static void unknown_calls_and_other_machines_answer_enosys(void **state)
{
	(void)state;
	for (uint32_t nr = 463; nr < 2000; nr++)
		assert_int_equal(call(nr, 0, 0), no_call);
	for (uint32_t nr = 0; nr < 600; nr++) {
		assert_int_equal(call(0x40000000L | nr, 0, 0), no_call);
		assert_int_equal(ask(AUDIT_ARCH_I386, nr, 0, 0), no_call);
	}
	assert_int_equal(call(-1, 0, 0), no_call);
	assert_int_equal(call(SYS_socket, 2, 1), no_call);
	assert_int_equal(call(SYS_unshare, 0, 0), no_call);
	assert_int_equal(call(SYS_clone3, 0, 0), no_call);
	assert_int_equal(call(SYS_io_uring_setup, 0, 0), no_call);
}

static void some_calls_are_looked_at_closer(void **state)
{
	(void)state;
	assert_int_equal(call(SYS_clone, SIGCHLD, 0), SECCOMP_RET_ALLOW);
	assert_int_equal(call(SYS_clone, 0x10000000 | SIGCHLD, 0), SECCOMP_RET_ERRNO | EPERM);
	assert_int_equal(call(SYS_kill, 1, SIGTERM), SECCOMP_RET_ALLOW);
	assert_int_equal(call(SYS_kill, 1, SIGSYS), SECCOMP_RET_ERRNO | EPERM);
	assert_int_equal(call(SYS_fcntl, 0, F_GETFL), SECCOMP_RET_ALLOW);
	assert_int_equal(call(SYS_fcntl, 0, F_SETLK), no_call);
	assert_int_equal(call(SYS_fcntl, 0, F_SETLEASE), no_call);
	assert_int_equal(call(SYS_ioctl, 0, 0x5412), SECCOMP_RET_ERRNO | ENOTTY); /* TIOCSTI */
	assert_int_equal(call(SYS_fsync, 0, 0), SECCOMP_RET_ERRNO | 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(what_programs_need_is_allowed),
	        cmocka_unit_test(the_kill_list_kills),
	        cmocka_unit_test(unknown_calls_and_other_machines_answer_enosys),
	        cmocka_unit_test(some_calls_are_looked_at_closer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
