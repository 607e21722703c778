/* agent.c -- PID 1 of a container (codearena-agent, static): starts one step at a time.
 *
 * What it may do: it is root of the container's user namespace with CAP_SYS_ADMIN, SETUID and
 * SETGID there; on the host it is nobody. It sees a read-only root, its socket to box, no network.
 *
 * A step is two processes. The *init* is cloned into fresh pid and mount namespaces, mounts a
 * fresh /proc and /tmp there and starts each command in turn. The *command* is PID 2: it joins its
 * cgroups, sets rlimits, drops to an unprivileged uid, puts on the seccomp filter and execs. (As
 * PID 1 it would be immune to its own abort().) The ipc namespace is fresh per program, not per
 * step: the filter denies System V IPC and message queues anyway, and a namespace for each step
 * cost a tenth of its time. The agent itself runs on the step's processor, so that nothing moves
 * between processors on the way to execve; and the init shares its memory (a copy would begin with
 * a page fault for each piece of this program that it uses): what an init reads of a step the agent
 * leaves alone until all of the step is dead. When the command ends the init reports and exits,
 * and the kernel ends every other process of the pid namespace; only then is the step over.
 *
 * What must stay true:
 * - Nothing that a step can write outlives it: /tmp dies with its mount namespace, the work folder
 *   of a compile and the jury's data are unmounted when they were packed, the loaded program is
 *   read-only. (agent_files.c)
 * - No descriptor but 0, 1 and 2 reaches a command.
 * - A pipe between two programs has no further holder: agent and init close their copies, so that
 *   its end is seen when the program closes it.
 * - The agent ends when box does: its socket and the step's pidfd are polled together.
 *
 * The agent of an interactive validator is the relay (relay.h) between it and the submission. */
#include "judge/agent.h"
#include "base/base.h"
#include "base/err.h"
#include "judge/agent_files.h"
#include "judge/archive.h"
#include "judge/box_packet.h"
#include "judge/relay.h"
#include "judge/seccomp.h"

#include <linux/sched.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <time.h>

enum {
	STACK_SIZE = 64 << 10,
	MAX_WORDS = 512,
	MAX_OPEN_FILES = 1024,
	MAX_INODES = 32768,
	BACKSTOP_MS = 10000,
	WATCHED = 2, /* the step and box; the relay's come behind */
};

/* Shared between agent, init and command: how the step went. */
struct report {
	int status;
	bool ended;       /* the init said how; else it was killed */
	int failed_errno; /* with `failed`: this call failed, the step never ran */
	bool exec_failed; /* the call was execve */
	char failed[64];
};

/* One step. */
struct step {
	const struct agent_request *q;
	int fds[AGENT_MAX_FDS]; /* as they came; the agent's own list forgets them one by one */
	int into;               /* cgroup directory or -1 */
	int sources, packed;    /* or -1 */
	int input, answer, feedback;
	const int *relay;      /* its descriptors, and the transcript; or NULL */
	char *argv[MAX_WORDS]; /* into q->words */
	char *const *envp;
	char *const *command; /* the current one, inside argv */
	size_t next;          /* the next one's place in argv */
	const struct seccomp *filter;
	struct report *report;
};

struct agent {
	struct seccomp filter;
	struct report *report;
	struct agent_request q;
	struct packet_fds fds;
	struct step step;
	struct agent_files files;
	struct relay relay;
	int32_t cpu; /* where the agent is; -1: anywhere yet */
	char init_stack[STACK_SIZE] __attribute__((aligned(16)));
	char command_stack[STACK_SIZE] __attribute__((aligned(16)));
};

static int64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int set_errno(struct err *err, const char *what)
{
	return err_set(err, ERR_BUSY, "agent: %s: %s", what, strerrordesc_np(errno));
}

/* The command: PID 2. It shares its parent's memory until execve (vfork), hence no stdio. */

__attribute__((noreturn)) static void command_fail(const struct step *s, const char *what)
{
	s->report->failed_errno = errno;
	snprintf(s->report->failed, sizeof(s->report->failed), "%s", what);
	_exit(127);
}

