/* validate.c -- see validate.h.
 *
 * Compiled programs are found by the hash of their files; the artifact is a sealed memfd that every
 * box loads from. The list only grows: a judge has as many as problems with validators. Two slots
 * that need the same one at once both compile it, the first is kept. */
#include "judge/validate.h"

#include "base/hash.h"
#include "base/mem.h"

#include <math.h>

enum {
	SAID_MAX = 64 << 10,
	SAID_SHOWN = 300,
	TMP_BYTES = 256 << 20,
	MEMORY_MIN = 16 << 20,
	SCRIPT_PIDS = 128,
	WALL_EXTRA_MS = 4000,
	WALL_BEYOND_MS = 3000, /* what the validator has more than the submission */
	WALL_MAX_MS = 1200000,
	CPU_MAX_MS = 600000,
	SCORE_MAX = 100,
	NEXT_MAX = 64 << 20,
};

struct known {
	struct validator v;
	char name[BOX_NAME_SIZE];
	unsigned char hash[HASH_SIZE];
	struct known *next;
};

struct jury {
	const struct languages *languages;
	pthread_mutex_t lock; /* guards the rest */
	struct known *known;
	uint64_t marks;
};

struct jury *jury_new(const struct languages *languages)
{
	struct jury *j = xcalloc(1, sizeof(*j));

	j->languages = languages;
	pthread_mutex_init(&j->lock, NULL);
	return j;
}

void jury_free(struct jury *j)
{
	struct known *next;

	for (struct known *k = j ? j->known : NULL; k; k = next) {
		next = k->next;
		close(k->v.artifact_fd);
		free(k);
	}
	free(j);
}

/* Compiling. */

static void hash_source(const struct jury_source *s, unsigned char out[HASH_SIZE])
{
	auto_buf struct buf b = {0};

	buf_addf(&b, "%d %zu\n", s->script, s->n);
	for (size_t i = 0; i < s->n; i++) {
		buf_addf(&b, "%s %zu\n", s->files[i].name, s->files[i].len);
		buf_add(&b, s->files[i].data, s->files[i].len);
	}
	hash_sha256(b.data, b.len, out);
}

static const struct validator *find(struct jury *j, const unsigned char hash[HASH_SIZE])
{
	const struct validator *found = NULL;

	pthread_mutex_lock(&j->lock);
	for (const struct known *k = j->known; k && !found; k = k->next)
		if (memcmp(k->hash, hash, HASH_SIZE) == 0)
			found = &k->v;
	pthread_mutex_unlock(&j->lock);
	return found;
}

uint64_t jury_mark(struct jury *j)
{
	uint64_t mark;

	pthread_mutex_lock(&j->lock);
	mark = ++j->marks;
	pthread_mutex_unlock(&j->lock);
	return mark;
}

static const struct validator *keep(struct jury *j, struct known *k)
{
	const struct validator *found = find(j, k->hash);

	if (found) {
		close(k->v.artifact_fd);
		free(k);
		return found;
	}
	k->v.mark = jury_mark(j);
	pthread_mutex_lock(&j->lock);
	k->next = j->known;
	j->known = k;
	pthread_mutex_unlock(&j->lock);
	return &k->v;
}

const struct language *jury_language(const struct jury *j, const struct validator *v)
{
	return language_find(j->languages, v->language);
}

/* By the extensions: the language of the first file that has one; C++ when there is any. */
static const struct language *language_of(const struct jury *j, const struct jury_source *s)
{
	const struct language *cpp = language_find(j->languages, "cpp");
	const struct language *found = NULL;

	for (size_t i = 0; i < s->n; i++) {
		const struct language *l = language_by_file(j->languages, s->files[i].name);

		if (l && l == cpp)
			return l;
		found = found ? found : l;
	}
	return found;
}

static bool has_file(const struct jury_source *s, const char *name)
{
	for (size_t i = 0; i < s->n; i++)
		if (strcmp(s->files[i].name, name) == 0)
			return true;
	return false;
}

