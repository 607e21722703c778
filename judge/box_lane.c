/* box_lane.c -- see box_lane.h. What goes to the agent is made of the language table, of names that
 * passed language_is_name and of checked arguments. */
#include "judge/box_lane.h"

#include "base/clock.h"
#include "base/log.h"
#include "judge/archive.h"
#include "judge/relay.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <signal.h>

enum {
	KILL_MS = 15000,    /* a killed step must be gone by then */
	MIN_LOOK_US = 1000, /* between two looks at a running step */
	MAX_LOOK_US = 250000,
	READ_SIZE = 65536,
	READS_PER_EVENT = 4,
	READS_AT_END = 64,
};

#define MIB ((int64_t)1 << 20)

static const char base_env[] = "PATH=/usr/bin:/bin\0HOME=/tmp\0TMPDIR=/tmp\0LANG=C.UTF-8";
static const char data_words[] = "/data/input\0/data/answer\0/data/feedback/";
static const char cut_words[] = "\n[the rest of the output is left out]\n";

/* A package's own scripts. */
static const struct language script_language = {.id = BOX_SCRIPT,
        .name = "scripts of a package",
        .compile = {"./build"},
        .ncompile = 1,
        .run = "./run",
        .version = "/usr/bin/sh -c true"};

const struct language *lane_language(const struct host *h, const char *id)
{
	return strcmp(id, BOX_SCRIPT) == 0 ? &script_language : language_find(&h->languages, id);
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void lane_init(struct lane *l)
{
	*l = (struct lane){.program = {.fd = -1},
	        .serial = l->serial,
	        .output = l->output,
	        .output_fd = -1,
	        .packed_fd = -1};
}

void lane_keep_program(struct lane *l, int fd, uint64_t tag, const struct box_request *q)
{
	close_fd(&l->program.fd);
	l->program.fd = fd;
	l->program.tag = tag;
	memcpy(l->program.language, q->language, sizeof(l->program.language));
	memcpy(l->program.entry, q->entry, sizeof(l->program.entry));
}

void lane_forget_program(struct lane *l)
{
	close_fd(&l->program.fd);
	l->program.tag = 0;
}

bool lane_compiles(const struct lane *l)
{
	return l->type == BOX_COMPILE || l->type == BOX_PRECOMPILE;
}

bool lane_is_busy(const struct lane *l)
{
	return l->phase == LANE_LOADING || l->phase == LANE_RUNNING;
}

void lane_give_back(struct lane *l)
{
	if (l->cell && lane_is_busy(l))
		cell_retire(l->cell);
	if (l->cell)
		l->cell->taken = false;
	l->cell = NULL;
}

void lane_release(struct lane *l)
{
	close_fd(&l->output_fd);
	close_fd(&l->packed_fd);
	buf_clear(&l->output);
	l->output_cut = l->packed = l->noted = false;
	l->killed = 0;
	l->memory_bytes = 0;
	if (!cgroup_step_end(&l->cgroup) && l->cell) {
		log_warn("cell.unclean", "cell=%u reason=\"a process was left in it\"",
		        l->cell->index);
		cell_retire(l->cell);
	}
	l->phase = LANE_IDLE;
}

/* The end of a step. */

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
static void decide(const struct lane *l, const struct agent_reply *a, const struct cgroup_usage *u,
        struct box_result *r)
{
	if (u->oom && u->own_limit) {
		r->end = BOX_END_MEMORY_LIMIT;
	} else if (u->oom) {
		r->end = BOX_END_FAULT;
		snprintf(r->fault, sizeof(r->fault), "the host is short of memory");
	} else if (l->killed == BOX_END_CPU_LIMIT || r->cpu_us > l->limits.cpu_ms * 1000) {
		r->end = BOX_END_CPU_LIMIT;
	} else if (l->killed == BOX_END_WALL_LIMIT || r->wall_us > l->limits.wall_ms * 1000) {
		r->end = BOX_END_WALL_LIMIT;
	} else if (l->killed) {
		r->end = l->killed;
	} else if (a->unfinished) {
		r->end = BOX_END_FAULT;
		snprintf(r->fault, sizeof(r->fault), "the step's init was killed");
	} else {
		decide_by_status(r, a->status);
	}
}

static void keep_output(struct lane *l, const char *piece, size_t n)
{
	size_t room = BOX_MAX_OUTPUT_BYTES - sizeof(cut_words) - l->output.len;
	size_t take = n < room ? n : room;

	if (l->output_cut)
		return;
	buf_add(&l->output, piece, take);
	l->output_cut = take < n;
	if (l->output_cut)
		buf_adds(&l->output, cut_words);
}

/* At most so many pieces: a program that floods its output must not keep us from its limits. */
static void read_output(struct lane *l, int most)
{
	char piece[READ_SIZE];

	for (int i = 0; i < most && l->output_fd >= 0; i++) {
		ssize_t n = read(l->output_fd, piece, sizeof(piece));

		if (n > 0)
			keep_output(l, piece, (size_t)n);
		else if (n == 0)
			close_fd(&l->output_fd);
		else if (errno != EINTR)
			return;
	}
}

void lane_output(struct lane *l)
{
	read_output(l, READS_PER_EVENT);
}

/* Too much to pack is the program's fault: its output says so. */
static void refuse_packed(struct lane *l, const struct agent_reply *a)
{
	struct box_result *r = &l->result;

	if (r->end != BOX_END_EXITED || !a->refused)
		return;
	r->exit_code = 1;
	if (!l->output_cut)
		buf_addf(&l->output, "%s\n", a->fault);
}

/* What a compiler made counts when it ended well; what a validator left, always. */
static bool is_packed(const struct lane *l, const struct agent_reply *a)
{
	if (lane_compiles(l) && (l->result.end != BOX_END_EXITED || l->result.exit_code != 0))
		return false;
	return a->packed && l->packed_fd >= 0;
}

int lane_done(struct lane *l, const struct agent_reply *a, struct err *err)
{
	struct box_result *r = &l->result;
	struct cgroup_usage u = {0};

	l->phase = LANE_ENDED;
	*r = (struct box_result){.wall_us = a->wall_us};
	/* a missing compiler is what VERSION asks about */
	if (a->fault[0] && !a->refused && !(a->missing && l->type == BOX_VERSION))
		return err_set(err, ERR_BUSY, "%s", a->fault);
	if (cgroup_step_usage(&l->cgroup, &u, err) < 0)
		return err_result(err);
	r->cpu_us = u.cpu_us;
	r->memory_bytes = u.peak_bytes;
	r->pids_denied = u.pids_denied;
	decide(l, a, &u, r);
	read_output(l, READS_AT_END); /* all writers are dead: what is left is one pipe full */
	refuse_packed(l, a);
	l->packed = is_packed(l, a);
	if (l->packed)
		(void)fcntl(l->packed_fd, F_ADD_SEALS,
		        F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL);
	l->first = a->first;
	memcpy(l->bytes, a->bytes, sizeof(l->bytes));
	return r->end == BOX_END_FAULT ? err_set(err, ERR_BUSY, "%s", r->fault) : 0;
}

/* The words of a command. */

static void add_env(const struct language *l, struct buf *words)
{
	buf_add(words, base_env, sizeof(base_env));
	for (size_t i = 0; l && i < l->nenv; i++)
		buf_add(words, l->env[i], strlen(l->env[i]) + 1);
	buf_add(words, "", 1);
}

/* Of the two programs of an interaction each has its own. */
static const char *args_of(const struct lane *l, const struct lane_step *step, size_t *len)
{
	const struct box_request *q = step->q;

	*len = q->args_len;
	if (l->type != BOX_INTERACTIVE)
		return q->args;
	*len = step->relay ? q->args_len - q->program_args : q->program_args;
	return step->relay ? q->args + q->program_args : q->args;
}

static int expand_run(const struct lane *l, const struct language *language,
        const struct lane_step *step, struct buf *words, struct err *err)
{
	const char *sources[] = {l->program.entry};
	struct language_values v = {.entry = l->program.entry,
	        .sources = sources,
	        .nsources = 1,
	        .memory_mib = l->limits.memory_bytes / MIB};
	int r = language_expand(language, language->run, &v, words, err);
	size_t len;
	const char *args = args_of(l, step, &len);

	if (r < 0)
		return r;
	/* the arguments come before the empty word that ends the command */
	words->len--;
	if (step->input >= 0)
		buf_add(words, data_words, sizeof(data_words));
	buf_add(words, args, len);
	buf_add(words, "", 1);
	return 0;
}

/* The commands of a compile, from the names of the files in the archive. */
static int expand_compile(const struct lane_step *step, const struct language *language,
        struct archive *ar, struct buf *words, struct err *err)
{
	static struct archive_entry files[BOX_MAX_FILES];
	const char *names[BOX_MAX_FILES];
	struct language_values v = {.entry = step->q->entry,
	        .sources = names,
	        .memory_mib = step->q->limits.memory_bytes / MIB,
	        .precompiled = step->precompiled};
	int r = 0;

	while (v.nsources < BOX_MAX_FILES && (r = archive_next(ar, &files[v.nsources], err)) > 0) {
		names[v.nsources] = files[v.nsources].name;
		v.nsources++;
	}
	if (r >= 0 && (v.nsources == 0 || v.nsources == BOX_MAX_FILES))
		return err_set(err, ERR_INPUT, "no or too many source files");
	if (language == &script_language)
		v.nsources = 0; /* paths, which its commands do not name */
	for (size_t i = 0; r == 0 && i < language->ncompile; i++)
		r = language_expand(language, language->compile[i], &v, words, err);
	return r;
}

static int expand_sources(const struct lane_step *step, const struct language *language,
        struct buf *words, struct err *err)
{
	struct archive ar;
	struct stat st;
	void *data;
	int r;

	if (fstat(step->sources, &st) < 0)
		return err_set(err, ERR_BUSY, "sources: %s", strerrordesc_np(errno));
	data = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, step->sources, 0);
	if (data == MAP_FAILED)
		return err_set(err, ERR_BUSY, "sources: %s", strerrordesc_np(errno));
	r = archive_open(&ar, data, (size_t)st.st_size, err);
	if (r == 0)
		r = expand_compile(step, language, &ar, words, err);
	munmap(data, (size_t)st.st_size);
	return r;
}

