/* rejudging.h -- sets of submissions that are judged anew and then take effect together, or not at
 * all. RULES.md section 5.
 *
 * A set is made by a filter (or as the undo of another). Its judgements are queued in the class
 * `rejudge`, hidden: they are not valid, so no board, team or public hears of them. While it is
 * open anybody of the jury may look what applying would do. Applying is one transaction and one
 * event; discarding changes nothing of the contest. If a problem has a newer version than the
 * contest's, the set is judged with it, and applying makes it the contest's: what is judged with
 * the old one meanwhile joins the set, what waits then is judged with the new one.
 *
 * A FILTER is a JSON object; what is missing chooses all:
 *   "problem_ids", "language_ids", "team_ids", "submission_ids", "verdicts", "workers": lists
 *   "from", "until": contest time as RELTIME; until is beyond the last
 *
 * All functions with `err` answer 0 or a negative code; ERR_CONFLICT says why a set cannot be
 * made, applied or discarded now. After apply the caller runs catchup_run; after create and undo
 * it rings (submission_ring). */
#ifndef REJUDGING_H
#define REJUDGING_H
#include "base/mem.h"
#include "base/pg.h"

#include <jansson.h>

enum { REJUDGING_REASON_MAX = 500 };

/* Who does it to which contest, and why (reason: create and undo). */
struct rejudging_by {
	const char *contest_id, *actor, *reason;
};
struct rejudging_new {
	const json_t *filter;
	bool same_version; /* judge with the contest's versions, not the newest */
	const char *id;    /* out; arena */
	int64_t total;     /* out: submissions chosen */
};
int rejudging_create(struct pg *pg, struct arena *a, const struct rejudging_by *by,
        struct rejudging_new *set, struct err *err);
/* The undo of an applied set; only set->id and total are used, both out. */
int rejudging_undo(struct pg *pg, struct arena *a, const struct rejudging_by *by, const char *other,
        struct rejudging_new *set, struct err *err);
int rejudging_discard(
        struct pg *pg, const struct rejudging_by *by, const char *id, struct err *err);
/* keep_failed: submissions that could not be judged (JE) keep what they have; else they are a
 * conflict. */
int rejudging_apply(struct pg *pg, const struct rejudging_by *by, const char *id, bool keep_failed,
        struct err *err);

/* The sets of a contest, the oldest first: {"id","contest_id","state","reason","filter","undoes",
 * "created_by","created_at","ended_by","ended_at","event_number","problems":[{"problem_id",
 * "version","old_version"}],"progress":{"total","queued","judging","judged","failed"}} */
int rejudging_list(struct pg *pg, const char *contest_id, json_t **out, struct err *err);
/* One of them with "preview" in it (null once it was discarded; of an applied one what it did):
 * {"status":{"ready","pending","failed","kept"},"matrix":[{"old","new","count"}],
 *  "changes":[{"submission_id","team_id","problem_id","old","new"}],
 *  "ranks":[{"team_id","old":STANDING,"new":STANDING}],
 *  "first_to_solve":[{"problem_id","sort_group","old_team_id","new_team_id"}]}
 * STANDING: {"rank","solved","penalty","points"}; rank null for a team without one. kept: what
 * counts now is newer than the set. */
int rejudging_show(
        struct pg *pg, const char *contest_id, const char *id, json_t **out, struct err *err);
#endif
