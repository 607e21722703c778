/* cmd_board.c -- the standings, now and then, and the log they are folded from: show, awards,
 * rebuild, verify. */
#include "admin/admin.h"
#include "base/clock.h"
#include "base/mem.h"
#include "model/event.h"
#include "scoreboard/awards.h"
#include "scoreboard/board_query.h"
#include "scoreboard/catchup.h"
#include "scoreboard/freeze.h"
#include "scoreboard/log_verify.h"
#include "scoreboard/past.h"

#include <bsd/stdlib.h>

enum { CELL_TEXT = 24, TEAM_WIDTH = 32, MINUTE_MS = 60000 };

static void auto_board(struct board **b)
{
	if (*b)
		board_free(*b);
}

/* "2/57" solved at the second try in minute 57, "-3" three wrong, "+1?" one to be judged. */
static void cell_text(const struct board_cell *c, char out[CELL_TEXT])
{
	char pending[CELL_TEXT] = "";

	if (c->cell.pending > 0)
		snprintf(pending, sizeof(pending), " +%d?", c->cell.pending);
	if (c->cell.solved)
		snprintf(out, CELL_TEXT, "%d/%lld%s", c->cell.judged,
		        (long long)c->cell.time_ms / MINUTE_MS, c->first ? "*" : "");
	else if (c->cell.judged > 0)
		snprintf(out, CELL_TEXT, "-%d%.10s", c->cell.judged, pending);
	else
		snprintf(out, CELL_TEXT, "%s", c->cell.pending > 0 ? pending + 1 : ".");
}

static void rank_cell(int rank)
{
	char text[CELL_TEXT] = "-";

	if (rank > 0)
		snprintf(text, sizeof(text), "%d", rank);
	out_cell(text, 5, true);
}

/* filtered < 0: there is no such column. */
static void show_row(const struct board *b, const struct board_row *r, int filtered)
{
	bool points = board_rules(b) != RULES_ICPC;
	char text[CELL_TEXT];

	rank_cell(r->rank);
	if (filtered >= 0)
		rank_cell(filtered);
	out_cell(r->name, TEAM_WIDTH, false);
	snprintf(text, sizeof(text), "%d", r->total.solved);
	out_cell(text, 6, true);
	if (points)
		snprintf(text, sizeof(text), "%lld.%03lld", (long long)r->total.points_milli / 1000,
		        (long long)r->total.points_milli % 1000);
	else
		snprintf(text, sizeof(text), "%lld", (long long)r->total.penalty_minutes);
	out_cell(text, 8, true);
	for (size_t i = 0; i < board_nproblems(b); i++) {
		cell_text(&r->cells[i], text);
		out_cell(text, 8, true);
	}
	putchar('\n');
}

static const char *problem_label(const json_t *problems, size_t i)
{
	const char *s = json_string_value(json_object_get(json_array_get(problems, i), "label"));

	return s ? s : "?";
}

static void show_heads(const struct board *b, bool filtered)
{
	const json_t *problems = board_problems(b);

	out_cell("rank", 5, true);
	if (filtered)
		out_cell("of", 5, true);
	out_cell("team", TEAM_WIDTH, false);
	out_cell("solved", 6, true);
	out_cell(board_rules(b) == RULES_ICPC ? "penalty" : "points", 8, true);
	for (size_t i = 0; i < json_array_size(problems); i++)
		out_cell(problem_label(problems, i), 8, true);
	putchar('\n');
}

static void show_board(struct board *b)
{
	size_t n;
	const struct board_row *const *rows = board_rows(b, &n);

	show_heads(b, false);
	for (size_t i = 0; i < n; i++)
		show_row(b, rows[i], -1);
	if (n == 0)
		puts("(no teams)");
}

static void show_slice(
        struct board *b, const struct board_query *q, const struct board_slice *slice)
{
	bool filtered = q->by != BOARD_BY_NONE;

	show_heads(b, filtered);
	for (size_t i = 0; i < slice->n; i++)
		show_row(b, slice->rows[i],
		        filtered ? board_filtered_rank(b, q, slice->rows[i]) : -1);
	if (slice->n == 0)
		puts("(no teams)");
}

