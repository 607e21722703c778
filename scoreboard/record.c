/* record.c -- submissions become part of a contest.
 *
 * record.h's functions are in three files: here a batch of submissions; record_judgement.c a
 * decision on one; record_contest.c what concerns the whole contest. Each is one transaction that
 * locks the contest's counter first; the time it gets there is the time of what happens, so order
 * of numbers is order of time, and started, frozen and over are decided by it alone.
 *
 * A batch: everything about its teams is read once; each submission is checked against that and
 * against those accepted before it, then added. A bad one spoils none of the others; if the
 * database refuses one that looked good, all is rolled back and done again one by one. */
#include "base/clock.h"
#include "scoreboard/freeze.h"
#include "scoreboard/part.h"
#include "scoreboard/record_write.h"

enum { RATE_WINDOW_MS = 60000, SECOND_MS = 1000, KIB = 1024, MAX_NAME = 100 };

struct batch {
	struct pg *pg;
	struct arena *a;
	const char *contest_id;
	struct new_submission *subs;
	size_t n;
	struct log_head head;
	struct contest c;
	struct facts facts;
	PGresult *languages, *keys; /* keys NULL: nobody sent one */
	struct record_change *changes;
	bool *added; /* by index: written now, on the board */
};

/* ---------------------------------------------------------------- reading */

static int load_keys(struct batch *b, struct err *err)
{
	const char **accounts = arena_alloc(b->a, b->n * sizeof(*accounts));
	const char **keys = arena_alloc(b->a, b->n * sizeof(*keys));
	size_t n = 0;

	for (size_t i = 0; i < b->n; i++) {
		if (!b->subs[i].idempotency_key)
			continue;
		accounts[n] = b->subs[i].account_id;
		keys[n++] = b->subs[i].idempotency_key;
	}
	if (n == 0)
		return 0;
	return pg_run(b->pg, Q_RECORD_KEYS, &b->keys, err, pg_arg_array(b->a, accounts, n),
	        pg_arg_array(b->a, keys, n));
}

static int load_batch(struct batch *b, struct err *err)
{
	const char **teams = arena_alloc(b->a, b->n * sizeof(*teams));
	struct contest_some some = {.teams = teams};
	struct facts_want want = {.only = &some, .spare = b->n};

	for (size_t i = 0; i < b->n; i++) {
		if (b->subs[i].team_id)
			teams[some.n++] = b->subs[i].team_id;
	}
	if (event_lock(b->pg, b->a, b->contest_id, &b->head, err) < 0 ||
	        contest_load_some(b->pg, b->a, b->contest_id, &some, &b->c, err) < 0 ||
	        facts_load(b->pg, b->a, &b->c, &want, &b->facts, err) < 0 ||
	        pg_run(b->pg, Q_RECORD_LANGUAGES, &b->languages, err) < 0)
		return err_result(err);
	return load_keys(b, err);
}

/* ---------------------------------------------------------------- checks */

static int refuse_reuse(struct new_submission *s)
{
	return err_set(&s->err, ERR_CONFLICT,
	        "the idempotency key was used with another body: \"%.100s\"", s->idempotency_key);
}

static const char *time_of(struct arena *a, int64_t wall_ms)
{
	char text[CLOCK_TEXT_SIZE];

	clock_format_time(wall_ms, text);
	return arena_strdup(a, text);
}

/* 1: row of keys is this one's and answers it. */
static int replay_row(const struct batch *b, struct new_submission *s, int row)
{
	unsigned char hash[HASH_SIZE];
	const char *text = pg_text(b->keys, row, "body_hash");

	if (strcmp(pg_text(b->keys, row, "account_id"), s->account_id) != 0 ||
	        strcmp(pg_text(b->keys, row, "key"), s->idempotency_key) != 0)
		return 0;
	if (strncmp(text, "\\x", 2) != 0 || hash_parse_hex(text + 2, hash, HASH_SIZE) < 0 ||
	        !hash_equal(hash, s->body_hash, HASH_SIZE))
		return refuse_reuse(s);
	s->replayed = true;
	s->id = arena_strdup(b->a, pg_text(b->keys, row, "id"));
	s->submitted_at = time_of(b->a, pg_int(b->keys, row, "submitted_ms"));
	s->contest_time_ms = pg_int(b->keys, row, "contest_time_ms");
	s->practice = pg_bool(b->keys, row, "practice");
	return 1;
}

