/* box_slot.c -- see box_slot.h.
 *
 * What the judge sends is checked before anything is done with it: box_request_parse for the
 * packet, here for the descriptors (sealed, regular, a pipe, sizes) and for the state. What goes
 * to the agent is made of the language table and of names that passed language_is_name. */
#include "judge/box_slot.h"

#include "base/clock.h"
#include "base/log.h"
#include "judge/archive.h"
#include "judge/box_packet.h"

#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <signal.h>

enum {
	WAIT_MS = 60000,    /* for a container or for memory */
	KILL_MS = 15000,    /* a killed step must be gone by then */
	MIN_LOOK_US = 1000, /* between two looks at a running step */
	MAX_LOOK_US = 250000,
	READ_SIZE = 65536,
	READS_PER_EVENT = 4,
	READS_AT_END = 64,
	VERSION_CPU_MS = 20000,
	VERSION_WALL_MS = 40000,
	VERSION_PIDS = 256,
};

#define MIB ((int64_t)1 << 20)

static const char base_env[] = "PATH=/usr/bin:/bin\0HOME=/tmp\0TMPDIR=/tmp\0LANG=C.UTF-8";
static const char cut_words[] = "\n[the rest of the compiler's output is left out]\n";

/* Replies. */

static int send_packet(int fd, const struct box_reply *r, const int *fds, size_t nfds)
{
	return packet_send(fd, r, sizeof(*r), fds, nfds);
}

static struct box_reply make_reply(uint32_t type, uint32_t serial)
{
	return (struct box_reply){
	        .magic = BOX_MAGIC, .version = BOX_VERSION_NUMBER, .type = type, .serial = serial};
}

static void refuse(int fd, uint32_t serial, const struct err *err)
{
	struct box_reply r = make_reply(BOX_REFUSED, serial);

	snprintf(r.result.fault, sizeof(r.result.fault), "%s", err->msg);
	(void)send_packet(fd, &r, NULL, 0);
}

/* Releasing. */

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void close_inputs(struct slot *s)
{
	for (size_t i = 0; i < s->nin; i++)
		close(s->in[i]);
	s->nin = 0;
}

/* Everything that belongs to one request. */
static void release_request(struct slot *s)
{
	close_inputs(s);
	close_fd(&s->output_fd);
	close_fd(&s->artifact_fd);
	buf_clear(&s->output);
	s->output_cut = false;
	s->killed = 0;
	if (s->phase == SLOT_RUNNING || s->phase == SLOT_LOADING)
		s->all->used_bytes -= s->memory_bytes;
	s->memory_bytes = 0;
	cgroup_step_end(&s->cgroup);
	if (s->phase > SLOT_IDLE)
		s->phase = SLOT_IDLE;
}

static void give_back_cell(struct slot *s)
{
	if (s->cell)
		s->cell->taken = false;
	s->cell = NULL;
}

/* The judge is gone, or talks nonsense: whatever runs dies with its container. */
static void hang_up(struct slot *s, const char *why)
{
	bool busy = s->phase == SLOT_RUNNING || s->phase == SLOT_LOADING;

	log_info("slot.closed", "slot=%u reason=\"%s\"", s->index, why);
	if (s->cell && busy)
		cell_retire(s->cell);
	release_request(s);
	give_back_cell(s);
	close_fd(&s->fd);
	close_fd(&s->program.fd);
	s->program.tag = 0;
	buf_free(&s->output);
	s->phase = SLOT_FREE;
}

/* The end of a step. */

static int sealed_copy(const char *name, const struct buf *b)
{
	int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd < 0)
		return -1;
	if (b->len > 0 && archive_write(fd, b->data, b->len, &(struct err){0}) < 0) {
		close(fd);
		return -1;
	}
	(void)fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL);
	return fd;
}

static void answer(struct slot *s, const struct box_result *result, bool with_artifact)
{
	struct box_reply r = make_reply(BOX_DONE, s->q.serial);
	auto_close int output = -1;
	int fds[2];
	size_t n = 0;

	r.result = *result;
	if (s->q.type == BOX_COMPILE || s->q.type == BOX_VERSION) {
		output = sealed_copy("output", &s->output);
		fds[n++] = output;
		if (output < 0) {
			r.result.end = BOX_END_FAULT;
			snprintf(
			        r.result.fault, sizeof(r.result.fault), "no memory for the output");
			n = 0;
		}
	}
	if (with_artifact && n == 1)
		fds[n++] = s->artifact_fd;
	if (send_packet(s->fd, &r, fds, n) < 0)
		hang_up(s, "answer not taken");
	else
		release_request(s);
}

