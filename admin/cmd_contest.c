/* cmd_contest.c -- contests: create, list, show, the buttons, and who and what takes part.
 *
 * Rows of contests, contest_problems and contest_teams are changed in one transaction and then
 * told to the log by record_contest; should the second step fail, the next command on the
 * contest repeats it, since an event always holds everything. */
#include "admin/admin.h"
#include "admin/csv.h"
#include "base/clock.h"
#include "base/mem.h"
#include "model/contest.h"
#include "scoreboard/record.h"

#include <bsd/stdlib.h>

enum { DAY_MS = 24 * 3600 * 1000, MAX_WORDS = 10000, TIME_SIZE = 32 };

static const struct {
	const char *rgb, *color;
} palette[] = {
        {"#e53935", "red"},
        {"#1e88e5", "blue"},
        {"#43a047", "green"},
        {"#fdd835", "yellow"},
        {"#8e24aa", "purple"},
        {"#fb8c00", "orange"},
        {"#00acc1", "cyan"},
        {"#d81b60", "pink"},
        {"#6d4c41", "brown"},
        {"#7cb342", "lime"},
        {"#3949ab", "indigo"},
        {"#757575", "grey"},
};

/* "1:00:00", "90s", "10m", "2h", "3d" -> ms. */
static int parse_span(const char *text, int64_t *ms)
{
	static const struct {
		char unit;
		int64_t ms;
	} units[] = {{'s', 1000}, {'m', 60000}, {'h', 3600000}, {'d', DAY_MS}};
	size_t len = strlen(text);
	auto_free char *digits = len > 0 ? strndup(text, len - 1) : NULL;
	const char *wrong = NULL;

	if (strchr(text, ':'))
		return clock_parse_reltime(text, ms);
	for (size_t i = 0; digits && i < ARRAY_LEN(units); i++) {
		if (text[len - 1] != units[i].unit)
			continue;
		*ms = strtonum(digits, 0, 366 * (int64_t)DAY_MS, &wrong) * units[i].ms;
		return wrong ? -1 : 0;
	}
	return -1;
}

/* --start: "now" and "+10m" count from the database's clock, the rest is absolute. */
static int parse_start(
        const char *text, struct arena *a, const char **at, const char **offset, struct err *err)
{
	int64_t ms = 0;

	if (strcmp(text, "now") == 0) {
		*offset = "0";
		return 0;
	}
	if ((*text == '+' || *text == '-') && parse_span(text + 1, &ms) == 0) {
		*offset = pg_arg_int(a, *text == '-' ? -ms : ms);
		return 0;
	}
	if (clock_parse_time(text, &ms) == 0) {
		char *formatted = arena_alloc(a, CLOCK_TEXT_SIZE);

		clock_format_time(ms, formatted);
		*at = formatted;
		return 0;
	}
	return args_usage(err,
	        "--start must be now, +10m, -2:00:00 or like 2026-01-31T10:00:00+01:00, not \"%s\"",
	        text);
}

/* *ms: the default as people write it, or NULL; becomes milliseconds. */
static int span_option(const struct args *args, const char *option, struct arena *a,
        const char **ms, struct err *err)
{
	const char *text = args_get(args, option);
	int64_t value = 0;

	if (!text)
		text = *ms;
	if (!text)
		return 0;
	if (parse_span(text, &value) < 0 || value < 0)
		return args_usage(
		        err, "--%s must be like 5:00:00, 90m or 2h, not \"%s\"", option, text);
	*ms = pg_arg_int(a, value);
	return 0;
}

static int check_create(const struct args *args, struct err *err)
{
	static const int64_t minutes[2] = {0, 1000}, rate[2] = {1, 100000};
	const char *clock_rate = args_get(args, "clock-rate");
	char *end = NULL;
	int64_t ignored = 0;
	int bad = 0;

	if (!admin_is_ident(args->words[0]))
		return args_usage(err,
		        "an id is 1 to 36 characters of A-Z a-z 0-9 _ . -, not \"%s\"",
		        args->words[0]);
	if (clock_rate) {
		double r = strtod(clock_rate, &end);

		if (*end || !(r >= 0.001 && r <= 100000))
			return args_usage(err, "--clock-rate must be from 0.001 to 100000");
	}
	bad = args_choice(args, "rules", "icpc|ioi|points", err);
	bad = bad ? bad : args_choice(args, "after-end", "refuse|practice", err);
	bad = bad ? bad : args_choice(args, "show-runs", "none|count|verdicts", err);
	bad = bad ? bad : args_int(args, "penalty", minutes, &ignored, err);
	return bad ? bad : args_int(args, "per-minute", rate, &ignored, err);
}

