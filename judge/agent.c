/* agent.c -- PID 1 of a container (codearena-agent, static): starts one step at a time.
 *
 * What it may do: it is root of the container's user namespace with CAP_SYS_ADMIN, SETUID and
 * SETGID there; on the host it is nobody. It sees a read-only root, its socket to box, no network.
 *
 * A step is two processes. The *init* is cloned into fresh pid, mount and ipc namespaces, mounts a
 * fresh /proc and /tmp there and starts each command in turn. The *command* is PID 2: it joins its
 * cgroups, sets rlimits, drops to an unprivileged uid, puts on the seccomp filter and execs. (As
 * PID 1 it would be immune to its own abort().) When the command ends the init reports and exits,
 * and the kernel ends every other process of the pid namespace; only then is the step over.
 *
 * What must stay true:
 * - Nothing that a step can write outlives it: /tmp dies with its mount namespace, the work folder
 *   of a compile is unmounted after it was packed, the loaded program is read-only.
 * - Files that a step wrote are touched only when all of its processes are dead, with the file
 *   system rights of the step's own uid, never through a symbolic link.
 * - No descriptor but 0, 1 and 2 reaches a command.
 * - The agent ends when box does: its socket and the step's pidfd are polled together. */
#include "judge/agent.h"
#include "base/base.h"
#include "base/err.h"
#include "judge/archive.h"
#include "judge/box_packet.h"
#include "judge/seccomp.h"

#include <linux/openat2.h>
#include <linux/sched.h>
#include <sys/fsuid.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <dirent.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <time.h>

enum {
	STACK_SIZE = 64 << 10,
	MAX_WORDS = 512,
	MAX_FOLDERS = 256,
	MAX_OPEN_FILES = 1024,
	MAX_INODES = 32768,
	BACKSTOP_MS = 10000,
};

static const char work_folder[] = "/work";

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
	const int *fds;
	int into;              /* cgroup directory or -1 */
	int sources, artifact; /* or -1 */
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
	bool loaded; /* something is mounted on the work folder */
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

static void set_cpu(const struct step *s)
{
	cpu_set_t set;

	if (s->q->cpu < 0 || s->q->cpu >= CPU_SETSIZE)
		return;
	CPU_ZERO(&set);
	CPU_SET((unsigned)s->q->cpu, &set);
	/* a processor that went away meanwhile: any will do */
	(void)sched_setaffinity(0, sizeof(set), &set);
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
	if (chdir(work_folder) < 0)
		command_fail(s, "chdir");
	set_descriptors(s);
	set_limits(s);
	set_cpu(s);
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
	while (status == 0 && next_command(s)) {
		pid_t pid = start_command(s, a->stack);

		status = wait_command(s, pid);
	}
	s->report->status = status;
	s->report->ended = true;
	_exit(0);
}

/* Folders and archives. */

static int open_beneath(int dir, const char *name, int flags, mode_t mode)
{
	struct open_how how = {.flags = (uint64_t)(unsigned)(flags | O_CLOEXEC | O_NOFOLLOW),
	        .mode = flags & O_CREAT ? mode : 0,
	        .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS};

	return (int)syscall(SYS_openat2, dir, name, &how, sizeof(how));
}

/* A fresh tmpfs on the work folder in place of what was there. */
static int mount_work(struct agent *a, int64_t bytes, unsigned mode, struct err *err)
{
	char options[96];

	if (a->loaded && umount2(work_folder, MNT_DETACH) < 0)
		return set_errno(err, "umount work folder");
	a->loaded = false;
	snprintf(options, sizeof(options), "size=%lld,nr_inodes=%d,mode=%o", (long long)bytes,
	        MAX_INODES, mode);
	if (mount("work", work_folder, "tmpfs", MS_NOSUID | MS_NODEV, options) < 0)
		return set_errno(err, "mount work folder");
	a->loaded = true;
	return 0;
}

