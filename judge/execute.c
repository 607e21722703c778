/* execute.c -- see execute.h. The order of decision on one run (RULES.md section 2): the judge's
 * own fault, memory, time, output, exit, validator. The program's output goes through a pipe into
 * the comparison while it runs; what is counted here is exact, so the output limit is too.
 *
 * A run reads to the end of both pipes and then waits for the box: when the step has ended all its
 * processes are dead, so the pipes end too. Every wait looks at *stop a few times a second. */
#include "judge/execute.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "judge/validate.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>

enum {
	AFTER_END_MS = 2000, /* pipes that outlive the step by more are a fault */
	PIECE = 64 << 10,
	OUTPUT_KEPT = 16 << 10,
	STDERR_KEPT = 1000,
	STDERR_ESCAPED = 1600,
	WALL_EXTRA_MS = 4000, /* a busy host must not make a sleeper of anybody */
	MEMORY_MIN = 4 << 20,
	TMP_BYTES = 256 << 20,
	US_PER_MS = 1000,
	STARVED_FACTOR = 5,
	WALL_MAX_MS = 1200000, /* of box.h */
};

/* Runnable threads per core, a minute's average, from which on a host is overloaded. */
static const double BUSY_LOAD = 1.5;

/* Who got less than this part of a fair share of the cores was asleep. */
static const double SHARE_OF_WAITING = 0.1;

/* The slack within which a time limit is worth a second look: box kills behind it. */
static int64_t with_slack(int64_t time_ms)
{
	return time_ms + time_ms / 10 + 1;
}

/* One run at work. */
struct running {
	struct execution *x;
	struct compare *compare; /* or, when the output is kept instead: */
	struct buf *capture;
	struct buf *kept;           /* NULL, or: its first bytes, for people */
	int64_t max;                /* bytes of output */
	int out_fd, err_fd, box_fd; /* -1: ended */
	int64_t bytes;
	bool too_much;    /* the output limit was reached */
	bool stopped;     /* *stop was seen */
	int64_t ended_ms; /* the box said so at; 0: not yet */
	char errors[STDERR_KEPT];
	size_t errors_len;
};

int execute_stopped(struct err *err)
{
	return err_set(err, ERR_CONFLICT, "stopped");
}

/* Compiling. */

int execute_look(const struct execution *x, bool *killed, struct err *err)
{
	if (*killed || !atomic_load(x->stop))
		return 0;
	*killed = true;
	return box_kill(x->box, err);
}

int execute_wait_compiled(const struct execution *x, struct box_compiled *out, struct err *err)
{
	bool killed = false;
	int r = 0;

	while (r == 0) {
		r = box_compile_wait(x->box, EXECUTE_LOOK_MS, out, err);
		if (r == 0)
			r = execute_look(x, &killed, err);
	}
	if (r > 0 && killed) {
		box_compiled_free(out);
		return execute_stopped(err);
	}
	return r < 0 ? r : 0;
}

static int compile(
        struct execution *x, const struct box_compile *c, struct box_compiled *out, struct err *err)
{
	int r;

	pthread_rwlock_rdlock(x->alone);
	r = box_compile_start(x->box, c, err);
	if (r == 0)
		r = execute_wait_compiled(x, out, err);
	pthread_rwlock_unlock(x->alone);
	return r;
}

/* A compiler that was ended says nothing of it: we do. */
static void add_end(struct box_compiled *c)
{
	auto_buf struct buf b = {0};

	if (c->result.end == BOX_END_EXITED)
		return;
	buf_add(&b, c->output, c->output_len);
	buf_addf(&b, "%sthe compiler was ended: %s\n",
	        b.len && b.data[b.len - 1] != '\n' ? "\n" : "", box_end_name(c->result.end));
	free(c->output);
	c->output_len = b.len;
	c->output = buf_take(&b);
}

/* 0: there is an artifact, or the compiler refused. */
static int find_or_compile(struct execution *x, const struct program *p, const char *key,
        struct box_compiled *out, struct err *err)
{
	struct box_limits limits = box_compile_limits();
	struct box_compile c = {.language = x->language->id,
	        .entry = p->entry,
	        .files = p->files,
	        .nfiles = p->n,
	        .limits = &limits};
	int r;

