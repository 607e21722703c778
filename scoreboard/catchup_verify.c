/* catchup_verify.c -- is the board right? Three ways to the same standings are compared, for the
 * jury and for the public: what Redis holds, the fold of the log, and the rules over all
 * submissions as they stand in PostgreSQL (the fold's rows and firsts replaced by new ones).
 *
 * The contest may go on meanwhile. So the log's number is read before and after; when it moved,
 * or Redis did, the look is taken again. In a busy contest that never ends: the last looks are
 * taken under the lock of the contest's counter, where recordings wait for us. */
#include "base/json.h"
#include "model/contest.h"
#include "model/event.h"
#include "scoreboard/catchup_keys.h"
#include "scoreboard/freeze.h"
#include "scoreboard/part.h"

#include <inttypes.h>

enum { TRIES = 20, TRIES_FREE = 5, PAUSE_US = 100 * 1000, PART_DEPTH = 16 };
enum looked { SAME, MOVED };

/* ---- Redis == fold */

static const char *reply_text(const redisReply *r, size_t i)
{
	if (r->type != REDIS_REPLY_ARRAY || i >= r->elements ||
	        r->element[i]->type != REDIS_REPLY_STRING)
		return NULL;
	return r->element[i]->str;
}

static int redis_number(struct kv *kv, const char *key, int64_t *out, struct err *err)
{
	auto_reply redisReply *r = NULL;

	if (kv_command(kv, &r, err, "HGET %s:meta number", key) < 0)
		return err_result(err);
	*out = r->type == REDIS_REPLY_STRING ? strtoll(r->str, NULL, 10) : -1;
	return 0;
}

/* A board beside what Redis has of it. */
struct kept {
	struct kv *kv;
	struct board *b;
	const char *key;
	char group[CATCHUP_PLACE_SIZE]; /* the sort group that is looked at */
};

/* What the teams have in a hash or a ZSET: `command` "HMGET" or "ZMSCORE". */
/* NOLINTNEXTLINE(readability-function-size): a command and the teams it is about */
static int ask(const struct kept *k, const char *command, const struct board_row *const *rows,
        size_t n, redisReply **r, struct err *err)
{
	auto_args struct args args = {0};
	bool places = *command == 'H';

	args_add(&args, command);
	args_addf(&args, "%s%s", k->key, places ? ":places" : k->group);
	for (size_t i = 0; i < n; i++)
		args_add(&args, rows[i]->team_id);
	return kv_argv(k->kv, r, err, (int)args.n, args.v, NULL);
}

/* NULL: it has none. */
static int check_row(const struct kept *k, const struct board_row *row, const char *place,
        const char *score, struct err *err)
{
	char right_place[CATCHUP_PLACE_SIZE], right[32];

	catchup_place(row, right_place, sizeof(right_place));
	catchup_score(k->b, row, right, sizeof(right));
	if (strcmp(place ? place : "", right_place) != 0)
		return err_set(err, ERR_CONFLICT, "%s: place of team %s is \"%.40s\", not \"%s\"",
		        k->key, row->team_id, place ? place : "", right_place);
	if (row->hidden ? !score : score && strtod(score, NULL) == strtod(right, NULL))
		return 0;
	return err_set(err, ERR_CONFLICT, "%s: score of team %s is %.40s, not %s", k->key,
	        row->team_id, score ? score : "missing", row->hidden ? "missing" : right);
}

/* Up to CATCHUP_CHUNK rows. */
static int check_rows(
        const struct kept *k, const struct board_row *const *rows, size_t n, struct err *err)
{
	auto_reply redisReply *places = NULL, *scores = NULL;

	if (ask(k, "HMGET", rows, n, &places, err) < 0 ||
	        ask(k, "ZMSCORE", rows, n, &scores, err) < 0)
		return err_result(err);
	for (size_t i = 0; i < n; i++) {
		if (check_row(k, rows[i], reply_text(places, i), reply_text(scores, i), err) < 0)
			return err_result(err);
	}
	return 0;
}

/* All rows of one sort group. */
static int check_group(
        struct kept *k, const struct board_row *const *rows, size_t n, struct err *err)
{
	auto_reply redisReply *r = NULL;
	long long shown = 0;

