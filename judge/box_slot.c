/* box_slot.c -- see box_slot.h.
 *
 * What the judge sends is checked before anything is done with it: box_request_parse for the
 * packet, here for the descriptors (sealed, regular, a pipe, sizes) and for the state. What a
 * request does to the lanes is in one table, `uses`; box_lane.c does it. */
#include "judge/box_slot.h"

#include "base/clock.h"
#include "base/log.h"
#include "judge/archive.h"
#include "judge/box_packet.h"
#include "judge/relay.h"

#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <fcntl.h>

enum {
	WAIT_MS = 90000, /* for a container or for memory */
	VERSION_CPU_MS = 20000,
	VERSION_WALL_MS = 40000,
	VERSION_PIDS = 256,
	PRECOMPILE_CPU_MS = 400000,
	PRECOMPILE_WALL_MS = 800000,
	WIRES = 2 * RELAY_FDS, /* the ends of four pipes */
	EXIT_SHIFT = 8,        /* of a status, as waitpid tells it */
};

#define MIB ((int64_t)1 << 20)

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

/* The lanes that the request at work needs. */
static bool uses(const struct slot *s, enum box_lane lane)
{
	switch ((enum box_request_type)s->q.type) {
	case BOX_VALIDATE:
		return lane == BOX_LANE_JURY;
	case BOX_INTERACTIVE:
		return true;
	case BOX_COMPILE:
	case BOX_LOAD:
	case BOX_RUN:
	case BOX_VERSION:
	case BOX_PRECOMPILE:
	case BOX_HELLO:
	case BOX_KILL:
		return lane == s->q.lane;
	}
	return false;
}

/* Of the programs that were loaded, not a compiler of the table. */
static bool runs_program(const struct slot *s)
{
	return s->q.type != BOX_COMPILE && s->q.type != BOX_PRECOMPILE && s->q.type != BOX_VERSION;
}

/* Everything that belongs to one request. */
static void release_request(struct slot *s)
{
	close_inputs(s);
	close_fd(&s->transcript_fd);
	for (int i = 0; i < BOX_LANES; i++)
		lane_release(&s->lanes[i]);
	if (s->phase == SLOT_WORKING)
		s->all->used_bytes -= s->memory_bytes;
	s->memory_bytes = 0;
	if (s->phase > SLOT_IDLE)
		s->phase = SLOT_IDLE;
}

/* The judge is gone, or talks nonsense: whatever runs dies with its container. */
static void hang_up(struct slot *s, const char *why)
{
	log_info("slot.closed", "slot=%u reason=\"%s\"", s->index, why);
	for (int i = 0; i < BOX_LANES; i++)
		lane_give_back(&s->lanes[i]);
	release_request(s);
	for (int i = 0; i < BOX_LANES; i++) {
		lane_forget_program(&s->lanes[i]);
		buf_free(&s->lanes[i].output);
	}
	close_fd(&s->fd);
	s->phase = SLOT_FREE;
}

/* The end of a request. */

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

struct answer {
	struct box_reply reply;
	int fds[BOX_MAX_REPLY_FDS];
	int close[BOX_LANES]; /* made for the answer */
	size_t n, nclose;
	bool failed;
};

static void add_output(struct answer *a, const struct lane *l)
{
	int fd = sealed_copy("output", &l->output);

	a->failed |= fd < 0;
	a->close[a->nclose++] = fd;
	a->fds[a->n++] = fd;
}

/* The descriptors in the order of box.h. */
static void add_fds(struct answer *a, const struct slot *s)
{
	const enum box_request_type type = (enum box_request_type)s->q.type;
	const bool both = type == BOX_INTERACTIVE;
	const struct lane *l = &s->lanes[uses(s, BOX_LANE_JURY) ? BOX_LANE_JURY : 0];

	if (type == BOX_LOAD || type == BOX_RUN)
		return;
	add_output(a, l);
	if (both) {
		add_output(a, &s->lanes[BOX_LANE_SUBMISSION]);
		(void)fcntl(s->transcript_fd, F_ADD_SEALS,
		        F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL);
		a->fds[a->n++] = s->transcript_fd;
	}
	if (l->packed)
		a->fds[a->n++] = l->packed_fd;
}

