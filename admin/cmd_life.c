/* cmd_life.c -- a contest's life beyond its buttons: time given and taken out, marks and penalties
 * of teams, a person's word about a submission, judging paused and resumed.
 *
 * Each needs --reason: it stands in the log of events and in the audit log, with who and when. An
 * override asks for the password of an account with the role jury or admin, from a file or stdin.
 */
#include "admin/admin.h"
#include "base/clock.h"
#include "base/mem.h"
#include "model/submission.h"
#include "scoreboard/record_life.h"

#include <bsd/stdlib.h>
#include <crypt.h>

enum { PASSWORD_MAX = 4096, DAY_MS = 24 * 3600 * 1000, MEDALS_MAX = 1000 };

/* ---------------------------------------------------------------- words and options */

static int get_why(
        const struct admin *admin, const struct args *args, struct why *why, struct err *err)
{
	*why = (struct why){admin->actor, args_get(args, "reason")};
	if (!why->reason || !*why->reason)
		return args_usage(err, "%s needs --reason TEXT", args->command->name);
	return 0;
}

static int span_of(const char *text, int64_t *ms)
{
	const char *digits = *text == '-' ? text + 1 : text;
	size_t len = strlen(digits);
	auto_free char *number = len > 0 ? strndup(digits, len - 1) : NULL;
	const char *wrong = NULL;

	if (strchr(digits, ':')) {
		if (clock_parse_reltime(digits, ms) < 0)
			return -1;
	} else if (number && strchr("smhd", digits[len - 1])) {
		int64_t unit = digits[len - 1] == 's'   ? 1000
		               : digits[len - 1] == 'm' ? 60 * 1000
		               : digits[len - 1] == 'h' ? 3600 * 1000
		                                        : DAY_MS;

		*ms = strtonum(number, 0, 1000000, &wrong) * unit;
	} else {
		return -1;
	}
	if (*text == '-')
		*ms = -*ms;
	return wrong || *ms == 0 ? -1 : 0;
}

static int get_span(const struct args *args, const char *option, int64_t *ms, struct err *err)
{
	const char *text = args_get(args, option);

	if (!text || span_of(text, ms) < 0)
		return args_usage(err, "--%s must be like 10m, -5m or 0:10:00", option);
	return 0;
}

static int get_time(
        const struct args *args, const char *option, bool needed, int64_t *ms, struct err *err)
{
	const char *text = args_get(args, option);

	*ms = 0;
	if (!text && !needed)
		return 0;
	if (!text || clock_parse_time(text, ms) < 0)
		return args_usage(
		        err, "--%s must be a time like 2026-01-31T10:00:00+01:00", option);
	return 0;
}

/* After it was recorded. */
static int told(struct admin *admin, const struct args *args, const char *contest)
{
	admin_catchup(admin, contest);
	out_say(admin, json_pack("{s:s, s:s}", "contest", contest, "done", args->command->name),
	        "%s: done", args->command->name);
	return 0;
}

/* ---------------------------------------------------------------- contest */

static int extend(struct admin *admin, const struct args *args, const char *team, struct err *err)
{
	struct extension x = {.team_id = team};
	struct why why;
	int bad = get_why(admin, args, &why, err);

	bad = bad ? bad : get_span(args, "by", &x.by_ms, err);
	if (bad)
		return bad;
	if (record_extend(admin->pg, args->words[0], &x, &why, err) < 0)
		return err_result(err);
	return told(admin, args, args->words[0]);
}

static int run_extend(struct admin *admin, const struct args *args, struct err *err)
{
	return extend(admin, args, NULL, err);
}

static int run_team_extend(struct admin *admin, const struct args *args, struct err *err)
{
	return extend(admin, args, args->words[1], err);
}