static void answer_fault(struct slot *s, const char *why)
{
	struct box_result r = {.end = BOX_END_FAULT};

	snprintf(r.fault, sizeof(r.fault), "%s", why);
	log_warn("step.fault", "slot=%u language=%s reason=\"%s\"", s->index, s->q.language, why);
	answer(s, &r, false);
}

static void decide_by_status(struct box_result *r, int status)
{
	if (WIFSIGNALED(status)) {
		r->signal = WTERMSIG(status);
		/* only the kernel can send SIGSYS here: see seccomp.h */
		r->end = r->signal == SIGSYS ? BOX_END_SECURITY : BOX_END_SIGNAL;
	} else {
		r->exit_code = WEXITSTATUS(status);
		r->end = BOX_END_EXITED;
	}
}

/* The order that box.h promises. */
static void decide(const struct slot *s, const struct agent_reply *a, const struct cgroup_usage *u,
        struct box_result *r)
{
	if (u->oom && u->own_limit) {
		r->end = BOX_END_MEMORY_LIMIT;
	} else if (u->oom) {
		r->end = BOX_END_FAULT;
		snprintf(r->fault, sizeof(r->fault), "the host is short of memory");
	} else if (s->killed == BOX_END_CPU_LIMIT || r->cpu_us > s->q.limits.cpu_ms * 1000) {
		r->end = BOX_END_CPU_LIMIT;
	} else if (s->killed == BOX_END_WALL_LIMIT || r->wall_us > s->q.limits.wall_ms * 1000) {
		r->end = BOX_END_WALL_LIMIT;
	} else if (s->killed) {
		r->end = s->killed;
	} else if (a->unfinished) {
		r->end = BOX_END_FAULT;
		snprintf(r->fault, sizeof(r->fault), "the step's init was killed");
	} else {
		decide_by_status(r, a->status);
	}
}

static void keep_output(struct slot *s, const char *piece, size_t n)
{
	size_t room = BOX_MAX_OUTPUT_BYTES - sizeof(cut_words) - s->output.len;
	size_t take = n < room ? n : room;

	if (s->output_cut)
		return;
	buf_add(&s->output, piece, take);
	s->output_cut = take < n;
	if (s->output_cut)
		buf_adds(&s->output, cut_words);
}

/* At most so many pieces: a compiler that floods its output must not keep us from its limits. */
static void read_output(struct slot *s, int most)
{
	char piece[READ_SIZE];

	for (int i = 0; i < most && s->output_fd >= 0; i++) {
		ssize_t n = read(s->output_fd, piece, sizeof(piece));

		if (n > 0)
			keep_output(s, piece, (size_t)n);
		else if (n == 0)
			close_fd(&s->output_fd);
		else if (errno != EINTR)
			return;
	}
}

void slot_output(struct slot *s)
{
	read_output(s, READS_PER_EVENT);
}

/* Too much to pack is the program's fault: the compiler's words say so. */
static void refuse_artifact(struct slot *s, const struct agent_reply *a, struct box_result *r)
{
	if (r->end != BOX_END_EXITED || r->exit_code != 0 || !a->refused)
		return;
	r->exit_code = 1;
	if (!s->output_cut)
		buf_addf(&s->output, "%s\n", a->fault);
}

static void step_done(struct slot *s, const struct agent_reply *a)
{
	struct box_result r = {.wall_us = a->wall_us};
	struct cgroup_usage u = {0};
	struct err err = {0};
	bool packed;

	/* a missing compiler is what VERSION asks about */
	if (a->fault[0] && !a->refused && !(a->missing && s->q.type == BOX_VERSION)) {
		answer_fault(s, a->fault);
		return;
	}
	if (cgroup_step_usage(&s->cgroup, &u, &err) < 0) {
		answer_fault(s, err.msg);
		return;
	}
	r.cpu_us = u.cpu_us;
	r.memory_bytes = u.peak_bytes;
	r.pids_denied = u.pids_denied;
	decide(s, a, &u, &r);
	read_output(s, READS_AT_END); /* all writers are dead: what is left is one pipe full */
	refuse_artifact(s, a, &r);
	packed = a->packed && r.end == BOX_END_EXITED && r.exit_code == 0;
	if (packed)
		(void)fcntl(s->artifact_fd, F_ADD_SEALS,
		        F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL);
	answer(s, &r, packed);
}