static void set_limits(const struct step *s)
{
	const rlim_t all = RLIM_INFINITY;
	const rlim_t cpu = (rlim_t)s->q->cpu_seconds;
	const struct {
		__rlimit_resource_t what;
		rlim_t value;
	} limits[] = {
	        {RLIMIT_STACK, all}, /* the memory limit is the limit */
	        {RLIMIT_CORE, 1},    /* not 0: a core pattern that is a pipe ignores 0 */
	        {RLIMIT_NOFILE, MAX_OPEN_FILES},
	        {RLIMIT_CPU, cpu},
	        {RLIMIT_FSIZE, (rlim_t)s->q->file_bytes},
	        {RLIMIT_MEMLOCK, 65536},
	        {RLIMIT_MSGQUEUE, 0},
	        {RLIMIT_NICE, 0},
	        {RLIMIT_RTPRIO, 0},
	        {RLIMIT_SIGPENDING, 1024},
	};

	for (size_t i = 0; i < ARRAY_LEN(limits); i++) {
		struct rlimit r = {limits[i].value, limits[i].value};

		if (setrlimit(limits[i].what, &r) < 0)
			command_fail(s, "setrlimit");
	}
}

static void drop_rights(const struct step *s)
{
	/* the raw calls: this process has one thread and borrowed memory */
	if (syscall(SYS_setgroups, (size_t)0, NULL) < 0)
		command_fail(s, "setgroups");
	if (syscall(SYS_setresgid, AGENT_TEST_UID, AGENT_TEST_UID, AGENT_TEST_UID) < 0)
		command_fail(s, "setresgid");
	if (syscall(SYS_setresuid, AGENT_TEST_UID, AGENT_TEST_UID, AGENT_TEST_UID) < 0)
		command_fail(s, "setresuid");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		command_fail(s, "no_new_privs");
}

static void join_cgroups(const struct step *s)
{
	/* v1: `tasks`, never `cgroup.procs`, which may take 10 ms after a pause */
	for (size_t i = 0; i < s->q->njoin; i++)
		if (write(s->fds[3 + i], "0", 1) != 1)
			command_fail(s, "join cgroup");
}

static void set_descriptors(const struct step *s)
{
	for (int i = 0; i < 3; i++)
		if (dup2(s->fds[i], i) < 0)
			command_fail(s, "dup2");
	if (syscall(SYS_close_range, 3U, ~0U, 0U) < 0)
		command_fail(s, "close_range");
}

/* What remains after the cgroups were joined. */
__attribute__((noreturn)) static void command_exec(const struct step *s)
{
	setsid();
	if (chdir(WORK_FOLDER) < 0)
		command_fail(s, "chdir");
	set_descriptors(s);
	set_limits(s);
	drop_rights(s);
	if (seccomp_install(s->filter) < 0)
		command_fail(s, "seccomp");
	execve(s->command[0], s->command, s->envp);
	s->report->exec_failed = true;
	command_fail(s, s->command[0]);
}

static int command_main(void *arg)
{
	const struct step *s = arg;

	join_cgroups(s);
	command_exec(s);
}

/* The init: PID 1 of the step's namespace. */

__attribute__((noreturn)) static void init_fail(const struct step *s, const char *what)
{
	command_fail(s, what);
}

static void mount_fresh(const struct step *s)
{
	char options[96];

	/* a program sees its own processes, and of the kernel nothing (subset=pid) */
	if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC,
	            "hidepid=2,subset=pid") < 0)
		init_fail(s, "mount /proc");
	snprintf(options, sizeof(options), "size=%lld,nr_inodes=%d,mode=1777",
	        (long long)s->q->tmp_bytes, MAX_INODES);
	if (mount("tmp", "/tmp", "tmpfs", MS_NOSUID | MS_NODEV, options) < 0)
		init_fail(s, "mount /tmp");
}

