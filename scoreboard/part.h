/* part.h -- the members of a PART (model/event.h) as JSON. Each function returns a new value. */
#ifndef PART_H
#define PART_H
#include "scoreboard/facts.h"

#include <jansson.h>

json_t *part_contest(const struct contest *c);
json_t *part_removed(const struct contest *c); /* [{"id","from","to"}] */
json_t *part_state(const struct contest *c, int64_t now_ms);
json_t *part_freezes(const struct contest *c);
/* "position": null when no reveal is open. */
json_t *part_reveal(const struct contest *c);
json_t *part_problems(const struct contest *c);
json_t *part_teams(const struct contest *c, enum view_of v);
/* The total and one cell (problem NULL: every cell that is not empty). */
json_t *part_row(const struct contest *c, const struct contest_team *t, const struct view *view,
        const struct contest_problem *problem);
json_t *part_first(const struct first *f);
#endif