/* The same key twice in one batch. */
static int replay_sibling(struct new_submission *s, const struct new_submission *prior)
{
	if (prior->err.code != ERR_NONE || !prior->idempotency_key ||
	        strcmp(prior->account_id, s->account_id) != 0 ||
	        strcmp(prior->idempotency_key, s->idempotency_key) != 0)
		return 0;
	if (!hash_equal(prior->body_hash, s->body_hash, HASH_SIZE))
		return refuse_reuse(s);
	s->replayed = true;
	s->id = prior->id;
	s->submitted_at = prior->submitted_at;
	s->contest_time_ms = prior->contest_time_ms;
	s->practice = prior->practice;
	return 1;
}

static bool is_key(const char *key)
{
	size_t len = strlen(key);

	for (size_t i = 0; i < len; i++) {
		if (key[i] < '!' || key[i] > '~')
			return false;
	}
	return len > 0 && len <= MAX_NAME;
}

/* 1: its key was used for the same before; negative: for something else. */
static int check_key(const struct batch *b, size_t i)
{
	struct new_submission *s = &b->subs[i];
	int found = 0;

	if (!s->idempotency_key)
		return 0;
	if (!is_key(s->idempotency_key))
		return err_set(&s->err, ERR_INPUT,
		        "an idempotency key has 1 to %d visible ASCII characters", (int)MAX_NAME);
	for (int row = 0; found == 0 && b->keys && row < PQntuples(b->keys); row++)
		found = replay_row(b, s, row);
	for (size_t k = 0; found == 0 && k < i; k++)
		found = replay_sibling(s, &b->subs[k]);
	return found;
}

static int check_time(
        const struct batch *b, struct new_submission *s, const struct contest_team *team)
{
	const struct contest *c = &b->c;

	if (c->start_ms == INT64_MIN || b->head.now_ms < c->start_ms)
		return err_set(&s->err, ERR_DENIED, "the contest has not started");
	if (!team)
		return err_set(&s->err, ERR_DENIED, "your team is not in this contest");
	if (team->disqualified)
		return err_set(&s->err, ERR_DENIED, "your team is disqualified");
	s->practice = b->head.now_ms >= contest_end_ms(c, team);
	if (s->practice && strcmp(c->after_end, "practice") != 0)
		return err_set(&s->err, ERR_DENIED, "the contest is over");
	return 0;
}

static bool knows_language(const struct batch *b, const char *id)
{
	for (int row = 0; row < PQntuples(b->languages); row++) {
		if (strcmp(pg_text(b->languages, row, "id"), id) == 0)
			return true;
	}
	return false;
}

static size_t source_size(const struct new_submission *s)
{
	size_t size = 0;

	for (size_t i = 0; i < s->nfiles; i++)
		size += s->files[i].len;
	return size;
}

/* What the table of files demands, so that the answer names the file. */
static bool is_file_name(const char *name)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	                              "0123456789_.+-";
	size_t len = strlen(name);

	return len > 0 && len <= MAX_NAME && strspn(name, allowed) == len && !strchr(".+-", *name);
}

static int check_names(struct new_submission *s)
{
	for (size_t i = 0; i < s->nfiles; i++) {
		if (!is_file_name(s->files[i].name))
			return err_set(&s->err, ERR_INPUT, "not a file name: \"%.100s\"",
			        s->files[i].name);
		for (size_t k = 0; k < i; k++) {
			if (strcmp(s->files[i].name, s->files[k].name) == 0)
				return err_set(&s->err, ERR_INPUT, "two files are named \"%.100s\"",
				        s->files[i].name);
		}
	}
	if (s->entry_point && strlen(s->entry_point) > MAX_NAME)
		return err_set(&s->err, ERR_INPUT, "the entry point is longer than %d characters",
		        (int)MAX_NAME);
	return 0;
}

static int check_files(struct new_submission *s, const struct contest_problem *p)
{
	size_t limit = (size_t)p->code_limit_kib * KIB, size = source_size(s);

	if (s->nfiles == 0 || size == 0)
		return err_set(&s->err, ERR_INPUT, "the source is empty");
	if (s->nfiles > SUBMISSION_MAX_FILES)
		return err_set(&s->err, ERR_INPUT, "more than %d files", (int)SUBMISSION_MAX_FILES);
	if (size > limit)
		return err_set(&s->err, ERR_INPUT,
		        "the source is too large: %zu bytes, at most %zu KiB are allowed", size,
		        limit / KIB);
	return check_names(s);
}

/* Submissions of the last minute, those of this batch included; they are in order of time, so the
 * one that must leave the window is found by counting from the end. */