static int entry_of(const struct language *l, const struct jury_source *s,
        char entry[LANGUAGE_NAME_SIZE], struct err *err)
{
	auto_free struct language_file *files = xcalloc(s->n, sizeof(*files));
	const char *main = has_file(s, "__main__.py") ? "__main__.py" : NULL;

	for (size_t i = 0; i < s->n; i++)
		files[i] =
		        (struct language_file){s->files[i].name, s->files[i].data, s->files[i].len};
	return language_entry(l, &(struct language_files){files, s->n}, main, entry, err);
}

/* A script is started by its first line, else by bash, which the formats mean by .sh: what a
 * package's own `run` would do. */
struct script {
	struct jury_source source;
	struct box_source *files;
	struct buf run;
};

static void script_free(struct script *s)
{
	free(s->files);
	buf_free(&s->run);
}

static bool is_script(const struct box_source *f)
{
	size_t len = strlen(f->name);

	return language_is_name(f->name) && ((f->len > 2 && memcmp(f->data, "#!", 2) == 0) ||
	                                            (len > 3 && !strcmp(f->name + len - 3, ".sh")));
}

/* False: none of its files is one. */
static bool script_init(struct script *s, const struct jury_source *from)
{
	static const char build[] = "#!/bin/sh\n";
	const struct box_source *main = NULL;
	size_t n = from->n;

	for (size_t i = 0; i < n && !main; i++)
		main = is_script(&from->files[i]) ? &from->files[i] : NULL;
	if (!main)
		return false;
	buf_adds(&s->run, "#!/bin/sh\n");
	if (strncmp(main->data, "#!", 2) != 0)
		buf_addf(&s->run,
		        "[ ! -x /bin/bash ] || exec /bin/bash \"${0%%/*}/%s\" \"$@\"\nexec "
		        "/bin/sh ",
		        main->name);
	else
		buf_adds(&s->run, "exec ");
	buf_addf(&s->run, "\"${0%%/*}/%s\" \"$@\"\n", main->name);
	s->files = xcalloc(n + 2, sizeof(*s->files));
	memcpy(s->files, from->files, n * sizeof(*s->files));
	s->files[n] = (struct box_source){"build", build, strlen(build)};
	s->files[n + 1] = (struct box_source){"run", s->run.data, s->run.len};
	s->source = *from;
	s->source.files = s->files;
	s->source.n = n + 2;
	s->source.script = true;
	return true;
}

static int set_program(
        const struct jury *j, const struct jury_source *s, struct validator *v, struct err *err)
{
	const struct language *l;

	v->pids = SCRIPT_PIDS;
	if (s->script) {
		snprintf(v->language, sizeof(v->language), "%s", BOX_SCRIPT);
		snprintf(v->entry, sizeof(v->entry), "run");
		return 0;
	}
	l = language_of(j, s);
	if (!l)
		return err_set(err, ERR_INPUT, "%s: no language of this judge", s->name);
	snprintf(v->language, sizeof(v->language), "%s", l->id);
	v->pids = l->pids > SCRIPT_PIDS ? l->pids : SCRIPT_PIDS;
	if (entry_of(l, s, v->entry, err) < 0)
		return err_wrap(err, "%s", s->name);
	return 0;
}

static int compile(const struct execution *x, const struct jury_source *s, struct validator *v,
        struct err *err)
{
	struct box_compile c = {.language = v->language,
	        .entry = v->entry,
	        .files = s->files,
	        .nfiles = s->n,
	        .lane = BOX_LANE_JURY};
	struct box_compiled out = {.artifact_fd = -1};
	int r;