	*out = (struct box_compiled){.artifact_fd = artifacts_get(x->artifacts, key)};
	if (out->artifact_fd >= 0)
		return 0;
	limits.cpu_ms = x->compile_ms;
	limits.wall_ms = 2 * x->compile_ms;
	r = compile(x, &c, out, err);
	if (r == 0 && out->artifact_fd >= 0)
		artifacts_put(x->artifacts, key, out->artifact_fd);
	return r;
}

int execute_compile(
        struct execution *x, const struct program *p, struct box_compiled *out, struct err *err)
{
	struct artifacts_program name = {.owner = x->owner,
	        .language = x->language,
	        .root = box_info(x->box)->root,
	        .entry = p->entry,
	        .files = p->files,
	        .nfiles = p->n};
	char key[ARTIFACTS_KEY_SIZE];
	int r;

	artifacts_key(x->artifacts, &name, key);
	r = find_or_compile(x, p, key, out, err);
	if (r < 0)
		return r;
	if (out->artifact_fd < 0) {
		add_end(out);
		return 0;
	}
	r = box_load(x->box, x->language->id, p->entry, out->artifact_fd, err);
	if (r < 0)
		box_compiled_free(out);
	return r < 0 ? r : 1;
}

/* Running. */

static void end_run(struct running *r)
{
	struct err ignored = {0};

	/* a box that is gone is seen by the wait that follows */
	(void)box_kill(r->x->box, &ignored);
}

/* Takes what a pipe has; closes it at its end. */
static ssize_t take(int *fd, char piece[PIECE])
{
	ssize_t n = read(*fd, piece, PIECE);

	if (n > 0 || (n < 0 && (errno == EINTR || errno == EAGAIN)))
		return n > 0 ? n : 0;
	close(*fd);
	*fd = -1;
	return 0;
}

static void take_output(struct running *r, char piece[PIECE])
{
	ssize_t n = take(&r->out_fd, piece);

	r->bytes += n;
	if (r->kept && r->kept->len < OUTPUT_KEPT)
		buf_add(r->kept, piece,
		        (size_t)n < OUTPUT_KEPT - r->kept->len ? (size_t)n
		                                               : OUTPUT_KEPT - r->kept->len);
	if (r->bytes <= r->max && r->capture) {
		buf_add(r->capture, piece, (size_t)n);
	} else if (r->bytes <= r->max) {
		compare_push(r->compare, piece, (size_t)n);
	} else if (!r->too_much) {
		r->too_much = true;
		end_run(r);
	}
}

static void take_errors(struct running *r, char piece[PIECE])
{
	size_t n = (size_t)take(&r->err_fd, piece);
	size_t room = STDERR_KEPT - r->errors_len;

	n = n < room ? n : room;
	memcpy(r->errors + r->errors_len, piece, n);
	r->errors_len += n;
}

/* Until both pipes have ended, or should have. */
static void stream(struct running *r)
{
	char piece[PIECE];

	while (r->out_fd >= 0 || r->err_fd >= 0) {
		struct pollfd p[] = {{.fd = r->out_fd, .events = POLLIN},
		        {.fd = r->err_fd, .events = POLLIN},
		        {.fd = r->ended_ms ? -1 : r->box_fd, .events = POLLIN}};

		(void)poll(p, ARRAY_LEN(p), EXECUTE_LOOK_MS);
		if (p[0].revents)
			take_output(r, piece);
		if (p[1].revents)
			take_errors(r, piece);
		if (p[2].revents)
			r->ended_ms = clock_mono_ms();
		if (r->ended_ms && clock_mono_ms() - r->ended_ms > AFTER_END_MS)
			return;
		if (!r->stopped && atomic_load(r->x->stop)) {
			r->stopped = true;
			end_run(r);
		}
	}
}

static int wait_ended(struct running *r, struct box_result *result, struct err *err)
{
	int w = 0;

	while (w == 0) {
		w = box_run_wait(r->x->box, EXECUTE_LOOK_MS, result, err);
		if (w != 0 || r->stopped || !atomic_load(r->x->stop))
			continue;
		r->stopped = true;
		end_run(r);
	}
	return w < 0 ? w : 0;
}

static struct box_limits limits_of(const struct execution *x)
{
	return (struct box_limits){.cpu_ms = with_slack(x->time_ms),
	        .wall_ms = x->wall_ms,
	        .memory_bytes = x->memory_bytes < MEMORY_MIN ? MEMORY_MIN : x->memory_bytes,
	        .tmp_bytes = x->memory_bytes < TMP_BYTES ? x->memory_bytes : TMP_BYTES,
	        .file_bytes = EXECUTE_FILE_BYTES,
	        .pids = x->language->pids};
}