static int run_remove_interval(struct admin *admin, const struct args *args, struct err *err)
{
	struct interval i = {0};
	struct why why;
	int bad = get_why(admin, args, &why, err);

	bad = bad ? bad : get_time(args, "from", true, &i.from_ms, err);
	bad = bad ? bad : get_time(args, "to", true, &i.to_ms, err);
	if (bad)
		return bad;
	if (record_interval_remove(admin->pg, args->words[0], &i, &why, err) < 0)
		return err_result(err);
	admin_catchup(admin, args->words[0]);
	out_say(admin, json_pack("{s:s, s:i}", "contest", args->words[0], "interval", i.id),
	        "interval %d is taken out of contest %s", i.id, args->words[0]);
	return 0;
}

static int run_restore_interval(struct admin *admin, const struct args *args, struct err *err)
{
	const char *wrong = NULL;
	int id = (int)strtonum(args->words[1], 1, INT32_MAX, &wrong);
	struct why why;
	int bad = get_why(admin, args, &why, err);

	if (bad)
		return bad;
	if (wrong)
		return args_usage(err, "the interval must be its number");
	if (record_interval_restore(admin->pg, args->words[0], id, &why, err) < 0)
		return err_result(err);
	return told(admin, args, args->words[0]);
}

static int set_hold(struct admin *admin, const struct args *args, bool on, struct err *err)
{
	struct why why;
	int bad = get_why(admin, args, &why, err);

	if (bad)
		return bad;
	if (record_hold(admin->pg, args->words[0], on, &why, err) < 0)
		return err_result(err);
	return told(admin, args, args->words[0]);
}

static int run_hold(struct admin *admin, const struct args *args, struct err *err)
{
	return set_hold(admin, args, true, err);
}

static int run_release(struct admin *admin, const struct args *args, struct err *err)
{
	return set_hold(admin, args, false, err);
}

/* Option `name`: a time, or "none". */
static int take_time(const struct args *args, const char *name, int64_t *ms, struct err *err)
{
	return strcmp(args_get(args, name), "none") == 0 ? 0 : get_time(args, name, true, ms, err);
}

static int get_schedule(const struct args *args, struct schedule *s, struct err *err)
{
	const struct {
		const char *name;
		unsigned bit;
		int64_t *value;
	} times[] = {{"start", SCHEDULE_START, &s->start_ms}, {"thaw", SCHEDULE_THAW, &s->thaw_ms},
	        {"finalize", SCHEDULE_FINALIZE, &s->finalize_ms},
	        {"end-updates", SCHEDULE_END_UPDATES, &s->end_updates_ms}};
	const char *freeze = args_get(args, "freeze");
	int bad = 0;

	for (size_t i = 0; i < ARRAY_LEN(times) && !bad; i++) {
		if (!args_get(args, times[i].name))
			continue;
		s->set |= times[i].bit;
		bad = take_time(args, times[i].name, times[i].value, err);
	}
	if (!bad && args_get(args, "duration")) {
		s->set |= SCHEDULE_DURATION;
		bad = get_span(args, "duration", &s->duration_ms, err);
	}
	if (!bad && freeze) {
		s->set |= SCHEDULE_FREEZE;
		s->freeze_ms = -1;
		bad = strcmp(freeze, "none") == 0 ? 0
		                                  : get_span(args, "freeze", &s->freeze_ms, err);
	}
	return bad;
}

static int run_schedule(struct admin *admin, const struct args *args, struct err *err)
{
	struct schedule s = {0};
	struct why why;
	int bad = get_why(admin, args, &why, err);

	bad = bad ? bad : get_schedule(args, &s, err);
	if (bad)
		return bad;
	if (record_schedule(admin->pg, args->words[0], &s, &why, err) < 0)
		return err_result(err);
	return told(admin, args, args->words[0]);
}