static int expand_precompile(const struct language *l, struct buf *words, struct err *err)
{
	const char *sources[] = {l->source};
	struct language_values v = {.entry = l->source, .sources = sources, .nsources = 1};

	return language_expand(l, l->precompiled.compile, &v, words, err);
}

static int make_words(const struct lane *l, const struct lane_step *step, struct agent_request *q,
        struct err *err)
{
	const bool loaded = !lane_compiles(l) && l->type != BOX_VERSION;
	const struct language *language =
	        lane_language(l->cell->host, loaded ? l->program.language : step->q->language);
	struct language_values none = {.entry = "none", .memory_mib = l->limits.memory_bytes / MIB};
	auto_buf struct buf words = {0};
	int r = 0;

	if (!language)
		return err_set(err, ERR_BUG, "no such language");
	add_env(language, &words);
	if (loaded)
		r = expand_run(l, language, step, &words, err);
	else if (l->type == BOX_COMPILE)
		r = expand_sources(step, language, &words, err);
	else if (l->type == BOX_PRECOMPILE)
		r = expand_precompile(language, &words, err);
	else
		r = language_expand(language, language->version, &none, &words, err);
	if (r < 0)
		return r;
	if (words.len > AGENT_WORDS_SIZE)
		return err_set(err, ERR_INPUT, "the command is too long");
	memcpy(q->words, words.data, words.len);
	q->words_len = (uint32_t)words.len;
	if (loaded) {
		size_t len;

		(void)args_of(l, step, &len);
		q->args_len = (uint32_t)len;
		q->args_at = (uint32_t)(words.len - 1 - len);
	}
	return 0;
}

