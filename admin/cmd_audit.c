/* cmd_audit.c -- who did what, when and why: the append-only audit log, newest first. */
#include "admin/admin.h"
#include "base/mem.h"

static int run_list(struct admin *admin, const struct args *args, struct err *err)
{
	static const int64_t range[2] = {1, 1000000};
	auto_arena struct arena a = {0};
	auto_pgresult PGresult *res = NULL;
	int64_t limit = 50;

	if (args_int(args, "limit", range, &limit, err))
		return EXIT_USAGE;
	if (pg_run(admin->pg, Q_AUDIT_LIST, &res, err, args->nwords > 0 ? args->words[0] : NULL,
	            args_get(args, "action"), NULL, pg_arg_int(&a, limit)) < 0)
		return err_result(err);
	out_result(admin, res);
	return 0;
}

static const struct option list_options[] = {
        {"action", "NAME", "only these, like contest.freeze"},
        {"limit", "N", "so many (50)"},
        {NULL, NULL, NULL},
};

const struct command audit_commands[] = {
        {"audit list", "[CONTEST]", "who did what, when and why; newest first", 0, 1, list_options,
                run_list, false},
        {NULL, NULL, NULL, 0, 0, NULL, NULL, false},
};