/* cgroup v2: a child born in its cgroup costs less than one that moves. */
static pid_t clone_into(const struct step *s)
{
	struct clone_args args = {.flags = CLONE_INTO_CGROUP,
	        .exit_signal = SIGCHLD,
	        .cgroup = (uint64_t)(unsigned)s->into};
	pid_t pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));

	if (pid == 0)
		command_exec(s);
	return pid;
}

static pid_t start_command(struct step *s, char *stack)
{
	pid_t pid = -1;

	if (s->into >= 0)
		pid = clone_into(s);
	if (pid < 0) /* v1, or not allowed: move */
		pid = clone(command_main, stack + STACK_SIZE, CLONE_VM | CLONE_VFORK | SIGCHLD, s);
	if (pid < 0)
		init_fail(s, "clone");
	return pid;
}

/* The command has its own: nobody else shall keep a pipe open. */
static void close_pipes(const struct step *s)
{
	for (int i = 0; i < 3; i++)
		close(s->fds[i]);
}

static int wait_command(const struct step *s, pid_t pid)
{
	int status;
	pid_t r;

	do {
		r = waitpid(-1, &status, 0); /* orphans end here as well */
		if (r < 0 && errno != EINTR)
			init_fail(s, "waitpid");
	} while (r != pid);
	return status;
}

/* The next command of the step: false when there is none. */
static bool next_command(struct step *s)
{
	s->command = &s->argv[s->next];
	if (!*s->command)
		return false;
	while (s->argv[s->next])
		s->next++;
	s->next++;
	return true;
}

struct init_args {
	struct step *step;
	char *stack;
};

static int init_main(void *arg)
{
	const struct init_args *a = arg;
	struct step *s = a->step;
	int status = 0;

	mount_fresh(s);
	for (size_t i = 0; s->relay && i < RELAY_FDS; i++)
		close(s->relay[i]);
	while (status == 0 && next_command(s)) {
		pid_t pid = start_command(s, a->stack);

		if (!s->argv[s->next])
			close_pipes(s);
		status = wait_command(s, pid);
	}
	s->report->status = status;
	s->report->ended = true;
	_exit(0);
}

/* The agent: requests. */

static int send_reply(const struct agent_reply *r)
{
	return send(AGENT_SOCKET, r, sizeof(*r), MSG_NOSIGNAL) == (ssize_t)sizeof(*r) ? 0 : -1;
}

/* Receives one request and its descriptors; false when box is gone. */
static bool receive(struct agent_request *q, struct packet_fds *fds)
{
	const ssize_t head = (ssize_t)offsetof(struct agent_request, words);
	ssize_t n;

	fds->max = AGENT_MAX_FDS;
	n = packet_receive(AGENT_SOCKET, q, sizeof(*q), fds);
	return n >= head && q->magic == AGENT_MAGIC && q->words_len <= AGENT_WORDS_SIZE &&
	       n >= head + (ssize_t)q->words_len;
}

/* Splits the words into argv: NULL behind the environment and behind each command, and once
 * more at the end. */
static int split_words(struct step *s, char *words, size_t len, struct err *err)
{
	size_t n = 0;

	for (char *w = words; w < words + len; w += strlen(w) + 1) {
		size_t at = (size_t)(w - words);
		bool argument = at >= s->q->args_at && at - s->q->args_at < s->q->args_len;

		if (n + 2 > MAX_WORDS)
			return err_set(err, ERR_INPUT, "agent: too many words");
		s->argv[n++] = *w || argument ? w : NULL;
	}
	s->argv[n] = NULL;
	s->envp = s->argv;
	s->next = 0;
	while (s->argv[s->next])
		s->next++;
	s->next++;
	return 0;
}

static size_t count_fds(const struct agent_request *q)
{
	static const struct {
		uint32_t flag;
		size_t n;
	} parts[] = {{AGENT_INTO, 1}, {AGENT_SOURCES, 1}, {AGENT_PACK, 1}, {AGENT_DATA, 2},
	        {AGENT_FEEDBACK, 1}, {AGENT_RELAY, RELAY_FDS + 1}};
	size_t n = 3 + (size_t)q->njoin;

	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		n += q->flags & parts[i].flag ? parts[i].n : 0;
	return n;
}