/* Starting a step. */

static void add_env(const struct language *l, struct buf *words)
{
	buf_add(words, base_env, sizeof(base_env));
	for (size_t i = 0; l && i < l->nenv; i++)
		buf_add(words, l->env[i], strlen(l->env[i]) + 1);
	buf_add(words, "", 1);
}

static int expand_run(
        const struct slot *s, const struct language *l, struct buf *words, struct err *err)
{
	const char *sources[] = {s->program.entry};
	struct language_values v = {.entry = s->program.entry,
	        .sources = sources,
	        .nsources = 1,
	        .memory_mib = s->q.limits.memory_bytes / MIB};

	return language_expand(l, l->run, &v, words, err);
}

/* The commands of a compile, from the names of the files in the archive. */
static int expand_compile(const struct slot *s, const struct language *l, struct archive *ar,
        struct buf *words, struct err *err)
{
	static struct archive_entry files[BOX_MAX_FILES];
	const char *names[BOX_MAX_FILES];
	struct language_values v = {.entry = s->q.entry,
	        .sources = names,
	        .memory_mib = s->q.limits.memory_bytes / MIB};
	int r = 0;

	while (v.nsources < BOX_MAX_FILES && (r = archive_next(ar, &files[v.nsources], err)) > 0) {
		names[v.nsources] = files[v.nsources].name;
		v.nsources++;
	}
	if (r >= 0 && (v.nsources == 0 || v.nsources == BOX_MAX_FILES))
		return err_set(err, ERR_INPUT, "no or too many source files");
	for (size_t i = 0; r == 0 && i < l->ncompile; i++)
		r = language_expand(l, l->compile[i], &v, words, err);
	return r;
}

static int expand_sources(
        const struct slot *s, const struct language *l, struct buf *words, struct err *err)
{
	struct archive ar;
	struct stat st;
	void *data;
	int r;

	if (fstat(s->in[0], &st) < 0)
		return err_set(err, ERR_BUSY, "sources: %s", strerrordesc_np(errno));
	data = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, s->in[0], 0);
	if (data == MAP_FAILED)
		return err_set(err, ERR_BUSY, "sources: %s", strerrordesc_np(errno));
	r = archive_open(&ar, data, (size_t)st.st_size, err);
	if (r == 0)
		r = expand_compile(s, l, &ar, words, err);
	munmap(data, (size_t)st.st_size);
	return r;
}

static int make_words(const struct slot *s, struct agent_request *q, struct err *err)
{
	const struct language *l = language_find(&s->all->host->languages, s->q.language);
	struct language_values none = {
	        .entry = "none", .memory_mib = s->q.limits.memory_bytes / MIB};
	auto_buf struct buf words = {0};
	int r = 0;

	add_env(l, &words);
	if (s->q.type == BOX_RUN)
		r = expand_run(s, l, &words, err);
	else if (s->q.type == BOX_COMPILE)
		r = expand_sources(s, l, &words, err);
	else
		r = language_expand(l, l->version, &none, &words, err);
	if (r < 0)
		return r;
	if (words.len > AGENT_WORDS_SIZE)
		return err_set(err, ERR_INPUT, "the command is too long");
	memcpy(q->words, words.data, words.len);
	q->words_len = (uint32_t)words.len;
	return 0;
}

/* The compiler's output pipe, its input, and a memfd for what it makes. */
static int open_compile_fds(struct slot *s, int fds[3], struct err *err)
{
	int p[2];

	if (pipe2(p, O_CLOEXEC) < 0)
		return err_set(err, ERR_BUSY, "pipe: %s", strerrordesc_np(errno));
	s->output_fd = p[0];
	(void)fcntl(p[0], F_SETFL, O_NONBLOCK);
	fds[1] = p[1];
	fds[0] = open("/dev/null", O_RDONLY | O_CLOEXEC);
	fds[2] = memfd_create("artifact", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	s->artifact_fd = fds[2];
	if (fds[0] < 0 || fds[2] < 0)
		return err_set(err, ERR_BUSY, "compile: %s", strerrordesc_np(errno));
	return 0;
}

struct fd_list {
	int fds[AGENT_MAX_FDS];
	size_t n;
	int close[3]; /* ours, to be closed after sending */
};

static void add_fd(struct fd_list *list, int fd)
{
	list->fds[list->n++] = fd;
}

static int open_stdin(struct slot *s, struct fd_list *list, struct err *err)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", s->in[0]);
	list->close[0] = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (list->close[0] < 0)
		return err_set(
		        err, ERR_BUSY, "stdin cannot be opened anew: %s", strerrordesc_np(errno));
	add_fd(list, list->close[0]);
	add_fd(list, s->in[1]);
	add_fd(list, s->in[2]);
	return 0;
}