	box_set_jury_mark(x->box, 0);
	pthread_rwlock_rdlock(x->alone);
	r = box_compile_start(x->box, &c, err);
	if (r == 0)
		r = execute_wait_compiled(x, &out, err);
	pthread_rwlock_unlock(x->alone);
	if (r < 0)
		return r;
	v->artifact_fd = steal_fd(&out.artifact_fd);
	if (v->artifact_fd < 0)
		r = err_set(err, ERR_INPUT, "%s does not compile: %s: %.*s", s->name,
		        box_end_name(out.result.end), SAID_SHOWN, out.output ? out.output : "");
	box_compiled_free(&out);
	return r;
}

int jury_program(struct jury *j, const struct execution *x, const struct jury_source *source,
        const struct validator **out, struct err *err)
{
	__attribute__((cleanup(script_free))) struct script script = {0};
	unsigned char hash[HASH_SIZE];
	struct known *k;

	if (!source->script && !language_of(j, source) && script_init(&script, source))
		source = &script.source;
	hash_source(source, hash);
	*out = find(j, hash);
	if (*out)
		return 0;
	k = xcalloc(1, sizeof(*k));
	k->v.artifact_fd = -1;
	k->v.name = k->name;
	snprintf(k->name, sizeof(k->name), "%s", source->name);
	memcpy(k->hash, hash, HASH_SIZE);
	if (set_program(j, source, &k->v, err) < 0 || compile(x, source, &k->v, err) < 0) {
		free(k);
		return err_result(err);
	}
	*out = keep(j, k);
	return 0;
}

/* Running. */

static int load(struct box *box, const struct validator *v, struct err *err)
{
	if (box_jury_mark(box) == v->mark)
		return 0;
	box_set_jury_mark(box, 0);
	if (box_load_jury(box, v->language, v->entry, v->artifact_fd, err) < 0)
		return err_wrap(err, "load %s", v->name);
	box_set_jury_mark(box, v->mark);
	return 0;
}

static int load_with(struct box *box, const struct jury_filter *f, struct err *err)
{
	const struct validator *v = f->program;
	auto_close int whole = -1;

	if (f->nfiles == 0)
		return load(box, v, err);
	box_set_jury_mark(box, 0);
	whole = box_artifact_with(v->artifact_fd, f->files, f->nfiles, err);
	if (whole < 0 || box_load_jury(box, v->language, v->entry, whole, err) < 0)
		return err_wrap(err, "load %s", v->name);
	return 0;
}

static struct box_limits limits_of(const struct validator *v, int64_t time_ms, int64_t memory)
{
	struct box_limits l = {.cpu_ms = time_ms < CPU_MAX_MS ? time_ms : CPU_MAX_MS,
	        .memory_bytes = memory > MEMORY_MIN ? memory : MEMORY_MIN,
	        .file_bytes = EXECUTE_FILE_BYTES,
	        .pids = v->pids};

	l.wall_ms = 2 * l.cpu_ms + WALL_EXTRA_MS < WALL_MAX_MS ? 2 * l.cpu_ms + WALL_EXTRA_MS
	                                                       : WALL_MAX_MS;
	l.tmp_bytes = l.memory_bytes < TMP_BYTES ? l.memory_bytes : TMP_BYTES;
	return l;
}

bool validator_decided(const struct box_result *r)
{
	return r->end == BOX_END_EXITED &&
	       (r->exit_code == VALIDATOR_ACCEPTED || r->exit_code == VALIDATOR_WRONG);
}

static int wait_validated(struct execution *x, struct box_validated *out, struct err *err)
{
	bool killed = false;
	int r = 0;

	while (r == 0) {
		r = box_validate_wait(x->box, EXECUTE_LOOK_MS, out, err);
		if (r == 0)
			r = execute_look(x, &killed, err);
	}
	if (r > 0 && killed) {
		box_validated_free(out);
		return execute_stopped(err);
	}
	return r < 0 ? r : 0;
}