/* A page, or a team among its neighbours. */
static int show_part(struct board *b, const struct board_query *q, struct err *err)
{
	struct board_answer a;
	size_t n;

	(void)board_rows(b, &n); /* sets the ranks */
	if (board_select(b, q, &a, err) < 0)
		return err_result(err);
	if (!q->team)
		show_slice(b, q, &a.page);
	else if (a.passes)
		show_slice(b, q, &a.around);
	else
		show_slice(b, q, &(struct board_slice){.rows = &a.team, .n = 1});
	if (!q->team)
		printf("%zu of %zu teams, from place %zu\n", a.page.n, a.total, a.page.offset + 1);
	return 0;
}

static int parse_filter(const struct args *args, struct board_query *q, struct err *err)
{
	static const char *const names[] = {[BOARD_BY_GROUP] = "group",
	        [BOARD_BY_ORGANIZATION] = "organization",
	        [BOARD_BY_COUNTRY] = "country"};

	for (size_t i = BOARD_BY_GROUP; i < ARRAY_LEN(names); i++) {
		const char *id = args_get(args, names[i]);

		if (id && q->id)
			return args_usage(err, "only one of --group, --organization and --country");
		if (id) {
			q->id = id;
			q->by = (enum board_by)i;
		}
	}
	return 0;
}

/* *part false: nothing was asked for, the whole board is shown. 0 or EXIT_USAGE. */
static int parse_query(const struct args *args, struct board_query *q, bool *part, struct err *err)
{
	static const int64_t tops[2] = {1, BOARD_OFFSET_MAX}, places[2] = {1, BOARD_OFFSET_MAX},
	                     arounds[2] = {0, BOARD_AROUND_MAX};
	int64_t top = tops[1], from = 1, around = 5;

	if (args_int(args, "top", tops, &top, err) || args_int(args, "from", places, &from, err) ||
	        args_int(args, "around", arounds, &around, err) || parse_filter(args, q, err))
		return EXIT_USAGE;
	q->limit = (int)top;
	q->offset = (int)from - 1;
	q->team = args_get(args, "team");
	q->around = q->team ? (int)around : 0;
	if (args_get(args, "around") && !q->team)
		return args_usage(err, "--around needs --team");
	*part = q->id || q->team || args_get(args, "top") || args_get(args, "from");
	return 0;
}

static int print_part(struct board *b, const struct board_query *q, struct err *err)
{
	auto_buf struct buf text = {0};

	buf_adds(&text, "{");
	if (board_page_json(b, q, &text, err) < 0 || board_team_json(b, q, &text, err) < 0)
		return err_result(err);
	text.data[text.len - 1] = '}';
	puts(text.data);
	return 0;
}

/* The board as it is, or as --at and --final want it. */
static int get_board(
        struct admin *admin, const struct args *args, struct board **board, struct err *err)
{
	const char *id = args->words[0], *at = args_get(args, "at"), *wrong = NULL;
	auto_arena struct arena a = {0};
	struct past_wish w = {
	        .contest_id = id, .jury = args_get(args, "jury") != NULL, .number = -1};
	struct past past = {0};
	struct contest c;
	int64_t contest_ms;

	if (!at && args_get(args, "final"))
		return args_usage(err, "--final needs --at with a contest time");
	if (contest_load(admin->pg, &a, id, &c, err) < 0)
		return err_result(err);
	if (!at)
		return catchup_fold(admin->pg, id, w.jury, 0, board, err);
	if (clock_parse_reltime(at, &contest_ms) < 0)
		w.number = strtonum(at, 0, INT64_MAX, &wrong);
	if (wrong || (w.number >= 0 && args_get(args, "final")))
		return args_usage(err, "--at must be a contest time (1:23:45)%s",
		        args_get(args, "final") ? "" : " or the number of an event");
	if (args_get(args, "final"))
		return past_final(admin->pg, id, contest_ms, board, err);
	if (w.number < 0 && c.start_ms == INT64_MIN)
		return err_set(err, ERR_CONFLICT, "contest %.40s has no contest time yet", c.id);
	if (w.number < 0)
		w.wall_ms = contest_wall_at(&c, contest_ms);
	if (past_find(admin->pg, &w, &past, err) < 0)
		return err_result(err);
	return catchup_fold(admin->pg, id, w.jury, past.number, board, err);
}