static int gather_fds(
        struct slot *s, struct agent_request *q, struct fd_list *list, struct err *err)
{
	int fds[3] = {-1, -1, -1};
	int r;

	list->close[0] = list->close[1] = -1;
	if (s->q.type == BOX_RUN) {
		r = open_stdin(s, list, err);
	} else {
		r = open_compile_fds(s, fds, err);
		list->close[0] = fds[0];
		list->close[1] = fds[1];
		add_fd(list, fds[0]);
		add_fd(list, fds[1]);
		add_fd(list, fds[1]);
	}
	if (r < 0)
		return r;
	q->njoin = (uint32_t)s->cgroup.njoin;
	for (size_t i = 0; i < s->cgroup.njoin; i++)
		add_fd(list, s->cgroup.join[i]);
	if (s->cgroup.into >= 0) {
		q->flags |= AGENT_INTO;
		add_fd(list, s->cgroup.into);
	}
	if (s->q.type == BOX_COMPILE) {
		q->flags |= AGENT_SOURCES | AGENT_PACK;
		add_fd(list, s->in[0]);
		add_fd(list, fds[2]);
	}
	return 0;
}

static int send_step(struct slot *s, struct err *err)
{
	static struct agent_request q;
	const struct host *h = s->all->host;
	struct fd_list list = {.close = {-1, -1, -1}};
	int r;

	memset(&q, 0, offsetof(struct agent_request, words));
	q.magic = AGENT_MAGIC;
	q.type = AGENT_STEP;
	q.serial = ++s->serial;
	/* a compiler may use all processors, a test case has one */
	q.cpu = s->q.type == BOX_RUN ? h->cpus[s->index % h->ncpus] : -1;
	q.tmp_bytes = s->q.limits.tmp_bytes;
	q.wall_ms = s->q.limits.wall_ms;
	q.cpu_seconds = s->q.limits.cpu_ms / 1000 + 3;
	r = make_words(s, &q, err);
	if (r == 0)
		r = cgroup_step_begin(
		        &s->cell->cgroup, s->memory_bytes, s->q.limits.pids, &s->cgroup, err);
	if (r == 0)
		r = gather_fds(s, &q, &list, err);
	if (r == 0)
		r = cell_send(s->cell, &q, list.fds, list.n, err);
	close_fd(&list.close[0]);
	close_fd(&list.close[1]);
	return r;
}

static int send_load(struct slot *s, struct err *err)
{
	static struct agent_request q;

	memset(&q, 0, offsetof(struct agent_request, words));
	q.magic = AGENT_MAGIC;
	q.type = AGENT_LOAD;
	q.serial = ++s->serial;
	return cell_send(s->cell, &q, &s->program.fd, 1, err);
}

static void start_step(struct slot *s)
{
	struct err err = {0};

	s->cell->steps++;
	s->phase = SLOT_RUNNING;
	s->start_us = clock_mono_us();
	s->check_us = s->start_us + MIN_LOOK_US;
	if (s->q.type == BOX_COMPILE)
		s->cell->loaded = 0;
	if (send_step(s, &err) == 0)
		return;
	if (err.code == ERR_INPUT) {
		refuse(s->fd, s->q.serial, &err);
		release_request(s);
	} else {
		cell_retire(s->cell);
		give_back_cell(s);
		answer_fault(s, err.msg);
	}
}

static void start_load(struct slot *s)
{
	struct err err = {0};

	s->phase = SLOT_LOADING;
	s->start_us = clock_mono_us();
	if (send_load(s, &err) == 0)
		return;
	cell_retire(s->cell);
	give_back_cell(s);
	answer_fault(s, err.msg);
}

