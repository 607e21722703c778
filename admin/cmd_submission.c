/* cmd_submission.c -- looking at submissions, and judging one anew. */
#include "admin/admin.h"
#include "base/mem.h"
#include "scoreboard/record.h"

enum { DEFAULT_LIMIT = 50 };

static int run_list(struct admin *admin, const struct args *args, struct err *err)
{
	static const int64_t range[2] = {1, 1000000};
	auto_pgresult PGresult *res = NULL;
	auto_arena struct arena a = {0};
	int64_t limit = DEFAULT_LIMIT;
	int bad = args_choice(args, "verdict", "AC|WA|TLE|RTE|MLE|OLE|CE|SV|JE|none", err);

	bad = bad ? bad : args_int(args, "limit", range, &limit, err);
	if (bad)
		return bad;
	if (pg_run(admin->pg, Q_ADMIN_SUBMISSION_LIST, &res, err, args_get(args, "contest"),
	            args_get(args, "team"), args_get(args, "problem"), args_get(args, "verdict"),
	            pg_arg_int(&a, limit)) < 0)
		return err_result(err);
	out_result(admin, res);
	return 0;
}

/* A statement about one submission. */
static int show(
        struct admin *admin, enum query q, const char *title, const char *id, struct err *err)
{
	auto_pgresult PGresult *res = NULL;

	if (pg_run(admin->pg, q, &res, err, id) < 0)
		return err_result(err);
	if (!admin->json)
		printf("%s\n", title);
	out_result(admin, res);
	return 0;
}

/* What was said in the interactions that failed, line by line. */
static int show_transcripts(struct admin *admin, const char *id, struct err *err)
{
	auto_pgresult PGresult *res = NULL;

	if (pg_run(admin->pg, Q_ADMIN_SUBMISSION_TRANSCRIPTS, &res, err, id) < 0)
		return err_result(err);
	for (int i = 0; i < PQntuples(res); i++) {
		printf("\nTranscript of run %s (> the submission, < the validator)\n",
		        pg_text(res, i, "ordinal"));
		out_text(pg_text(res, i, "text"));
		if (pg_bool(res, i, "truncated"))
			puts("(the rest was not kept)");
	}
	return 0;
}

static int run_show(struct admin *admin, const struct args *args, struct err *err)
{
	auto_pgresult PGresult *res = NULL, *json = NULL;
	const char *id = args->words[0];

	if (pg_run(admin->pg, Q_ADMIN_SUBMISSION_SHOW, &res, err, id) < 0)
		return err_result(err);
	if (PQntuples(res) == 0)
		return err_set(err, ERR_NOT_FOUND, "no such submission: \"%s\"", id);
	if (admin->json) {
		if (pg_run(admin->pg, Q_ADMIN_SUBMISSION_JSON, &json, err, id) < 0)
			return err_result(err);
		out_json(json_loads(pg_text(json, 0, "submission"), 0, NULL));
		return 0;
	}
	for (int c = 0; c < PQnfields(res); c++) {
		out_cell(PQfname(res, c), 16, false);
		out_cell(PQgetisnull(res, 0, c) ? "-" : PQgetvalue(res, 0, c), 0, false);
		putchar('\n');
	}
	if (show(admin, Q_ADMIN_SUBMISSION_FILES, "\nFiles", id, err) < 0 ||
	        show(admin, Q_ADMIN_SUBMISSION_JUDGEMENTS, "\nJudgements", id, err) < 0 ||
	        show(admin, Q_ADMIN_SUBMISSION_GROUPS, "\nTest groups of the one that counts", id,
	                err) < 0 ||
	        show(admin, Q_ADMIN_SUBMISSION_RUNS, "\nRuns of the one that counts", id, err) <
	                0 ||
	        show_transcripts(admin, id, err) < 0)
		return err_result(err);
	return 0;
}

static int run_rejudge(struct admin *admin, const struct args *args, struct err *err)
{
	auto_pgresult PGresult *res = NULL;
	auto_arena struct arena a = {0};
	const char *id = args->words[0], *judgement = NULL;
	struct err ring = {0};

	if (pg_run(admin->pg, Q_ADMIN_SUBMISSION_SHOW, &res, err, id) < 0)
		return err_result(err);
	if (PQntuples(res) == 0)
		return err_set(err, ERR_NOT_FOUND, "no such submission: \"%s\"", id);
	if (record_rejudge(
	            admin->pg, &a, id, admin->actor, args_get(args, "reason"), &judgement, err) < 0)
		return err_result(err);
	admin_catchup(admin, pg_text(res, 0, "contest"));
	if (submission_ring(admin->kv, 1, &ring) < 0)
		fprintf(stderr, "codearena: warning: a judge takes it later: %s\n", ring.msg);
	out_say(admin, json_pack("{s:s, s:s}", "submission", id, "judgement", judgement),
	        "submission %s is judged again as %s", id, judgement);
	return 0;
}

static const struct option list_options[] = {
        {"contest", "ID", "of this contest"},
        {"team", "ID", "of this team"},
        {"problem", "ID", "for this problem"},
        {"verdict", "V", "AC WA TLE RTE MLE OLE CE SV JE, or none: not judged"},
        {"limit", "N", "the newest N; default 50"},
        {NULL, NULL, NULL},
};
static const struct option rejudge_options[] = {
        {"reason", "TEXT", "stands in the log of events"},
        {NULL, NULL, NULL},
};

const struct command submission_commands[] = {
        {"submission list", "", "the newest submissions", 0, 0, list_options, run_list, false},
        {"submission show", "ID", "one, with its judgements, groups, runs and transcripts", 1, 1,
                NULL, run_show, false},
        {"submission rejudge-one", "ID", "judge one anew", 1, 1, rejudge_options, run_rejudge,
                false},
        {NULL, NULL, NULL, 0, 0, NULL, NULL, false},
};
