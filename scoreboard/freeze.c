/* freeze.c -- what the public may know (RULES.md section 4). Small on purpose: everything that
 * leaves the house for the public or for another team asks here, and each branch is one sentence
 * of the rules. Pure: no I/O, no clock; the caller gives the instant.
 *
 * What must stay true: nothing in here looks at a verdict to decide whether it is hidden. */
#include "scoreboard/freeze.h"

#include <inttypes.h>

enum { MINUTE_MS = 60000 };

/* "A submission is frozen by its time of submission, whenever it is judged", "[from, to)"; thaw
 * shows what the interval had hidden. */
bool freeze_hides(const struct contest *c, int64_t submitted_ms)
{
	for (size_t i = 0; i < c->nfreezes; i++) {
		const struct freeze_interval *f = &c->freezes[i];

		if (f->thawed_ms == 0 && f->from_ms <= submitted_ms && submitted_ms < f->to_ms)
			return true;
	}
	return false;
}

/* "Post-freeze submissions count as pending even when they are CE, and even after a hidden AC." */
struct fact freeze_public_fact(const struct contest *c, int64_t submitted_ms, struct fact f)
{
	if (freeze_hides(c, submitted_ms)) {
		f.verdict = VERDICT_NONE;
		f.points_milli = 0;
		f.subtasks = NULL;
	}
	return f;
}

static int compare_revealed(const void *a, const void *b)
{
	const struct revealed_cell *x = a, *y = b;
	int order = strcmp(x->team_id, y->team_id);

	return order ? order : strcmp(x->problem_id, y->problem_id);
}

bool freeze_revealed(const struct contest *c, const char *team_id, const char *problem_id)
{
	struct revealed_cell key = {team_id, problem_id};

	return c->nrevealed > 0 &&
	       bsearch(&key, c->revealed, c->nrevealed, sizeof(key), compare_revealed) != NULL;
}

bool freeze_public_team(const struct contest_team *t)
{
	return !t->hidden;
}

/* "Thaw waits for the end of the last team's own time"; so do the awards. */
bool freeze_shows_awards(const struct contest *c, int64_t now_ms)
{
	if (c->start_ms == INT64_MIN || now_ms < contest_last_end_ms(c))
		return false;
	for (size_t i = 0; i < c->nfreezes; i++) {
		if (c->freezes[i].thawed_ms == 0 && c->freezes[i].from_ms <= now_ms)
			return false;
	}
	return true;
}

/* "Before the start nothing of a problem is visible to anyone but jury and admins." */
bool freeze_public_problems(const struct contest *c, int64_t now_ms)
{
	return c->start_ms != INT64_MIN && now_ms >= c->start_ms;
}

bool freeze_shows_verdict(const struct contest *c, enum viewer v, bool own, int64_t submitted_ms)
{
	if (v == VIEWER_JURY)
		return true;
	if (v == VIEWER_TEAM && own) /* "a team goes on seeing its own verdicts" */
		return true;
	return !freeze_hides(c, submitted_ms);
}

/* When what is still hidden at now_ms began to be so; INT64_MIN: nothing is. */
static int64_t freeze_begin(const struct contest *c, int64_t now_ms)
{
	int64_t begin = INT64_MIN;

	for (size_t i = 0; i < c->nfreezes; i++) {
		const struct freeze_interval *f = &c->freezes[i];

		if (f->thawed_ms != 0 || f->from_ms > now_ms || f->from_ms >= f->to_ms)
			continue;
		if (begin == INT64_MIN || f->from_ms < begin)
			begin = f->from_ms;
	}
	return begin;
}

void freeze_notice(const struct contest *c, int64_t now_ms, char *out, size_t size)
{
	int64_t begin = freeze_begin(c, now_ms);
	int64_t end, minutes;

	if (size > 0)
		out[0] = '\0';
	if (begin == INT64_MIN || c->start_ms == INT64_MIN)
		return;
	end = contest_end_ms(c, NULL);
	minutes = (contest_time_at(c, end) - contest_time_at(c, begin) + MINUTE_MS / 2) / MINUTE_MS;
	if (minutes < 0)
		minutes = 0;
	snprintf(out, size,
	        "The scoreboard was frozen with %" PRId64 " minute%s remaining - submissions in "
	        "the last %" PRId64 " minute%s of the contest are still shown as pending.",
	        minutes, minutes == 1 ? "" : "s", minutes, minutes == 1 ? "" : "s");
}
