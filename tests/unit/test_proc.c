/* test_proc.c -- starting, awaiting and ending programs. */
#include "tests/unit/test.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/proc.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

static const struct proc_fds no_fds = {-1, -1, -1, -1};

static int run(const char *script, int timeout_ms, char **out, struct err *err)
{
	const char *const argv[] = {"sh", "-c", script, NULL};

	return proc_run(argv, timeout_ms, out, err);
}

static void both_outputs_are_collected(void **state UNUSED)
{
	auto_free char *out = NULL;
	struct err err = {0};

	assert_int_equal(run("echo one; echo two >&2", 5000, &out, &err), 0);
	assert_string_equal(out, "one\ntwo\n");
}

static void a_failure_says_its_status_and_last_words(void **state UNUSED)
{
	auto_free char *out = NULL;
	struct err err = {0};

	assert_int_equal(
	        run("echo first; echo no space left; exit 3", 5000, &out, &err), -ERR_BUSY);
	assert_string_equal(err.msg, "sh: exit status 3: no space left");
	assert_string_equal(out, "first\nno space left\n");
}

static void a_program_that_does_not_end_is_killed_with_its_children(void **state UNUSED)
{
	struct err err = {0};
	int64_t start = clock_mono_ms();

	assert_int_equal(run("sleep 60 & sleep 60", 200, NULL, &err), -ERR_BUSY);
	assert_string_equal(err.msg, "sh: no end after 200 ms");
	assert_true(clock_mono_ms() - start < 5000);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static void a_daemon_that_keeps_the_pipe_does_not_hold_us(void **state UNUSED)
{
	auto_free char *out = NULL;
	struct err err = {0};
	int64_t start = clock_mono_ms();

	assert_int_equal(run("sleep 5 & echo started", 4000, &out, &err), 0);
	assert_string_equal(out, "started\n");
	assert_true(clock_mono_ms() - start < 2000);
}

static void output_beyond_the_limit_is_dropped(void **state UNUSED)
{
	auto_free char *out = NULL;
	struct err err = {0};

	assert_int_equal(run("yes | head -c 1000000", 10000, &out, &err), 0);
	assert_int_equal(strlen(out), 64 * 1024);
}

static void a_missing_program_is_said_at_once(void **state UNUSED)
{
	const char *const argv[] = {"no-such-program", NULL};
	struct err err = {0};
	pid_t pid;

	assert_int_equal(proc_spawn(argv, NULL, &no_fds, &pid, &err), -ERR_BUSY);
	assert_string_equal(err.msg, "cannot start no-such-program: No such file or directory");
}

static void a_child_sees_exactly_the_descriptors_given(void **state UNUSED)
{
	const char *const argv[] = {
	        "sh", "-c", "cat <&3; cat; ls /proc/self/fd >&2; echo out", NULL};
	auto_buf struct buf text = {0};
	struct err err = {0};
	int in[2], out[2], extra[2];
	int status;
	pid_t pid;

	assert_int_equal(pipe(in) | pipe(out) | pipe(extra), 0); /* without CLOEXEC, on purpose */
	assert_int_equal(write(in[1], "in\n", 3) + write(extra[1], "extra\n", 6), 9);
	close(in[1]);
	close(extra[1]);
	/* Crossed on purpose: standard output becomes the one that was low. */
	const struct proc_fds fds = {in[0], out[1], out[1], extra[0]};
	assert_int_equal(proc_spawn(argv, NULL, &fds, &pid, &err), 0);
	close(out[1]);
	close(in[0]);
	close(extra[0]);
	assert_int_equal(buf_read_fd(&text, out[0], 1000, &err), 0);
	close(out[0]);
	assert_int_equal(proc_wait(pid, 5000, &status, &err), 0);
	assert_int_equal(status, 0);
	assert_string_equal(
	        text.data, "extra\nin\n0\n1\n2\n3\n4\nout\n"); /* 4: ls reads the folder */
}

static void the_environment_is_clean_unless_given(void **state UNUSED)
{
	auto_free char *out = NULL;
	struct err err = {0};

	setenv("SECRET", "x", 1);
	assert_int_equal(run("echo $SECRET/$HOME/$LANG", 5000, &out, &err), 0);
	assert_string_equal(out, "///C.UTF-8\n");
}

static void signals_are_at_their_defaults(void **state UNUSED)
{
	struct err err = {0};

	signal(SIGPIPE, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	assert_int_equal(run("kill -TERM $$; echo survived", 5000, NULL, &err), -ERR_BUSY);
	assert_string_equal(err.msg, "sh: killed by signal 15: ");
	signal(SIGPIPE, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
}

static void waiting_ends_at_the_deadline_and_killing_reaps(void **state UNUSED)
{
	const char *const argv[] = {"sleep", "60", NULL};
	struct err err = {0};
	int status;
	pid_t pid;

	assert_int_equal(proc_spawn(argv, NULL, &no_fds, &pid, &err), 0);
	assert_int_equal(proc_wait(pid, 50, &status, &err), -ERR_BUSY);
	proc_kill(pid);
	assert_int_equal(kill(pid, 0), -1);
	assert_int_equal(proc_wait(pid, 50, &status, &err), -ERR_BUG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(both_outputs_are_collected),
	        cmocka_unit_test(a_failure_says_its_status_and_last_words),
	        cmocka_unit_test(a_program_that_does_not_end_is_killed_with_its_children),
	        cmocka_unit_test(a_daemon_that_keeps_the_pipe_does_not_hold_us),
	        cmocka_unit_test(output_beyond_the_limit_is_dropped),
	        cmocka_unit_test(a_missing_program_is_said_at_once),
	        cmocka_unit_test(a_child_sees_exactly_the_descriptors_given),
	        cmocka_unit_test(the_environment_is_clean_unless_given),
	        cmocka_unit_test(signals_are_at_their_defaults),
	        cmocka_unit_test(waiting_ends_at_the_deadline_and_killing_reaps),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("proc", tests, NULL, NULL);
}