static void take_fds(struct step *s, size_t i)
{
	const uint32_t flags = s->q->flags;

	s->into = flags & AGENT_INTO ? s->fds[i++] : -1;
	s->sources = flags & AGENT_SOURCES ? s->fds[i++] : -1;
	s->packed = flags & AGENT_PACK ? s->fds[i++] : -1;
	s->input = flags & AGENT_DATA ? s->fds[i++] : -1;
	s->answer = flags & AGENT_DATA ? s->fds[i++] : -1;
	s->feedback = flags & AGENT_FEEDBACK ? s->fds[i++] : -1;
	s->relay = flags & AGENT_RELAY ? &s->fds[i] : NULL;
}

static int take_step(struct agent *a, struct err *err)
{
	struct step *s = &a->step;
	const struct agent_request *q = &a->q;
	const size_t want = count_fds(q);

	if (q->njoin > AGENT_MAX_JOIN || a->fds.n != want)
		return err_set(
		        err, ERR_BUG, "agent: %zu descriptors instead of %zu", a->fds.n, want);
	if (q->words_len == 0 || a->q.words[q->words_len - 1])
		return err_set(err, ERR_BUG, "agent: words have no end");
	s->q = q;
	memcpy(s->fds, a->fds.fd, a->fds.n * sizeof(int));
	take_fds(s, 3 + q->njoin);
	s->filter = &a->filter;
	s->report = a->report;
	memset(s->report, 0, sizeof(*s->report));
	return split_words(s, a->q.words, q->words_len, err);
}

/* One running step, as the agent sees it. */
struct running {
	struct agent *a;
	pid_t pid; /* -1: reaped */
	int pidfd;
	int64_t start_us, wall_us;
	bool killed, said_over;
};

static int64_t now_ms(void)
{
	return now_us() / 1000;
}

static void say(const struct running *r, uint32_t type)
{
	struct agent_reply reply = {.magic = AGENT_MAGIC,
	        .type = type,
	        .serial = r->a->q.serial,
	        .status = r->a->report->status,
	        .unfinished = !r->a->report->ended};

	if (send_reply(&reply) < 0)
		_exit(1);
}

static void kill_step(struct running *r)
{
	r->killed = true;
	if (r->pid > 0)
		kill(r->pid, SIGKILL);
}

/* While a step runs: its KILL, or the end of box, and with it ours. */
static void hear_box(struct running *r)
{
	static struct agent_request q;
	struct packet_fds fds;

	if (!receive(&q, &fds))
		_exit(0);
	packet_close(&fds);
	if (q.serial != r->a->q.serial)
		return;
	if (q.type == AGENT_KILL)
		kill_step(r);
	else if (q.type == AGENT_PEER && r->a->step.relay)
		relay_ended(&r->a->relay, BOX_LANE_SUBMISSION, now_ms());
}

/* All processes of the step are dead. */
static int reap(struct running *r)
{
	struct agent *a = r->a;

	if (waitpid(r->pid, &(int){0}, 0) != r->pid)
		return -1;
	r->pid = -1;
	r->wall_us = now_us() - r->start_us;
	if (!a->step.relay)
		return 0;
	say(r, AGENT_ENDED); /* before the submission can see it */
	relay_ended(&a->relay, BOX_LANE_JURY, now_ms());
	return 0;
}

static void move(struct running *r)
{
	struct relay *relay = &r->a->relay;

	if (!r->a->step.relay)
		return;
	relay_move(relay, now_ms());
	if (!relay->over || r->said_over)
		return;
	r->said_over = true;
	say(r, AGENT_OVER);
}

static bool is_over(const struct running *r)
{
	if (r->pid > 0)
		return false;
	return !r->a->step.relay || r->killed || relay_is_done(&r->a->relay);
}

