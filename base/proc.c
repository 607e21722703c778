/* proc.c -- posix_spawn with exactly the descriptors given.
 *
 * The descriptors are first duplicated to numbers above those they shall get, so no order of
 * dup2 can overwrite one that is still needed; then 0..3 are set and the rest is closed. A
 * child leads its own process group, and proc_kill ends the whole group. Waiting is poll on a
 * pidfd: no signal handler, no race with a reused pid. */
#include "base/proc.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/fault.h"
#include "base/mem.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/pidfd.h>
#include <sys/wait.h>

enum { FIRST_FREE_FD = 4, ABOVE_FD = 16, OUTPUT_MAX = 64 * 1024, READ_SIZE = 4096 };

static const char *const clean_env[] = {
        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "LANG=C.UTF-8",
        "HOME=/",
        NULL,
};

#define auto_actions __attribute__((cleanup(free_actions)))
#define auto_attr    __attribute__((cleanup(free_attr)))

static void free_actions(posix_spawn_file_actions_t *a)
{
	posix_spawn_file_actions_destroy(a);
}

static void free_attr(posix_spawnattr_t *a)
{
	posix_spawnattr_destroy(a);
}

/* POSIX forgot a const: the strings are not changed. */
static char *const *words(const char *const *argv)
{
	union {
		const char *const *in;
		char *const *out;
	} u = {.in = argv};

	return u.out;
}

