/* box.c -- codearena-box: the privileged half of judging.
 *
 * What it may do: it is root; it starts containers and makes cgroups. What it may not: reach a
 * network (its own namespace is empty before anything else happens), a database, a path that
 * somebody named to it. It listens on one Unix socket for the judge's user (SO_PEERCRED) and
 * talks box.h with it, agent.h with the agents.
 *
 * One thread, one poll loop. Per event only small work is done; commands of the runtime are
 * children that are heard of by SIGCHLD. What must stay true:
 * - It has its own mount namespace; the containers' root is a tmpfs in it. Killed at any moment,
 *   it leaves no mount; its agents see their socket close and end; what remains (cgroup folders,
 *   the runtime's state) is removed at the next start, by the instance's name only.
 * - After start-up nothing ends it but SIGTERM: a runtime that fails, a full disk or missing
 *   memory become a JUDGE FAULT with a sentence, and a new try. */
#include "judge/box.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "judge/box_slot.h"

#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <sched.h>
#include <signal.h>

enum {
	BACKLOG = 64,
	TICK_MS = 250,
	BUDGET_PERCENT = 80,
	MAX_SLOTS = 1024,
	SPARE_EVERY = 4, /* one spare container per so many slots, at least one */
	POLL_FIXED = 2,  /* the listening socket and the signals come first */
	MAX_NAME = 40,
};

#define MIB ((int64_t)1 << 20)

struct daemon {
	struct conf conf;
	struct host host;
	struct slots all;
	char root_path[128];
	int listener;
	int signals;
	uid_t judge_uid; /* who may connect beside root */
	bool stop;
};

/* Start. */

static void make_folder(const char *path, mode_t mode)
{
	if (mkdir(path, mode) < 0 && errno != EEXIST)
		die("mkdir %s: %s", path, strerrordesc_np(errno));
}

/* Every folder on the way to a file; those that exist stay as they are. */
static void make_parents(const char *path)
{
	char part[BUNDLE_PATH_SIZE];

	for (const char *p = strchr(path + 1, '/'); p; p = strchr(p + 1, '/')) {
		snprintf(part, sizeof(part), "%.*s", (int)(p - path), path);
		make_folder(part, 0755);
	}
}

static void leave_the_world(void)
{
	if (geteuid() != 0)
		die("codearena-box must run as root");
	if (unshare(CLONE_NEWNET | CLONE_NEWNS) < 0)
		die("unshare: %s", strerrordesc_np(errno));
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		die("private mounts: %s", strerrordesc_np(errno));
	if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0)
		die("subreaper: %s", strerrordesc_np(errno));
	umask(022);
}

static int64_t host_memory(void)
{
	long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);

	if (pages <= 0 || size <= 0)
		die("the host does not say how much memory it has");
	return (int64_t)pages * size;
}

static void find_cpus(struct host *h)
{
	struct err err = {0};
	cpu_set_t set;

	if (cpus_usable(h->conf->cores, h->conf->avoid_siblings, &set, &err) < 0)
		die("%s", err.msg);
	for (int i = 0; i < CPU_SETSIZE; i++)
		if (CPU_ISSET((unsigned)i, &set))
			h->cpus[h->ncpus++] = i;
	cpus_print(&set, h->cores, sizeof(h->cores));
}

/* Two boxes of one instance would kill each other's containers. */
static void lock_instance(const struct host *h)
{
	char path[BUNDLE_PATH_SIZE + 16];
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	int fd;

	snprintf(path, sizeof(path), "%s/lock", h->state_dir);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		die("%s: %s", path, strerrordesc_np(errno));
	if (fcntl(fd, F_SETLK, &lock) < 0)
		die("another codearena-box of instance %s is running", h->conf->instance);
}

/* Beside this program in a build folder, in libexec where installed. */
static void find_agent(struct host *h)
{
	char self[BUNDLE_PATH_SIZE - 32];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash;

	self[n > 0 ? n : 0] = 0;
	slash = strrchr(self, '/');
	if (slash)
		*slash = 0;
	snprintf(h->agent, sizeof(h->agent), "%s/codearena-agent", self);
	if (access(h->agent, X_OK) < 0)
		snprintf(h->agent, sizeof(h->agent), "%s/libexec/codearena-agent", h->conf->prefix);
}

static void init_host(struct daemon *d)
{
	struct host *h = &d->host;
	auto_free char *version = NULL;
	struct err err = {0};
	int r;

	h->conf = &d->conf;
	if (strlen(d->conf.instance) >= MAX_NAME)
		die("the instance's name is too long");
	snprintf(h->state_dir, sizeof(h->state_dir), "%.400s/box", d->conf.data_dir);
	find_agent(h);
	make_parents(h->state_dir);
	make_folder(h->state_dir, 0700);
	lock_instance(h);
	find_cpus(h);
	h->budget_bytes = d->conf.memory_budget_mib * MIB;
	if (h->budget_bytes == 0)
		h->budget_bytes = host_memory() / 100 * BUDGET_PERCENT;
	if (cgroup_detect(&h->cgroup, d->conf.instance, &err) < 0)
		die("%s", err.msg);
	if (languages_load(&h->languages, d->conf.language_file, &err) < 0)
		die("%s", err.msg);
	if (store_open(&h->store, h->state_dir, &h->languages, d->conf.root, &err) < 0)
		die("%s", err.msg);
	h->runc.command = d->conf.runtime;
	snprintf(h->runc.state, sizeof(h->runc.state), "%s/runtime", h->state_dir);
	snprintf(h->runc.instance, sizeof(h->runc.instance), "%s", d->conf.instance);
	make_folder(h->runc.state, 0700);
	r = runc_check(h->runc.command, &version, &err);
	h->runc.unfit = r == -ERR_INPUT;
	if (r < 0)
		log_error("box.runtime", "reason=\"%s\"", err.msg);
}

