/* clics_plan.h -- what a feed (clics.h) means as a contest of ours: its settings, who takes part
 * and what they submitted, checked, with references resolved. Pure; ids that clash with what is
 * there already are found by the caller, who gives the new ones. */
#ifndef ADMIN_CLICS_PLAN_H
#define ADMIN_CLICS_PLAN_H
#include "admin/clics.h"
#include "base/mem.h"
#include "scoreboard/record_past.h"

/* Every thing begins with these two. */
struct plan_id {
	const char *feed_id;
	const char *id; /* ours; the feed's own where it can be */
};

struct plan_organization {
	struct plan_id is;
	const char *name, *formal_name, *country; /* the last two may be NULL */
};

struct plan_group {
	struct plan_id is;
	const char *name;
	bool hidden;
	int sort_group;
};

struct plan_team {
	struct plan_id is;
	const char *name, *display_name;              /* display_name may be NULL */
	const struct plan_organization *organization; /* or NULL */
	const struct plan_group **groups;
	size_t ngroups;
	bool hidden;
	int sort_group;
};

struct plan_problem {
	struct plan_id is;
	const char *name, *label, *rgb, *color;
	int64_t ordinal, points_milli;
	int time_limit_ms;
};

struct plan_language {
	struct plan_id is;
	const char *name, *extension;
};

struct plan {
	struct arena a; /* all strings, but those of the feed */
	const char *id, *name, *formal_name, *rules;
	int64_t start_ms, duration_ms, freeze_ms; /* freeze: -1 none */
	int64_t frozen_ms, ended_ms, thawed_ms, finalized_ms, end_of_updates_ms; /* wall; 0: not */
	int penalty_minutes;
	bool compile_penalty;
	struct plan_organization *organizations;
	struct plan_group *groups;
	struct plan_team *teams;
	struct plan_problem *problems; /* in order */
	struct plan_language *languages;
	size_t norganizations, ngroups, nteams, nproblems, nlanguages;
	size_t judgements, left_out; /* left out: submissions and judgements that make no sense */
	struct past past;            /* made by plan_past */
};

/* contest_id NULL: the feed's own. The feed must live as long as the plan. ERR_INPUT when there is
 * no contest in it. */
int plan_make(struct plan *p, struct clics *f, const char *contest_id, struct err *err);
/* An id of ours for one that is taken or is no id: <contest>.<id>, shortened by its hash. */
const char *plan_other_id(struct plan *p, const char *feed_id);
/* After the ids are settled: p->past, but its account and actor. */
void plan_past(struct plan *p, struct clics *f);
void plan_free(struct plan *p);
#endif
