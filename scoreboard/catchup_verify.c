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

/* A row of Redis and one of the fold are equal when they say the same, in whatever order. */
static bool same_row(const char *redis, const char *fold)
{
	struct err ignored;
	json_auto_t *a = NULL, *b = NULL;

	if (!redis)
		return false;
	if (strcmp(redis, fold) == 0)
		return true;
	a = json_parse(redis, strlen(redis), PART_DEPTH, &ignored);
	b = json_parse(fold, strlen(fold), PART_DEPTH, &ignored);
	return a && b && json_equal(a, b);
}

/* One row's score, in the ZSET where it should stand. */
static int check_score(struct kv *kv, struct board *b, const struct board_row *row, const char *key,
        struct err *err)
{
	auto_reply redisReply *r = NULL;
	char place[32], score[32];
	bool same;

	catchup_place(row, place, sizeof(place));
	catchup_score(b, row, score, sizeof(score));
	if (strcmp(place, "hidden") == 0)
		return 0;
	if (kv_command(kv, &r, err, "ZSCORE %s%s %s", key, place, row->team_id) < 0)
		return err_result(err);
	same = r->type == REDIS_REPLY_STRING && strtod(r->str, NULL) == strtod(score, NULL);
	if (!same)
		return err_set(err, ERR_CONFLICT, "%s%s: score of team %s is %.40s, not %s", key,
		        place, row->team_id, r->type == REDIS_REPLY_STRING ? r->str : "missing",
		        score);
	return 0;
}

/* Rows [from, to). */
static int check_rows(
        struct kv *kv, struct board *b, const char *key, const size_t range[2], struct err *err)
{
	auto_args struct args args = {0};
	auto_reply redisReply *r = NULL;
	size_t n;
	const struct board_row *const *rows = board_rows(b, &n);

	args_add(&args, "HMGET");
	args_addf(&args, "%s:rows", key);
	for (size_t i = range[0]; i < range[1]; i++)
		args_add(&args, rows[i]->team_id);
	if (kv_argv(kv, &r, err, (int)args.n, args.v, NULL) < 0)
		return err_result(err);
	for (size_t i = range[0]; i < range[1]; i++) {
		auto_free char *fold = board_row_json(b, rows[i]);
		const char *redis = reply_text(r, i - range[0]);

		if (!same_row(redis, fold))
			return err_set(err, ERR_CONFLICT, "%s: row of team %s is %.80s, not %.80s",
			        key, rows[i]->team_id, redis ? redis : "missing", fold);
		if (check_score(kv, b, rows[i], key, err) < 0)
			return err_result(err);
	}
	return 0;
}

static int check_count(
        struct kv *kv, const char *command, const char *key, size_t expected, struct err *err)
{
	auto_reply redisReply *r = NULL;

	if (kv_command(kv, &r, err, "%s %s", command, key) < 0)
		return err_result(err);
	if (r->type != REDIS_REPLY_INTEGER || r->integer != (long long)expected)
		return err_set(err, ERR_CONFLICT, "%s has %lld teams, not %zu", key,
		        r->type == REDIS_REPLY_INTEGER ? r->integer : -1, expected);
	return 0;
}

static int check_redis(struct kv *kv, struct board *b, const char *key, struct err *err)
{
	char rows_key[CATCHUP_KEY_SIZE + 8];
	size_t n, ranked = 0;
	const struct board_row *const *rows = board_rows(b, &n);

	for (size_t i = 0; i < n; i++)
		ranked += !rows[i]->hidden && rows[i]->sort_group == 0;
	snprintf(rows_key, sizeof(rows_key), "%s:rows", key);
	if (check_count(kv, "HLEN", rows_key, n, err) < 0 ||
	        check_count(kv, "ZCARD", key, ranked, err) < 0)
		return err_result(err);
	for (size_t from = 0; from < n; from += CATCHUP_CHUNK) {
		size_t to = from + CATCHUP_CHUNK < n ? from + CATCHUP_CHUNK : n;
		const size_t range[2] = {from, to};

		if (check_rows(kv, b, key, range, err) < 0)
			return err_result(err);
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
