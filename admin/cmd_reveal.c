/* cmd_reveal.c -- the resolver from a shell: scoreboard/record_reveal.h has its orders. `thaw`
 * (contest thaw) ends it and publishes everything. */
#include "admin/admin.h"
#include "scoreboard/record_reveal.h"

enum { EVERY_MS = 1500 };

static int order(struct admin *admin, const struct args *args, enum reveal_move move,
        struct reveal_order *o, struct err *err)
{
	const char *id = args->words[0];
	auto_pgresult PGresult *r = NULL;

	o->move = move;
	o->actor = admin->actor;
	if (record_reveal(admin->pg, id, o, err) < 0)
		return err_result(err);
	admin_catchup(admin, id);
	if (pg_run(admin->pg, Q_REVEAL_GET, &r, err, id) < 0)
		return err_result(err);
	if (PQntuples(r) == 0)
		out_say(admin, json_pack("{s:s, s:n}", "id", id, "position"),
		        "%s: the board is as frozen as before", args->command->name);
	else
		out_say(admin,
		        json_pack("{s:s, s:I, s:I}", "id", id, "position",
		                (json_int_t)pg_int(r, 0, "position"), "steps",
		                (json_int_t)pg_int(r, 0, "steps")),
		        "%s: at step %lld of %lld", args->command->name,
		        (long long)pg_int(r, 0, "position"), (long long)pg_int(r, 0, "steps"));
	return 0;
}

static int run_open(struct admin *admin, const struct args *args, struct err *err)
{
	return order(admin, args, REVEAL_OPEN, &(struct reveal_order){0}, err);
}

static int run_next(struct admin *admin, const struct args *args, struct err *err)
{
	return order(admin, args, REVEAL_NEXT, &(struct reveal_order){0}, err);
}

static int run_back(struct admin *admin, const struct args *args, struct err *err)
{
	return order(admin, args, REVEAL_BACK, &(struct reveal_order){0}, err);
}

static int run_pause(struct admin *admin, const struct args *args, struct err *err)
{
	return order(admin, args, REVEAL_PAUSE, &(struct reveal_order){0}, err);
}

static int run_close(struct admin *admin, const struct args *args, struct err *err)
{
	return order(admin, args, REVEAL_CLOSE, &(struct reveal_order){0}, err);
}

static int run_jump(struct admin *admin, const struct args *args, struct err *err)
{
	char *end;
	long position = strtol(args->words[1], &end, 10);

	if (*end || end == args->words[1] || position < 0 || position > INT32_MAX)
		return args_usage(
		        err, "the position must be a number from 0: \"%s\"", args->words[1]);
	return order(
	        admin, args, REVEAL_JUMP, &(struct reveal_order){.position = (int)position}, err);
}

static int run_auto(struct admin *admin, const struct args *args, struct err *err)
{
	static const int64_t pace[2] = {REVEAL_MIN_MS, REVEAL_MAX_MS}, ranks[2] = {0, 100000};
	int64_t every_ms = EVERY_MS, stop_rank = 0;
	int bad = args_int(args, "every-ms", pace, &every_ms, err);

	bad = bad ? bad : args_int(args, "stop-rank", ranks, &stop_rank, err);
	if (bad)
		return bad;
	return order(admin, args, REVEAL_AUTO,
	        &(struct reveal_order){.every_ms = (int)every_ms, .stop_rank = (int)stop_rank},
	        err);
}

/* For rehearsals and for the person who announces; never shown to the public. */
static int run_steps(struct admin *admin, const struct args *args, struct err *err)
{
	auto_pgresult PGresult *r = NULL;

	if (pg_run(admin->pg, Q_REVEAL_STEPS, &r, err, args->words[0], "1", "2147483647") < 0)
		return err_result(err);
	if (PQntuples(r) == 0)
		return err_set(
		        err, ERR_CONFLICT, "no reveal of contest %.40s is open", args->words[0]);
	out_result(admin, r);
	return 0;
}

/* The same before it is opened: nothing is, and nobody is told. */
static int run_rehearse(struct admin *admin, const struct args *args, struct err *err)
{
	auto_arena struct arena a = {0};
	struct reveal_step *steps;
	json_t *list;
	size_t n;

	if (record_reveal_rehearse(admin->pg, &a, args->words[0], &steps, &n, err) < 0)
		return err_result(err);
	list = json_array();
	for (size_t i = 0; i < n; i++) {
		const char *problem = steps[i].problem ? steps[i].problem->id : NULL;

		json_array_append_new(list,
		        json_pack("{s:I, s:s, s:s?, s:i}", "position", (json_int_t)i + 1, "team",
		                steps[i].team->id, "problem", problem, "rank", steps[i].rank));
		if (!admin->json && problem)
			printf("%5zu  %-24s %s\n", i + 1, steps[i].team->id, problem);
		else if (!admin->json)
			printf("%5zu  %-24s is final, rank %d\n", i + 1, steps[i].team->id,
			        steps[i].rank);
	}
	if (admin->json)
		out_json(list);
	else
		json_decref(list);
	return 0;
}

static const struct option auto_options[] = {
        {"every-ms", "MS", "of wall time between two steps (1500)"},
        {"stop-rank", "RANK", "pause behind each final row of rank 1 to RANK (0: only at the end)"},
        {0},
};

const struct command reveal_commands[] = {
        {"reveal open", "CONTEST",
                "Computes the steps from the frozen board to the final one and shows the public\n"
                "that the reveal begins. Again: from the beginning.",
                1, 1, NULL, run_open, false},
        {"reveal next", "CONTEST", "Shows the next step to everybody.", 1, 1, NULL, run_next,
                false},
        {"reveal back", "CONTEST", "Takes the last step back.", 1, 1, NULL, run_back, false},
        {"reveal jump", "CONTEST POSITION", "Goes to a step, on or back.", 2, 2, NULL, run_jump,
                false},
        {"reveal auto", "CONTEST", "Goes on by itself until it is paused.", 1, 1, auto_options,
                run_auto, false},
        {"reveal pause", "CONTEST", "Waits for the next order.", 1, 1, NULL, run_pause, false},
        {"reveal close", "CONTEST",
                "Ends without publishing: the board is frozen as before. To publish: contest thaw.",
                1, 1, NULL, run_close, false},
        {"reveal rehearse", "CONTEST", "The steps as they would be now; nothing is opened.", 1, 1,
                NULL, run_rehearse, false},
        {"reveal steps", "CONTEST", "All steps, also those to come: for the jury's eyes.", 1, 1,
                NULL, run_steps, false},
        {0},
};