static int filter_case(
        struct execution *x, const struct jury_filter *f, struct box_result *out, struct err *err)
{
	struct box_validated done = {.feedback_fd = -1};
	struct box_validate q = {.language = f->program->language,
	        .limits = limits_of(f->program, f->time_ms, f->memory_bytes),
	        .stdin_fd = f->stdin_fd,
	        .input_fd = f->input_fd,
	        .answer_fd = f->answer_fd,
	        .feedback_fd = -1,
	        .args = f->args,
	        .nargs = f->nargs};
	int r;

	pthread_rwlock_rdlock(x->alone);
	r = box_validate_start(x->box, &q, err);
	if (r == 0)
		r = wait_validated(x, &done, err);
	pthread_rwlock_unlock(x->alone);
	if (r < 0)
		return r;
	*out = done.result;
	buf_add(f->said, done.output, done.output_len);
	box_validated_free(&done);
	return 0;
}

int jury_filter(
        struct execution *x, const struct jury_filter *f, struct box_result *out, struct err *err)
{
	struct plain_run p = {.run = {.language = f->program->language,
	                              .limits = limits_of(f->program, f->time_ms, f->memory_bytes),
	                              .stdin_fd = f->stdin_fd,
	                              .lane = BOX_LANE_JURY,
	                              .args = f->args,
	                              .nargs = f->nargs},
	        .max = SAID_MAX,
	        .out = f->said,
	        .errors = f->said};

	if (load_with(x->box, f, err) < 0)
		return err_result(err);
	if (f->with_case)
		return filter_case(x, f, out, err);
	return execute_plain(x, &p, out, err);
}

/* Feedback. */

/* Untrusted text as text: no NUL, no control characters but line feeds and tabs, nothing at the
 * end; cut where it is too long. */
static void add_text(char *out, size_t size, const char *text, size_t len)
{
	size_t at = strlen(out);

	if (at > 0 && len > 0 && at + 1 < size)
		out[at++] = '\n';
	for (size_t i = 0; i < len && at + 1 < size; i++) {
		unsigned char b = (unsigned char)text[i];

		out[at++] = (char)((b < ' ' && b != '\n' && b != '\t') || b == 0x7f ? '?' : b);
	}
	while (at > 0 && (out[at - 1] == '\n' || out[at - 1] == ' '))
		at--;
	out[at] = 0;
}

/* Of one who refuses it counts only that it is there. */
static int read_score(const struct validator *v, int fd, enum grading_given kind,
        struct outcome *out, struct err *err)
{
	const char *name = kind == GRADING_SCORE ? "score.txt" : "score_multiplier.txt";
	auto_buf struct buf b = {0};
	char *end;
	int r = box_feedback_get(fd, name, SCORE_MAX, &b, err);

	if (r <= 0)
		return r;
	if (out->given != GRADING_NO_SCORE && out->given != kind)
		return err_set(
		        err, ERR_BUSY, "%s wrote score.txt and score_multiplier.txt", v->name);
	out->given = kind;
	if (out->verdict != VERDICT_AC)
		return 0;
	out->score = strtod(b.data ? b.data : "", &end);
	end += strspn(end, " \t\r\n");
	if (b.len == 0 || end == b.data || *end || !isfinite(out->score))
		return err_set(err, ERR_BUSY, "%s: %s is no number: \"%.40s\"", v->name, name,
		        b.data ? b.data : "");
	return 0;
}

/* Whose word is asked for, about what. */
struct question {
	const struct validator *v;
	const struct test_case *t;
	struct validate_pass *pass;
	struct outcome *out;
};