static int check_rate(const struct batch *b, struct new_submission *s, const struct team_facts *t)
{
	size_t limit = (size_t)b->c.submissions_per_minute;
	int64_t leaves;

	if (t->n < limit)
		return 0;
	leaves = t->subs[t->n - limit].submitted_ms + RATE_WINDOW_MS;
	if (leaves <= b->head.now_ms)
		return 0;
	s->retry_after_s = (int)((leaves - b->head.now_ms + SECOND_MS - 1) / SECOND_MS);
	return err_set(&s->err, ERR_BUSY, "too many submissions: at most %zu per minute", limit);
}

static int check(const struct batch *b, struct new_submission *s)
{
	const struct contest_team *team = s->team_id ? contest_team_find(&b->c, s->team_id) : NULL;
	const struct contest_problem *p = contest_problem_find(&b->c, s->problem_id);

	if (check_time(b, s, team) < 0)
		return err_result(&s->err);
	if (!p)
		return err_set(&s->err, ERR_INPUT, "no such problem: \"%.40s\"", s->problem_id);
	if (!knows_language(b, s->language_id))
		return err_set(&s->err, ERR_INPUT, "no such language: \"%.40s\"", s->language_id);
	if (check_files(s, p) < 0)
		return err_result(&s->err);
	return check_rate(b, s, facts_of_team(&b->facts, &b->c, team));
}

/* ---------------------------------------------------------------- adding */

static int insert(struct batch *b, struct new_submission *s, struct err *err)
{
	auto_arena struct arena a = {0};
	auto_pgresult PGresult *r = NULL;
	const char **names = arena_alloc(&a, s->nfiles * sizeof(*names));
	const char **bodies = arena_alloc(&a, s->nfiles * sizeof(*bodies));

	for (size_t i = 0; i < s->nfiles; i++) {
		names[i] = s->files[i].name;
		bodies[i] = pg_arg_bytes(&a, s->files[i].data, s->files[i].len);
	}
	if (pg_run(b->pg, Q_RECORD_SUBMISSION, &r, err, b->c.id,
	            pg_arg_int(&a, b->head.submission_ordinal + 1), s->team_id, s->problem_id,
	            s->language_id, s->account_id, s->entry_point, b->head.now,
	            pg_arg_int(&a, s->contest_time_ms), pg_arg_bool(s->practice),
	            pg_arg_int(&a, (int64_t)source_size(s)), s->idempotency_key,
	            s->idempotency_key ? pg_arg_bytes(&a, s->body_hash, HASH_SIZE) : NULL,
	            pg_arg_array(&a, names, s->nfiles), pg_arg_array(&a, bodies, s->nfiles)) < 0)
		return err_result(err);
	s->id = arena_strdup(b->a, pg_text(r, 0, "id"));
	b->head.submission_ordinal++;
	return 0;
}

/* Adds it and computes what it changes. */
static int add(struct batch *b, size_t i, struct err *err)
{
	struct new_submission *s = &b->subs[i];
	struct record_change *ch = &b->changes[i];
	const struct contest_team *team = contest_team_find(&b->c, s->team_id);
	struct team_facts *t = facts_of_team(&b->facts, &b->c, team);

	s->contest_time_ms = contest_time_at(&b->c, b->head.now_ms);
	s->submitted_at = time_of(b->a, b->head.now_ms);
	if (insert(b, s, err) < 0)
		return err_result(err);
	*ch = (struct record_change){
	        .c = &b->c, .team = team, .problem = contest_problem_find(&b->c, s->problem_id)};
	if (!s->practice)
		record_views(&b->c, team, &b->facts, b->a, ch->before);
	t->subs[t->n++] = (struct sub){.id = s->id,
	        .team = team,
	        .problem = ch->problem,
	        .fact = {.ordinal = b->head.submission_ordinal,
	                .contest_time_ms = s->contest_time_ms},
	        .submitted_ms = b->head.now_ms,
	        .counts = !s->practice};
	if (!s->practice)
		record_views(&b->c, team, &b->facts, b->a, ch->after);
	b->added[i] = !s->practice;
	return 0;
}

/* ---------------------------------------------------------------- cells and events */

static bool is_last_of_cell(const struct batch *b, size_t i)
{
	for (size_t k = i + 1; k < b->n; k++) {
		if (b->added[k] && b->changes[k].team == b->changes[i].team &&
		        b->changes[k].problem == b->changes[i].problem)
			return false;
	}
	return true;
}