static void send_answer(struct slot *s, struct answer *a)
{
	int r;

	if (a->failed) {
		a->reply.result = (struct box_result){.end = BOX_END_FAULT};
		snprintf(a->reply.result.fault, sizeof(a->reply.result.fault),
		        "no memory for the output");
		a->n = 0;
	}
	r = send_packet(s->fd, &a->reply, a->fds, a->n);
	for (size_t i = 0; i < a->nclose; i++)
		close_fd(&a->close[i]);
	if (r < 0)
		hang_up(s, "answer not taken");
	else
		release_request(s);
}

/* Nothing ran, or only a LOAD: a result, and no more. */
static void answer_result(struct slot *s, const struct box_result *result)
{
	struct answer a = {.reply = make_reply(BOX_DONE, s->q.serial)};

	a.reply.result = *result;
	send_answer(s, &a);
}

/* All lanes have ended. */
static void answer_step(struct slot *s)
{
	struct answer a = {.reply = make_reply(BOX_DONE, s->q.serial)};
	const struct lane *jury = &s->lanes[BOX_LANE_JURY];

	add_fds(&a, s);
	if (s->q.type == BOX_INTERACTIVE) {
		a.reply.result = s->lanes[BOX_LANE_SUBMISSION].result;
		a.reply.jury = jury->result;
		a.reply.first = jury->first;
		memcpy(a.reply.bytes, jury->bytes, sizeof(a.reply.bytes));
	} else {
		a.reply.result = s->lanes[uses(s, BOX_LANE_JURY) ? BOX_LANE_JURY : 0].result;
	}
	send_answer(s, &a);
}

/* A container that is still at work on the step goes with it. */
static void answer_fault(struct slot *s, const char *why)
{
	struct box_result r = {.end = BOX_END_FAULT};

	snprintf(r.fault, sizeof(r.fault), "%s", why);
	log_warn("step.fault", "slot=%u language=%s reason=\"%s\"", s->index, s->q.language, why);
	for (int i = 0; i < BOX_LANES; i++)
		if (lane_is_busy(&s->lanes[i]))
			lane_give_back(&s->lanes[i]);
	answer_result(s, &r);
}

/* Starting. */

static int open_wires(int wires[WIRES], struct err *err)
{
	for (int i = 0; i < WIRES; i++)
		wires[i] = -1;
	for (int i = 0; i < WIRES; i += 2)
		if (pipe2(wires + i, O_CLOEXEC) < 0)
			return err_set(err, ERR_BUSY, "pipe: %s", strerrordesc_np(errno));
	/* a program may open /dev/stdin and /dev/stdout by name, its own side of them */
	for (int i = 0; i < WIRES; i += 2)
		(void)fchmod(wires[i], i % 4 == 0 ? 0444 : 0222);
	return 0;
}

/* Four pipes: each program's stdin and stdout, whose other ends are the relay's. */
static int start_wired(struct slot *s, const int w[WIRES], struct err *err)
{
	const int relay[RELAY_FDS + 1] = {w[2], w[5], w[6], w[1], s->transcript_fd};
	const struct lane_step jury = {.q = &s->q,
	        .stdin_fd = w[4],
	        .stdout_fd = w[7],
	        .stderr_fd = -1,
	        .sources = -1,
	        .input = s->in[0],
	        .answer = s->in[1],
	        .feedback = s->nin > 2 ? s->in[2] : -1,
	        .relay = relay};
	const struct lane_step submission = {.q = &s->q,
	        .stdin_fd = w[0],
	        .stdout_fd = w[3],
	        .stderr_fd = -1,
	        .sources = -1,
	        .input = -1,
	        .answer = -1,
	        .feedback = -1};
	int r = lane_start(&s->lanes[BOX_LANE_JURY], &jury, err);

	return r < 0 ? r : lane_start(&s->lanes[BOX_LANE_SUBMISSION], &submission, err);
}

