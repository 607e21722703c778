/* access.h -- what a viewer may know of a contest; used by all handlers that ask PostgreSQL. */
#ifndef API_ACCESS_H
#define API_ACCESS_H
#include "api/http.h"
#include "base/mem.h"
#include "base/pg.h"
#include "model/contest.h"
#include "scoreboard/freeze.h"

struct access {
	struct pg *pg;
	struct arena *arena;
	const struct identity *who;
	bool all_teams; /* else only the viewer's */
};

enum viewer access_viewer(const struct identity *who);
/* Loads the contest. A hidden one is ERR_NOT_FOUND for all but its members and the jury. */
int access_contest(const struct access *x, const char *id, struct contest *c, struct err *err);
/* The same of the request's first parameter. */
int access_request(struct request *rq, bool all_teams, struct contest *c, struct err *err);
/* ERR_DENIED `the contest has not started` before the start, but for the jury. */
int access_problems(const struct contest *c, const struct identity *who, struct err *err);
/* The problem by id or label, after access_problems. */
int access_problem(const struct contest *c, const struct identity *who, const char *word,
        const struct contest_problem **out, struct err *err);
#endif