static int start_run(struct running *r, struct box_run run, struct err *err)
{
	auto_close int out = -1;
	auto_close int errors = -1;
	int o[2], e[2];

	if (pipe2(o, O_CLOEXEC) < 0)
		return err_set(err, ERR_BUSY, "pipe: %s", strerrordesc_np(errno));
	r->out_fd = o[0];
	out = o[1];
	if (pipe2(e, O_CLOEXEC) < 0)
		return err_set(err, ERR_BUSY, "pipe: %s", strerrordesc_np(errno));
	r->err_fd = e[0];
	errors = e[1];
	run.stdout_fd = out;
	run.stderr_fd = errors;
	return box_run_start(r->x->box, &run, err);
}

static void running_free(struct running *r)
{
	compare_free(r->compare);
	if (r->out_fd >= 0)
		close(r->out_fd);
	if (r->err_fd >= 0)
		close(r->err_fd);
}
#define auto_running __attribute__((cleanup(running_free)))

/* The beginning of what the program said on stderr, as ASCII on one line. */
static void escape_errors(const struct running *r, char out[STDERR_ESCAPED])
{
	size_t pos = 0;

	for (size_t i = 0; i < r->errors_len && pos + 1 < STDERR_ESCAPED; i++) {
		unsigned char b = (unsigned char)r->errors[i];

		if (b == '\n')
			out[pos++] = '\n';
		else
			out[pos++] = (char)(b >= ' ' && b < 0x7f ? b : '?');
	}
	out[pos] = 0;
}

/* A runtime that keeps the memory limit itself says so as it gives up; whoever says it without
 * need has failed all the same. */
static bool has_memory_sign(const struct running *r)
{
	const struct language *l = r->x->language;

	for (size_t i = 0; i < l->nmemory_signs; i++)
		if (memmem(r->errors, r->errors_len, l->memory_signs[i],
		            strlen(l->memory_signs[i])))
			return true;
	return false;
}

/* RULES.md section 2: memory, time, output, exit; VERDICT_NONE: ask the validator. */
static enum verdict verdict_of(const struct running *r, const struct box_result *b)
{
	if (b->end == BOX_END_MEMORY_LIMIT)
		return VERDICT_MLE;
	if (b->end == BOX_END_CPU_LIMIT || b->end == BOX_END_WALL_LIMIT ||
	        b->cpu_us > r->x->time_ms * US_PER_MS)
		return VERDICT_TLE;
	if (r->too_much)
		return VERDICT_OLE;
	if (b->end == BOX_END_SECURITY)
		return VERDICT_SV;
	if (b->end == BOX_END_SIGNAL || (b->end == BOX_END_EXITED && b->exit_code != 0))
		return has_memory_sign(r) ? VERDICT_MLE : VERDICT_RTE;
	return VERDICT_NONE;
}

static void say_end(const struct running *r, const struct box_result *b, struct outcome *out)
{
	char errors[STDERR_ESCAPED];
	const char *pids = b->pids_denied ? "; a fork was denied" : "";
	int n = 0;

	if (out->verdict == VERDICT_OLE)
		n = snprintf(out->message, sizeof(out->message), "more than %lld bytes of output",
		        (long long)r->max);
	else if (b->end == BOX_END_EXITED && b->exit_code != 0)
		n = snprintf(
		        out->message, sizeof(out->message), "exit code %d%s", b->exit_code, pids);
	else if (b->end == BOX_END_SIGNAL && b->signal == SIGXFSZ)
		n = snprintf(out->message, sizeof(out->message),
		        "signal %d: wrote a file of more than %d MiB", b->signal,
		        EXECUTE_FILE_BYTES >> 20);
	else if (b->end == BOX_END_SIGNAL)
		n = snprintf(out->message, sizeof(out->message), "signal %d%s", b->signal, pids);
	else
		n = snprintf(
		        out->message, sizeof(out->message), "%s%s", box_end_name(b->end), pids);
	if (r->errors_len == 0)
		return;
	escape_errors(r, errors);
	snprintf(out->message + n, sizeof(out->message) - (size_t)n, "; stderr: %s", errors);
}