/* Waits for the init, and until the relay has delivered everything. */
static int watch(struct running *r)
{
	struct pollfd p[WATCHED + RELAY_FDS];
	const struct agent *a = r->a;
	const int64_t deadline = now_ms() + a->q.wall_ms + BACKSTOP_MS;
	const nfds_t n = a->step.relay ? WATCHED + RELAY_FDS : WATCHED;

	while (!is_over(r)) {
		int64_t left = deadline - now_ms();
		int timeout = left < 0 ? 0 : (int)left;

		p[0] = (struct pollfd){.fd = r->pid > 0 ? r->pidfd : -1, .events = POLLIN};
		p[1] = (struct pollfd){.fd = AGENT_SOCKET, .events = POLLIN};
		if (a->step.relay) {
			relay_poll(&a->relay, p + WATCHED);
			timeout = relay_timeout(&a->relay, now_ms(), timeout);
		}
		if (poll(p, n, timeout) < 0 && errno != EINTR)
			return -1;
		if (now_ms() >= deadline)
			kill_step(r);
		if (p[1].revents)
			hear_box(r);
		if (p[0].revents && reap(r) < 0)
			return -1;
		move(r);
	}
	return 0;
}

/* Whatever became of watch(): nobody uses this memory any more. */
static void end_step(struct running *r)
{
	if (r->pid <= 0)
		return;
	kill(r->pid, SIGKILL);
	(void)waitpid(r->pid, &(int){0}, 0);
	r->pid = -1;
}

/* The step did not get as far as its program. */
static int explain_failure(const struct step *s, struct agent_reply *r, struct err *err)
{
	if (s->report->exec_failed)
		r->status = 127 << 8; /* as a shell says it; a bad artifact ends so */
	if (s->report->exec_failed && s->report->failed[0] != '/')
		return 0;
	r->missing = s->report->exec_failed;
	errno = s->report->failed_errno;
	return err_set(err, ERR_BUSY, "agent: %s: %s", s->report->failed, strerrordesc_np(errno));
}

static void end_relay(struct agent *a, struct agent_reply *r)
{
	const struct relay *relay = &a->relay;

	if (!a->step.relay)
		return;
	relay_close(&a->relay);
	r->first = relay->first;
	for (int i = 0; i < BOX_LANES; i++)
		r->bytes[i] = relay->ways[i].bytes;
	/* a transcript that cannot be written is only missing */
	(void)archive_write(
	        a->step.relay[RELAY_FDS], relay->text, relay->text_len, &(struct err){0});
}

/* What only the step shall hold from now on. The relay's belong to the relay. */
static void hand_over(struct agent *a)
{
	struct step *s = &a->step;

	for (int i = 0; i < 3; i++) {
		close(a->fds.fd[i]);
		a->fds.fd[i] = -1;
	}
	if (!s->relay)
		return;
	relay_init(&a->relay, s->relay, a->q.relay_bytes);
	for (size_t i = 0; i < RELAY_FDS; i++)
		a->fds.fd[(size_t)(s->relay - s->fds) + i] = -1;
}

/* Init and command inherit it. */
static void set_cpu(struct agent *a)
{
	cpu_set_t set;

	if (a->q.cpu == a->cpu || a->q.cpu < 0 || a->q.cpu >= CPU_SETSIZE)
		return;
	CPU_ZERO(&set);
	CPU_SET((unsigned)a->q.cpu, &set);
	a->cpu = a->q.cpu;
	/* a processor that went away meanwhile: any will do */
	(void)sched_setaffinity(0, sizeof(set), &set);
}

static int run_step(struct agent *a, struct agent_reply *r, struct err *err)
{
	struct step *s = &a->step;
	struct init_args args = {s, a->command_stack};
	struct running run = {.a = a, .start_us = now_us()};
	auto_close int pidfd = -1;
	int code;

	set_cpu(a);
	run.pid = clone(init_main, a->init_stack + STACK_SIZE,
	        CLONE_NEWPID | CLONE_NEWNS | CLONE_PIDFD | CLONE_VM | SIGCHLD, &args, &pidfd);
	if (run.pid < 0)
		return set_errno(err, "clone");
	run.pidfd = pidfd;
	hand_over(a);
	code = watch(&run);
	end_step(&run);
	end_relay(a, r);
	if (code < 0)
		return set_errno(err, "wait");
	r->wall_us = run.wall_us;
	r->status = s->report->status;
	r->unfinished = !s->report->ended;
	if (s->report->failed[0])
		return explain_failure(s, r, err);
	return 0;
}