/* The feedback files of a validator that exited with 42 or 43. */
static int read_feedback(const struct question *q, int fd, struct err *err)
{
	auto_buf struct buf jury = {0};
	auto_buf struct buf team = {0};
	const struct validator *v = q->v;
	struct validate_pass *pass = q->pass;
	struct outcome *out = q->out;
	bool accepted = out->verdict == VERDICT_AC;

	pass->next->len = 0;
	if (fd < 0)
		return 0;
	if (box_feedback_get(fd, "judgemessage.txt", OUTCOME_MESSAGE_SIZE, &jury, err) < 0 ||
	        box_feedback_get(fd, "teammessage.txt", OUTCOME_TEAM_SIZE, &team, err) < 0)
		return err_result(err);
	add_text(out->message, sizeof(out->message), jury.data, jury.len);
	add_text(out->team_message, sizeof(out->team_message), team.data, team.len);
	/* of an earlier pass it may be there still */
	if ((accepted || !q->t->validation->multi_pass) &&
	        (read_score(v, fd, GRADING_SCORE, out, err) < 0 ||
	                read_score(v, fd, GRADING_MULTIPLIER, out, err) < 0))
		return err_result(err);
	switch (box_feedback_get(fd, "nextpass.in", NEXT_MAX, pass->next, err)) {
	case 0:
		return 0;
	case 1:
		break;
	default:
		return err_result(err);
	}
	if (!accepted)
		return err_set(
		        err, ERR_BUSY, "%s refused the output and wrote nextpass.in", v->name);
	pass->again = true;
	return 0;
}

/* The validator's own words, if it left any: judgeerror.txt is what those of Kattis write. */
static int undecided(
        const struct question *q, const struct box_result *r, const char *said, struct err *err)
{
	static const char *const names[] = {"judgeerror.txt", "judgemessage.txt"};
	const struct validator *v = q->v;
	auto_buf struct buf left = {0};
	char text[SAID_SHOWN + 1] = "";
	struct err ignored = {0};
	int fd = *q->pass->feedback_fd;

	for (size_t i = 0; i < ARRAY_LEN(names) && left.len == 0 && fd >= 0; i++)
		(void)box_feedback_get(fd, names[i], SAID_SHOWN, &left, &ignored);
	add_text(text, sizeof(text), left.data ? left.data : "", left.len);
	add_text(text, sizeof(text), said ? said : "", said ? strlen(said) : 0);
	if (r->end == BOX_END_EXITED)
		return err_set(err, ERR_BUSY, "%s: exit code %d, 42 or 43 is right: %s", v->name,
		        r->exit_code, text);
	if (r->end == BOX_END_SIGNAL)
		return err_set(err, ERR_BUSY, "%s: signal %d: %s", v->name, r->signal, text);
	return err_set(err, ERR_BUSY, "%s: %s: %s", v->name, box_end_name(r->end), text);
}

/* One validator's decision and what it left. */
static int take_decision(const struct question *q, const struct box_result *r, struct err *err)
{
	q->out->verdict = r->exit_code == VALIDATOR_ACCEPTED ? VERDICT_AC : VERDICT_WA;
	if (read_feedback(q, *q->pass->feedback_fd, err) < 0)
		return err_result(err);
	if (q->pass->again && !q->t->validation->multi_pass)
		return err_set(err, ERR_BUSY, "%s wrote nextpass.in, but the problem has one pass",
		        q->v->name);
	return 0;
}

/* Outputs. */

static void replace_feedback(struct validate_pass *pass, int *fd)
{
	if (*pass->feedback_fd >= 0)
		close(*pass->feedback_fd);
	*pass->feedback_fd = steal_fd(fd);
}

static int ask(struct execution *x, const struct question *q, struct err *err)
{
	const struct validation *all = q->t->validation;
	struct box_validate b = {.language = q->v->language,
	        .limits = limits_of(q->v, all->time_ms, all->memory_bytes),
	        .stdin_fd = q->pass->output_fd,
	        .input_fd = q->pass->input_fd,
	        .answer_fd = q->t->answer_fd,
	        .feedback_fd = all->multi_pass ? *q->pass->feedback_fd : -1,
	        .args = q->t->validator_args,
	        .nargs = q->t->nvalidator_args};
	struct box_validated done = {.feedback_fd = -1};
	int r = load(x->box, q->v, err);

	if (r == 0)
		r = box_validate_start(x->box, &b, err);
	if (r == 0)
		r = wait_validated(x, &done, err);
	if (r < 0)
		return r;
	replace_feedback(q->pass, &done.feedback_fd);
	r = validator_decided(&done.result) ? take_decision(q, &done.result, err)
	                                    : undecided(q, &done.result, done.output, err);
	box_validated_free(&done);
	return r;
}