/* Texts as they are, numbers and truths as such. */
static int get_settings(const struct args *args, json_t *out, struct err *err)
{
	static const struct {
		const char *option, *member, *kind;
	} all[] = {{"name", "name", "text"}, {"formal-name", "formal_name", "text"},
	        {"penalty", "penalty_time", "number"}, {"compile-penalty", "compile_penalty", NULL},
	        {"best-subtasks", "best_subtasks", NULL}, {"show-runs", "show_runs", "text"},
	        {"after-end", "after_end", "text"}, {"icpc-verdicts", "icpc_verdicts", NULL},
	        {"hidden", "hidden", NULL}, {"practice", "practice", NULL},
	        {"per-minute", "submissions_per_minute", "number"}};

	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		static const int64_t range[2] = {0, INT32_MAX};
		const char *text = args_get(args, all[i].option);
		int64_t number = 0;
		json_t *value = NULL;

		if (!text)
			continue;
		if (!all[i].kind && args_choice(args, all[i].option, "yes|no", err))
			return EXIT_USAGE;
		if (!all[i].kind)
			value = json_boolean(strcmp(text, "yes") == 0);
		else if (strcmp(all[i].kind, "text") == 0)
			value = json_string(text);
		else if (args_int(args, all[i].option, range, &number, err))
			return EXIT_USAGE;
		else
			value = json_integer(number);
		json_object_set_new(out, all[i].member, value);
	}
	return 0;
}

static int run_set(struct admin *admin, const struct args *args, struct err *err)
{
	json_auto_t *settings = json_object();
	struct why why;
	int bad = get_why(admin, args, &why, err);

	bad = bad ? bad : get_settings(args, settings, err);
	if (bad)
		return bad;
	if (record_settings(admin->pg, args->words[0], settings, &why, err) < 0)
		return err_result(err);
	return told(admin, args, args->words[0]);
}

static int run_medals(struct admin *admin, const struct args *args, struct err *err)
{
	static const int64_t range[2] = {0, MEDALS_MAX};
	static const char *const names[] = {"gold", "silver", "bronze", "extra"};
	bool finals = args_get(args, "world-finals");
	int64_t n[ARRAY_LEN(names)] = {finals ? 4 : 0, finals ? 4 : 0, finals ? 4 : 0, 0};
	struct contest_medals m;
	struct why why;
	int bad = get_why(admin, args, &why, err);

	for (size_t i = 0; i < ARRAY_LEN(names) && !bad; i++)
		bad = args_int(args, names[i], range, &n[i], err);
	if (bad)
		return bad;
	m = (struct contest_medals){
	        (int)n[0], (int)n[1], (int)n[2], (int)n[3], finals || args_get(args, "honors")};
	if (record_medals(admin->pg, args->words[0], &m, &why, err) < 0)
		return err_result(err);
	return told(admin, args, args->words[0]);
}

static int run_blockers(struct admin *admin, const struct args *args, struct err *err)
{
	auto_pgresult PGresult *res = NULL;

	if (pg_run(admin->pg, Q_RECORD_BLOCKERS, &res, err, args->words[0]) < 0)
		return err_result(err);
	out_result(admin, res);
	return 0;
}

/* ---------------------------------------------------------------- team */

static int run_adjust(struct admin *admin, const struct args *args, struct err *err)
{
	const char *text = args_get(args, "minutes"), *wrong = NULL;
	int minutes = text ? (int)strtonum(text, -100000, 100000, &wrong) : 0;
	struct why why;
	int bad = get_why(admin, args, &why, err);

	if (bad)
		return bad;
	if (!text || wrong)
		return args_usage(err, "--minutes must be a number, like 20 or -20");
	if (record_adjust(admin->pg, args->words[0], args->words[1], minutes, &why, err) < 0)
		return err_result(err);
	return told(admin, args, args->words[0]);
}

/* The command's last word says which mark. */
static int run_mark(struct admin *admin, const struct args *args, struct err *err)
{
	static const struct {
		const char *command;
		enum team_flag flag;
		bool on;
	} marks[] = {
	        {"team hide", TEAM_HIDDEN, true},
	        {"team show", TEAM_HIDDEN, false},
	        {"team unofficial", TEAM_UNOFFICIAL, true},
	        {"team official", TEAM_UNOFFICIAL, false},
	        {"team disqualify", TEAM_DISQUALIFIED, true},
	        {"team requalify", TEAM_DISQUALIFIED, false},
	};
	struct team_mark m = {.team_id = args->words[1]};
	struct why why;
	int bad = get_why(admin, args, &why, err);

	if (bad)
		return bad;
	for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
		if (strcmp(marks[i].command, args->command->name) == 0) {
			m.flag = marks[i].flag;
			m.on = marks[i].on;
		}
	}
	if (record_team_mark(admin->pg, args->words[0], &m, &why, err) < 0)
		return err_result(err);
	return told(admin, args, args->words[0]);
}