static const char *or_else(const char *text, const char *fallback)
{
	return text ? text : fallback;
}

static int create_rows(struct admin *admin, const char *const *row, struct err *err)
{
	if (pg_begin(admin->pg, err) < 0 ||
	        pg_query(admin->pg, Q_ADMIN_CONTEST_CREATE, row, NULL, err) < 0 ||
	        pg_run(admin->pg, Q_ADMIN_CONTEST_COUNTER, NULL, err, row[0]) < 0 ||
	        pg_run(admin->pg, Q_ADMIN_CONTEST_RESCHEDULE, NULL, err, row[0]) < 0) {
		pg_rollback(admin->pg);
		if (err->code == ERR_CONFLICT)
			return err_set(err, ERR_CONFLICT, "contest %s exists already", row[0]);
		return err_result(err);
	}
	return pg_commit(admin->pg, err);
}

/* What follows every change of a contest's rows. */
static int tell(struct admin *admin, const char *contest, const char *kind, struct err *err)
{
	if (record_contest(admin->pg, contest, kind, admin->actor, err) < 0)
		return err_result(err);
	admin_catchup(admin, contest);
	return 0;
}

static int run_create(struct admin *admin, const struct args *args, struct err *err)
{
	auto_arena struct arena a = {0};
	const char *id = args->words[0];
	const char *at = NULL, *offset = NULL, *duration = "5:00:00", *freeze = NULL;
	int bad = check_create(args, err);

	if (!bad && args_get(args, "start"))
		bad = parse_start(args_get(args, "start"), &a, &at, &offset, err);
	bad = bad ? bad : span_option(args, "duration", &a, &duration, err);
	bad = bad ? bad : span_option(args, "freeze", &a, &freeze, err);
	if (bad)
		return bad;
	const char *const row[] = {
	        id,
	        or_else(args_get(args, "name"), id),
	        args_get(args, "formal-name"),
	        or_else(args_get(args, "rules"), "icpc"),
	        at,
	        offset,
	        duration,
	        freeze,
	        or_else(args_get(args, "clock-rate"), "1"),
	        or_else(args_get(args, "penalty"), "20"),
	        pg_arg_bool(args_get(args, "compile-penalty")),
	        or_else(args_get(args, "after-end"), "refuse"),
	        or_else(args_get(args, "show-runs"), "verdicts"),
	        pg_arg_bool(args_get(args, "hidden")),
	        pg_arg_bool(args_get(args, "practice")),
	        or_else(args_get(args, "per-minute"), "10"),
	        pg_arg_bool(args_get(args, "best-subtasks")),
	        pg_arg_bool(args_get(args, "icpc-verdicts")),
	};

	if (create_rows(admin, row, err) < 0 || tell(admin, id, "contest", err) < 0)
		return err_result(err);
	out_say(admin, json_pack("{s:s}", "id", id), "contest %s created", id);
	return 0;
}

static int run_list(struct admin *admin, const struct args *args UNUSED, struct err *err)
{
	auto_pgresult PGresult *res = NULL;

	if (pg_query(admin->pg, Q_ADMIN_CONTEST_LIST, NULL, &res, err) < 0)
		return err_result(err);
	out_result(admin, res);
	return 0;
}

/* The one row of a contest as lines of "name  value", or as an object. */
static void show_row(const struct admin *admin, const PGresult *res)
{
	for (int c = 0; !admin->json && c < PQnfields(res); c++) {
		out_cell(PQfname(res, c), 22, false);
		out_cell(PQgetisnull(res, 0, c) ? "-" : PQgetvalue(res, 0, c), 0, false);
		putchar('\n');
	}
}

