/* cmd_rejudging.c -- rejudgings as sets: make one by a filter, look what it would change, apply or
 * discard it, undo an applied one (scoreboard/rejudging.h). */
#include "admin/admin.h"
#include "base/json.h"
#include "base/mem.h"
#include "model/submission.h"
#include "scoreboard/rejudging.h"

/* "a,b" -> ["a","b"] into the filter. */
static void add_words(json_t *filter, const char *name, const char *words)
{
	json_t *list;

	if (!words)
		return;
	list = json_array();
	while (*words) {
		size_t len = strcspn(words, ",");

		json_array_append_new(list, json_stringn(words, len));
		words += len + (words[len] == ',');
	}
	json_object_set_new(filter, name, list);
}

static json_t *filter_of(const struct args *args)
{
	static const char *const words[][2] = {{"problem", "problem_ids"},
	        {"language", "language_ids"}, {"team", "team_ids"},
	        {"submission", "submission_ids"}, {"verdict", "verdicts"}, {"worker", "workers"}};
	static const char *const times[] = {"from", "until"};
	json_t *filter = json_object();

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		add_words(filter, words[i][1], args_get(args, words[i][0]));
	for (size_t i = 0; i < ARRAY_LEN(times); i++) {
		const char *text = args_get(args, times[i]);

		if (text)
			json_object_set_new(filter, times[i], json_string(text));
	}
	return filter;
}

/* The contest of a set; in the arena. */
static int find_contest(
        struct admin *admin, struct arena *a, const char *id, const char **out, struct err *err)
{
	auto_pgresult PGresult *res = NULL;

	if (pg_run(admin->pg, Q_REJUDGING_CONTEST, &res, err, id) < 0)
		return err_result(err);
	if (PQntuples(res) == 0)
		return err_set(err, ERR_NOT_FOUND, "no such rejudging: \"%.40s\"", id);
	*out = arena_strdup(a, pg_text(res, 0, "contest_id"));
	return 0;
}

static const char *member(const json_t *o, const char *name)
{
	const char *text = json_string_value(json_object_get(o, name));

	return text ? text : "-";
}

static long long number(const json_t *o, const char *name)
{
	return (long long)json_integer_value(json_object_get(o, name));
}

/* ---------------------------------------------------------------- looking */

static int run_list(struct admin *admin, const struct args *args, struct err *err)
{
	json_auto_t *list = NULL;
	const json_t *o;
	size_t i;

	if (rejudging_list(admin->pg, args->words[0], &list, err) < 0)
		return err_result(err);
	if (admin->json) {
		out_json(json_incref(list));
		return 0;
	}
	printf("%-6s %-10s %-13s %-24s %-12s %s\n", "id", "state", "judged", "created", "by",
	        "reason");
	json_array_foreach (list, i, o) {
		const json_t *progress = json_object_get(o, "progress");
		auto_free char *judged = xasprintf(
		        "%lld of %lld", number(progress, "judged"), number(progress, "total"));

		printf("%-6s %-10s %-13s %-24s %-12s %s\n", member(o, "id"), member(o, "state"),
		        judged, member(o, "created_at"), member(o, "created_by"),
		        member(o, "reason"));
	}
	return 0;
}

static void say_progress(const json_t *o)
{
	const json_t *p = json_object_get(o, "progress");

	printf("rejudging %s of contest %s: %s\n", member(o, "id"), member(o, "contest_id"),
	        member(o, "state"));
	printf("  reason    %s\n  made      %s by %s\n", member(o, "reason"),
	        member(o, "created_at"), member(o, "created_by"));
	if (json_is_string(json_object_get(o, "ended_at")))
		printf("  ended     %s by %s\n", member(o, "ended_at"), member(o, "ended_by"));
	if (json_is_string(json_object_get(o, "undoes")))
		printf("  undoes    %s\n", member(o, "undoes"));
	printf("  progress  %lld judged, %lld at work, %lld queued, %lld failed, of %lld\n",
	        number(p, "judged"), number(p, "judging"), number(p, "queued"), number(p, "failed"),
	        number(p, "total"));
}