/* ---------------------------------------------------------------- submission */

static int contest_of(struct admin *admin, const char *id, char out[37], struct err *err)
{
	auto_pgresult PGresult *res = NULL;

	if (pg_run(admin->pg, Q_RECORD_CONTEST_OF, &res, err, id) < 0)
		return err_result(err);
	if (PQntuples(res) == 0)
		return err_set(err, ERR_NOT_FOUND, "no such submission: \"%s\"", id);
	snprintf(out, 37, "%s", pg_text(res, 0, "contest_id"));
	return 0;
}

static int decide(
        struct admin *admin, const struct args *args, const struct override *o, struct err *err)
{
	auto_arena struct arena a = {0};
	struct submission_word word = {args->words[0], {admin->actor, args_get(args, "reason")}};
	const char *name = args->command->name;
	char contest[37];
	int result;

	if (contest_of(admin, args->words[0], contest, err) < 0)
		return err_result(err);
	if (o)
		result = record_override(admin->pg, &a, &word, o, err);
	else if (strcmp(name, "submission confirm") == 0)
		result = record_confirm(admin->pg, &a, &word, err);
	else
		result = record_ignore(
		        admin->pg, &a, &word, strcmp(name, "submission ignore") == 0, err);
	if (result < 0)
		return result;
	admin_catchup(admin, contest);
	out_say(admin, json_pack("{s:s, s:s}", "submission", args->words[0], "done", name),
	        "%s %s: done", name, args->words[0]);
	return 0;
}

static int run_ignore(struct admin *admin, const struct args *args, struct err *err)
{
	struct why why;
	int bad = get_why(admin, args, &why, err);

	return bad ? bad : decide(admin, args, NULL, err);
}

static int run_confirm(struct admin *admin, const struct args *args, struct err *err)
{
	return decide(admin, args, NULL, err);
}

/* The first line of a file, or of stdin for "-". Caller frees. */
static char *read_password(const char *file, struct err *err)
{
	auto_buf struct buf text = {0};
	char *password;

	if (buf_read_file(&text, strcmp(file, "-") == 0 ? "/dev/stdin" : file, PASSWORD_MAX, err) <
	        0)
		return NULL;
	buf_add(&text, "", 1);
	password = buf_take(&text);
	password[strcspn(password, "\r\n")] = '\0';
	return password;
}

static int check_password(
        struct admin *admin, const char *username, const char *password, struct err *err)
{
	auto_pgresult PGresult *res = NULL;
	auto_free struct crypt_data *data = xcalloc(1, sizeof(*data)); /* 32 KB: not on the stack */
	const char *hash, *made;

	if (pg_run(admin->pg, Q_AUTH_LOGIN, &res, err, username) < 0)
		return err_result(err);
	hash = PQntuples(res) == 1 ? pg_text(res, 0, "password_hash") : NULL;
	made = hash ? crypt_r(password, hash, data) : NULL;
	if (!made || strcmp(made, hash) != 0 || !pg_bool(res, 0, "enabled"))
		return err_set(err, ERR_DENIED, "wrong user name or password");
	if (strcmp(pg_text(res, 0, "role"), "team") == 0)
		return err_set(err, ERR_DENIED, "%s is no judge", username);
	snprintf(admin->actor, sizeof(admin->actor), "%s", pg_text(res, 0, "id"));
	return 0;
}