	catchup_group(rows[0]->sort_group, k->group, sizeof(k->group));
	for (size_t i = 0; i < n; i++)
		shown += !rows[i]->hidden;
	if (kv_command(k->kv, &r, err, "ZCARD %s%s", k->key, k->group) < 0)
		return err_result(err);
	if (r->type != REDIS_REPLY_INTEGER || r->integer != shown)
		return err_set(err, ERR_CONFLICT, "%s%s has %lld teams, not %lld", k->key, k->group,
		        r->type == REDIS_REPLY_INTEGER ? r->integer : -1, shown);
	for (size_t i = 0; i < n; i += CATCHUP_CHUNK) {
		size_t some = n - i < CATCHUP_CHUNK ? n - i : CATCHUP_CHUNK;

		if (check_rows(k, rows + i, some, err) < 0)
			return err_result(err);
	}
	return 0;
}

static int check_redis(struct kv *kv, struct board *b, const char *key, struct err *err)
{
	struct kept k = {.kv = kv, .b = b, .key = key};
	size_t n, from = 0;
	const struct board_row *const *rows = board_rows(b, &n);

	for (size_t to = 1; to <= n; to++) {
		if (to < n && rows[to]->sort_group == rows[from]->sort_group)
			continue;
		if (check_group(&k, rows + from, to - from, err) < 0)
			return err_result(err);
		from = to;
	}
	return 0;
}

/* ---- fold == recomputation */

/* Everything the rules say of the submissions, as a bulk PART. */
static json_t *recomputed_part(
        const struct contest *c, const struct facts *facts, enum view_of v, struct arena *a)
{
	json_t *part = json_pack("{s:b,s:[],s:[]}", "bulk", 1, "rows", "first");
	json_t *rows = json_object_get(part, "rows"), *list = json_object_get(part, "first");
	const struct first *firsts;
	size_t n;

	for (size_t i = 0; i < c->nteams; i++) {
		const struct contest_team *t = &c->teams[i];
		struct view view;

		if (v == VIEW_PUBLIC && !freeze_public_team(t))
			continue;
		facts_view(c, t, &facts->teams[i], v, a, &view);
		json_array_append_new(rows, part_row(c, t, &view, NULL));
	}
	firsts = facts_firsts(c, facts, v, a, &n);
	for (size_t i = 0; i < n; i++) {
		if (firsts[i].team_id)
			json_array_append_new(list, part_first(&firsts[i]));
	}
	if (c->revealing)
		json_object_set_new(part, "reveal", part_reveal(c));
	return part;
}

/* A second board with everything of b, by way of the snapshot that viewers get. */
static struct board *copy_of(struct board *b, struct err *err)
{
	auto_buf struct buf text = {0};
	struct board *copy = board_new();
	json_auto_t *part = NULL;

	board_snapshot(b, &text);
	part = json_parse(text.data, text.len, PART_DEPTH, err);
	if (part && board_apply(copy, 1, part, err) == 0)
		return copy;
	err_prepend(err, "snapshot");
	board_free(copy);
	return NULL;
}

static int check_recomputed(const struct contest *c, const struct facts *facts, enum view_of v,
        struct board *fold, struct err *err)
{
	auto_arena struct arena a = {0};
	auto_boards struct boards copy = {0};
	json_auto_t *part = NULL;

	if (board_nproblems(fold) == 0)
		return 0; /* the public before the start */
	copy.jury = copy_of(fold, err);
	if (!copy.jury)
		return err_result(err);
	if (board_compare(fold, copy.jury, err) < 0)
		return err_wrap(err, "snapshot");
	part = recomputed_part(c, facts, v, &a);
	if (board_apply(copy.jury, 2, part, err) < 0)
		return err_wrap(err, "recomputation");
	return board_compare(fold, copy.jury, err);
}

/* ---- both */

struct look {
	struct pg *pg;
	struct kv *kv;
	const char *contest_id;
	struct log_head head;
	struct boards fold;
};

