/* cmd_replay.c -- contest replay: a finished contest, played again as a new one.
 *
 * The new contest has the old one's problems, teams and settings and a clock that runs N times as
 * fast. At its time each submission comes, and later its verdict (the one that counted in the end,
 * after the time that the first one took), by the same functions that record everything else; so
 * the freeze hides, streams tell and boards move as in a real contest, and who looks on needs
 * nothing else. Behind the end a reveal goes through all steps; then the board is thawed and made
 * final. What was ignored, or came after the end, is left out.
 *
 * The contest's clock is PostgreSQL's; this program's own only measures the pauses. */
#include "admin/admin.h"
#include "base/clock.h"
#include "base/mem.h"
#include "model/contest.h"
#include "scoreboard/record.h"
#include "scoreboard/record_outside.h"
#include "scoreboard/record_reveal.h"

#include <time.h>

enum {
	SPEED_DEFAULT = 60,
	SPEED_MAX = 100000,
	LEAD_DEFAULT_S = 5,
	LEAD_MAX_S = 86400,
	REVEAL_DEFAULT_MS = 1500,
	ID_MAX = 24, /* of the new contest: submissions are named after it */
	BEHIND_END_MS = 1000,
};

struct replay {
	struct admin *admin;
	struct arena a;
	const char *from, *as, *account;
	int64_t speed, lead_ms, reveal_ms;
	int64_t duration_ms, freeze_ms; /* contest time; freeze 0: none */
	int64_t start_ms, last_end_ms;  /* last end: of the team with the most time */
	int64_t ahead_ms;               /* of PostgreSQL's clock before ours */
	struct outside_submission *subs;
	struct outside_judgement *verdicts;
	int64_t *took_ms;
	size_t n, judged;
};

struct step {
	int64_t at_ms; /* contest time */
	size_t sub, order;
	bool verdict;
};

/* ---------------------------------------------------------------- the new contest */

/* How long it was and for how long frozen, in its own time: as it went, not as it was planned, when
 * somebody pressed a button or gave more time after the freeze had begun. */
static void take_times(struct replay *r, const struct contest *c)
{
	int64_t end_ms = contest_end_ms(c, NULL), from_ms = end_ms;

	r->duration_ms = c->duration_ms;
	if (c->ended_ms && contest_time_at(c, c->ended_ms) < r->duration_ms)
		r->duration_ms = contest_time_at(c, c->ended_ms);
	for (size_t i = 0; i < c->nfreezes; i++) {
		if (c->freezes[i].from_ms < from_ms)
			from_ms = c->freezes[i].from_ms;
	}
	if (from_ms < end_ms)
		r->freeze_ms = r->duration_ms - contest_time_at(c, from_ms);
	r->last_end_ms = r->duration_ms;
	for (size_t i = 0; i < c->nteams && !c->ended_ms; i++) {
		int64_t own_ms = r->duration_ms + c->teams[i].extension_ms;

		r->last_end_ms = own_ms > r->last_end_ms ? own_ms : r->last_end_ms;
	}
}

static int check_source(struct replay *r, const char **name, struct err *err)
{
	auto_pgresult PGresult *clock = NULL;
	struct contest c;

	if (contest_load(r->admin->pg, &r->a, r->from, &c, err) < 0 ||
	        pg_run(r->admin->pg, Q_ADMIN_CLOCK, &clock, err) < 0)
		return err_result(err);
	if (contest_end_ms(&c, NULL) > pg_int(clock, 0, "now_ms"))
		return err_set(err, ERR_CONFLICT, "contest %.40s is not over yet", r->from);
	take_times(r, &c);
	*name = c.name;
	return 0;
}

static int write_contest(struct replay *r, const char *name, struct err *err)
{
	struct pg *pg = r->admin->pg;
	auto_pgresult PGresult *res = NULL;

	if (pg_run(pg, Q_REPLAY_CONTEST, &res, err, r->from, r->as, name,
	            pg_arg_int(&r->a, r->speed), pg_arg_int(&r->a, r->lead_ms),
	            pg_arg_int(&r->a, r->duration_ms),
	            r->freeze_ms > 0 ? pg_arg_int(&r->a, r->freeze_ms) : NULL) < 0)
		return err_result(err);
	r->start_ms = pg_int(res, 0, "start_ms");
	r->ahead_ms = pg_int(res, 0, "now_ms") - clock_wall_ms();
	if (pg_run(pg, Q_ADMIN_CONTEST_COUNTER, NULL, err, r->as) < 0 ||
	        pg_run(pg, Q_REPLAY_PROBLEMS, NULL, err, r->from, r->as) < 0 ||
	        pg_run(pg, Q_REPLAY_TEAMS, NULL, err, r->from, r->as) < 0 ||
	        pg_run(pg, Q_FEED_ACCOUNT, NULL, err, r->account, name) < 0 ||
	        pg_run(pg, Q_RECORD_AUDIT, NULL, err, r->admin->actor, "contest.replay", r->as,
	                r->from, "{}") < 0)
		return err_result(err);
	return 0;
}