static int run_override(struct admin *admin, const struct args *args, struct err *err)
{
	const char *verdict = args_get(args, "verdict"), *account = args_get(args, "account");
	const char *file = args_get(args, "password-file");
	static const int64_t range[2] = {0, 100000000};
	struct override o = {0};
	auto_free char *password = NULL;
	struct why why;
	int bad = get_why(admin, args, &why, err);

	bad = bad ? bad : args_choice(args, "verdict", "AC|WA|TLE|RTE|MLE|OLE|CE|SV", err);
	bad = bad ? bad : args_int(args, "points", range, &o.points_milli, err);
	if (bad)
		return bad;
	if (!verdict || !account || verdict_parse(verdict, &o.verdict) < 0)
		return args_usage(err, "%s needs --verdict and --account", args->command->name);
	password = read_password(file ? file : "-", err);
	if (!password || check_password(admin, account, password, err) < 0)
		return err_result(err);
	return decide(admin, args, &o, err);
}

/* ---------------------------------------------------------------- judging */

static int pause_or_resume(struct admin *admin, const struct args *args, bool on, struct err *err)
{
	struct pause p = {.contest_id = args_get(args, "contest"),
	        .problem_id = args_get(args, "problem"),
	        .language_id = args_get(args, "language"),
	        .host = args_get(args, "host"),
	        .on = on};
	struct err ring = {0};
	int bad = get_why(admin, args, &p.why, err);

	if (bad)
		return bad;
	if (record_pause(admin->pg, &p, err) < 0)
		return err_result(err);
	if (!on && submission_ring(admin->kv, PAUSE_RINGS, &ring) < 0)
		fprintf(stderr, "codearena: warning: judges go on a little later: %s\n", ring.msg);
	out_say(admin, json_pack("{s:b}", "paused", on), "%s: done", args->command->name);
	return 0;
}

static int run_pause(struct admin *admin, const struct args *args, struct err *err)
{
	return pause_or_resume(admin, args, true, err);
}

static int run_resume(struct admin *admin, const struct args *args, struct err *err)
{
	return pause_or_resume(admin, args, false, err);
}

static int run_status(struct admin *admin, const struct args *args, struct err *err)
{
	auto_pgresult PGresult *res = NULL;

	if (pg_run(admin->pg, Q_JUDGING_PAUSED, &res, err, pg_arg_bool(args_get(args, "all"))) < 0)
		return err_result(err);
	out_result(admin, res);
	return 0;
}

/* ---------------------------------------------------------------- table */

#define REASON                                                                                     \
	{                                                                                          \
		"reason", "TEXT", "why; stands in the log of events and the audit log"             \
	}
#define END                                                                                        \
	{                                                                                          \
		NULL, NULL, NULL                                                                   \
	}

static const struct option extend_options[] = {
        {"by", "SPAN", "10m | 0:10:00, in contest time; -10m takes back"}, REASON, END};
static const struct option interval_options[] = {
        {"from", "TIME", "like 2026-01-31T10:00:00+01:00"}, {"to", "TIME", "its end"}, REASON, END};
static const struct option why_options[] = {REASON, END};
static const struct option schedule_options[] = {
        {"start", "TIME", "like 2026-01-31T10:00:00+01:00, or none; until it has passed"},
        {"duration", "SPAN", "5:00:00 | 90m, until the start; then: contest extend"},
        {"freeze", "SPAN", "so long before the end, or none; until it has begun"},
        {"thaw", "TIME", "thaw by itself then; none: by the button"},
        {"finalize", "TIME", "finalize by itself then, once nothing stands in the way; or none"},
        {"end-updates", "TIME", "the end of updates, once it is thawed and final; or none"}, REASON,
        END};
static const struct option set_options[] = {{"name", "TEXT", "its name"},
        {"formal-name", "TEXT", "its long name"},
        {"penalty", "MINUTES", "for each rejected submission"},
        {"compile-penalty", "yes|no", "does a compile error cost it as well"},
        {"best-subtasks", "yes|no", "ioi: the sum over subtasks of the best"},
        {"show-runs", "HOW", "none | count | verdicts: what teams see of tests"},
        {"after-end", "WHAT", "refuse | practice: submissions after the end"},
        {"icpc-verdicts", "yes|no", "a memory limit is told as RTE; until the start"},
        {"hidden", "yes|no", "only teams in it, jury and admins see it"},
        {"practice", "yes|no", "judged after all other contests"},
        {"per-minute", "N", "submissions of a team per minute"}, REASON, END};