static int run_show(struct admin *admin, const struct args *args, struct err *err)
{
	__attribute__((cleanup(auto_board))) struct board *board = NULL;
	auto_buf struct buf text = {0};
	struct board_query q = {0};
	bool part;
	int bad;

	if (parse_query(args, &q, &part, err))
		return EXIT_USAGE;
	bad = get_board(admin, args, &board, err);
	if (bad)
		return bad;
	if (part)
		return admin->json ? print_part(board, &q, err) : show_part(board, &q, err);
	if (admin->json) {
		board_snapshot(board, &text);
		puts(text.data);
		return 0;
	}
	show_board(board);
	return 0;
}

/* As the API tells them (feed_awards): what follows from the whole board when it is over and, for
 * the public, nothing is hidden; until then first to solve alone. */
static int run_awards(struct admin *admin, const struct args *args, struct err *err)
{
	__attribute__((cleanup(auto_board))) struct board *board = NULL;
	auto_arena struct arena a = {0};
	auto_pgresult PGresult *clock = NULL;
	bool jury = args_get(args, "jury") != NULL, all;
	struct contest c;
	json_auto_t *list = NULL;
	int64_t now_ms;

	if (contest_load(admin->pg, &a, args->words[0], &c, err) < 0 ||
	        pg_run(admin->pg, Q_ADMIN_CLOCK, &clock, err) < 0 ||
	        catchup_fold(admin->pg, c.id, jury, 0, &board, err) < 0)
		return err_result(err);
	now_ms = pg_int(clock, 0, "now_ms");
	all = jury ? contest_state_at(&c, now_ms).ended != 0
	           : freeze_shows_awards(&c, now_ms) && !awards_pending(board);
	list = awards_list(board, &c.medals, !all);
	if (admin->json) {
		out_json(json_incref(list));
		return 0;
	}
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *o = json_array_get(list, i), *teams = json_object_get(o, "team_ids");

		out_cell(json_string_value(json_object_get(o, "id")), TEAM_WIDTH, false);
		for (size_t t = 0; t < json_array_size(teams); t++)
			printf("%s%s", t ? " " : "", json_string_value(json_array_get(teams, t)));
		putchar('\n');
	}
	return 0;
}

static int run_rebuild(struct admin *admin, const struct args *args, struct err *err)
{
	int64_t events = 0;

	if (catchup_rebuild(admin->pg, admin->kv, args->words[0], &events, err) < 0)
		return err_result(err);
	out_say(admin,
	        json_pack("{s:s, s:I}", "contest", args->words[0], "events", (json_int_t)events),
	        "board of %s rebuilt from %lld events", args->words[0], (long long)events);
	return 0;
}

/* ---- one contest or all of them, each with its own answer */

typedef int check(struct admin *admin, const char *contest, json_t *o, struct err *err);

static bool check_one(struct admin *admin, const char *contest, check *run, json_t *report)
{
	struct err err = {0};
	json_t *o = json_pack("{s:s}", "contest", contest);
	int result = run(admin, contest, o, &err);

	json_object_set_new(o, "ok", json_boolean(result == 0));
	if (result < 0)
		json_object_set_new(o, "error", json_string(err.msg));
	json_array_append_new(report, o);
	if (!admin->json && result < 0)
		printf("FAIL %s: %s\n", contest, err.msg);
	else if (!admin->json)
		printf("OK   %s\n", contest);
	return result == 0;
}

static int check_all(struct admin *admin, const struct args *args, check *run, struct err *err)
{
	auto_pgresult PGresult *res = NULL;
	json_t *report = json_array();
	bool ok = true;

	if (args->nwords > 0) {
		ok = check_one(admin, args->words[0], run, report);
	} else if (pg_query(admin->pg, Q_ADMIN_CONTEST_IDS, NULL, &res, err) < 0) {
		json_decref(report);
		return err_result(err);
	}
	for (int i = 0; res && i < PQntuples(res); i++)
		ok = check_one(admin, pg_text(res, i, "id"), run, report) && ok;
	if (admin->json)
		out_json(report);
	else
		json_decref(report);
	return ok ? 0 : EXIT_TOLD;
}

static int verify_board(struct admin *admin, const char *contest, json_t *o UNUSED, struct err *err)
{
	return catchup_verify(admin->pg, admin->kv, contest, err);
}

static int run_verify(struct admin *admin, const struct args *args, struct err *err)
{
	return check_all(admin, args, verify_board, err);
}