static struct cell *find_cell(struct slots *all)
{
	for (size_t i = 0; i < all->ncells; i++)
		if (all->cells[i].state == CELL_READY && !all->cells[i].taken)
			return &all->cells[i];
	return NULL;
}

/* A ready container for the slot; a used-up one is replaced if another is ready. */
static bool take_cell(struct slot *s)
{
	struct cell *fresh;

	if (s->cell && s->cell->state != CELL_READY)
		give_back_cell(s);
	if (s->cell && s->cell->steps < s->all->host->conf->rotate_after)
		return true;
	fresh = find_cell(s->all);
	if (!fresh)
		return s->cell;
	if (s->cell) {
		cell_retire(s->cell);
		give_back_cell(s);
	}
	fresh->taken = true;
	s->cell = fresh;
	return true;
}

/* No container, and why: faults are told at once when none is even starting. */
static void wait_for_cell(struct slot *s, int64_t now_ms)
{
	const struct slots *all = s->all;
	const struct err *why = NULL;
	char text[BOX_FAULT_SIZE];

	for (size_t i = 0; i < all->ncells; i++) {
		const struct cell *c = &all->cells[i];

		if (c->taken || c->state == CELL_READY || c->failures == 0)
			continue;
		why = &c->last;
	}
	if (!why && now_ms - s->waiting_ms < WAIT_MS)
		return;
	snprintf(text, sizeof(text), "no container: %.150s", why ? why->msg : "waited too long");
	answer_fault(s, text);
}

static void start_slot(struct slot *s, int64_t now_ms)
{
	if (!take_cell(s)) {
		wait_for_cell(s, now_ms);
		return;
	}
	s->all->used_bytes += s->memory_bytes;
	if ((s->q.type == BOX_RUN || s->q.type == BOX_LOAD) && s->cell->loaded != s->program.tag)
		start_load(s);
	else
		start_step(s);
}

static struct slot *next_waiting(struct slots *all, uint64_t after)
{
	struct slot *best = NULL;

	for (size_t i = 0; i < all->nslots; i++) {
		struct slot *s = &all->slots[i];

		if (s->phase == SLOT_WAITING && s->ticket > after &&
		        (!best || s->ticket < best->ticket))
			best = s;
	}
	return best;
}

void slots_start(struct slots *all, int64_t now_ms)
{
	uint64_t after = 0;

	for (struct slot *s; (s = next_waiting(all, after)); after = s->ticket) {
		if (all->used_bytes + s->memory_bytes <= all->host->budget_bytes)
			start_slot(s, now_ms);
		else if (now_ms - s->waiting_ms >= WAIT_MS)
			answer_fault(s, "waited too long for memory");
		else
			return; /* nobody overtakes, or a large step would wait forever */
	}
}

/* Agents. */

static void load_done(struct slot *s, const struct agent_reply *a)
{
	struct box_result r = {.end = BOX_END_EXITED, .wall_us = a->wall_us};

	s->cell->loaded = a->fault[0] ? 0 : s->program.tag;
	if (a->fault[0]) {
		answer_fault(s, a->fault);
		return;
	}
	if (s->q.type == BOX_LOAD)
		answer(s, &r, false);
	else
		start_step(s);
}

static struct slot *slot_of(struct slots *all, const struct cell *c)
{
	for (size_t i = 0; i < all->nslots; i++)
		if (all->slots[i].cell == c)
			return &all->slots[i];
	return NULL;
}

void slots_agent(struct slots *all, struct cell *c)
{
	struct slot *s = slot_of(all, c);
	struct agent_reply reply;
	struct err err = {0};
	int r = cell_receive(c, &reply);

	if (r < 0) {
		slots_lost(all, c);
		return;
	}
	if (r == 0 || !s || reply.serial != s->serial)
		return;
	reply.fault[sizeof(reply.fault) - 1] = 0;
	if (s->phase == SLOT_LOADING)
		load_done(s, &reply);
	else if (s->phase == SLOT_RUNNING)
		step_done(s, &reply);
	/* the next step's cgroup, while the judge compares */
	if (s->cell && s->cell->state == CELL_READY &&
	        cgroup_step_prepare(&s->cell->cgroup, &err) < 0)
		log_warn("cgroup.failed", "cell=%u reason=\"%s\"", c->index, err.msg);
}