/* Tells the log of the contest's rows; at its start that brings the problems to the public. */
static int tell(struct replay *r, struct err *err)
{
	if (record_contest(r->admin->pg, r->as, "contest", r->admin->actor, err) < 0)
		return err_result(err);
	admin_catchup(r->admin, r->as);
	return 0;
}

static int make_contest(struct replay *r, struct err *err)
{
	const char *name = NULL;

	if (check_source(r, &name, err) < 0 || pg_begin(r->admin->pg, err) < 0)
		return err_result(err);
	if (write_contest(r, name, err) < 0) {
		pg_rollback(r->admin->pg);
		if (err->code == ERR_CONFLICT)
			return err_set(err, ERR_CONFLICT, "contest %s exists already", r->as);
		return err_result(err);
	}
	if (pg_commit(r->admin->pg, err) < 0)
		return err_result(err);
	return tell(r, err);
}

/* ---------------------------------------------------------------- what happened */

static void take_row(struct replay *r, const PGresult *res, int row)
{
	size_t i = r->n++;
	int64_t at = pg_int(res, row, "contest_time_ms");
	const char *verdict = pg_text(res, row, "verdict");
	const char *subtasks = pg_text(res, row, "subtasks");

	r->subs[i] = (struct outside_submission){.contest_id = r->as,
	        .id = arena_printf(&r->a, "%s-%zu", r->as, i + 1),
	        .account_id = r->account,
	        .team_id = arena_strdup(&r->a, pg_text(res, row, "team_id")),
	        .problem_id = arena_strdup(&r->a, pg_text(res, row, "problem_id")),
	        .language_id = arena_strdup(&r->a, pg_text(res, row, "language_id")),
	        .at_ms = r->start_ms + at / r->speed,
	        .contest_time_ms = at};
	r->took_ms[i] = pg_int(res, row, "took_ms");
	r->verdicts[i] = (struct outside_judgement){.submission_id = r->subs[i].id,
	        .points_milli = pg_int(res, row, "points_milli"),
	        .subtasks = subtasks ? arena_strdup(&r->a, subtasks) : NULL,
	        .time_ms = pg_null(res, row, "time_ms") ? -1 : (int)pg_int(res, row, "time_ms")};
	if (verdict && verdict_parse(verdict, &r->verdicts[i].verdict) == 0)
		r->judged++;
}

static int read_past(struct replay *r, struct err *err)
{
	auto_pgresult PGresult *res = NULL;
	size_t n;

	if (pg_run(r->admin->pg, Q_REPLAY_SUBMISSIONS, &res, err, r->from) < 0)
		return err_result(err);
	n = (size_t)PQntuples(res);
	r->subs = arena_alloc(&r->a, (n + 1) * sizeof(*r->subs));
	r->verdicts = arena_alloc(&r->a, (n + 1) * sizeof(*r->verdicts));
	r->took_ms = arena_alloc(&r->a, (n + 1) * sizeof(*r->took_ms));
	for (int row = 0; row < PQntuples(res); row++)
		take_row(r, res, row);
	return 0;
}

static int by_time(const void *x, const void *y)
{
	const struct step *a = x, *b = y;

	if (a->at_ms != b->at_ms)
		return a->at_ms < b->at_ms ? -1 : 1;
	return (a->order > b->order) - (a->order < b->order);
}

/* Caller frees. */
static struct step *steps_of(const struct replay *r, size_t *n)
{
	struct step *steps = xcalloc(2 * r->n + 1, sizeof(*steps));

	*n = 0;
	for (size_t i = 0; i < r->n; i++) {
		int64_t at = r->subs[i].contest_time_ms;

		steps[*n] = (struct step){at, i, *n, false};
		(*n)++;
		if (r->verdicts[i].verdict == VERDICT_NONE)
			continue;
		steps[*n] = (struct step){at + r->took_ms[i], i, *n, true};
		(*n)++;
	}
	qsort(steps, *n, sizeof(*steps), by_time);
	return steps;
}

/* ---------------------------------------------------------------- playing */

static void wait_for(const struct replay *r, int64_t contest_ms)
{
	int64_t at = r->start_ms + contest_ms / r->speed;
	int64_t left = at - (clock_wall_ms() + r->ahead_ms);
	struct timespec t = {.tv_sec = (time_t)(left / 1000), .tv_nsec = (left % 1000) * 1000000};

	if (left > 0)
		(void)nanosleep(&t, NULL);
}

static void pause_ms(int64_t ms)
{
	struct timespec t = {.tv_sec = (time_t)(ms / 1000), .tv_nsec = (ms % 1000) * 1000000};

	(void)nanosleep(&t, NULL);
}

