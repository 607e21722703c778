/* rules.c -- which rules a contest has, and the arithmetic its kinds share. All of it is pure and
 * in integers: the same facts give the same cells, in whatever order the verdicts came. */
#include "scoreboard/rules.h"

#include "scoreboard/rules_kinds.h"

enum { MINUTE_MS = 60000 };

const struct rules *rules_of(enum rules_kind kind)
{
	switch (kind) {
	case RULES_ICPC:
		return &rules_icpc;
	case RULES_IOI:
		return &rules_ioi;
	case RULES_POINTS:
		return &rules_points;
	}
	return &rules_icpc;
}

int64_t rules_minute(int64_t ms)
{
	return ms > 0 ? ms / MINUTE_MS : 0;
}

int64_t rules_clamp(int64_t v, int64_t max)
{
	if (v < 0)
		return 0;
	return v < max ? v : max;
}

int rules_order(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

int64_t rules_points_of(const struct contest_problem *p, const struct fact *f)
{
	if (f->verdict == VERDICT_AC && f->points_milli == 0)
		return p->points_milli;
	return rules_clamp(f->points_milli, p->points_milli);
}

struct total rules_sum(const struct cell *cells, size_t n)
{
	struct total total = {.last_ms = -1};

	for (size_t i = 0; i < n; i++) {
		total.solved += cells[i].solved;
		total.penalty_minutes += cells[i].penalty_minutes;
		total.points_milli += cells[i].points_milli;
		total.wrong += cells[i].wrong;
		if (cells[i].time_ms > total.last_ms)
			total.last_ms = cells[i].time_ms;
	}
	return total;
}