void slots_lost(struct slots *all, const struct cell *c)
{
	struct slot *s = slot_of(all, c);

	if (!s)
		return;
	give_back_cell(s);
	if (s->phase == SLOT_LOADING || s->phase == SLOT_RUNNING)
		answer_fault(s, "the container ended by itself");
}

/* Limits of running steps. */

static void kill_step(struct slot *s, uint32_t why)
{
	struct agent_request q = {.magic = AGENT_MAGIC, .type = AGENT_KILL, .serial = s->serial};
	struct err err = {0};

	if (s->killed)
		return;
	s->killed = why;
	s->killed_ms = clock_mono_ms();
	if (cell_send(s->cell, &q, NULL, 0, &err) < 0)
		log_warn("step.kill", "slot=%u reason=\"%s\"", s->index, err.msg);
}

static int64_t clamp(int64_t v, int64_t min, int64_t max)
{
	return v < min ? min : v > max ? max : v;
}

/* CPU time cannot be used up sooner than in (what is left / processors) of real time, so there
 * is no need to look before. */
static void look(struct slot *s, int64_t now_us)
{
	int64_t wall_left = s->start_us + s->q.limits.wall_ms * 1000 - now_us;
	int64_t cpu_left = s->q.limits.cpu_ms * 1000 - cgroup_step_cpu_us(&s->cgroup);
	int64_t cpus = s->q.type == BOX_RUN ? 1 : (int64_t)s->all->host->ncpus;
	int64_t next = cpu_left / cpus < wall_left ? cpu_left / cpus : wall_left;

	if (cpu_left < 0)
		kill_step(s, BOX_END_CPU_LIMIT);
	else if (wall_left <= 0)
		kill_step(s, BOX_END_WALL_LIMIT);
	else if (cgroup_step_oom(&s->cgroup))
		kill_step(s, BOX_END_MEMORY_LIMIT);
	s->check_us = now_us + clamp(next, MIN_LOOK_US, MAX_LOOK_US);
}

/* A step that outlives its killing, or a container that does not answer. */
static bool is_stuck(const struct slot *s, int64_t now_us)
{
	if (s->phase == SLOT_LOADING)
		return now_us - s->start_us > (int64_t)KILL_MS * 1000;
	return s->killed && now_us / 1000 - s->killed_ms > KILL_MS;
}

int slots_watch(struct slots *all, int most)
{
	int64_t now = clock_mono_us(), next = now + (int64_t)most * 1000;

	for (size_t i = 0; i < all->nslots; i++) {
		struct slot *s = &all->slots[i];

		if (s->phase != SLOT_RUNNING && s->phase != SLOT_LOADING)
			continue;
		if (is_stuck(s, now)) {
			cell_retire(s->cell);
			give_back_cell(s);
			answer_fault(s, "the container does not answer");
			continue;
		}
		if (s->phase != SLOT_RUNNING || s->killed)
			continue;
		if (now >= s->check_us)
			look(s, now);
		if (s->check_us < next)
			next = s->check_us;
	}
	return (int)clamp((next - now + 999) / 1000, 0, most);
}

/* Requests. */

static int check_sealed(int fd, const char *what, off_t max, struct err *err)
{
	int want = F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK;
	int seals = fcntl(fd, F_GET_SEALS);
	struct stat st;

	if (seals < 0 || (seals & want) != want)
		return err_set(err, ERR_INPUT, "%s must be a sealed memfd", what);
	if (fstat(fd, &st) < 0 || st.st_size <= 0 || st.st_size > max)
		return err_set(
		        err, ERR_INPUT, "%s must have 1 to %lld bytes", what, (long long)max);
	return 0;
}