static int make_parents(int dir, const char *name, struct err *err)
{
	char path[ARCHIVE_NAME_SIZE];

	for (const char *slash = strchr(name, '/'); slash; slash = strchr(slash + 1, '/')) {
		snprintf(path, sizeof(path), "%.*s", (int)(slash - name), name);
		if (mkdirat(dir, path, 0755) < 0 && errno != EEXIST)
			return set_errno(err, "make folder");
	}
	return 0;
}

static int unpack_file(int dir, const struct archive_entry *e, struct err *err)
{
	auto_close int fd = -1;
	int r = make_parents(dir, e->name, err);

	if (r < 0)
		return r;
	fd = open_beneath(dir, e->name, O_WRONLY | O_CREAT | O_EXCL, e->executable ? 0755 : 0644);
	if (fd < 0)
		return set_errno(err, "unpack");
	return archive_write(fd, e->data, e->len, err);
}

static int unpack_map(const void *data, size_t len, struct err *err)
{
	auto_close int dir = open(work_folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct archive ar;
	struct archive_entry e;
	int r = archive_open(&ar, data, len, err);

	if (r < 0)
		return r;
	if (dir < 0)
		return set_errno(err, "open work folder");
	while ((r = archive_next(&ar, &e, err)) > 0) {
		r = unpack_file(dir, &e, err);
		if (r < 0)
			return r;
	}
	return r;
}

/* Box has seen that the memfd is sealed and how large it is. */
static int unpack(int fd, struct err *err)
{
	struct stat st;
	void *data;
	int r;

	if (fstat(fd, &st) < 0)
		return set_errno(err, "fstat");
	if (st.st_size <= 0)
		return err_set(err, ERR_INPUT, "empty archive");
	data = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (data == MAP_FAILED)
		return set_errno(err, "mmap");
	r = unpack_map(data, (size_t)st.st_size, err);
	munmap(data, (size_t)st.st_size);
	return r;
}

static int load(struct agent *a, int fd, struct err *err)
{
	int r = mount_work(a, (int64_t)BOX_MAX_ARTIFACT_BYTES * 2, 0755, err);

	if (r == 0)
		r = unpack(fd, err);
	if (r < 0)
		return r;
	if (mount(NULL, work_folder, NULL, MS_REMOUNT | MS_RDONLY | MS_NOSUID | MS_NODEV, NULL) < 0)
		return set_errno(err, "remount work folder");
	return 0;
}

/* Packing what a compiler left. */

struct packer {
	int root;
	int out;
	size_t files;
	size_t bytes;
	char folders[MAX_FOLDERS][ARCHIVE_NAME_SIZE]; /* still to do; [0] is the root */
	size_t nfolders;
};

static int pack_file(struct packer *p, const char *name, struct err *err)
{
	auto_close int fd = open_beneath(p->root, name, O_RDONLY | O_NONBLOCK, 0);
	struct stat st;
	off_t left;
	int r;

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return 0; /* what the program's own uid cannot read is no part of it */
	p->bytes += (size_t)st.st_size;
	p->files++;
	if (p->bytes > BOX_MAX_ARTIFACT_BYTES - (1 << 20) || p->files > BOX_MAX_ARTIFACT_FILES)
		return err_set(err, ERR_INPUT,
		        "the compiled program is larger than %d MiB or %d files",
		        BOX_MAX_ARTIFACT_BYTES >> 20, BOX_MAX_ARTIFACT_FILES);
	r = archive_add(p->out, name, st.st_mode & 0100, (size_t)st.st_size, err);
	if (r < 0)
		return r;
	for (left = st.st_size; left > 0;) {
		ssize_t n = sendfile(p->out, fd, NULL, (size_t)left);

		if (n <= 0)
			return set_errno(err, "pack");
		left -= n;
	}
	return 0;
}

static int pack_entry(struct packer *p, const char *name, struct err *err)
{
	struct stat st;

	if (fstatat(p->root, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return 0;
	if (S_ISREG(st.st_mode))
		return pack_file(p, name, err);
	if (!S_ISDIR(st.st_mode))
		return 0;
	if (p->nfolders == MAX_FOLDERS)
		return err_set(err, ERR_INPUT, "the compiled program has more than %d folders",
		        MAX_FOLDERS);
	snprintf(p->folders[p->nfolders++], ARCHIVE_NAME_SIZE, "%s", name);
	return 0;
}

static void auto_dir_(DIR **d)
{
	if (*d)
		closedir(*d);
}

static int pack_folder(struct packer *p, const char *folder, struct err *err)
{
	char name[ARCHIVE_NAME_SIZE];
	int fd = open_beneath(p->root, *folder ? folder : ".", O_RDONLY | O_DIRECTORY, 0);
	__attribute__((cleanup(auto_dir_))) DIR *d = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *e;

	if (!d)
		return 0;
	while ((e = readdir(d))) { // NOLINT(concurrency-mt-unsafe): one thread
		int n, r = 0;

		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		n = snprintf(name, sizeof(name), "%s%s%s", folder, *folder ? "/" : "", e->d_name);
		if (n > 0 && (size_t)n < sizeof(name) && archive_is_name(name))
			r = pack_entry(p, name, err);
		if (r < 0)
			return r;
	}
	return 0;
}

/* All processes of the step are dead; reads as the step's uid. */
static int pack_as_step(struct packer *p, struct err *err)
{
	int r = archive_begin(p->out, err);

	p->nfolders = 1; /* the root, whose name is empty */
	for (size_t i = 0; r == 0 && i < p->nfolders; i++)
		r = pack_folder(p, p->folders[i], err);
	return r < 0 ? r : archive_end(p->out, err);
}

static int pack(int out, struct err *err)
{
	static struct packer p; /* too large for a stack */
	int r;

	memset(&p, 0, sizeof(p));
	p.out = out;
	p.root = open(work_folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (p.root < 0)
		return set_errno(err, "open work folder");
	setfsgid(AGENT_TEST_UID);
	setfsuid(AGENT_TEST_UID);
	r = pack_as_step(&p, err);
	setfsuid(0);
	setfsgid(0);
	close(p.root);
	return r;
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
		if (n + 2 > MAX_WORDS)
			return err_set(err, ERR_INPUT, "agent: too many words");
		s->argv[n++] = *w ? w : NULL;
	}
	s->argv[n] = NULL;
	s->envp = s->argv;
	s->next = 0;
	while (s->argv[s->next])
		s->next++;
	s->next++;
	return 0;
}

static int take_step(struct agent *a, struct err *err)
{
	struct step *s = &a->step;
	const struct agent_request *q = &a->q;
	size_t i = 3 + q->njoin;
	size_t want = i + (q->flags & AGENT_INTO ? 1U : 0) + (q->flags & AGENT_SOURCES ? 1U : 0) +
	              (q->flags & AGENT_PACK ? 1U : 0);

	if (q->njoin > AGENT_MAX_JOIN || a->fds.n != want)
		return err_set(
		        err, ERR_BUG, "agent: %zu descriptors instead of %zu", a->fds.n, want);
	if (q->words_len == 0 || a->q.words[q->words_len - 1])
		return err_set(err, ERR_BUG, "agent: words have no end");
	s->q = q;
	s->fds = a->fds.fd;
	s->into = q->flags & AGENT_INTO ? s->fds[i++] : -1;
	s->sources = q->flags & AGENT_SOURCES ? s->fds[i++] : -1;
	s->artifact = q->flags & AGENT_PACK ? s->fds[i++] : -1;
	s->filter = &a->filter;
	s->report = a->report;
	memset(s->report, 0, sizeof(*s->report));
	return split_words(s, a->q.words, q->words_len, err);
}

/* While a step runs: its KILL, or the end of box, and with it ours. */
static void hear_box(const struct agent *a, pid_t pid)
{
	static struct agent_request q;
	struct packet_fds fds;

	if (!receive(&q, &fds))
		_exit(0);
	packet_close(&fds);
	if (q.type == AGENT_KILL && q.serial == a->q.serial)
		kill(pid, SIGKILL);
}

/* Waits for the init. */
static int watch(const struct agent *a, pid_t pid, int pidfd)
{
	struct pollfd p[2] = {
	        {.fd = pidfd, .events = POLLIN}, {.fd = AGENT_SOCKET, .events = POLLIN}};
	int64_t deadline = now_us() / 1000 + a->q.wall_ms + BACKSTOP_MS;

	for (;;) {
		int64_t left = deadline - now_us() / 1000;
		int n = poll(p, 2, left < 0 ? 0 : (int)left);

		if (n < 0 && errno != EINTR)
			return -1;
		if (n == 0)
			kill(pid, SIGKILL);
		if (n > 0 && p[0].revents)
			return waitpid(pid, &(int){0}, 0) == pid ? 0 : -1;
		if (n > 0)
			hear_box(a, pid);
	}
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

static int run_step(struct agent *a, struct agent_reply *r, struct err *err)
{
	struct step *s = &a->step;
	struct init_args args = {s, a->command_stack};
	auto_close int pidfd = -1;
	int64_t start = now_us();
	pid_t pid;

	pid = clone(init_main, a->init_stack + STACK_SIZE,
	        CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC | CLONE_PIDFD | SIGCHLD, &args, &pidfd);
	if (pid < 0)
		return set_errno(err, "clone");
	if (watch(a, pid, pidfd) < 0)
		return set_errno(err, "wait");
	r->wall_us = now_us() - start;
	r->status = s->report->status;
	r->unfinished = !s->report->ended;
	if (s->report->failed[0])
		return explain_failure(s, r, err);
	return 0;
}

static int pack_step(struct agent *a, struct agent_reply *r, struct err *err)
{
	int code = a->step.artifact < 0 || r->status != 0 || r->unfinished
	                   ? 1
	                   : pack(a->step.artifact, err);

	r->packed = code == 0;
	r->refused = code == -ERR_INPUT;
	if (code == -ERR_INPUT)
		snprintf(r->fault, sizeof(r->fault), "%s", err->msg);
	return code < 0 && !r->refused ? code : 0;
}

static int compile(struct agent *a, struct agent_reply *r, struct err *err)
{
	int code = mount_work(a, a->q.tmp_bytes, 0777, err);

	if (code == 0)
		code = unpack(a->step.sources, err);
	if (code == 0)
		code = run_step(a, r, err);
	if (code == 0)
		code = pack_step(a, r, err);
	if (a->loaded)
		a->loaded = umount2(work_folder, MNT_DETACH) < 0;
	return code;
}

static void serve(struct agent *a)
{
	struct agent_reply r = {.magic = AGENT_MAGIC, .type = AGENT_DONE, .serial = a->q.serial};
	struct err err = {0};
	int code = 0;

	if (a->q.type == AGENT_LOAD && a->fds.n == 1)
		code = load(a, a->fds.fd[0], &err);
	else if (a->q.type == AGENT_STEP)
		code = take_step(a, &err);
	else if (a->q.type != AGENT_KILL)
		code = err_set(&err, ERR_BUG, "agent: no such request");
	if (a->q.type == AGENT_STEP && code == 0)
		code = a->step.sources < 0 ? run_step(a, &r, &err) : compile(a, &r, &err);
	if (code < 0)
		snprintf(r.fault, sizeof(r.fault), "%s", err.msg);
	packet_close(&a->fds);
	/* a KILL that comes here is late: its step has ended */
	if (a->q.type != AGENT_KILL && send_reply(&r) < 0)
		_exit(1);
}

int main(void)
{
	static struct agent a;
	struct agent_reply ready = {.magic = AGENT_MAGIC, .type = AGENT_READY};

	seccomp_build(&a.filter);
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