int validate_output(struct execution *x, const struct test_case *t, struct validate_pass *pass,
        struct outcome *out, struct err *err)
{
	struct question q = {.t = t, .pass = pass, .out = out};

	out->message[0] = out->team_message[0] = 0;
	out->given = GRADING_NO_SCORE;
	for (size_t i = 0; i < t->validation->n; i++) {
		q.v = t->validation->list[i];
		if (ask(x, &q, err) < 0)
			return err_result(err);
		if (out->verdict != VERDICT_AC)
			return 0;
	}
	return 0;
}

/* Interactions. */

static int wait_interacted(struct execution *x, struct box_interacted *out, struct err *err)
{
	bool killed = false;
	int r = 0;

	while (r == 0) {
		r = box_interact_wait(x->box, EXECUTE_LOOK_MS, out, err);
		if (r == 0)
			r = execute_look(x, &killed, err);
	}
	if (r > 0 && killed) {
		box_interacted_free(out);
		return execute_stopped(err);
	}
	return r < 0 ? r : 0;
}

int validate_interact(struct execution *x, const struct test_case *t,
        const struct validate_pass *pass, struct box_interacted *out, struct err *err)
{
	const struct validator *v = t->validation->list[0];
	struct box_interact q = {.language = x->language->id,
	        .limits = pass->limits,
	        .jury = limits_of(v, t->validation->time_ms, t->validation->memory_bytes),
	        .output_bytes = x->output_bytes,
	        .input_fd = pass->input_fd,
	        .answer_fd = t->answer_fd,
	        .feedback_fd = *pass->feedback_fd,
	        .args = t->validator_args,
	        .nargs = t->nvalidator_args,
	        .program_args = t->args,
	        .nprogram_args = t->nargs};

	if (q.jury.wall_ms < q.limits.wall_ms + WALL_BEYOND_MS)
		q.jury.wall_ms = q.limits.wall_ms + WALL_BEYOND_MS;
	if (load(x->box, v, err) < 0 || box_interact_start(x->box, &q, err) < 0)
		return err_result(err);
	return wait_interacted(x, out, err);
}

int validate_interaction(const struct test_case *t, struct validate_pass *pass,
        struct box_interacted *done, struct outcome *out, struct err *err)
{
	const struct question q = {.v = t->validation->list[0], .t = t, .pass = pass, .out = out};

	out->message[0] = out->team_message[0] = 0;
	out->given = GRADING_NO_SCORE;
	replace_feedback(pass, &done->feedback_fd);
	if (!validator_decided(&done->validator))
		return undecided(&q, &done->validator, done->output, err);
	return take_decision(&q, &done->validator, err);
}

static void add_transcript(struct outcome *out, const char *text, size_t len)
{
	if (strlen(out->transcript) + len + 1 >= sizeof(out->transcript))
		out->transcript_cut = true;
	add_text(out->transcript, sizeof(out->transcript), text, len);
}

void validate_said(struct outcome *out, char mark, const char *text, size_t len)
{
	auto_buf struct buf b = {0};

	for (size_t at = 0, n; at < len; at += n) {
		const char *end = memchr(text + at, '\n', len - at);

		n = end ? (size_t)(end - text) + 1 - at : len - at;
		buf_add(&b, &mark, 1);
		buf_add(&b, text + at, n);
	}
	add_transcript(out, b.data ? b.data : "", b.len);
}

void validate_transcript(const struct box_interacted *done, struct outcome *out)
{
	add_transcript(out, done->transcript, done->transcript_len);
}