static int check_stdin(int fd, struct err *err)
{
	int seals = fcntl(fd, F_GET_SEALS);
	int flags = fcntl(fd, F_GETFL);
	struct stat st;

	if (flags < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return err_set(err, ERR_INPUT, "stdin must be a regular file");
	if (seals >= 0 && (seals & F_SEAL_WRITE) && (seals & F_SEAL_SHRINK))
		return 0;
	if ((flags & O_ACCMODE) != O_RDONLY || (flags & O_PATH) || (st.st_mode & 0002))
		return err_set(err, ERR_INPUT,
		        "stdin must be sealed, or opened read-only and not writable by others");
	return 0;
}

static int check_pipe(int fd, const char *what, struct err *err)
{
	int flags = fcntl(fd, F_GETFL);
	struct stat st;

	if (flags < 0 || fstat(fd, &st) < 0 || !S_ISFIFO(st.st_mode) ||
	        (flags & O_ACCMODE) != O_WRONLY)
		return err_set(err, ERR_INPUT, "%s must be the write end of a pipe", what);
	if (flags & O_NONBLOCK)
		return err_set(err, ERR_INPUT, "%s must be blocking", what);
	/* a program may open /dev/stdout by name, for writing */
	(void)fchmod(fd, 0622);
	return 0;
}

static int check_run(const struct slot *s, const struct box_request *q, struct err *err)
{
	int r;

	if (s->program.tag == 0 || strcmp(s->program.language, q->language) != 0)
		return err_set(err, ERR_INPUT, "no program of %s is loaded", q->language);
	if ((r = check_stdin(s->in[0], err)) < 0 || (r = check_pipe(s->in[1], "stdout", err)) < 0)
		return r;
	return check_pipe(s->in[2], "stderr", err);
}

static void warm_stdin(int fd)
{
	struct stat st;

	/* cold pages would be charged to the program that reads them first */
	if (fstat(fd, &st) == 0)
		(void)readahead(fd, 0, (size_t)st.st_size);
}

static void keep_program(struct slot *s, const struct box_request *q)
{
	close_fd(&s->program.fd);
	s->program.fd = s->in[0];
	s->nin = 0;
	s->program.tag = ++s->all->tags;
	memcpy(s->program.language, q->language, sizeof(s->program.language));
	memcpy(s->program.entry, q->entry, sizeof(s->program.entry));
}

static void forget_program(struct slot *s)
{
	close_fd(&s->program.fd);
	s->program.tag = 0;
}

static int check_step(struct slot *s, struct box_request *q, struct err *err)
{
	const struct language *l = language_find(&s->all->host->languages, q->language);
	int r = 0;

	if (!l)
		return err_set(err, ERR_INPUT, "no such language: \"%s\"", q->language);
	if (q->type == BOX_VALIDATE || q->type == BOX_INTERACTIVE || q->lane != 0)
		return err_set(err, ERR_INPUT, "the jury's lane is not built yet");
	if (q->type == BOX_VERSION)
		q->limits = (struct box_limits){
		        VERSION_CPU_MS, VERSION_WALL_MS, 1024 * MIB, 64 * MIB, VERSION_PIDS};
	if (q->type == BOX_COMPILE)
		r = check_sealed(s->in[0], "sources", BOX_MAX_SOURCE_BYTES, err);
	else if (q->type == BOX_LOAD)
		r = check_sealed(s->in[0], "artifact", BOX_MAX_ARTIFACT_BYTES, err);
	else if (q->type == BOX_RUN)
		r = check_run(s, q, err);
	if (r < 0)
		return r;
	s->memory_bytes = q->limits.memory_bytes;
	if (q->type == BOX_RUN)
		s->memory_bytes += l->memory_extra_mib * MIB;
	if (s->memory_bytes > s->all->host->budget_bytes)
		return err_set(err, ERR_INPUT,
		        "memory limit is above this host's budget of %lld MiB",
		        (long long)(s->all->host->budget_bytes / MIB));
	return 0;
}

static void begin_request(struct slot *s, const struct box_request *q)
{
	struct err err = {0};

	s->q = *q;
	if (check_step(s, &s->q, &err) < 0) {
		refuse(s->fd, q->serial, &err);
		release_request(s);
		return;
	}
	if (q->type == BOX_LOAD)
		keep_program(s, q);
	else if (q->type == BOX_COMPILE)
		forget_program(s);
	else if (q->type == BOX_RUN)
		warm_stdin(s->in[0]);
	s->phase = SLOT_WAITING;
	s->ticket = ++s->all->tickets;
	s->waiting_ms = clock_mono_ms();
}

static void welcome(struct slot *s, const struct box_request *q)
{
	const struct host *h = s->all->host;
	struct box_reply r = make_reply(BOX_WELCOME, q->serial);

	r.info.slots = (uint32_t)s->all->nslots - 1; /* the doctor's is not for judging */
	r.info.cgroup_mode = h->cgroup.mode;
	r.info.memory_budget_bytes = h->budget_bytes;
	snprintf(r.info.runtime, sizeof(r.info.runtime), "%s", h->conf->runtime);
	snprintf(r.info.root, sizeof(r.info.root), "%s", h->conf->root);
	log_info("slot.opened", "slot=%u judge=\"%s\"", s->index, q->entry);
	s->phase = SLOT_IDLE;
	if (send_packet(s->fd, &r, NULL, 0) < 0)
		hang_up(s, "answer not taken");
}

static void kill_request(struct slot *s, const struct box_request *q)
{
	struct box_result r = {.end = BOX_END_KILLED};

	if (s->phase <= SLOT_IDLE || s->q.serial != q->serial)
		return; /* too late: its DONE is on the way */
	if (s->phase == SLOT_WAITING)
		answer(s, &r, false);
	else if (s->phase == SLOT_RUNNING)
		kill_step(s, BOX_END_KILLED);
	else
		s->q.limits.wall_ms = 1; /* loading: dies as soon as it runs */
}

/* The last slot is for whoever examines a host whose slots are all at work. */
static bool is_reserved(const struct slot *s, const struct box_request *q)
{
	return s->index == s->all->nslots - 1 && strcmp(q->entry, BOX_DOCTOR) != 0;
}

static void dispatch(struct slot *s, const struct box_request *q)
{
	struct err err = {0};

	if ((q->type == BOX_HELLO) != (s->phase == SLOT_NEW)) {
		err_set(&err, ERR_INPUT, "HELLO comes first, and once");
		refuse(s->fd, q->serial, &err);
		hang_up(s, err.msg);
	} else if (q->type == BOX_HELLO && is_reserved(s, q)) {
		err_set(&err, ERR_BUSY, "no free slot");
		refuse(s->fd, q->serial, &err);
		hang_up(s, err.msg);
	} else if (q->type == BOX_HELLO) {
		welcome(s, q);
	} else if (q->type == BOX_KILL) {
		kill_request(s, q);
	} else if (s->phase != SLOT_IDLE) {
		err_set(&err, ERR_INPUT, "another request is at work");
		refuse(s->fd, q->serial, &err);
	} else {
		begin_request(s, q);
	}
}

/* Descriptors belong to the request that starts; any other has none. */
static bool keep_fds(struct slot *s, struct packet_fds *fds)
{
	if (fds->n == 0)
		return true;
	if (s->phase != SLOT_IDLE)
		return false;
	memcpy(s->in, fds->fd, fds->n * sizeof(int));
	s->nin = fds->n;
	fds->n = 0;
	return true;
}

void slot_readable(struct slot *s)
{
	char packet[sizeof(struct box_request) + 1];
	struct packet_fds fds = {.max = BOX_MAX_FDS};
	struct box_request q = {0};
	struct err err = {0};
	ssize_t n = packet_receive(s->fd, packet, sizeof(packet), &fds);
	int r;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		hang_up(s, "judge closed");
		return;
	}
	r = box_request_parse(packet, (size_t)n, fds.n, &q, &err);
	if (r == 0 && !keep_fds(s, &fds))
		r = err_set(&err, ERR_INPUT, "another request is at work");
	packet_close(&fds);
	if (r == 0) {
		dispatch(s, &q);
		return;
	}
	refuse(s->fd, r == -ERR_BUG ? 0 : q.serial, &err);
	if (r != -ERR_BUG)
		return;
	if (s->cell)
		cell_retire(s->cell);
	hang_up(s, err.msg);
}

void slots_accept(struct slots *all, int fd)
{
	struct err err = {0};

	for (size_t i = 0; i < all->nslots; i++) {
		struct slot *s = &all->slots[i];

		if (s->phase != SLOT_FREE)
			continue;
		*s = (struct slot){.all = all,
		        .index = (unsigned)i,
		        .phase = SLOT_NEW,
		        .fd = fd,
		        .serial = s->serial,
		        .program = {.fd = -1},
		        .output_fd = -1,
		        .artifact_fd = -1};
		return;
	}
	/* unread words at close would reset the connection, and lose the answer with it */
	(void)shutdown(fd, SHUT_RD);
	while (recv(fd, &(char){0}, 1, MSG_DONTWAIT) > 0)
		;
	err_set(&err, ERR_BUSY, "no free slot");
	refuse(fd, 0, &err);
	close(fd);
}