static int play(struct replay *r, struct err *err)
{
	size_t n;
	auto_free struct step *steps = steps_of(r, &n);

	wait_for(r, r->speed); /* a millisecond behind the start */
	if (tell(r, err) < 0)
		return err_result(err);
	for (size_t i = 0; i < n; i++) {
		const struct step *s = &steps[i];
		int failed;

		wait_for(r, s->at_ms);
		failed = s->verdict
		                 ? record_outside_judgement(r->admin->pg, &r->verdicts[s->sub], err)
		                 : record_outside_submission(r->admin->pg, &r->subs[s->sub], err);
		if (failed < 0)
			return err_result(err);
		admin_catchup(r->admin, r->as);
	}
	return 0;
}

static int move(struct replay *r, enum reveal_move to, struct err *err)
{
	struct reveal_order o = {.move = to, .actor = r->admin->actor};

	if (record_reveal(r->admin->pg, r->as, &o, err) < 0)
		return err_result(err);
	admin_catchup(r->admin, r->as);
	pause_ms(r->reveal_ms);
	return 0;
}

static int reveal(struct replay *r, struct err *err)
{
	auto_pgresult PGresult *res = NULL;

	if (move(r, REVEAL_OPEN, err) < 0 ||
	        pg_run(r->admin->pg, Q_REPLAY_REVEAL, &res, err, r->as) < 0)
		return err_result(err);
	for (int64_t left = pg_int(res, 0, "steps"); left > 0; left--) {
		if (move(r, REVEAL_NEXT, err) < 0)
			return err_result(err);
	}
	return 0;
}

static int press(struct replay *r, enum contest_action action, struct err *err)
{
	if (record_action(r->admin->pg, r->as, action, r->admin->actor, NULL, err) < 0)
		return err_result(err);
	admin_catchup(r->admin, r->as);
	return 0;
}

/* What is not judged stands in the way of reveal and finalize: then the thaw is the last. */
static int over(struct replay *r, struct err *err)
{
	bool all = r->judged == r->n;

	wait_for(r, r->last_end_ms + BEHIND_END_MS * r->speed);
	if (r->freeze_ms > 0 && all && reveal(r, err) < 0)
		return err_result(err);
	if (r->freeze_ms > 0 && press(r, ACTION_THAW, err) < 0)
		return err_result(err);
	return all ? press(r, ACTION_FINALIZE, err) : 0;
}

static int replay(struct replay *r, struct err *err)
{
	if (make_contest(r, err) < 0 || read_past(r, err) < 0)
		return err_result(err);
	if (!r->admin->json)
		fprintf(stderr, "contest %s begins in %lld s\n", r->as,
		        (long long)(r->lead_ms / 1000));
	if (play(r, err) < 0 || over(r, err) < 0)
		return err_wrap(err, "contest %s stays as far as it was played", r->as);
	out_say(r->admin,
	        json_pack("{s:s,s:s,s:I,s:I}", "id", r->as, "from", r->from, "submissions",
	                (json_int_t)r->n, "judged", (json_int_t)r->judged),
	        "contest %s: %zu submissions, %zu of them judged", r->as, r->n, r->judged);
	return 0;
}

static int run_replay(struct admin *admin, const struct args *args, struct err *err)
{
	static const int64_t speeds[2] = {1, SPEED_MAX}, leads[2] = {1, LEAD_MAX_S},
	                     paces[2] = {0, REVEAL_MAX_MS};
	struct replay r = {.admin = admin,
	        .from = args->words[0],
	        .as = args_get(args, "as"),
	        .speed = SPEED_DEFAULT,
	        .lead_ms = LEAD_DEFAULT_S,
	        .reveal_ms = REVEAL_DEFAULT_MS};
	int result;

	if (!r.as || !admin_is_ident(r.as) || strlen(r.as) > ID_MAX)
		return args_usage(err,
		        "contest replay needs --as ID of at most %d letters, digits "
		        "and ._-",
		        (int)ID_MAX);
	result = args_int(args, "speed", speeds, &r.speed, err);
	result = result ? result : args_int(args, "lead", leads, &r.lead_ms, err);
	result = result ? result : args_int(args, "reveal-ms", paces, &r.reveal_ms, err);
	if (result)
		return result;
	r.lead_ms *= 1000;
	r.account = arena_printf(&r.a, "%s.replay", r.as);
	result = replay(&r, err);
	arena_free(&r.a);
	return result;
}

static const struct option replay_options[] = {
        {"as", "ID", "of the new contest"},
        {"speed", "N", "times as fast (60)"},
        {"lead", "SECONDS", "until it begins (5)"},
        {"reveal-ms", "MS", "of wall time between two steps of the reveal (1500)"},
        {0},
};

const struct command replay_commands[] = {
        {"contest replay", "CONTEST",
                "Plays a finished contest again as a new one, freeze and reveal included.", 1, 1,
                replay_options, run_replay, false},
        {0},
};
