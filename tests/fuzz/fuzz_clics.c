/* fuzz_clics.c -- event feeds of other systems. Whatever the lines say, the plan that comes out
 * holds: ids are ids, references point into it, submissions are in order of time and so are the
 * judgements on each. */
#include "admin/admin.h"
#include "admin/clics_plan.h"

static void check(bool ok)
{
	if (!ok)
		abort();
}

static void check_past(const struct past *past)
{
	for (size_t i = 0; i < past->n; i++) {
		const struct past_submission *s = &past->subs[i];

		check(admin_is_ident(s->id) && admin_is_ident(s->team_id));
		check(admin_is_ident(s->problem_id) && admin_is_ident(s->language_id));
		check(i == 0 || s->contest_time_ms >= past->subs[i - 1].contest_time_ms);
		for (size_t k = 0; k < s->njudgements; k++) {
			check(s->judgements[k].verdict != VERDICT_NONE);
			check(s->judgements[k].at_ms >= s->at_ms);
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct clics feed;
	struct plan plan = {0};
	struct err err = {0};

	clics_read(&feed, "feed", (const char *)data, size);
	if (plan_make(&plan, &feed, NULL, &err) == 0) {
		for (size_t i = 0; i < plan.nteams; i++)
			check(admin_is_ident(plan.teams[i].is.id));
		plan_past(&plan, &feed);
		check_past(&plan.past);
	} else {
		check(err.code == ERR_INPUT);
	}
	plan_free(&plan);
	clics_free(&feed);
	return 0;
}