static void report_log(json_t *o, const struct log_report *r)
{
	json_object_set_new(o, "events", json_integer(r->events));
	json_object_set_new(o, "rows", json_integer(r->rows));
	json_object_set_new(o, "not_recomputed", json_integer(r->blind));
}

static int verify_log(struct admin *admin, const char *contest, json_t *o, struct err *err)
{
	struct log_anchor none = {0};
	struct log_report report;

	if (log_verify(admin->pg, contest, &none, &report, err) < 0)
		return err_result(err);
	report_log(o, &report);
	return 0;
}

/* "N:HEX" as `log head` prints it. */
static int parse_anchor(
        const char *text, int64_t *number, unsigned char hash[HASH_SIZE], struct err *err)
{
	const char *colon = strchr(text, ':'), *wrong = NULL;
	auto_free char *digits = colon ? strndup(text, (size_t)(colon - text)) : NULL;

	if (digits)
		*number = strtonum(digits, 1, INT64_MAX, &wrong);
	if (!digits || wrong || hash_parse_hex(colon + 1, hash, HASH_SIZE) < 0)
		return args_usage(err, "--anchor must be NUMBER:HASH as log head prints it");
	return 0;
}

static int run_log_verify(struct admin *admin, const struct args *args, struct err *err)
{
	const char *text = args_get(args, "anchor");
	struct log_anchor anchor = {0};
	struct log_report report;
	json_t *o;

	if (!text)
		return check_all(admin, args, verify_log, err);
	if (args->nwords == 0)
		return args_usage(err, "--anchor needs a contest");
	if (parse_anchor(text, &anchor.number, anchor.hash, err))
		return EXIT_USAGE;
	if (log_verify(admin->pg, args->words[0], &anchor, &report, err) < 0)
		return err_result(err);
	o = json_pack("{s:s}", "contest", args->words[0]);
	report_log(o, &report);
	out_say(admin, o, "OK   %s: %lld events, event %lld is the anchor's", args->words[0],
	        (long long)report.events, (long long)anchor.number);
	return 0;
}

static int run_log_head(struct admin *admin, const struct args *args, struct err *err)
{
	auto_pgresult PGresult *res = NULL;
	const char *contest = args->nwords > 0 ? args->words[0] : NULL;

	if (pg_run(admin->pg, Q_ADMIN_LOG_HEADS, &res, err, contest) < 0)
		return err_result(err);
	if (contest && PQntuples(res) == 0)
		return err_set(err, ERR_NOT_FOUND, "no such contest: \"%s\"", contest);
	out_result(admin, res);
	return 0;
}

static const struct option show_options[] = {
        {"jury", NULL, "what the jury sees, not the public"},
        {"at", "WHEN", "as it was at a contest time (1:23:45) or an event's number"},
        {"final", NULL, "with --at: what was submitted by then, with the verdicts known now"},
        {"top", "N", "only N rows of teams with a rank"},
        {"from", "N", "begin at the N-th of them"},
        {"group", "ID", "only teams of this group"},
        {"organization", "ID", "only teams of this organization"},
        {"country", "CODE", "only teams of this country"},
        {"team", "ID", "this team and its neighbours"},
        {"around", "N", "so many above and below it (5)"},
        {NULL, NULL, NULL},
};
static const struct option awards_options[] = {
        {"jury", NULL, "what the jury sees, not the public"},
        {NULL, NULL, NULL},
};
static const struct option verify_options[] = {
        {"anchor", "N:HEX", "event N must have this hash (log head printed it earlier)"},
        {NULL, NULL, NULL},
};

const struct command board_commands[] = {
        {"board show", "CONTEST", "the standings", 1, 1, show_options, run_show, false},
        {"board awards", "CONTEST", "winner, medals, first to solve", 1, 1, awards_options,
                run_awards, false},
        {"board rebuild", "CONTEST", "make the board in Redis anew from the log", 1, 1, NULL,
                run_rebuild, false},
        {"board verify", "[CONTEST]", "Redis = the log = the submissions?", 0, 1, NULL, run_verify,
                false},
        {"log verify", "[CONTEST]", "chain, numberings, and each event against the submissions", 0,
                1, verify_options, run_log_verify, false},
        {"log head", "[CONTEST]", "number and hash of the last event: an anchor", 0, 1, NULL,
                run_log_head, false},
        {NULL, NULL, NULL, 0, 0, NULL, NULL, false},
};