/* The descriptors of a step. */

struct fd_list {
	int fds[AGENT_MAX_FDS];
	size_t n;
	int close[3]; /* ours, to be closed after sending */
};

static void add_fd(struct fd_list *list, int fd)
{
	list->fds[list->n++] = fd;
}

/* stdin is opened anew, so that no offset is shared with anybody; a pipe cannot be. */
static int open_stdin(const struct lane_step *step, struct fd_list *list, struct err *err)
{
	char path[64] = "/dev/null";
	struct stat st;

	if (step->stdin_fd >= 0 && fstat(step->stdin_fd, &st) == 0 && S_ISFIFO(st.st_mode)) {
		add_fd(list, step->stdin_fd);
		return 0;
	}
	if (step->stdin_fd >= 0)
		snprintf(path, sizeof(path), "/proc/self/fd/%d", step->stdin_fd);
	list->close[0] = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (list->close[0] < 0)
		return err_set(
		        err, ERR_BUSY, "stdin cannot be opened anew: %s", strerrordesc_np(errno));
	add_fd(list, list->close[0]);
	return 0;
}

/* The pipe that box reads: of both, or of stderr alone. */
static int open_output(
        struct lane *l, const struct lane_step *step, struct fd_list *list, struct err *err)
{
	int p[2];