static const struct option medal_options[] = {{"world-finals", NULL, "4 of each, and honors"},
        {"gold", "N", "default 0"}, {"silver", "N", "default 0"}, {"bronze", "N", "default 0"},
        {"extra", "B", "so many more bronze ones"},
        {"honors", NULL, "honors, and no rank below the median"}, REASON, END};
static const struct option adjust_options[] = {
        {"minutes", "N", "added to its penalty; -20 takes 20 away"}, REASON, END};
static const struct option override_options[] = {{"verdict", "V", "AC WA TLE RTE MLE OLE CE SV"},
        {"points", "MILLI", "thousandths of a point, for partial scores"},
        {"account", "USER", "a judge's or admin's user name"},
        {"password-file", "FILE", "with that one's password; default - (stdin)"}, REASON, END};
static const struct option pause_options[] = {{"contest", "ID", "with --problem"},
        {"problem", "ID", "judging of this problem"}, {"language", "ID", "of this language"},
        {"host", "NAME", "on this judge host"}, REASON, END};
static const struct option status_options[] = {{"all", NULL, "also what is not paused"}, END};

const struct command life_commands[] = {
        {"contest extend", "ID", "give all teams more time", 1, 1, extend_options, run_extend,
                false},
        {"contest remove-interval", "ID", "take time out of a contest", 1, 1, interval_options,
                run_remove_interval, false},
        {"contest restore-interval", "ID NUMBER", "put it back", 2, 2, why_options,
                run_restore_interval, false},
        {"contest hold", "ID", "a verdict counts when a judge has confirmed it", 1, 1, why_options,
                run_hold, false},
        {"contest release", "ID", "verdicts count at once; what waits counts", 1, 1, why_options,
                run_release, false},
        {"contest schedule", "ID", "what comes by the clock, and when", 1, 1, schedule_options,
                run_schedule, false},
        {"contest set", "ID", "change settings; the board is computed anew", 1, 1, set_options,
                run_set, false},
        {"contest medals", "ID", "how many medals, and World Finals options", 1, 1, medal_options,
                run_medals, false},
        {"contest blockers", "ID", "what stands in the way of finalize", 1, 1, NULL, run_blockers,
                false},
        {"team extend", "CONTEST TEAM", "give one team more time", 2, 2, extend_options,
                run_team_extend, false},
        {"team adjust", "CONTEST TEAM", "minutes of penalty", 2, 2, adjust_options, run_adjust,
                false},
        {"team hide", "CONTEST TEAM", "on no board but the jury's", 2, 2, why_options, run_mark,
                false},
        {"team show", "CONTEST TEAM", "the opposite", 2, 2, why_options, run_mark, false},
        {"team unofficial", "CONTEST TEAM", "behind the others, without a rank", 2, 2, why_options,
                run_mark, false},
        {"team official", "CONTEST TEAM", "the opposite", 2, 2, why_options, run_mark, false},
        {"team disqualify", "CONTEST TEAM", "no rank, no more submissions", 2, 2, why_options,
                run_mark, false},
        {"team requalify", "CONTEST TEAM", "the opposite", 2, 2, why_options, run_mark, false},
        {"submission ignore", "ID", "leave one out of the board", 1, 1, why_options, run_ignore,
                false},
        {"submission count", "ID", "count it again", 1, 1, why_options, run_ignore, false},
        {"submission confirm", "ID", "its verdict, held until now, counts", 1, 1, why_options,
                run_confirm, false},
        {"submission override", "ID", "another verdict, by a person", 1, 1, override_options,
                run_override, false},
        {"judging pause", "", "of a problem, a language or a host", 0, 0, pause_options, run_pause,
                false},
        {"judging resume", "", "the opposite", 0, 0, pause_options, run_resume, false},
        {"judging status", "", "what is paused, and judging errors", 0, 0, status_options,
                run_status, false},
        {NULL, NULL, NULL, 0, 0, NULL, NULL, false},
};