/* What an earlier box of this instance left. */
static void clean_up(struct host *h)
{
	struct err err = {0};

	if (runc_delete_all(&h->runc, &err) < 0)
		log_warn("box.clean", "reason=\"%s\"", err.msg);
	cgroup_remove_all(&h->cgroup);
}

static void make_root(struct daemon *d)
{
	struct err err = {0};

	/* below /run: the containers' root must reach it, and data folders are private */
	snprintf(d->root_path, sizeof(d->root_path), "/run/codearena-%s", d->conf.instance);
	if (bundle_root_make(&d->host.root, d->root_path, d->conf.root, d->host.agent, &err) < 0 ||
	        bundle_root_show(&d->host.root, d->host.store.path, STORE_MOUNT, &err) < 0)
		die("%s", err.msg);
}

static void find_judge(struct daemon *d, gid_t *gid)
{
	char name[64];
	const struct passwd *user;
	const struct group *group;

	snprintf(name, sizeof(name), "%s-judge", d->conf.instance);
	user = getpwnam(name);  // NOLINT(concurrency-mt-unsafe): one thread
	group = getgrnam(name); // NOLINT(concurrency-mt-unsafe): one thread
	if (!user || !group)
		log_warn("box.user", "missing=%s reason=\"only root can connect\"", name);
	d->judge_uid = user ? user->pw_uid : 0;
	*gid = group ? group->gr_gid : 0;
}

/* It gets its name when it listens and has its mode: who sees the name can connect. */
static void open_socket(struct daemon *d)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	gid_t gid;

	find_judge(d, &gid);
	if (strlen(d->conf.box_socket) + strlen(".new") >= sizeof(a.sun_path))
		die("box_socket is too long: %s", d->conf.box_socket);
	snprintf(a.sun_path, sizeof(a.sun_path), "%s.new", d->conf.box_socket);
	make_parents(a.sun_path);
	(void)unlink(a.sun_path);
	d->listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	umask(0777);
	if (d->listener < 0 || bind(d->listener, (struct sockaddr *)&a, sizeof(a)) < 0)
		die("%s: %s", a.sun_path, strerrordesc_np(errno));
	umask(022);
	if (chown(a.sun_path, 0, gid) < 0 || chmod(a.sun_path, 0660) < 0)
		die("%s: %s", a.sun_path, strerrordesc_np(errno));
	if (listen(d->listener, BACKLOG) < 0 || rename(a.sun_path, d->conf.box_socket) < 0)
		die("%s: %s", d->conf.box_socket, strerrordesc_np(errno));
}

static void open_signals(struct daemon *d)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGCHLD);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	d->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (d->signals < 0)
		die("signalfd: %s", strerrordesc_np(errno));
}

static void make_slots(struct daemon *d)
{
	struct slots *all = &d->all;
	size_t awake;

	all->host = &d->host;
	all->nslots = d->conf.slots > 0 ? (size_t)d->conf.slots : d->host.ncpus;
	if (all->nslots > MAX_SLOTS)
		die("more than %d slots", MAX_SLOTS);
	if (all->nslots > d->host.ncpus)
		log_warn("box.cores",
		        "slots=%zu cores=%s reason=\"slots share cores: times will vary\"",
		        all->nslots, d->host.cores);
	all->nslots++; /* the doctor's */
	awake = all->nslots + 1 + all->nslots / SPARE_EVERY;
	all->ncells = awake + all->nslots; /* the jury's lanes */
	all->slots = xcalloc(all->nslots, sizeof(*all->slots));
	all->cells = xcalloc(all->ncells, sizeof(*all->cells));
	for (size_t i = 0; i < all->nslots; i++)
		all->slots[i].fd = -1;
	for (size_t i = 0; i < all->ncells; i++)
		cell_init(&all->cells[i], &d->host, (unsigned)i);
	for (size_t i = awake; i < all->ncells; i++)
		all->cells[i].asleep = true;
}

/* The loop. */

static void accept_one(struct daemon *d)
{
	int fd = accept4(d->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct ucred peer;
	socklen_t len = sizeof(peer);

	if (fd < 0)
		return;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) < 0 ||
	        (peer.uid != 0 && peer.uid != d->judge_uid)) {
		log_warn("box.denied", "uid=%ld", (long)peer.uid);
		close(fd);
		return;
	}
	slots_accept(&d->all, fd);
}

