/* facts.h -- the submissions of teams as facts for the rules, and what follows from them: each
 * team's cells and total as the jury knows them and as the public may, and who was first.
 *
 * Facts are read under the lock of the contest's counter (event_lock) when something is recorded
 * from them; without it they are a look at one moment. */
#ifndef FACTS_H
#define FACTS_H
#include "base/pg.h"
#include "scoreboard/rules.h"

enum view_of { VIEW_JURY, VIEW_PUBLIC, VIEW_COUNT };

struct sub {
	const char *id, *judgement_id; /* judgement NULL: none counts yet */
	const struct contest_team *team;
	const struct contest_problem *problem;
	struct fact fact;
	int64_t submitted_ms;
	bool counts; /* neither ignored nor practice */
	bool practice;
};

struct team_facts {
	struct sub *subs; /* by ordinal */
	size_t n, cap;
};

struct facts {
	struct team_facts *teams; /* teams[i] are those of c->teams[i] */
};

/* All submissions of the teams loaded in c; only: these teams alone were loaded (NULL: all). Room
 * for `spare` more in each team. Everything lives in the arena, c must outlive it. */
struct facts_want {
	const struct contest_some *only;
	size_t spare;
};
int facts_load(struct pg *pg, struct arena *a, const struct contest *c,
        const struct facts_want *want, struct facts *out, struct err *err);
struct team_facts *facts_of_team(
        const struct facts *f, const struct contest *c, const struct contest_team *t);
struct sub *facts_find(const struct team_facts *t, const char *submission_id);

/* One team as one viewer may know it. */
struct view {
	struct cell *cells; /* by position of the problem */
	struct total total;
};
void facts_view(const struct contest *c, const struct contest_team *team,
        const struct team_facts *t, enum view_of v, struct arena *a, struct view *out);
bool facts_cell_is_empty(const struct cell *c);
bool facts_cell_same(const struct cell *a, const struct cell *b);
bool facts_total_same(const struct total *a, const struct total *b);

/* First to solve (RULES.md section 3): known once no earlier submission is unjudged, so the first
 * one that is solved or not judged decides. Feed in order of submission; teams that have no rank do
 * not count. */
struct first {
	const struct contest_problem *problem;
	int sort_group;
	bool decided;
	const char *team_id; /* NULL: nobody, or not known yet */
};
void facts_first_step(
        struct first *f, const struct contest *c, const struct sub *s, enum view_of v);
/* All pairs of problem and sort group; *n of them. */
struct first *facts_firsts(const struct contest *c, const struct facts *facts, enum view_of v,
        struct arena *a, size_t *n);
bool facts_may_be_first(const struct contest_team *t);
#endif