static int start_interactive(struct slot *s, struct err *err)
{
	int wires[WIRES];
	int r;

	s->transcript_fd = memfd_create("transcript", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (s->transcript_fd < 0)
		return err_set(err, ERR_BUSY, "memfd: %s", strerrordesc_np(errno));
	r = open_wires(wires, err);
	if (r == 0)
		r = start_wired(s, wires, err);
	for (int i = 0; i < WIRES; i++)
		close_fd(&wires[i]);
	return r;
}

static const char *precompiled_place(const struct slot *s)
{
	const struct language *l = language_find(&s->all->host->languages, s->q.language);

	return l ? store_place(&s->all->host->store, l) : NULL;
}

static int start_single(struct slot *s, struct err *err)
{
	struct lane *l = &s->lanes[uses(s, BOX_LANE_JURY) ? BOX_LANE_JURY : 0];
	struct lane_step step = {.q = &s->q,
	        .stdin_fd = -1,
	        .stdout_fd = -1,
	        .stderr_fd = -1,
	        .sources = -1,
	        .input = -1,
	        .answer = -1,
	        .feedback = -1};

	if (lane_compiles(l)) {
		step.sources = s->in[0];
		step.precompiled = precompiled_place(s);
	} else if (s->q.type == BOX_RUN) {
		step.stdin_fd = s->in[0];
		step.stdout_fd = s->in[1];
		step.stderr_fd = s->in[2];
	} else if (s->q.type == BOX_VALIDATE) {
		step.stdin_fd = s->in[0];
		step.input = s->in[1];
		step.answer = s->in[2];
		step.feedback = s->nin > 3 ? s->in[3] : -1;
	}
	return lane_start(l, &step, err);
}

static void start_step(struct slot *s)
{
	struct err err = {0};
	int r = s->q.type == BOX_INTERACTIVE ? start_interactive(s, &err) : start_single(s, &err);

	if (r == 0)
		return;
	if (err.code != ERR_INPUT) {
		answer_fault(s, err.msg);
		return;
	}
	/* nothing was sent in vain: of two lanes the second may have refused */
	for (int i = 0; i < BOX_LANES; i++)
		if (s->q.type == BOX_INTERACTIVE)
			lane_give_back(&s->lanes[i]);
	refuse(s->fd, s->q.serial, &err);
	release_request(s);
}

static bool all_are(const struct slot *s, enum lane_phase phase)
{
	for (int i = 0; i < BOX_LANES; i++)
		if (uses(s, (enum box_lane)i) && s->lanes[i].phase != phase)
			return false;
	return true;
}

/* When every program is where it belongs: a LOAD is done, a step begins. */
static void start_loaded(struct slot *s)
{
	struct box_result r = {.end = BOX_END_EXITED};

	if (!all_are(s, LANE_LOADED))
		return;
	if (s->q.type == BOX_LOAD)
		answer_result(s, &r);
	else
		start_step(s);
}

static void start_loads(struct slot *s)
{
	struct err err = {0};

	for (int i = 0; i < BOX_LANES; i++) {
		struct lane *l = &s->lanes[i];

		if (!uses(s, (enum box_lane)i))
			continue;
		l->phase = LANE_LOADED;
		if (runs_program(s) && l->cell->loaded != l->program.tag &&
		        lane_load(l, &err) < 0) {
			answer_fault(s, err.msg);
			return;
		}
	}
	start_loaded(s);
}

static struct cell *find_cell(struct slots *all)
{
	for (size_t i = 0; i < all->ncells; i++)
		if (all->cells[i].state == CELL_READY && !all->cells[i].taken)
			return &all->cells[i];
	return NULL;
}

/* Those that are needed only when both lanes of all slots are at work sleep until then. */
static void wake_cell(struct slots *all)
{
	for (size_t i = 0; i < all->ncells; i++)
		if (!all->cells[i].asleep && !all->cells[i].taken &&
		        all->cells[i].state != CELL_READY)
			return; /* one is on its way */
	for (size_t i = 0; i < all->ncells; i++) {
		if (!all->cells[i].asleep)
			continue;
		all->cells[i].asleep = false;
		return;
	}
}

/* A ready container for the lane; a used-up one is replaced if another is ready. */
static bool take_cell(struct slots *all, struct lane *l)
{
	struct cell *fresh;

	if (l->cell && l->cell->state != CELL_READY)
		lane_give_back(l);
	if (l->cell && l->cell->steps < all->host->conf->rotate_after)
		return true;
	fresh = find_cell(all);
	if (!fresh) {
		if (!l->cell)
			wake_cell(all);
		return l->cell;
	}
	if (l->cell) {
		cell_retire(l->cell);
		lane_give_back(l);
	}
	fresh->taken = true;
	l->cell = fresh;
	return true;
}

static bool take_cells(struct slot *s)
{
	struct lane *first = &s->lanes[BOX_LANE_SUBMISSION];

	/* what all submissions will use is made by one that has run nothing */
	if (s->q.type == BOX_PRECOMPILE && first->cell && first->cell->steps > 0) {
		cell_retire(first->cell);
		lane_give_back(first);
	}
	for (int i = 0; i < BOX_LANES; i++)
		if (uses(s, (enum box_lane)i) && !take_cell(s->all, &s->lanes[i]))
			return false;
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

		if (c->taken || c->asleep || c->state == CELL_READY || c->failures == 0)
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
	if (!take_cells(s)) {
		wait_for_cell(s, now_ms);
		return;
	}
	s->phase = SLOT_WORKING;
	s->all->used_bytes += s->memory_bytes;
	start_loads(s);
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

static void load_done(struct slot *s, struct lane *l, const struct agent_reply *a)
{
	l->cell->loaded = a->fault[0] ? 0 : l->program.tag;
	l->phase = LANE_LOADED;
	if (a->fault[0]) {
		cell_retire(l->cell); /* nobody knows what is in it */
		answer_fault(s, a->fault);
	} else {
		start_loaded(s);
	}
}

/* What only box itself knows to do with an end: it learns the compiler's version, it takes the
 * header. */
static void keep_result(struct slot *s, struct lane *l)
{
	const struct language *language = language_find(&s->all->host->languages, s->q.language);
	struct store *store = &s->all->host->store;
	struct box_result *r = &l->result;
	struct err err = {0};

	if (language && s->q.type == BOX_VERSION && r->end == BOX_END_EXITED && r->exit_code == 0)
		store_set_version(store, language, l->output.data, l->output.len);
	if (!language || s->q.type != BOX_PRECOMPILE || !l->packed)
		return;
	l->packed = false; /* not the judge's */
	if (store_take(store, language, l->packed_fd, &err) == 0) {
		r->exit_code = BOX_PRECOMPILE_LATER;
	} else {
		r->end = BOX_END_FAULT;
		snprintf(r->fault, sizeof(r->fault), "%s", err.msg);
	}
}

/* One of the lanes has ended; the other of an interactive pair hears of it. */
static void step_done(struct slot *s, struct lane *l, const struct agent_reply *a)
{
	struct lane *jury = &s->lanes[BOX_LANE_JURY];
	struct err err = {0};

	if (lane_done(l, a, &err) < 0) {
		cell_retire(l->cell); /* nobody knows what is in it */
		answer_fault(s, err.msg);
		return;
	}
	keep_result(s, l);
	if (s->q.type == BOX_INTERACTIVE && l != jury && jury->phase == LANE_RUNNING)
		lane_tell_peer(jury);
	if (all_are(s, LANE_ENDED))
		answer_step(s);
}

/* The validator has ended first, or after the submission. If it has not accepted, the submission
 * cannot change that any more. */
static void validator_ended(struct slot *s, const struct agent_reply *a)
{
	struct lane *l = &s->lanes[BOX_LANE_SUBMISSION];

	s->lanes[BOX_LANE_JURY].noted = true;
	if (l->phase == LANE_RUNNING &&
	        (a->unfinished || a->status != BOX_EXIT_ACCEPTED << EXIT_SHIFT))
		lane_kill(l, BOX_END_KILLED);
}

static void hear_agent(struct slot *s, struct lane *l, const struct agent_reply *a)
{
	if (a->type == AGENT_DONE && l->phase == LANE_LOADING)
		load_done(s, l, a);
	else if (a->type == AGENT_DONE && l->phase == LANE_RUNNING)
		step_done(s, l, a);
	else if (a->type == AGENT_ENDED && s->q.type == BOX_INTERACTIVE)
		validator_ended(s, a);
	else if (a->type == AGENT_OVER && s->q.type == BOX_INTERACTIVE)
		lane_kill(&s->lanes[BOX_LANE_SUBMISSION], BOX_END_OUTPUT_LIMIT);
}

static struct lane *lane_of(struct slots *all, const struct cell *c, struct slot **slot)
{
	for (size_t i = 0; i < all->nslots; i++) {
		*slot = &all->slots[i];
		for (int lane = 0; lane < BOX_LANES; lane++)
			if ((*slot)->lanes[lane].cell == c)
				return &(*slot)->lanes[lane];
	}
	return NULL;
}

void slots_agent(struct slots *all, struct cell *c)
{
	struct slot *s;
	struct lane *l = lane_of(all, c, &s);
	struct agent_reply reply;
	struct err err = {0};
	int r = cell_receive(c, &reply);

	if (r < 0) {
		slots_lost(all, c);
		return;
	}
	if (r == 0 || !l || reply.serial != l->serial)
		return;
	reply.fault[sizeof(reply.fault) - 1] = 0;
	hear_agent(s, l, &reply);
	/* the next step's cgroup, while the judge compares */
	if (c->taken && c->state == CELL_READY && !lane_is_busy(l) &&
	        cgroup_step_prepare(&c->cgroup, &err) < 0)
		log_warn("cgroup.failed", "cell=%u reason=\"%s\"", c->index, err.msg);
}

void slots_lost(struct slots *all, const struct cell *c)
{
	struct slot *s;
	struct lane *l = lane_of(all, c, &s);
	bool busy;

	if (!l)
		return;
	busy = lane_is_busy(l) || (s->phase == SLOT_WORKING && l->phase == LANE_LOADED);
	lane_give_back(l);
	if (busy)
		answer_fault(s, "the container ended by itself");
}

static int64_t clamp(int64_t v, int64_t min, int64_t max)
{
	return v < min ? min : v > max ? max : v;
}

/* Looks at the lanes of a slot; when to look again. */
static int64_t watch_slot(struct slot *s, int64_t now_us)
{
	int64_t next = INT64_MAX;

	for (int i = 0; i < BOX_LANES; i++) {
		struct lane *l = &s->lanes[i];
		int64_t at;

		if (lane_is_stuck(l, now_us)) {
			answer_fault(s, "the container does not answer");
			return INT64_MAX;
		}
		at = lane_look(l, now_us);
		next = at < next ? at : next;
	}
	return next;
}

int slots_watch(struct slots *all, int most)
{
	int64_t now = clock_mono_us(), next = now + (int64_t)most * 1000;

	for (size_t i = 0; i < all->nslots; i++) {
		struct slot *s = &all->slots[i];
		int64_t at = s->phase == SLOT_WORKING ? watch_slot(s, now) : INT64_MAX;

		next = at < next ? at : next;
	}
	return (int)clamp((next - now + 999) / 1000, 0, most);
}

void slot_output(struct slot *s, int fd)
{
	for (int i = 0; i < BOX_LANES; i++)
		if (s->lanes[i].output_fd == fd)
			lane_output(&s->lanes[i]);
}

/* Requests. */

/* cold pages would be charged to the program that reads them first */
static void warm_inputs(const struct slot *s)
{
	struct stat st;

	for (size_t i = 0; i < s->nin; i++)
		if (fstat(s->in[i], &st) == 0 && S_ISREG(st.st_mode))
			(void)readahead(s->in[i], 0, (size_t)st.st_size);
}

/* The copies of the jury's files, which the agent makes. */
static int64_t data_bytes(const struct slot *s, const struct box_request *q)
{
	const size_t first = q->type == BOX_VALIDATE ? 1 : 0;
	int64_t sum = 0;
	struct stat st;

	if (q->type != BOX_VALIDATE && q->type != BOX_INTERACTIVE)
		return 0;
	for (size_t i = first; i < s->nin; i++)
		sum += fstat(s->in[i], &st) == 0 ? st.st_size : 0;
	return sum;
}

/* Everything of a slot is on one processor, both programs of an interactive pair too. */
static int slot_core(const struct slot *s)
{
	const struct host *h = s->all->host;

	return h->cpus[s->index % h->ncpus];
}

/* What one lane does, and how much memory it may use. */
static void set_lane(struct slot *s, enum box_lane lane, const struct box_limits *limits)
{
	struct lane *l = &s->lanes[lane];
	const struct host *h = s->all->host;
	const bool loaded = runs_program(s);
	const struct language *language =
	        lane_language(h, loaded ? l->program.language : s->q.language);

	l->type = s->q.type;
	l->limits = *limits;
	l->memory_bytes = limits->memory_bytes;
	if (loaded && s->q.type != BOX_LOAD && language)
		l->memory_bytes += language->memory_extra_mib * MIB;
	/* a compiler has one as well: on a second it would be beside somebody's test case */
	l->cpu = slot_core(s);
	s->memory_bytes += l->memory_bytes;
}

static int set_lanes(struct slot *s, struct err *err)
{
	const struct box_request *q = &s->q;
	int64_t budget = s->all->host->budget_bytes;

	s->memory_bytes = data_bytes(s, q);
	if (uses(s, BOX_LANE_SUBMISSION))
		set_lane(s, BOX_LANE_SUBMISSION, &q->limits);
	if (uses(s, BOX_LANE_JURY))
		set_lane(s, BOX_LANE_JURY, q->type == BOX_INTERACTIVE ? &q->jury : &q->limits);
	if (s->memory_bytes > budget)
		return err_set(err, ERR_INPUT,
		        "memory limit is above this host's budget of %lld MiB",
		        (long long)(budget / MIB));
	return 0;
}

static int check_step(struct slot *s, struct box_request *q, struct err *err)
{
	if (!lane_language(s->all->host, q->language))
		return err_set(err, ERR_INPUT, "no such language: \"%s\"", q->language);
	if (q->type == BOX_VERSION)
		q->limits = (struct box_limits){VERSION_CPU_MS, VERSION_WALL_MS, 1024 * MIB,
		        64 * MIB, 64 * MIB, VERSION_PIDS};
	if (q->type == BOX_PRECOMPILE)
		q->limits = (struct box_limits){PRECOMPILE_CPU_MS, PRECOMPILE_WALL_MS, 2048 * MIB,
		        512 * MIB, 512 * MIB, VERSION_PIDS};
	if (slot_check_inputs(s, q, err) < 0)
		return err_result(err);
	return set_lanes(s, err);
}

/* PRECOMPILE, without a step: there is nothing to make, or it is made. True: answered. */
static bool answer_precompile(struct slot *s)
{
	const struct language *l = language_find(&s->all->host->languages, s->q.language);
	struct box_result r = {.end = BOX_END_EXITED};

	switch (l ? store_state(&s->all->host->store, l) : STORE_UNKNOWN) {
	case STORE_ABSENT:
		return false;
	case STORE_UNKNOWN:
		r.exit_code = 1;
		break;
	case STORE_STORING:
		r.exit_code = BOX_PRECOMPILE_LATER;
		break;
	case STORE_READY:
		break;
	}
	s->lanes[BOX_LANE_SUBMISSION].result = r;
	answer_step(s);
	return true;
}

/* The archive of the table's source takes the place of a judge's descriptor. */
static int add_own_source(struct slot *s, struct err *err)
{
	const struct language *l = language_find(&s->all->host->languages, s->q.language);
	int fd = store_source(l, err);

	if (fd < 0)
		return err_result(err);
	s->in[s->nin++] = fd;
	return 0;
}

static void begin_request(struct slot *s, const struct box_request *q)
{
	struct lane *l = &s->lanes[q->lane];
	struct err err = {0};

	s->q = *q;
	if (check_step(s, &s->q, &err) < 0) {
		refuse(s->fd, q->serial, &err);
		release_request(s);
		return;
	}
	if (q->type == BOX_PRECOMPILE && answer_precompile(s))
		return;
	if (q->type == BOX_PRECOMPILE && add_own_source(s, &err) < 0) {
		answer_fault(s, err.msg);
		return;
	}
	if (q->type == BOX_LOAD) {
		lane_keep_program(l, s->in[0], ++s->all->tags, q);
		s->nin = 0;
	} else if (q->type == BOX_COMPILE || q->type == BOX_PRECOMPILE) {
		lane_forget_program(l);
	}
	warm_inputs(s);
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
	r.info.core = (uint32_t)slot_core(s);
	snprintf(r.info.cores, sizeof(r.info.cores), "%s", h->cores);
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
	if (s->phase == SLOT_WAITING) {
		answer_result(s, &r);
		return;
	}
	for (int i = 0; i < BOX_LANES; i++) {
		if (s->lanes[i].phase == LANE_RUNNING)
			lane_kill(&s->lanes[i], BOX_END_KILLED);
		else
			s->lanes[i].limits.wall_ms = 1; /* dies as soon as it runs */
	}
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
	for (int i = 0; i < BOX_LANES; i++)
		if (s->lanes[i].cell)
			cell_retire(s->lanes[i].cell);
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
		        .transcript_fd = -1,
		        .lanes = {s->lanes[0], s->lanes[1]}};
		for (int lane = 0; lane < BOX_LANES; lane++)
			lane_init(&s->lanes[lane]);
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