static void reap(struct daemon *d)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (store_child(&d->host.store, pid, status))
			continue;
		for (size_t i = 0; i < d->all.ncells; i++)
			if (cell_child(&d->all.cells[i], pid, status))
				break;
	}
}

static void read_signals(struct daemon *d)
{
	struct signalfd_siginfo info;

	while (read(d->signals, &info, sizeof(info)) == (ssize_t)sizeof(info))
		d->stop |= info.ssi_signo == SIGTERM || info.ssi_signo == SIGINT;
	reap(d);
}

/* What a descriptor of the poll set belongs to. */
struct watch {
	struct slot *slot; /* its judge; or with `output`, a pipe of its step */
	bool output;
	struct cell *cell;
};

static size_t fill_poll(struct daemon *d, struct pollfd *p, struct watch *w)
{
	size_t n = POLL_FIXED;

	p[0] = (struct pollfd){.fd = d->listener, .events = POLLIN};
	p[1] = (struct pollfd){.fd = d->signals, .events = POLLIN};
	for (size_t i = 0; i < d->all.nslots; i++) {
		struct slot *s = &d->all.slots[i];

		if (s->phase == SLOT_FREE)
			continue;
		w[n] = (struct watch){.slot = s};
		p[n++] = (struct pollfd){.fd = s->fd, .events = POLLIN};
		for (int lane = 0; lane < BOX_LANES; lane++) {
			w[n] = (struct watch){.slot = s, .output = true};
			p[n++] = (struct pollfd){.fd = s->lanes[lane].output_fd, .events = POLLIN};
		}
	}
	for (size_t i = 0; i < d->all.ncells; i++) {
		struct cell *c = &d->all.cells[i];

		w[n] = (struct watch){.cell = c};
		p[n++] = (struct pollfd){.fd = c->fd, .events = POLLIN}; /* -1 is skipped */
	}
	return n;
}

/* An earlier event of the same round may have closed what this one is about. */
static void handle(struct daemon *d, const struct pollfd *p, const struct watch *w)
{
	if (!p->revents)
		return;
	if (w->cell && w->cell->fd == p->fd)
		slots_agent(&d->all, w->cell);
	else if (w->slot && w->output)
		slot_output(w->slot, p->fd);
	else if (w->slot && !w->output && w->slot->fd == p->fd)
		slot_readable(w->slot);
}

static void tick(struct daemon *d, int64_t now_ms)
{
	for (size_t i = 0; i < d->all.ncells; i++) {
		struct cell *c = &d->all.cells[i];

		cell_tick(c, now_ms);
		if (c->state != CELL_READY && c->taken)
			slots_lost(&d->all, c);
	}
	slots_start(&d->all, now_ms);
}

static void loop(struct daemon *d)
{
	size_t max = POLL_FIXED + (1 + BOX_LANES) * d->all.nslots + d->all.ncells;
	auto_free struct pollfd *p = xcalloc(max, sizeof(*p));
	auto_free struct watch *w = xcalloc(max, sizeof(*w));

	while (!d->stop) {
		int timeout = slots_watch(&d->all, TICK_MS);
		size_t n = fill_poll(d, p, w);
		int ready = poll(p, n, timeout);

		for (size_t i = POLL_FIXED; ready > 0 && i < n; i++)
			handle(d, &p[i], &w[i]);
		if (ready > 0 && p[0].revents)
			accept_one(d);
		if (ready > 0 && p[1].revents)
			read_signals(d);
		tick(d, clock_mono_ms());
	}
}

static void leave(struct daemon *d)
{
	for (size_t i = 0; i < d->all.ncells; i++)
		cell_stop(&d->all.cells[i]);
	(void)unlink(d->conf.box_socket);
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
	clean_up(&d->host);
	(void)umount2(d->root_path, MNT_DETACH);
	(void)rmdir(d->root_path);
	languages_free(&d->host.languages);
	for (size_t i = 0; i < d->all.nslots * BOX_LANES; i++)
		buf_free(&d->all.slots[i / BOX_LANES].lanes[i % BOX_LANES].output);
	free(d->all.slots);
	free(d->all.cells);
	conf_free(&d->conf);
}

int main(int argc, char **argv)
{
	static struct daemon d;
	struct err err = {0};

	log_init("codearena-box");
	conf_init(&d.conf, &argc, argv);
	if (argc > 1)
		die("unknown argument: %s", argv[1]);
	leave_the_world();
	init_host(&d);
	clean_up(&d.host);
	if (cgroup_weigh(&d.host.cgroup, d.host.ncpus, &err) < 0)
		log_warn("box.weight", "reason=\"%s\"", err.msg);
	make_root(&d);
	make_slots(&d);
	open_signals(&d);
	open_socket(&d);
	log_info("box.started", "slots=%zu cores=%s cgroups=%s budget_mib=%lld runtime=%s root=%s",
	        d.all.nslots - 1, d.host.cores, cgroup_mode_name(d.host.cgroup.mode),
	        (long long)(d.host.budget_bytes / MIB), d.conf.runtime, d.conf.root);
	loop(&d);
	log_info("box.stopping", "slots=%zu", d.all.nslots);
	leave(&d);
	return 0;
}