static int run_show(struct admin *admin, const struct args *args, struct err *err)
{
	auto_pgresult PGresult *res = NULL, *problems = NULL;
	const char *id = args->words[0];

	if (pg_run(admin->pg, Q_ADMIN_CONTEST_SHOW, &res, err, id) < 0)
		return err_result(err);
	if (PQntuples(res) == 0)
		return err_set(err, ERR_NOT_FOUND, "no such contest: \"%s\"", id);
	if (admin->json) {
		out_result(admin, res);
		return 0;
	}
	show_row(admin, res);
	if (pg_run(admin->pg, Q_ADMIN_CONTEST_PROBLEMS, &problems, err, id) < 0)
		return err_result(err);
	putchar('\n');
	out_result(admin, problems);
	return 0;
}

static int press(
        struct admin *admin, const struct args *args, enum contest_action action, struct err *err)
{
	const char *id = args->words[0];

	if (record_action(admin->pg, id, action, admin->actor, args_get(args, "reason"), err) < 0)
		return err_result(err);
	admin_catchup(admin, id);
	out_say(admin, json_pack("{s:s}", "id", id), "%s: done", args->command->name);
	return 0;
}

static int run_start(struct admin *admin, const struct args *args, struct err *err)
{
	return press(admin, args, ACTION_START, err);
}

static int run_freeze(struct admin *admin, const struct args *args, struct err *err)
{
	return press(admin, args, ACTION_FREEZE, err);
}

static int run_thaw(struct admin *admin, const struct args *args, struct err *err)
{
	return press(admin, args, ACTION_THAW, err);
}

static int run_end(struct admin *admin, const struct args *args, struct err *err)
{
	return press(admin, args, ACTION_END, err);
}

static int run_finalize(struct admin *admin, const struct args *args, struct err *err)
{
	return press(admin, args, ACTION_FINALIZE, err);
}

static int run_end_updates(struct admin *admin, const struct args *args, struct err *err)
{
	return press(admin, args, ACTION_END_UPDATES, err);
}

static int run_unfinalize(struct admin *admin, const struct args *args, struct err *err)
{
	return press(admin, args, ACTION_UNFINALIZE, err);
}

/* ---- problems and teams of a contest */

struct placed {
	int64_t version, newest; /* the contest's, and the problem's */
};

/* Puts one problem in, or moves it to its newest version, label or colour;
 * the version only while no submission to it is judged. What waits is judged with the new one. */
static int add_problem(
        struct admin *admin, const struct args *args, struct placed *placed, struct err *err)
{
	auto_pgresult PGresult *res = NULL;
	auto_arena struct arena a = {0};
	const char *contest = args->words[0], *problem = args->words[1];
	const char *label = args_get(args, "label");
	const char *rgb = args_get(args, "rgb"), *color = args_get(args, "color");
	int64_t n;
	size_t place;
	char letter[2] = "A";

	if (pg_run(admin->pg, Q_ADMIN_CONTEST_PLACE, &res, err, contest, problem) < 0)
		return err_result(err);
	if (PQntuples(res) == 0)
		return err_set(err, ERR_NOT_FOUND, "no such contest: \"%s\"", contest);
	if (pg_null(res, 0, "newest"))
		return err_set(err, ERR_NOT_FOUND,
		        "no such problem: \"%s\" (codearena problem import)", problem);
	placed->version = pg_int(res, 0, "version");
	placed->newest = pg_int(res, 0, "newest");
	n = pg_int(res, 0, "place");
	place = (size_t)(n > 0 ? n - 1 : 0);
	letter[0] = (char)('A' + place % 26);
	if (!label && place >= 26 && pg_null(res, 0, "label"))
		return args_usage(err, "--label is needed from the 27th problem on");
	label = or_else(label, or_else(pg_text(res, 0, "label"), letter));
	color = or_else(color, rgb ? "custom" : palette[place % ARRAY_LEN(palette)].color);
	rgb = or_else(rgb, palette[place % ARRAY_LEN(palette)].rgb);
	if (pg_run(admin->pg, Q_ADMIN_CONTEST_ADD_PROBLEM, NULL, err, contest, problem,
	            pg_text(res, 0, "version"), pg_arg_int(&a, n), label, rgb, color,
	            args_get(args, "points")) < 0)
		return err_result(err);
	return pg_run(admin->pg, Q_ADMIN_CONTEST_FOLLOW, NULL, err, contest);
}

