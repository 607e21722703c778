/* catchup.c -- from the log in PostgreSQL to the boards in Redis; the only code that writes them.
 *
 * Redis holds the standings: a score for each team. An event holds the totals of the teams it
 * changes. So its parts are applied to small boards of just these teams, by the same code that
 * folds whole logs (board.c), and the scores they give are sent with the event's number to
 * apply.lua. The script refuses any number but the next one: whoever lost a race reads again and
 * goes on from there. Nothing is ever incremented, and sending twice is harmless.
 *
 * What changes the shape of a board (bulk, teams, problems, other rules), a board that is missing,
 * of another incarnation or far behind is made anew: the log is folded into keys beside the old
 * ones (with a time to live, should we die) and swapped by one script. A transaction-scoped
 * advisory lock keeps it to one at a time; if that is lost nothing breaks, since the swap refuses
 * to go back. */
#include "scoreboard/catchup.h"

#include "base/hash.h"
#include "base/json.h"
#include "model/event.h"
#include "scoreboard/catchup_keys.h"
#include "scripts.h"

#include <inttypes.h>

enum {
	BATCH = 512,        /* events read at once */
	FAR_BEHIND = 4096,  /* more events than this: folding is faster */
	ROUNDS_MAX = 10000, /* races lost or batches applied in one run */
	REBUILDS_MAX = 3,   /* in one run */
	SHADOW_SECONDS = 900,
	EVENT_DEPTH = 16,
	MARK_SIZE = 17,
};

/* ---- arguments and keys */

void args_add(struct args *args, const char *s)
{
	if (args->n == args->cap) {
		args->cap = args->cap ? 2 * args->cap : 64;
		args->v = xreallocarray(args->v, args->cap, sizeof(*args->v));
	}
	args->v[args->n++] = arena_strdup(&args->a, s);
}