static int put_cells(struct batch *b, struct err *err)
{
	struct record_cell *cells = arena_alloc(b->a, b->n * sizeof(*cells));
	size_t n = 0;

	for (size_t i = 0; i < b->n; i++) {
		if (b->added[i] && is_last_of_cell(b, i))
			cells[n++] = record_change_cell(&b->changes[i]);
	}
	return record_put_cells(b->pg, b->c.id, cells, n, err);
}

/* A scheduled start passes without an event: the first submission brings the problems to the
 * public, even one of a hidden team, whose row it does not show. */
static json_t *public_part_of(const struct record_change *ch, bool first_of_contest)
{
	json_t *part = record_change_part(ch, VIEW_PUBLIC);

	if (!first_of_contest)
		return part;
	if (!part)
		part = json_object();
	json_object_set_new(part, "problems", part_problems(ch->c));
	return part;
}

static int append(struct batch *b, size_t i, bool first_of_contest, struct err *err)
{
	const struct new_submission *s = &b->subs[i];
	const struct record_change *ch = &b->changes[i];
	json_auto_t *subject = json_object();
	json_auto_t *jury = record_change_part(ch, VIEW_JURY);
	json_auto_t *public_part = public_part_of(ch, first_of_contest);
	struct event_draft d = {.kind = "submission",
	        .submission_id = s->id,
	        .contest_time_ms = s->contest_time_ms,
	        .subject = subject,
	        .jury = jury,
	        .public_part = public_part};

	json_object_set_new(subject, "submission", json_string(s->id));
	json_object_set_new(subject, "team", json_string(ch->team->id));
	json_object_set_new(subject, "problem", json_string(ch->problem->id));
	json_object_set_new(subject, "language", json_string(s->language_id));
	json_object_set_new(subject, "actor", json_string(s->account_id));
	return event_append(b->pg, b->a, b->c.id, &b->head, &d, NULL, err);
}

static int write_board(struct batch *b, bool first_of_contest, struct err *err)
{
	if (put_cells(b, err) < 0)
		return err_result(err);
	for (size_t i = 0; i < b->n; i++) {
		if (!b->added[i])
			continue;
		if (append(b, i, first_of_contest, err) < 0)
			return err_result(err);
		first_of_contest = false;
	}
	return 0;
}

/* ---------------------------------------------------------------- the batch */

static int run_batch(struct batch *b, struct err *err)
{
	bool first_of_contest;

	if (load_batch(b, err) < 0)
		return err_result(err);
	first_of_contest = b->head.submission_ordinal == 0;
	for (size_t i = 0; i < b->n; i++) {
		struct new_submission *s = &b->subs[i];

		if (check_key(b, i) != 0 || check(b, s) < 0)
			continue;
		if (add(b, i, err) < 0)
			return err_result(err);
	}
	return write_board(b, first_of_contest, err);
}

static void reset(struct new_submission *s)
{
	s->err = (struct err){0};
	s->replayed = s->practice = false;
	s->retry_after_s = 0;
	s->id = s->submitted_at = NULL;
	s->contest_time_ms = 0;
}

static int try_batch(const struct batch *from, struct err *err)
{
	struct batch b = *from;
	int result;

	b.changes = arena_alloc(b.a, b.n * sizeof(*b.changes));
	b.added = arena_alloc(b.a, b.n * sizeof(*b.added));
	for (size_t i = 0; i < b.n; i++)
		reset(&b.subs[i]);
	if (pg_begin(b.pg, err) < 0)
		return err_result(err);
	result = record_end(b.pg, run_batch(&b, err), err);
	PQclear(b.languages);
	PQclear(b.keys);
	return result;
}

/* NOLINTNEXTLINE(readability-function-size): an array, its length, and the usual three */
int record_submissions(struct pg *pg, struct arena *a, const char *contest_id,
        struct new_submission *batch, size_t n, struct err *err)
{
	struct batch all = {.pg = pg, .a = a, .contest_id = contest_id, .subs = batch, .n = n};
	struct err why = {0};

	if (n == 0 || try_batch(&all, &why) == 0)
		return 0;
	/* The contest itself, or a database that is away, concerns all of them. */
	if (why.code != ERR_INPUT && why.code != ERR_CONFLICT && why.code != ERR_BUG) {
		*err = why;
		return err_wrap(err, "record submissions");
	}
	for (size_t i = 0; i < n; i++) {
		struct batch single = all;
		struct err one = n == 1 ? why : (struct err){0};

		single.subs = &batch[i];
		single.n = 1;
		if (n > 1 && try_batch(&single, &one) == 0)
			continue;
		reset(&batch[i]);
		batch[i].err = one;
	}
	return 0;
}
