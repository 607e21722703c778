/* test_unpack.c -- the process that reads a stranger's package: what it can still do once it has
 * begun, which is nothing. Each case is a process of its own, whose only word is its exit status;
 * the rights are given up by the same call that reads the package. */
#include "tests/unit/test.h"

#include "admin/admin.h"
#include "package/package.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>

enum { REFUSED = 6, POSSIBLE = 7, UNREAD = 8 };

static bool opens_a_file(void)
{
	return open("/etc/passwd", O_RDONLY | O_CLOEXEC) >= 0;
}

static bool makes_a_file(void)
{
	return open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600) >= 0;
}

static bool has_a_network(void)
{
	return socket(AF_INET, SOCK_STREAM, 0) >= 0 || socket(AF_UNIX, SOCK_STREAM, 0) >= 0;
}

static bool starts_a_process(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return pid > 0;
}

static bool becomes_another_program(void)
{
	execl("/bin/true", "true", (char *)NULL);
	return false; /* had it worked, the status would be that of `true`; see below */
}

static bool signals_its_parent(void)
{
	return kill(getppid(), 0) == 0;
}

static bool gets_a_limit_back(void)
{
	const struct rlimit many = {64, 64};

	return setrlimit(RLIMIT_NOFILE, &many) == 0;
}

UNUSED static bool takes_memory_without_end(void)
{
	return mmap(NULL, (size_t)4 << 30, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
	               0) != MAP_FAILED;
}

/* Its stdin is empty: no package, and the list of errors says so on stdout. */
static void in_the_child(bool (*deed)(void))
{
	int in = open("/dev/null", O_RDONLY), out = open("/dev/null", O_WRONLY);
	struct err err = {0};

	dup2(in, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	if (problem_unpack(NULL, NULL, &err) < 0)
		_exit(UNREAD);
	_exit(deed() ? POSSIBLE : REFUSED);
}

static void assert_refused(bool (*deed)(void))
{
	int status = 0;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0)
		in_the_child(deed);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), REFUSED); /* `true` would have ended with 0 */
}

static void it_reads_and_writes_no_file(void **state UNUSED)
{
	assert_refused(opens_a_file);
	assert_refused(makes_a_file);
}

static void it_has_no_network(void **state UNUSED)
{
	assert_refused(has_a_network);
}

static void it_starts_nothing_and_signals_nobody(void **state UNUSED)
{
	assert_refused(starts_a_process);
	assert_refused(becomes_another_program);
	assert_refused(signals_its_parent);
}

static void its_limits_stay(void **state UNUSED)
{
	assert_refused(gets_a_limit_back);
#ifndef __SANITIZE_ADDRESS__ /* whose shadow is larger than any limit */
	assert_refused(takes_memory_without_end);
#endif
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(it_reads_and_writes_no_file),
	        cmocka_unit_test(it_has_no_network),
	        cmocka_unit_test(it_starts_nothing_and_signals_nobody),
	        cmocka_unit_test(its_limits_stay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