	if (step->stderr_fd >= 0) {
		add_fd(list, step->stdout_fd);
		add_fd(list, step->stderr_fd);
		return 0;
	}
	if (pipe2(p, O_CLOEXEC) < 0)
		return err_set(err, ERR_BUSY, "pipe: %s", strerrordesc_np(errno));
	l->output_fd = p[0];
	list->close[1] = p[1];
	(void)fcntl(p[0], F_SETFL, O_NONBLOCK);
	/* a program may open /dev/stderr by name, for writing */
	(void)fchmod(p[1], 0622);
	add_fd(list, step->stdout_fd >= 0 ? step->stdout_fd : p[1]);
	add_fd(list, p[1]);
	return 0;
}

static int open_packed(struct lane *l, struct agent_request *q, struct fd_list *list,
        const struct lane_step *step, struct err *err)
{
	if (step->sources < 0 && step->input < 0)
		return 0;
	l->packed_fd = memfd_create("packed", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (l->packed_fd < 0)
		return err_set(err, ERR_BUSY, "memfd: %s", strerrordesc_np(errno));
	if (step->sources >= 0) {
		q->flags |= AGENT_SOURCES;
		add_fd(list, step->sources);
	}
	q->flags |= AGENT_PACK;
	add_fd(list, l->packed_fd);
	return 0;
}

static void add_data(struct agent_request *q, struct fd_list *list, const struct lane_step *step)
{
	if (step->input >= 0) {
		q->flags |= AGENT_DATA;
		add_fd(list, step->input);
		add_fd(list, step->answer);
	}
	if (step->feedback >= 0) {
		q->flags |= AGENT_FEEDBACK;
		add_fd(list, step->feedback);
	}
	if (!step->relay)
		return;
	q->flags |= AGENT_RELAY;
	q->relay_bytes = step->q->output_bytes;
	for (size_t i = 0; i < RELAY_FDS + 1; i++)
		add_fd(list, step->relay[i]);
}

static int gather_fds(struct lane *l, const struct lane_step *step, struct agent_request *q,
        struct fd_list *list, struct err *err)
{
	int r;

	if ((r = open_stdin(step, list, err)) < 0 || (r = open_output(l, step, list, err)) < 0)
		return r;
	q->njoin = (uint32_t)l->cgroup.njoin;
	for (size_t i = 0; i < l->cgroup.njoin; i++)
		add_fd(list, l->cgroup.join[i]);
	if (l->cgroup.into >= 0) {
		q->flags |= AGENT_INTO;
		add_fd(list, l->cgroup.into);
	}
	r = open_packed(l, q, list, step, err);
	if (r == 0)
		add_data(q, list, step);
	return r;
}

/* Starting. */

int lane_load(struct lane *l, struct err *err)
{
	static struct agent_request q;

	memset(&q, 0, offsetof(struct agent_request, words));
	q.magic = AGENT_MAGIC;
	q.type = AGENT_LOAD;
	q.serial = ++l->serial;
	l->phase = LANE_LOADING;
	l->start_us = clock_mono_us();
	return cell_send(l->cell, &q, &l->program.fd, 1, err);
}

static int send_step(struct lane *l, const struct lane_step *step, struct err *err)
{
	static struct agent_request q;
	struct fd_list list = {.close = {-1, -1, -1}};
	int r;

	memset(&q, 0, offsetof(struct agent_request, words));
	q.magic = AGENT_MAGIC;
	q.type = AGENT_STEP;
	q.serial = ++l->serial;
	q.cpu = l->cpu;
	q.tmp_bytes = l->limits.tmp_bytes;
	q.file_bytes = l->limits.file_bytes;
	q.wall_ms = l->limits.wall_ms;
	q.cpu_seconds = l->limits.cpu_ms / 1000 + 3;
	r = make_words(l, step, &q, err);
	if (r == 0)
		r = cgroup_step_begin(
		        &l->cell->cgroup, l->memory_bytes, l->limits.pids, &l->cgroup, err);
	if (r == 0)
		r = gather_fds(l, step, &q, &list, err);
	if (r == 0)
		r = cell_send(l->cell, &q, list.fds, list.n, err);
	close_fd(&list.close[0]);
	close_fd(&list.close[1]);
	return r;
}

int lane_start(struct lane *l, const struct lane_step *step, struct err *err)
{
	l->cell->steps++;
	l->phase = LANE_RUNNING;
	l->start_us = clock_mono_us();
	l->check_us = l->start_us + MIN_LOOK_US;
	if (lane_compiles(l))
		l->cell->loaded = 0;
	return send_step(l, step, err);
}

/* Limits of a running step. */

static void send_word(struct lane *l, uint32_t type)
{
	struct agent_request q = {.magic = AGENT_MAGIC, .type = type, .serial = l->serial};
	struct err err = {0};

	if (cell_send(l->cell, &q, NULL, 0, &err) < 0)
		log_warn("step.word", "cell=%u reason=\"%s\"", l->cell->index, err.msg);
}

void lane_kill(struct lane *l, uint32_t why)
{
	if (l->killed)
		return;
	l->killed = why;
	l->killed_ms = clock_mono_ms();
	send_word(l, AGENT_KILL);
}

void lane_tell_peer(struct lane *l)
{
	send_word(l, AGENT_PEER);
}

static int64_t clamp(int64_t v, int64_t min, int64_t max)
{
	return v < min ? min : v > max ? max : v;
}

/* On one processor CPU time cannot be used up sooner than real time, so there is no need to look
 * before. */
static void look(struct lane *l, int64_t now_us)
{
	int64_t wall_left = l->start_us + l->limits.wall_ms * 1000 - now_us;
	int64_t cpu_left = l->limits.cpu_ms * 1000 - cgroup_step_cpu_us(&l->cgroup);
	int64_t next = cpu_left < wall_left ? cpu_left : wall_left;

	if (cpu_left < 0)
		lane_kill(l, BOX_END_CPU_LIMIT);
	else if (wall_left <= 0)
		lane_kill(l, BOX_END_WALL_LIMIT);
	else if (cgroup_step_oom(&l->cgroup))
		lane_kill(l, BOX_END_MEMORY_LIMIT);
	l->check_us = now_us + clamp(next, MIN_LOOK_US, MAX_LOOK_US);
}

int64_t lane_look(struct lane *l, int64_t now_us)
{
	if (l->phase != LANE_RUNNING || l->killed || l->noted)
		return INT64_MAX;
	if (now_us >= l->check_us)
		look(l, now_us);
	return l->check_us;
}

bool lane_is_stuck(const struct lane *l, int64_t now_us)
{
	if (l->phase == LANE_LOADING)
		return now_us - l->start_us > (int64_t)KILL_MS * 1000;
	return l->phase == LANE_RUNNING && l->killed && now_us / 1000 - l->killed_ms > KILL_MS;
}