static int run_add_problem(struct admin *admin, const struct args *args, struct err *err)
{
	const char *contest = args->words[0], *problem = args->words[1];
	struct placed placed = {0};
	int result;

	if (pg_begin(admin->pg, err) < 0)
		return err_result(err);
	result = add_problem(admin, args, &placed, err);
	if (result != 0 || pg_commit(admin->pg, err) < 0) {
		pg_rollback(admin->pg);
		return result > 0 ? result : err_result(err);
	}
	if (tell(admin, contest, "problems", err) < 0)
		return err_result(err);
	out_say(admin,
	        json_pack("{s:s, s:s, s:I, s:I}", "contest", contest, "problem", problem, "version",
	                (json_int_t)placed.version, "newest", (json_int_t)placed.newest),
	        "problem %s is in contest %s", problem, contest);
	if (!admin->json && placed.version < placed.newest)
		printf("it has judged submissions, so the contest keeps version %lld; to move it "
		       "to version %lld:\n    codearena rejudging create %s --problem %s --reason "
		       "...\n",
		        (long long)placed.version, (long long)placed.newest, contest, problem);
	return 0;
}

/* The ids in column "id" of a CSV file, as a text[]. */
static int ids_of_csv(const char *path, struct arena *a, const char **ids, struct err *err)
{
	static const struct csv_column columns[] = {{"id", true}, {"name", false}, {NULL, false}};
	__attribute__((cleanup(csv_free))) struct csv csv = {0};
	const char **list;

	if (csv_read(&csv, path, columns, err) < 0)
		return err_result(err);
	if (csv.findings.n > 0) {
		findings_print(&csv.findings);
		return err_set(err, ERR_INPUT, "nothing was changed");
	}
	list = arena_alloc(a, sizeof(*list) * (csv.nrows + 1));
	for (size_t i = 0; i < csv.nrows; i++)
		list[i] = csv_cell(&csv, i, 0);
	*ids = pg_arg_array(a, list, csv.nrows);
	return 0;
}

static int add_teams(struct admin *admin, const struct args *args, int64_t *added, struct err *err)
{
	auto_pgresult PGresult *missing = NULL, *res = NULL;
	auto_arena struct arena a = {0};
	const char *csv = args_get(args, "csv"), *group = args_get(args, "group");
	const char *ids = NULL;

	if (csv && ids_of_csv(csv, &a, &ids, err) < 0)
		return err_result(err);
	if (args->nwords > 1)
		ids = pg_arg_array(&a, args->words + 1, args->nwords - 1);
	if (ids && pg_run(admin->pg, Q_ADMIN_TEAMS_MISSING, &missing, err, ids) < 0)
		return err_result(err);
	if (missing && PQntuples(missing) > 0)
		return err_set(err, ERR_NOT_FOUND, "no such team: \"%s\"%s",
		        pg_text(missing, 0, "id"), PQntuples(missing) > 1 ? " (and others)" : "");
	if (pg_run(admin->pg, Q_ADMIN_CONTEST_ADD_TEAMS, &res, err, args->words[0], ids, group,
	            or_else(args_get(args, "sort-group"), "0"),
	            pg_arg_bool(args_get(args, "hidden"))) < 0)
		return err_result(err);
	*added = PQntuples(res);
	return 0;
}

static int run_add_team(struct admin *admin, const struct args *args, struct err *err)
{
	const char *contest = args->words[0];
	static const int64_t groups[2] = {0, 1000};
	int ways = (args->nwords > 1) + !!args_get(args, "all") + !!args_get(args, "csv") +
	           !!args_get(args, "group");
	auto_pgresult PGresult *res = NULL;
	int64_t added = 0, ignored = 0;

	if (ways != 1)
		return args_usage(err, "say which teams: TEAM..., --all, --group or --csv");
	if (args_int(args, "sort-group", groups, &ignored, err))
		return EXIT_USAGE;
	if (pg_run(admin->pg, Q_ADMIN_CONTEST_SHOW, &res, err, contest) < 0)
		return err_result(err);
	if (PQntuples(res) == 0)
		return err_set(err, ERR_NOT_FOUND, "no such contest: \"%s\"", contest);
	if (add_teams(admin, args, &added, err) < 0 || tell(admin, contest, "teams", err) < 0)
		return err_result(err);
	out_say(admin, json_pack("{s:s, s:I}", "contest", contest, "changed", (json_int_t)added),
	        "contest %s: %lld teams added or changed", contest, (long long)added);
	return 0;
}