static void take_figures(const struct box_result *b, struct outcome *out)
{
	out->cpu_us = out->busy_us = b->cpu_us;
	out->wall_us = b->wall_us;
	out->memory_bytes = b->memory_bytes;
	out->exit_code = b->exit_code;
	out->signal = b->signal;
}

static int decide(
        const struct running *r, const struct box_result *b, struct outcome *out, struct err *err)
{
	take_figures(b, out);
	out->verdict = verdict_of(r, b);
	if (out->verdict != VERDICT_NONE) {
		say_end(r, b, out);
		if (out->verdict == VERDICT_MLE && r->x->memory_is_rte)
			out->verdict = VERDICT_RTE;
		return 0;
	}
	if (b->end != BOX_END_EXITED)
		return err_set(
		        err, ERR_BUSY, "the run ended by nobody's wish: %s", box_end_name(b->end));
	return 0;
}

/* From the start to the end of a run, both pipes read. */
static int run_to_end(
        struct running *r, const struct box_run *run, struct box_result *result, struct err *err)
{
	int n;

	r->out_fd = r->err_fd = -1;
	r->box_fd = box_fd(r->x->box);
	n = start_run(r, *run, err);
	if (n < 0)
		return n;
	stream(r);
	n = wait_ended(r, result, err);
	if (n < 0)
		return n;
	if (r->stopped)
		return execute_stopped(err);
	if (r->out_fd >= 0 || r->err_fd >= 0)
		return err_set(err, ERR_BUSY, "a pipe outlived its run");
	return 0;
}

static struct box_run run_of(const struct execution *x, const struct test_case *t, int input_fd)
{
	return (struct box_run){.language = x->language->id,
	        .limits = limits_of(x),
	        .stdin_fd = input_fd,
	        .args = t->args,
	        .nargs = t->nargs};
}

/* As the transcript of a pass. */
static void say_kept(const struct running *r, struct outcome *out)
{
	if (!r->kept)
		return;
	validate_said(out, '>', r->kept->data ? r->kept->data : "", r->kept->len);
	validate_said(out, '!', r->errors, r->errors_len);
	out->transcript_cut = out->transcript_cut || r->bytes > (int64_t)r->kept->len;
}

/* Run and default validator side by side. */
static int run_compared(
        struct execution *x, const struct test_case *t, struct outcome *out, struct err *err)
{
	auto_buf struct buf kept = {0};
	auto_running struct running r = {.x = x,
	        .kept = t->keep ? &kept : NULL,
	        .out_fd = -1,
	        .err_fd = -1,
	        .max = x->output_bytes};
	struct box_run run = run_of(x, t, t->input_fd);
	struct box_result result;
	int equal;

	r.compare = compare_new(t->flags, t->answer_fd);
	if (run_to_end(&r, &run, &result, err) < 0 || decide(&r, &result, out, err) < 0)
		return err_result(err);
	say_kept(&r, out);
	if (out->verdict != VERDICT_NONE)
		return 0;
	equal = compare_finish(r.compare, err);
	if (equal < 0)
		return equal;
	out->verdict = equal ? VERDICT_AC : VERDICT_WA;
	snprintf(out->message, sizeof(out->message), "%s", compare_message(r.compare));
	return 0;
}

/* Run first, then the problem's own validators on what it wrote. */
static int run_validated(struct execution *x, const struct test_case *t, struct validate_pass *pass,
        struct outcome *out, struct err *err)
{
	auto_buf struct buf output = {0};
	auto_buf struct buf kept = {0};
	auto_running struct running r = {.x = x,
	        .capture = &output,
	        .kept = t->keep ? &kept : NULL,
	        .out_fd = -1,
	        .err_fd = -1,
	        .max = x->output_bytes};
	struct box_run run = run_of(x, t, pass->input_fd);
	struct box_result result;
	auto_close int output_fd = -1;

	if (run_to_end(&r, &run, &result, err) < 0 || decide(&r, &result, out, err) < 0)
		return err_result(err);
	say_kept(&r, out);
	if (out->verdict != VERDICT_NONE)
		return 0;
	output_fd = box_memfd(output.data ? output.data : "", output.len, err);
	if (output_fd < 0)
		return output_fd;
	pass->output_fd = output_fd;
	return validate_output(x, t, pass, out, err);
}