static void say_versions(const json_t *o)
{
	const json_t *p;
	size_t i;

	json_array_foreach (json_object_get(o, "problems"), i, p) {
		if (number(p, "version") != number(p, "old_version"))
			printf("  problem   %s: version %lld in place of %lld\n",
			        member(p, "problem_id"), number(p, "version"),
			        number(p, "old_version"));
	}
}

static void say_standing(const json_t *change, const char *side)
{
	const json_t *s = json_object_get(change, side);

	if (json_is_integer(json_object_get(s, "rank")))
		printf("  %4lld.", number(s, "rank"));
	else
		printf("      -");
	printf(" %2lld solved, penalty %5lld, %6lld points", number(s, "solved"),
	        number(s, "penalty"), number(s, "points") / 1000);
}

static void say_teams(const json_t *list)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		printf(" %s", json_string_value(json_array_get(list, i)));
	if (json_array_size(list) == 0)
		printf(" -");
}

static void say_awards(const json_t *awards)
{
	const json_t *o;
	size_t i;

	json_array_foreach (awards, i, o) {
		printf("  %s:", member(o, "id"));
		say_teams(json_object_get(o, "old"));
		printf(" ->");
		say_teams(json_object_get(o, "new"));
		putchar('\n');
	}
}

static void say_preview(const json_t *preview)
{
	const json_t *status = json_object_get(preview, "status"), *o;
	size_t i;

	printf("\n%lld ready, %lld not judged yet, %lld failed, %lld kept (judged anew since)\n",
	        number(status, "ready"), number(status, "pending"), number(status, "failed"),
	        number(status, "kept"));
	json_array_foreach (json_object_get(preview, "matrix"), i, o) {
		printf("  %-3s -> %-3s %6lld\n", member(o, "old"), member(o, "new"),
		        number(o, "count"));
	}
	json_array_foreach (json_object_get(preview, "ranks"), i, o) {
		say_standing(o, "old");
		printf("  ->");
		say_standing(o, "new");
		printf("  %s\n", member(o, "team_id"));
	}
	json_array_foreach (json_object_get(preview, "first_to_solve"), i, o) {
		printf("  first to solve %s: %s -> %s\n", member(o, "problem_id"),
		        member(o, "old_team_id"), member(o, "new_team_id"));
	}
	say_awards(json_object_get(preview, "awards"));
}

static int run_show(struct admin *admin, const struct args *args, struct err *err)
{
	auto_arena struct arena a = {0};
	json_auto_t *o = NULL;
	const char *contest, *id = args->words[0];

	if (find_contest(admin, &a, id, &contest, err) < 0 ||
	        rejudging_show(admin->pg, contest, id, &o, err) < 0)
		return err_result(err);
	if (admin->json) {
		out_json(json_incref(o));
		return 0;
	}
	say_progress(o);
	say_versions(o);
	if (json_is_object(json_object_get(o, "preview")))
		say_preview(json_object_get(o, "preview"));
	return 0;
}

/* ---------------------------------------------------------------- doing */

static int say_new(struct admin *admin, const struct rejudging_new *set)
{
	struct err ring = {0};

	if (submission_ring(admin->kv, (size_t)set->total, &ring) < 0)
		fprintf(stderr, "codearena: warning: judges take them later: %s\n", ring.msg);
	out_say(admin, json_pack("{s:s, s:I}", "id", set->id, "total", (json_int_t)set->total),
	        "rejudging %s: %lld submissions", set->id, (long long)set->total);
	return 0;
}

static int run_create(struct admin *admin, const struct args *args, struct err *err)
{
	auto_arena struct arena a = {0};
	json_auto_t *filter = filter_of(args);
	const struct rejudging_by by = {args->words[0], admin->actor, args_get(args, "reason")};
	struct rejudging_new set = {
	        .filter = filter, .same_version = args_get(args, "same-version") != NULL};

	if (!by.reason)
		return args_usage(err, "--reason is needed");
	if (rejudging_create(admin->pg, &a, &by, &set, err) < 0)
		return err_result(err);
	return say_new(admin, &set);
}