static int look_at_submissions(struct look *l, struct arena *a, struct err *err)
{
	struct facts_want all = {0};
	struct log_head after;
	struct contest c;
	struct facts facts;

	if (contest_load(l->pg, a, l->contest_id, &c, err) < 0 ||
	        facts_load(l->pg, a, &c, &all, &facts, err) < 0 ||
	        event_head(l->pg, a, l->contest_id, &after, err) < 0)
		return err_result(err);
	if (after.number != l->head.number)
		return MOVED;
	if (l->head.number == 0)
		return SAME; /* nothing of the contest is in the log yet */
	if (check_recomputed(&c, &facts, VIEW_JURY, l->fold.jury, err) < 0)
		return err_wrap(err, "jury's board: fold against submissions");
	if (check_recomputed(&c, &facts, VIEW_PUBLIC, l->fold.public_board, err) < 0)
		return err_wrap(err, "public board: fold against submissions");
	return SAME;
}

/* MOVED when Redis was not at the fold's number all the time. */
static int look_at_redis(struct look *l, bool jury, struct err *err)
{
	struct board *b = jury ? l->fold.jury : l->fold.public_board;
	char key[CATCHUP_KEY_SIZE];
	int64_t before, after;
	int rc;

	catchup_key(l->kv, l->contest_id, jury, "", key);
	if (redis_number(l->kv, key, &before, err) < 0)
		return err_result(err);
	rc = check_redis(l->kv, b, key, err);
	if (rc < 0 && err->code != ERR_CONFLICT)
		return rc;
	if (redis_number(l->kv, key, &after, err) < 0)
		return err_result(err);
	if (before != board_number(b) || after != before)
		return MOVED;
	return rc < 0 ? err_wrap(err, "Redis against fold") : SAME;
}

/* The number, the fold and both comparisons. */
static int look(struct look *l, struct err *err)
{
	auto_arena struct arena a = {0};
	int rc;

	boards_free(&l->fold);
	if (event_head(l->pg, &a, l->contest_id, &l->head, err) < 0 ||
	        catchup_fold_both(l->pg, l->contest_id, l->head.number, &l->fold, err) < 0)
		return err_result(err);
	if (board_number(l->fold.jury) != l->head.number)
		return err_set(err, ERR_CONFLICT, "the log ends at event %" PRId64 ", not %" PRId64,
		        board_number(l->fold.jury), l->head.number);
	rc = look_at_submissions(l, &a, err);
	if (rc == SAME)
		rc = look_at_redis(l, true, err);
	if (rc == SAME)
		rc = look_at_redis(l, false, err);
	return rc;
}

static int look_locked(struct look *l, struct err *err)
{
	auto_arena struct arena a = {0};
	struct log_head head;
	int rc;

	if (pg_begin(l->pg, err) < 0)
		return err_result(err);
	rc = event_lock(l->pg, &a, l->contest_id, &head, err);
	if (rc == 0)
		rc = look(l, err);
	pg_rollback(l->pg); /* nothing was written */
	return rc;
}

/* The last tries, if there are more than TRIES_FREE, are made under the lock. */
static int verify(struct pg *pg, struct kv *kv, const char *contest_id, int tries, struct err *err)
{
	struct look l = {.pg = pg, .kv = kv, .contest_id = contest_id};
	int rc = MOVED;

	for (int i = 0; i < tries && rc == MOVED; i++) {
		if (i > 0)
			usleep(PAUSE_US);
		rc = catchup_run(pg, kv, contest_id, err);
		if (rc == 0)
			rc = i < TRIES_FREE ? look(&l, err) : look_locked(&l, err);
	}
	boards_free(&l.fold);
	if (rc == MOVED)
		return err_set(err, ERR_BUSY, "contest %s keeps changing", contest_id);
	return rc < 0 ? err_wrap(err, "contest %s", contest_id) : 0;
}

int catchup_verify(struct pg *pg, struct kv *kv, const char *contest_id, struct err *err)
{
	return verify(pg, kv, contest_id, TRIES, err);
}

int catchup_check(struct pg *pg, struct kv *kv, const char *contest_id, struct err *err)
{
	return verify(pg, kv, contest_id, TRIES_FREE, err);
}
