/* rules_points.c -- the points model of the seeds (RULES.md section 3): a problem's points when it
 * is accepted, before that the best partial points (by test cases passed, as the judgement gives
 * them); ties by the number of wrong submissions, then by the minute of the last gain.
 *
 * A cell ends at its first AC: it has all the points there are. Wrong submissions count on unsolved
 * problems as well; a compile error only when the contest says so.
 *
 * The key holds thousandths of a point in 27 bits (up to 134,217.727 points), the wrong ones in 10
 * (up to 1023) and the minute in 16 (45 days), both inverted: 53 bits, exact in a double (LIVE.md
 * section 3). What is above is put at the edge: ranks in Redis then tie where those of the
 * board do not. */
#include "scoreboard/rules_kinds.h"

enum { POINTS_BITS = 27, WRONG_BITS = 10, MINUTE_BITS = 16 };

static struct cell points_cell(const struct contest *c, const struct contest_problem *p,
        const struct fact *facts, size_t n)
{
	struct cell cell = {.time_ms = -1};

	for (size_t i = 0; i < n && !cell.solved; i++) {
		const struct fact *f = &facts[i];
		int64_t points = rules_points_of(p, f);

		if (!verdict_is_judged(f->verdict)) {
			cell.pending++;
			continue;
		}
		cell.judged++;
		if (f->verdict == VERDICT_AC) {
			cell.solved = true;
			points = p->points_milli;
		} else if (verdict_has_penalty(f->verdict, c->compile_penalty)) {
			cell.wrong++;
		}
		if (points > cell.points_milli) {
			cell.points_milli = points;
			cell.time_ms = f->contest_time_ms;
		}
	}
	return cell;
}

static struct total points_total(const struct contest *c UNUSED,
        const struct contest_team *t UNUSED, const struct cell *cells, size_t n)
{
	return rules_sum(cells, n);
}

static int points_compare(const struct total *a, const struct total *b)
{
	if (a->points_milli != b->points_milli)
		return a->points_milli > b->points_milli ? -1 : 1;
	if (a->wrong != b->wrong)
		return a->wrong < b->wrong ? -1 : 1;
	return rules_order(rules_minute(a->last_ms), rules_minute(b->last_ms));
}

static double points_key(const struct total *t)
{
	int64_t wrong_max = (INT64_C(1) << WRONG_BITS) - 1;
	int64_t minute_max = (INT64_C(1) << MINUTE_BITS) - 1;
	int64_t points = rules_clamp(t->points_milli, (INT64_C(1) << POINTS_BITS) - 1);
	int64_t wrong = rules_clamp(t->wrong, wrong_max);
	int64_t minute = rules_clamp(rules_minute(t->last_ms), minute_max);

	return (double)(points << (WRONG_BITS + MINUTE_BITS) | (wrong_max - wrong) << MINUTE_BITS |
	                (minute_max - minute));
}

const struct rules rules_points = {
        .kind = RULES_POINTS,
        .cell = points_cell,
        .total = points_total,
        .compare = points_compare,
        .key = points_key,
};