/* What comes of a packing; too much to pack is the program's fault. */
static int take_packed(int code, struct agent_reply *r, const struct err *err)
{
	r->packed = code == 0;
	r->refused = code == -ERR_INPUT;
	if (r->refused)
		snprintf(r->fault, sizeof(r->fault), "%s", err->msg);
	return r->refused ? 0 : code;
}

/* Another program: nothing of the last one's is there, not even what only the kernel keeps. */
static int load(struct agent *a, int archive, int64_t bytes, struct err *err)
{
	if (unshare(CLONE_NEWIPC) < 0)
		return set_errno(err, "unshare");
	return files_load(&a->files, archive, bytes, err);
}

static int compile(struct agent *a, struct agent_reply *r, struct err *err)
{
	int code = load(a, a->step.sources, a->q.tmp_bytes, err);

	if (code == 0)
		code = run_step(a, r, err);
	if (code == 0 && a->step.packed >= 0 && r->status == 0 && !r->unfinished)
		code = take_packed(files_pack_work(a->step.packed, err), r, err);
	(void)files_unload(&a->files, &(struct err){0});
	return code;
}

/* With the jury's data. */
static int validate(struct agent *a, struct agent_reply *r, struct err *err)
{
	const struct step *s = &a->step;
	int code = files_mount_data(&a->files, s->input, s->answer, s->feedback, err);
	struct err late = {0};

	if (code == 0)
		code = run_step(a, r, err);
	if (code == 0)
		code = take_packed(files_pack_feedback(s->packed, err), r, err);
	if (files_unmount_data(&a->files, &late) == 0 || code < 0)
		return code;
	*err = late;
	return err_result(err);
}

static int serve_step(struct agent *a, struct agent_reply *r, struct err *err)
{
	int code = take_step(a, err);

	if (code < 0)
		return code;
	if (a->step.sources >= 0)
		return compile(a, r, err);
	return a->step.input >= 0 ? validate(a, r, err) : run_step(a, r, err);
}

static void serve(struct agent *a)
{
	struct agent_reply r = {.magic = AGENT_MAGIC, .type = AGENT_DONE, .serial = a->q.serial};
	struct err err = {0};
	int code = 0;

	/* a KILL or PEER that comes here is late: its step has ended */
	if (a->q.type == AGENT_KILL || a->q.type == AGENT_PEER) {
		packet_close(&a->fds);
		return;
	}
	if (a->q.type == AGENT_LOAD && a->fds.n == 1)
		code = load(a, a->fds.fd[0], 0, &err);
	else if (a->q.type == AGENT_STEP)
		code = serve_step(a, &r, &err);
	else
		code = err_set(&err, ERR_BUG, "agent: no such request");
	if (code < 0)
		snprintf(r.fault, sizeof(r.fault), "%s", err.msg);
	packet_close(&a->fds);
	if (send_reply(&r) < 0)
		_exit(1);
}

int main(void)
{
	static struct agent a;
	struct agent_reply ready = {.magic = AGENT_MAGIC, .type = AGENT_READY};

	seccomp_build(&a.filter);
	a.cpu = -1;
	umask(022);
	signal(SIGPIPE, SIG_DFL);
	fcntl(AGENT_SOCKET, F_SETFD, FD_CLOEXEC);
	a.report = mmap(
	        NULL, sizeof(*a.report), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (a.report == MAP_FAILED)
		return 1;
	/* shm_open() and semaphores live in the step's own /tmp */
	if (symlink("/tmp", "/dev/shm") < 0 && errno != EEXIST)
		return 1;
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 || send_reply(&ready) < 0)
		return 1;
	while (receive(&a.q, &a.fds))
		serve(&a);
	return 0;
}