static const struct option create_options[] = {
        {"name", "TEXT", "its name; default: the id"},
        {"formal-name", "TEXT", "its long name"},
        {"start", "TIME", "now | +10m | -2:00:00 | 2026-01-31T10:00:00+01:00; default: not yet"},
        {"duration", "SPAN", "5:00:00 | 90m | 2h, in contest time; default 5:00:00"},
        {"freeze", "SPAN", "the public board freezes that long before the end; default: never"},
        {"rules", "RULES", "icpc | ioi | points; default icpc"},
        {"penalty", "MINUTES", "for each rejected submission; default 20"},
        {"compile-penalty", NULL, "a compile error costs a penalty as well"},
        {"best-subtasks", NULL, "ioi: the sum over subtasks of the best, not the best submission"},
        {"clock-rate", "N", "contest time runs N times as fast; default 1"},
        {"after-end", "WHAT", "refuse | practice: submissions after the end; default refuse"},
        {"show-runs", "HOW", "none | count | verdicts: what teams see of tests; default verdicts"},
        {"icpc-verdicts", NULL, "ICPC's own set of verdicts: a memory limit is told as RTE"},
        {"per-minute", "N", "submissions of a team per minute; default 10"},
        {"hidden", NULL, "only teams in it, jury and admins see it"},
        {"practice", NULL, "judged after all other contests"},
        {NULL, NULL, NULL},
};
static const struct option reason_options[] = {
        {"reason", "TEXT", "stands in the log of events"},
        {NULL, NULL, NULL},
};
static const struct option problem_options[] = {
        {"label", "A", "default: the next letter"},
        {"rgb", "#RRGGBB", "colour of its balloon; default: from a palette"},
        {"color", "NAME", "name of that colour"},
        {"points", "MILLI", "thousandths of a point, for points rules; default 100000"},
        {NULL, NULL, NULL},
};
static const struct option team_options[] = {
        {"all", NULL, "every team there is"},
        {"group", "GROUP", "the teams of a group"},
        {"csv", "FILE", "the ids in column \"id\""},
        {"sort-group", "N", "groups are ranked one after the other; default 0"},
        {"hidden", NULL, "on no board but the jury's"},
        {NULL, NULL, NULL},
};

const struct command contest_commands[] = {
        {"contest create", "ID", "make a contest", 1, 1, create_options, run_create, false},
        {"contest list", "", "all contests", 0, 0, NULL, run_list, false},
        {"contest show", "ID", "settings and problems of one", 1, 1, NULL, run_show, false},
        {"contest start", "ID", "start it now", 1, 1, reason_options, run_start, false},
        {"contest freeze", "ID", "freeze the public board now", 1, 1, reason_options, run_freeze,
                false},
        {"contest thaw", "ID", "show what the freeze hid", 1, 1, reason_options, run_thaw, false},
        {"contest end", "ID", "end it before its time", 1, 1, reason_options, run_end, false},
        {"contest finalize", "ID", "the result is final", 1, 1, reason_options, run_finalize,
                false},
        {"contest unfinalize", "ID", "and back, until the end of updates; with a reason", 1, 1,
                reason_options, run_unfinalize, false},
        {"contest end-updates", "ID", "nothing more will change: readers may go", 1, 1,
                reason_options, run_end_updates, false},
        {"contest add-problem", "ID PROBLEM", "put a problem in, or its newest version", 2, 2,
                problem_options, run_add_problem, false},
        {"contest add-team", "ID [TEAM...]", "put teams in", 1, MAX_WORDS, team_options,
                run_add_team, false},
        {NULL, NULL, NULL, 0, 0, NULL, NULL, false},
};
