/* access.c -- pure decisions on what contest_load gave; the freeze itself is freeze.c's. */
#include "api/access.h"

#include "base/clock.h"

enum viewer access_viewer(const struct identity *who)
{
	switch (who->role) {
	case ROLE_JURY:
	case ROLE_ADMIN:
		return VIEWER_JURY;
	case ROLE_TEAM:
		return VIEWER_TEAM;
	case ROLE_PUBLIC:
		return VIEWER_PUBLIC;
	}
	return VIEWER_PUBLIC;
}

int access_contest(const struct access *x, const char *id, struct contest *c, struct err *err)
{
	const char *team = x->who->team_id;
	struct contest_some mine = {&team, team[0] ? 1 : 0};
	int result = x->all_teams ? contest_load(x->pg, x->arena, id, c, err)
	                          : contest_load_some(x->pg, x->arena, id, &mine, c, err);

	if (result < 0)
		return result;
	if (c->hidden && access_viewer(x->who) != VIEWER_JURY &&
	        !(team[0] && contest_team_find(c, team)))
		return err_set(err, ERR_NOT_FOUND, "no such contest: \"%s\"", id);
	return 0;
}

int access_request(struct request *rq, bool all_teams, struct contest *c, struct err *err)
{
	struct access x = {rq->worker->pg, &rq->arena, &rq->who, all_teams};

	return access_contest(&x, rq->params[0], c, err);
}

int access_problems(const struct contest *c, const struct identity *who, struct err *err)
{
	if (access_viewer(who) == VIEWER_JURY || freeze_public_problems(c, clock_wall_ms()))
		return 0;
	return err_set(err, ERR_DENIED, "the contest has not started");
}

int access_problem(const struct contest *c, const struct identity *who, const char *word,
        const struct contest_problem **out, struct err *err)
{
	if (access_problems(c, who, err) < 0)
		return err_result(err);
	*out = contest_problem_match(c, word);
	if (!*out)
		return err_set(err, ERR_NOT_FOUND, "no such problem: \"%s\"", word);
	return 0;
}