void args_addf(struct args *args, const char *fmt, ...)
{
	char text[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	args_add(args, text);
}

void args_clear(struct args *args)
{
	free(args->v);
	arena_free(&args->a);
	*args = (struct args){0};
}

void catchup_key(struct kv *kv, const char *contest_id, bool jury, const char *mark,
        char out[CATCHUP_KEY_SIZE])
{
	const char *key = kv_key(kv, "leaderboard:%s%s%s", contest_id, jury ? ":jury" : "", mark);

	snprintf(out, CATCHUP_KEY_SIZE, "%s", key);
}

void catchup_group(int sort_group, char *out, size_t size)
{
	if (sort_group != 0)
		snprintf(out, size, ":group:%d", sort_group);
	else
		snprintf(out, size, "%s", "");
}

void catchup_place(const struct board_row *r, char *out, size_t size)
{
	if (r->hidden)
		snprintf(out, size, "hidden");
	else
		catchup_group(r->sort_group, out, size);
}

/* A whole number prints the same by the quicker way. */
void catchup_score(const struct board *b, const struct board_row *r, char *out, size_t size)
{
	double key = rules_of(board_rules(b))->key(&r->total);
	int64_t whole = key > -1e15 && key < 1e15 ? (int64_t)key : 0;

	if (whole != 0 && (double)whole - key == 0)
		snprintf(out, size, "%" PRId64, whole);
	else
		snprintf(out, size, "%.17g", key);
}

/* ---- rebuild */

/* A command that writes the key args[1], which dies by itself unless it is swapped in. Its answer
 * comes with kv_settle: Redis writes while the next rows are made. */
static int send(struct kv *kv, struct args *args, struct err *err)
{
	char seconds[16];
	const char *expire[] = {"EXPIRE", args->v[1], seconds};

	snprintf(seconds, sizeof(seconds), "%d", SHADOW_SECONDS);
	if (kv_send(kv, (int)args->n, args->v, err) < 0)
		return err_result(err);
	return kv_send(kv, (int)ARRAY_LEN(expire), expire, err);
}

/* A board in the making: beside the one in place until swap. */
struct shadow {
	struct kv *kv;
	const char *contest_id, *incarnation;
	char mark[MARK_SIZE];
	char key[CATCHUP_KEY_SIZE]; /* of the board that is being written */
};

/* A command of its own for up to CATCHUP_CHUNK rows; a command without rows is not sent. */
struct chunk {
	struct args places, scores;
};

static void chunk_clear(struct chunk *c)
{
	args_clear(&c->places);
	args_clear(&c->scores);
}
#define auto_chunk __attribute__((cleanup(chunk_clear)))

static void chunk_row(struct chunk *c, const struct board *b, const struct board_row *r)
{
	char place[CATCHUP_PLACE_SIZE], score[32];

	catchup_place(r, place, sizeof(place));
	if (*place) {
		args_add(&c->places, r->team_id);
		args_add(&c->places, place);
	}
	if (r->hidden)
		return;
	catchup_score(b, r, score, sizeof(score));
	args_add(&c->scores, score);
	args_add(&c->scores, r->team_id);
}

static int chunk_send(struct kv *kv, struct chunk *c, struct err *err)
{
	if (c->places.n > 2 && send(kv, &c->places, err) < 0)
		return err_result(err);
	return c->scores.n > 2 ? send(kv, &c->scores, err) : 0;
}

/* Rows of one sort group. */
static int write_rows(struct shadow *s, const struct board *b, const struct board_row *const *rows,
        size_t n, struct err *err)
{
	char group[CATCHUP_PLACE_SIZE];

	catchup_group(rows[0]->sort_group, group, sizeof(group));
	while (n > 0) {
		auto_chunk struct chunk c = {0};

		args_add(&c.places, "HSET");
		args_addf(&c.places, "%s:places", s->key);
		args_add(&c.scores, "ZADD");
		args_addf(&c.scores, "%s%s", s->key, group);
		for (size_t i = 0; i < CATCHUP_CHUNK && n > 0; i++, n--, rows++)
			chunk_row(&c, b, *rows);
		if (chunk_send(s->kv, &c, err) < 0)
			return err_result(err);
	}
	return 0;
}

/* All rows, group by group; the groups' numbers, but 0, as "1,2". */
static int write_groups(struct shadow *s, struct board *b, struct buf *groups, struct err *err)
{
	size_t n, from = 0;
	const struct board_row *const *rows = board_rows(b, &n);

	for (size_t to = 1; to <= n; to++) {
		if (to < n && rows[to]->sort_group == rows[from]->sort_group)
			continue;
		if (write_rows(s, b, rows + from, to - from, err) < 0)
			return err_result(err);
		if (rows[from]->sort_group != 0)
			buf_addf(groups, "%s%d", groups->len ? "," : "", rows[from]->sort_group);
		from = to;
	}
	return 0;
}

/* The ids of the problems as a PART's list: what a row is later read with. */
static char *problems_text(const struct board *b)
{
	json_auto_t *list = json_array();
	const json_t *problems = board_problems(b);

	for (size_t i = 0; i < json_array_size(problems); i++) {
		const json_t *id = json_object_get(json_array_get(problems, i), "id");

		json_array_append_new(list, json_pack("{s:s}", "id", json_string_value(id)));
	}
	return json_text(list);
}

static int write_meta(struct shadow *s, const struct board *b, const char *groups, struct err *err)
{
	auto_args struct args args = {0};
	auto_free char *problems = problems_text(b);

	args_add(&args, "HSET");
	args_addf(&args, "%s:meta", s->key);
	args_add(&args, "number");
	args_addf(&args, "%" PRId64, board_number(b));
	args_add(&args, "incarnation");
	args_add(&args, s->incarnation);
	args_add(&args, "rules");
	args_addf(&args, "%d", (int)board_rules(b));
	args_add(&args, "problems");
	args_add(&args, problems);
	args_add(&args, "groups");
	args_add(&args, groups);
	return send(s->kv, &args, err);
}

static int write_board(struct shadow *s, struct board *b, struct err *err)
{
	auto_buf struct buf groups = {0};
	struct err late = {0};
	int failed = write_groups(s, b, &groups, err);

	if (failed == 0)
		failed = write_meta(s, b, groups.data ? groups.data : "", err);
	if (kv_settle(s->kv, failed < 0 ? &late : err) < 0 && failed == 0)
		return err_result(err);
	return failed;
}

static int swap(struct shadow *s, const struct boards *b, struct err *err)
{
	auto_args struct args args = {0};
	auto_reply redisReply *r = NULL;
	char key[CATCHUP_KEY_SIZE];

	for (int i = 0; i < 4; i++) {
		catchup_key(s->kv, s->contest_id, i % 2 == 0, i < 2 ? "" : s->mark, key);
		args_add(&args, key);
	}
	args_addf(&args, "%" PRId64, board_number(b->jury));
	args_add(&args, s->incarnation);
	args_add(&args, kv_key(s->kv, "board:%s", s->contest_id));
	if (kv_eval(s->kv, &scripts[SCRIPT_SWAP], &r, err, 4, (int)args.n, args.v, NULL) < 0)
		return err_result(err);
	if (r->type != REDIS_REPLY_INTEGER || r->integer < 0)
		return err_set(
		        err, ERR_BUSY, "the new board of %s is gone from Redis", s->contest_id);
	return 0;
}

static int rebuild_locked(
        struct pg *pg, struct kv *kv, const char *contest_id, int64_t *events, struct err *err)
{
	auto_boards struct boards b = {0};
	auto_arena struct arena a = {0};
	struct shadow s = {.kv = kv, .contest_id = contest_id};
	char random[MARK_SIZE];

	random_text(random, 10);
	snprintf(s.mark, sizeof(s.mark), ":new:%.10s", random);
	if (event_incarnation(pg, &a, &s.incarnation, err) < 0 ||
	        catchup_fold_both(pg, contest_id, 0, &b, err) < 0)
		return err_result(err);
	*events = board_number(b.jury);
	catchup_key(kv, contest_id, true, s.mark, s.key);
	if (write_board(&s, b.jury, err) < 0)
		return err_result(err);
	catchup_key(kv, contest_id, false, s.mark, s.key);
	if (write_board(&s, b.public_board, err) < 0)
		return err_result(err);
	return swap(&s, &b, err);
}

/* 1 made anew, 0 another one is at it. */
static int rebuild(
        struct pg *pg, struct kv *kv, const char *contest_id, int64_t *events, struct err *err)
{
	auto_pgresult PGresult *r = NULL;
	int rc = 0;

	if (pg_begin(pg, err) < 0)
		return err_result(err);
	if (pg_run(pg, Q_CATCHUP_LOCK, &r, err, contest_id) < 0)
		rc = err_result(err);
	else if (pg_bool(r, 0, "mine"))
		rc = rebuild_locked(pg, kv, contest_id, events, err) < 0 ? err_result(err) : 1;
	pg_rollback(pg); /* nothing was written; this gives the lock back */
	return rc;
}

int catchup_rebuild(
        struct pg *pg, struct kv *kv, const char *contest_id, int64_t *events, struct err *err)
{
	int64_t n = 0;
	int rc = rebuild(pg, kv, contest_id, &n, err);

	if (rc < 0)
		return err_wrap(err, "rebuild of board %s", contest_id);
	if (rc == 0)
		return err_set(
		        err, ERR_BUSY, "board %s is being made by another program", contest_id);
	if (events)
		*events = n;
	return 0;
}

/* ---- event by event */

enum outcome { DONE, AGAIN, REBUILD };

struct run_state {
	struct pg *pg;
	struct kv *kv;
	const char *contest_id;
	char keys[2][CATCHUP_KEY_SIZE]; /* jury, public */
	/* what Redis said of the boards; strings in the arena */
	int64_t number;
	const char *incarnation;
	json_t *shape[2]; /* "contest" and "problems" of a PART: how rows are read */
};

static void shapes_clear(struct run_state *s)
{
	for (int i = 0; i < 2; i++) {
		json_decref(s->shape[i]);
		s->shape[i] = NULL;
	}
}
#define auto_run __attribute__((cleanup(shapes_clear)))

static const char *element(const redisReply *r, size_t i)
{
	if (r->type != REDIS_REPLY_ARRAY || i >= r->elements ||
	        r->element[i]->type != REDIS_REPLY_STRING)
		return NULL;
	return r->element[i]->str;
}

/* DONE, or REBUILD when there is no board that fits this log. */
static int read_meta(struct run_state *s, int which, struct err *err)
{
	auto_reply redisReply *r = NULL;
	const char *number, *incarnation, *rules, *problems;
	struct err ignored;
	json_t *list;

	if (kv_command(s->kv, &r, err, "HMGET %s:meta number incarnation rules problems",
	            s->keys[which]) < 0)
		return err_result(err);
	number = element(r, 0);
	incarnation = element(r, 1);
	rules = element(r, 2);
	problems = element(r, 3);
	if (!number || !incarnation || !rules || !problems || !strchr("012", *rules) || !*rules)
		return REBUILD;
	if (strcmp(incarnation, s->incarnation) != 0)
		return REBUILD;
	list = json_parse(problems, strlen(problems), EVENT_DEPTH, &ignored);
	if (!list)
		return REBUILD;
	s->shape[which] = json_pack("{s:{s:s},s:o}", "contest", "rules",
	        rules_name((enum rules_kind)(*rules - '0')), "problems", list);
	if (which == 0)
		s->number = strtoll(number, NULL, 10);
	return DONE;
}

/* Must the board be made anew for this part? */
static bool changes_shape(const struct run_state *s, int which, const json_t *part)
{
	const json_t *rules = json_object_get(json_object_get(part, "contest"), "rules");
	const json_t *ours = json_object_get(json_object_get(s->shape[which], "contest"), "rules");

	return json_is_true(json_object_get(part, "bulk")) || json_object_get(part, "teams") ||
	       json_object_get(part, "problems") || (rules && !json_equal(rules, ours));
}

/* The teams that rows name, as a PART; NULL: not even that can be read. */
static json_t *teams_of(struct run_state *s, int which, const json_t *rows)
{
	json_auto_t *part = json_deep_copy(s->shape[which]);
	json_t *teams = json_array();

	json_object_set_new(part, "teams", teams);
	for (size_t i = 0; i < json_array_size(rows); i++) {
		const char *team =
		        json_string_value(json_object_get(json_array_get(rows, i), "team"));

		if (!team)
			return NULL;
		json_array_append_new(teams, json_pack("{s:s,s:s}", "id", team, "name", team));
	}
	return steal(&part);
}

/* Adds to args what the event makes of the teams it names: count, then team, score. */
static int score_rows(struct run_state *s, int which, const json_t *part, struct args *args)
{
	json_t *rows = json_object_get(part, "rows");
	json_auto_t *teams = NULL, *delta = json_object();
	auto_boards struct boards b = {board_new(), NULL};
	const struct board_row *const *scored;
	struct err ignored;
	size_t n;

	if (json_array_size(rows) == 0) {
		args_add(args, "0");
		return DONE;
	}
	teams = teams_of(s, which, rows);
	json_object_set(delta, "rows", rows);
	if (!teams || board_apply(b.jury, 1, teams, &ignored) < 0 ||
	        board_apply(b.jury, 2, delta, &ignored) < 0)
		return REBUILD; /* which says what is wrong, if it is the log */
	scored = board_rows(b.jury, &n);
	args_addf(args, "%zu", n);
	for (size_t i = 0; i < n; i++) {
		char score[32];

		catchup_score(b.jury, scored[i], score, sizeof(score));
		args_add(args, scored[i]->team_id);
		args_add(args, score);
	}
	return DONE;
}

static int apply_parts(
        struct run_state *s, const struct event *e, const json_t *const parts[2], struct err *err)
{
	auto_args struct args args = {0};
	auto_reply redisReply *r = NULL;

	args_add(&args, s->keys[0]);
	args_add(&args, s->keys[1]);
	args_addf(&args, "%" PRId64, e->number);
	if (e->public_number > 0)
		args_addf(&args, "%" PRId64, e->public_number);
	else
		args_add(&args, "");
	args_add(&args, s->incarnation);
	args_add(&args, kv_key(s->kv, "board:%s", s->contest_id));
	for (int i = 0; i < 2; i++) {
		int rc = score_rows(s, i, parts[i], &args);

		if (rc != DONE)
			return rc;
	}
	if (kv_eval(s->kv, &scripts[SCRIPT_APPLY], &r, err, 2, (int)args.n, args.v, NULL) < 0)
		return err_result(err);
	if (r->type != REDIS_REPLY_INTEGER || r->integer == 0)
		return REBUILD;
	return r->integer == e->number + 1 ? DONE : AGAIN;
}

static int apply_event(struct run_state *s, const struct event *e, struct err *err)
{
	json_auto_t *event = json_parse(e->text, strlen(e->text), EVENT_DEPTH, err);
	const json_t *parts[2];

	if (!event)
		return err_wrap(err, "event %" PRId64, e->number);
	parts[0] = json_object_get(event, "jury");
	parts[1] = json_object_get(event, "public");
	if (changes_shape(s, 0, parts[0]) || changes_shape(s, 1, parts[1]))
		return REBUILD;
	return apply_parts(s, e, parts, err);
}

/* One batch from where Redis is: AGAIN while there may be more. */
static int step(struct run_state *s, struct err *err)
{
	auto_arena struct arena a = {0};
	struct log_head head;
	struct event *events;
	size_t n;
	int rc;

	shapes_clear(s);
	if (event_incarnation(s->pg, &a, &s->incarnation, err) < 0)
		return err_result(err);
	for (int i = 0; i < 2; i++) {
		rc = read_meta(s, i, err);
		if (rc != DONE)
			return rc;
	}
	if (event_head(s->pg, &a, s->contest_id, &head, err) < 0)
		return err_result(err);
	if (head.number == s->number)
		return DONE;
	if (head.number < s->number || head.number - s->number > FAR_BEHIND)
		return REBUILD;
	if (event_read(s->pg, &a, s->contest_id, s->number, BATCH, &events, &n, err) < 0)
		return err_result(err);
	for (size_t i = 0; i < n; i++) {
		rc = apply_event(s, &events[i], err);
		if (rc != DONE)
			return rc;
	}
	return n == 0 ? DONE : AGAIN;
}

/* An event that cannot be applied: whoever reads the boards in Redis can see that they stand still.
 * The next event that is applied, or a rebuild, takes the mark away (the scripts do). */
static void mark_stale(struct run_state *s, const char *why)
{
	struct err ignored = {0};

	for (int i = 0; i < 2; i++)
		(void)kv_command(s->kv, NULL, &ignored, "SET %s:stale %s", s->keys[i], why);
}

int catchup_run(struct pg *pg, struct kv *kv, const char *contest_id, struct err *err)
{
	auto_run struct run_state s = {.pg = pg, .kv = kv, .contest_id = contest_id};
	int64_t events;
	int rc, rebuilds = 0;

	catchup_key(kv, contest_id, true, "", s.keys[0]);
	catchup_key(kv, contest_id, false, "", s.keys[1]);
	for (int round = 0; round < ROUNDS_MAX; round++) {
		rc = step(&s, err);
		if (rc == REBUILD && rebuilds++ == REBUILDS_MAX)
			break;
		if (rc == REBUILD) {
			rc = rebuild(pg, kv, contest_id, &events, err);
			if (rc == 0)
				return 0; /* another one is at it */
		}
		if (rc < 0 && err->code != ERR_BUSY)
			mark_stale(&s, err->msg);
		if (rc < 0)
			return err_wrap(err, "board %s", contest_id);
		if (rc == DONE)
			return 0;
	}
	return err_set(err, ERR_BUSY, "board %s changes faster than it is made", contest_id);
}