/* A default signal state: the parent's blocks and ignores are not the child's. */
static void set_attributes(posix_spawnattr_t *attr)
{
	sigset_t none, all;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawnattr_setsigmask(attr, &none);
	posix_spawnattr_setsigdefault(attr, &all);
	posix_spawnattr_setpgroup(attr, 0);
	posix_spawnattr_setflags(
	        attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
}

static int spawn(const char *const *argv, const char *const *envp, const int high[4], pid_t *pid)
{
	auto_actions posix_spawn_file_actions_t actions;
	auto_attr posix_spawnattr_t attr;

	if (posix_spawn_file_actions_init(&actions) != 0 || posix_spawnattr_init(&attr) != 0)
		abort(); /* glibc: cannot fail */
	set_attributes(&attr);
	for (int fd = 0; fd < 4; fd++) {
		if (high[fd] >= 0)
			posix_spawn_file_actions_adddup2(&actions, high[fd], fd);
		else if (fd < 2)
			posix_spawn_file_actions_addopen(&actions, fd, "/dev/null", O_RDWR, 0);
	}
	posix_spawn_file_actions_addclosefrom_np(
	        &actions, high[3] >= 0 ? FIRST_FREE_FD : FIRST_FREE_FD - 1);
	return posix_spawnp(pid, argv[0], &actions, &attr, words(argv), words(envp));
}

int proc_spawn(const char *const *argv, const char *const *envp, const struct proc_fds *fds,
        pid_t *pid, struct err *err)
{
	const int given[4] = {fds->stdin_fd, fds->stdout_fd, fds->stderr_fd, fds->extra_fd};
	int high[4] = {-1, -1, -1, -1};
	int e = 0;

	if (fault_now("spawn"))
		return err_set(err, ERR_BUSY, "cannot start %s: fault", argv[0]);
	for (int i = 0; i < 4 && e == 0; i++) {
		if (given[i] >= 0)
			high[i] = fcntl(given[i], F_DUPFD_CLOEXEC, ABOVE_FD);
		if (given[i] >= 0 && high[i] < 0)
			e = errno;
	}
	if (e == 0)
		e = spawn(argv, envp ? envp : clean_env, high, pid);
	for (int i = 0; i < 4; i++)
		auto_close_(&high[i]);
	if (e != 0)
		return err_set(err, ERR_BUSY, "cannot start %s: %s", argv[0], strerrordesc_np(e));
	return 0;
}

static int left_ms(int64_t deadline_ms)
{
	int64_t left = deadline_ms - clock_mono_ms();

	return left > 0 ? (int)left : 0;
}

/* poll until a descriptor is ready or the deadline is over, whatever signals arrive. */
static int poll_until(struct pollfd *fds, nfds_t n, int64_t deadline_ms)
{
	int ready;

	do
		ready = poll(fds, n, left_ms(deadline_ms));
	while (ready < 0 && errno == EINTR);
	return ready;
}

static int reap(pid_t pid, int *status)
{
	pid_t got;

	do
		got = waitpid(pid, status, 0);
	while (got < 0 && errno == EINTR);
	return got == pid ? 0 : -1;
}

int proc_wait(pid_t pid, int timeout_ms, int *status, struct err *err)
{
	int64_t deadline = clock_mono_ms() + timeout_ms;
	auto_close int fd = pidfd_open(pid, 0);
	struct pollfd p = {.fd = fd, .events = POLLIN};

	if (fd < 0)
		return err_set(err, ERR_BUG, "cannot wait for process %d: %s", (int)pid,
		        strerrordesc_np(errno));
	if (poll_until(&p, 1, deadline) <= 0)
		return err_set(
		        err, ERR_BUSY, "process %d still runs after %d ms", (int)pid, timeout_ms);
	if (reap(pid, status) < 0)
		return err_set(err, ERR_BUG, "process %d is not ours", (int)pid);
	return 0;
}

void proc_kill(pid_t pid)
{
	int status;

	if (pid <= 1)
		return;
	kill(-pid, SIGKILL);
	kill(pid, SIGKILL);
	reap(pid, &status);
}

/* Reads what is there: false at the end. Past OUTPUT_MAX the words are dropped. */
static bool drain(int fd, struct buf *out)
{
	char bytes[READ_SIZE];
	ssize_t n = read(fd, bytes, sizeof(bytes));

	if (n < 0)
		return errno == EINTR;
	if (out->len < OUTPUT_MAX) {
		size_t room = OUTPUT_MAX - out->len;

		buf_add(out, bytes, (size_t)n < room ? (size_t)n : room);
	}
	return n > 0;
}

/* Collects output until the program has ended and its words are read: 0, or -1 at the deadline.
 * A grandchild may hold the pipe open for ever; the end of the program is what counts. */
static int collect(pid_t pid, int from, int64_t deadline, struct buf *out)
{
	auto_close int pidfd = pidfd_open(pid, 0);
	struct pollfd p[] = {{.fd = from, .events = POLLIN}, {.fd = pidfd, .events = POLLIN}};

	if (pidfd < 0)
		return -1;
	for (;;) {
		if (poll_until(p, ARRAY_LEN(p), deadline) <= 0)
			return -1;
		if (p[0].revents && !drain(from, out))
			p[0].fd = -1; /* poll ignores it from now on */
		if (!p[0].revents && p[1].revents)
			return 0;
	}
}

/* The last line that says something, for the error. */
static const char *last_line(char *words)
{
	size_t len = strlen(words);
	char *line;

	while (len > 0 && (words[len - 1] == '\n' || words[len - 1] == ' '))
		len--;
	words[len] = '\0';
	line = strrchr(words, '\n');
	return line ? line + 1 : words;
}

static int judge_status(const char *name, int status, char *words, struct err *err)
{
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	if (WIFSIGNALED(status))
		return err_set(err, ERR_BUSY, "%s: killed by signal %d: %s", name, WTERMSIG(status),
		        last_line(words));
	return err_set(err, ERR_BUSY, "%s: exit status %d: %s", name, WEXITSTATUS(status),
	        last_line(words));
}

int proc_run(const char *const *argv, int timeout_ms, char **out, struct err *err)
{
	int64_t deadline = clock_mono_ms() + timeout_ms;
	auto_buf struct buf said = {0};
	auto_free char *line = NULL;
	int ends[2];
	int status;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_set(err, ERR_BUSY, "no pipe: %s", strerrordesc_np(errno));
	auto_close int from = ends[0];
	auto_close int to = ends[1];
	const struct proc_fds fds = {-1, to, to, -1};
	if (proc_spawn(argv, NULL, &fds, &pid, err) < 0)
		return err_result(err);
	close(steal_fd(&to));
	if (collect(pid, from, deadline, &said) < 0) {
		proc_kill(pid);
		return err_set(err, ERR_BUSY, "%s: no end after %d ms", argv[0], timeout_ms);
	}
	if (reap(pid, &status) < 0)
		return err_set(err, ERR_BUG, "%s: not our process", argv[0]);
	line = buf_take(&said);
	if (out)
		*out = xstrdup(line);
	return judge_status(argv[0], status, line, err);
}