/* In the order that box.h lists; VERDICT_NONE: the validator's word counts. */
static int decide_interaction(const struct running *r, const struct box_interacted *i,
        struct outcome *out, struct err *err)
{
	bool decided = validator_decided(&i->validator);
	bool wrong = decided && i->validator.exit_code == VALIDATOR_WRONG;
	bool piped = i->submission.end == BOX_END_SIGNAL && i->submission.signal == SIGPIPE;

	take_figures(&i->submission, out);
	out->busy_us += i->validator.cpu_us;
	out->verdict = VERDICT_NONE;
	if (i->first == BOX_LANE_JURY && (wrong || !decided))
		return 0;
	if (decide(r, &i->submission, out, err) < 0)
		return err_result(err);
	if (piped && wrong)
		out->verdict = VERDICT_NONE;
	return 0;
}

static int interact(struct execution *x, const struct test_case *t, struct validate_pass *pass,
        struct outcome *out, struct err *err)
{
	struct running r = {.x = x, .out_fd = -1, .err_fd = -1, .max = x->output_bytes};
	struct box_interacted done = {.feedback_fd = -1};
	int n;

	pass->limits = limits_of(x);
	n = validate_interact(x, t, pass, &done, err);
	if (n < 0)
		return n;
	r.too_much = done.submission.end == BOX_END_OUTPUT_LIMIT;
	r.errors_len = done.errors_len < STDERR_KEPT ? done.errors_len : STDERR_KEPT;
	memcpy(r.errors, done.errors ? done.errors : "", r.errors_len);
	n = decide_interaction(&r, &done, out, err);
	if (n == 0)
		validate_transcript(&done, out);
	if (n == 0 && out->verdict == VERDICT_NONE)
		n = validate_interaction(t, pass, &done, out, err);
	box_interacted_free(&done);
	return n;
}