static int run_undo(struct admin *admin, const struct args *args, struct err *err)
{
	auto_arena struct arena a = {0};
	struct rejudging_by by = {.actor = admin->actor, .reason = args_get(args, "reason")};
	struct rejudging_new set = {0};

	if (!by.reason)
		return args_usage(err, "--reason is needed");
	if (find_contest(admin, &a, args->words[0], &by.contest_id, err) < 0 ||
	        rejudging_undo(admin->pg, &a, &by, args->words[0], &set, err) < 0)
		return err_result(err);
	return say_new(admin, &set);
}

static int run_apply(struct admin *admin, const struct args *args, struct err *err)
{
	auto_arena struct arena a = {0};
	struct rejudging_by by = {.actor = admin->actor};
	const char *id = args->words[0];
	bool keep_failed = args_get(args, "keep-failed") != NULL;

	if (find_contest(admin, &a, id, &by.contest_id, err) < 0 ||
	        rejudging_apply(admin->pg, &by, id, keep_failed, err) < 0)
		return err_result(err);
	admin_catchup(admin, by.contest_id);
	out_say(admin, json_pack("{s:s, s:s}", "id", id, "state", "applied"),
	        "rejudging %s is applied", id);
	return 0;
}

static int run_discard(struct admin *admin, const struct args *args, struct err *err)
{
	auto_arena struct arena a = {0};
	struct rejudging_by by = {.actor = admin->actor};
	const char *id = args->words[0];

	if (find_contest(admin, &a, id, &by.contest_id, err) < 0 ||
	        rejudging_discard(admin->pg, &by, id, err) < 0)
		return err_result(err);
	out_say(admin, json_pack("{s:s, s:s}", "id", id, "state", "discarded"),
	        "rejudging %s is discarded", id);
	return 0;
}

static const struct option create_options[] = {
        {"reason", "TEXT", "why; needed"},
        {"problem", "IDS", "of these problems (a,b,...)"},
        {"language", "IDS", "in these languages"},
        {"team", "IDS", "of these teams"},
        {"submission", "IDS", "these submissions"},
        {"verdict", "VS", "that have these verdicts"},
        {"worker", "NAMES", "that these judge hosts judged"},
        {"from", "TIME", "submitted at this contest time (1:02:03) or later"},
        {"until", "TIME", "submitted before this contest time"},
        {"same-version", NULL, "judge with the contest's version of each problem, not the newest"},
        {NULL, NULL, NULL},
};
static const struct option apply_options[] = {
        {"keep-failed", NULL, "those that could not be judged keep the verdict they have"},
        {NULL, NULL, NULL},
};
static const struct option undo_options[] = {
        {"reason", "TEXT", "why; needed"},
        {NULL, NULL, NULL},
};

const struct command rejudging_commands[] = {
        {"rejudging create", "CONTEST", "judge a set anew, hidden", 1, 1, create_options,
                run_create, false},
        {"rejudging list", "CONTEST", "the sets of a contest", 1, 1, NULL, run_list, false},
        {"rejudging show", "ID", "a set: its progress, and what it would change or did", 1, 1, NULL,
                run_show, false},
        {"rejudging preview", "ID", "the same as show", 1, 1, NULL, run_show, false},
        {"rejudging apply", "ID", "let a set take effect, in one step", 1, 1, apply_options,
                run_apply, false},
        {"rejudging discard", "ID", "drop a set; nothing has happened", 1, 1, NULL, run_discard,
                false},
        {"rejudging undo", "ID", "a new set that brings back what was before", 1, 1, undo_options,
                run_undo, false},
        {NULL, NULL, NULL, 0, 0, NULL, NULL, false},
};