static int64_t most(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* The figures of a test are the most of any of its passes; both get them. */
static void keep_most(struct outcome *out, struct outcome *all)
{
	all->cpu_us = out->cpu_us = most(out->cpu_us, all->cpu_us);
	all->wall_us = out->wall_us = most(out->wall_us, all->wall_us);
	all->memory_bytes = out->memory_bytes = most(out->memory_bytes, all->memory_bytes);
}

/* The validator's nextpass.in is the input of the next pass. */
static int next_input(
        const struct validation *v, int n, struct validate_pass *pass, int *made, struct err *err)
{
	if (n >= v->passes)
		return err_set(
		        err, ERR_BUSY, "the validator asks for more than %d passes", v->passes);
	if (*made >= 0)
		close(*made);
	*made = box_memfd(pass->next->data ? pass->next->data : "", pass->next->len, err);
	pass->input_fd = *made;
	return *made < 0 ? *made : 0;
}

/* As many passes as the validator asks for. Time and memory are limited per pass; what the whole
 * test says of them is the most of any. */
static int run_passes(
        struct execution *x, const struct test_case *t, struct outcome *out, struct err *err)
{
	const struct validation *v = t->validation;
	auto_buf struct buf next = {0};
	auto_close int made = -1;
	auto_close int feedback = -1;
	struct validate_pass pass = {
	        .input_fd = t->input_fd, .next = &next, .feedback_fd = &feedback};
	auto_free struct outcome *all = xcalloc(1, sizeof(*all));

	for (int n = 1;; n++) {
		int r;

		pass.again = false;
		r = v->interactive ? interact(x, t, &pass, out, err)
		                   : run_validated(x, t, &pass, out, err);
		if (r < 0)
			return r;
		keep_most(out, all);
		if (out->verdict != VERDICT_AC || !pass.again)
			return 0;
		if (next_input(v, n, &pass, &made, err) < 0)
			return err_result(err);
	}
}

static int run_once(
        struct execution *x, const struct test_case *t, struct outcome *out, struct err *err)
{
	*out = (struct outcome){.verdict = VERDICT_NONE};
	return t->validation ? run_passes(x, t, out, err) : run_compared(x, t, out, err);
}

static int compare_output(
        const struct test_case *t, int output_fd, struct outcome *out, struct err *err)
{
	auto_compare struct compare *c = compare_new(t->flags, t->answer_fd);
	char piece[PIECE];
	off_t at = 0;
	ssize_t n;
	int equal;

	while ((n = pread(output_fd, piece, sizeof(piece), at)) > 0) {
		compare_push(c, piece, (size_t)n);
		at += n;
	}
	if (n < 0)
		return err_set(err, ERR_BUSY, "read an output: %s", strerrordesc_np(errno));
	equal = compare_finish(c, err);
	if (equal < 0)
		return equal;
	out->verdict = equal ? VERDICT_AC : VERDICT_WA;
	snprintf(out->message, sizeof(out->message), "%s", compare_message(c));
	return 0;
}

int execute_output(struct execution *x, const struct test_case *t, int output_fd,
        struct outcome *out, struct err *err)
{
	auto_buf struct buf next = {0};
	auto_close int feedback = -1;
	struct validate_pass pass = {.input_fd = t->input_fd,
	        .output_fd = output_fd,
	        .next = &next,
	        .feedback_fd = &feedback};
	int r;

	*out = (struct outcome){.verdict = VERDICT_NONE};
	if (!t->validation)
		return compare_output(t, output_fd, out, err);
	pthread_rwlock_rdlock(x->alone);
	r = validate_output(x, t, &pass, out, err);
	pthread_rwlock_unlock(x->alone);
	return r;
}

int execute_plain(
        struct execution *x, const struct plain_run *p, struct box_result *out, struct err *err)
{
	auto_running struct running r = {
	        .x = x, .capture = p->out, .out_fd = -1, .err_fd = -1, .max = p->max};
	int n;

	pthread_rwlock_rdlock(x->alone);
	n = run_to_end(&r, &p->run, out, err);
	pthread_rwlock_unlock(x->alone);
	if (n == 0 && p->errors)
		buf_add(p->errors, r.errors, r.errors_len);
	return n;
}

static bool is_close(const struct execution *x, const struct outcome *o)
{
	return o->verdict == VERDICT_TLE && o->cpu_us > x->time_ms * US_PER_MS &&
	       o->cpu_us <= with_slack(x->time_ms) * US_PER_MS;
}

/* It was waiting for a core rather than sleeping, as far as one can tell from outside: who wants to
 * run gets its share of the cores, however many want it. */
static bool is_starved(const struct execution *x, const struct outcome *o)
{
	double cores = (double)sysconf(_SC_NPROCESSORS_ONLN);
	double load = 0;

	if (o->verdict != VERDICT_TLE || o->cpu_us > x->time_ms * US_PER_MS)
		return false;
	if (getloadavg(&load, 1) != 1 || load <= BUSY_LOAD * cores)
		return false;
	return (double)o->busy_us > (double)o->wall_us * cores / load * SHARE_OF_WAITING;
}

/* Does the second run say more for the program? One that only waited for a core says nothing. */
static bool is_better(
        const struct execution *x, const struct outcome *first, const struct outcome *second)
{
	if (second->verdict != VERDICT_TLE)
		return true;
	return second->cpu_us < first->cpu_us && second->cpu_us > x->time_ms * US_PER_MS;
}

/* The second look. The lower time decides; the message tells the jury of both. */
static int run_alone(
        struct execution *x, const struct test_case *t, struct outcome *out, struct err *err)
{
	auto_free struct outcome *second = NULL;
	int64_t first_us = out->cpu_us;
	size_t len;
	int r;

	second = xcalloc(1, sizeof(*second));
	pthread_rwlock_wrlock(x->alone);
	r = run_once(x, t, second, err);
	pthread_rwlock_unlock(x->alone);
	if (r < 0)
		return r;
	if (is_better(x, out, second))
		*out = *second;
	out->first_us = first_us;
	len = strlen(out->message);
	snprintf(out->message + len, sizeof(out->message) - len, "%sCPU %lld ms, alone %lld ms",
	        len ? "; " : "", (long long)(first_us / US_PER_MS),
	        (long long)(second->cpu_us / US_PER_MS));
	return 0;
}

int execute_test(
        struct execution *x, const struct test_case *t, struct outcome *out, struct err *err)
{
	int r;

	x->wall_ms = 2 * (x->wall_of_ms > 0 ? x->wall_of_ms : x->time_ms) + WALL_EXTRA_MS;
	pthread_rwlock_rdlock(x->alone);
	r = run_once(x, t, out, err);
	pthread_rwlock_unlock(x->alone);
	if (r < 0 || out->verdict != VERDICT_TLE)
		return r;
	if (!is_starved(x, out) && !is_close(x, out))
		return 0;
	x->wall_ms *= STARVED_FACTOR;
	if (x->wall_ms > WALL_MAX_MS)
		x->wall_ms = WALL_MAX_MS;
	return run_alone(x, t, out, err);
}
