/* rules_icpc.c -- the ICPC rules (RULES.md section 3).
 *
 * Problems solved; penalty of a solved problem = the minute of its first AC (rounded down) plus the
 * contest's penalty for each rejected judgement submitted before it whose type has a penalty.
 * Unsolved problems cost nothing. Order: solved, penalty, minute of the last AC; a tie shares its
 * rank.
 *
 * A cell ends at the first AC that the viewer knows: what was submitted after it is neither judged
 * nor pending. A submission from before that is still pending counts as pending, and may move the
 * penalty when it is judged: the cell is then computed anew.
 *
 * The key holds solved in 7 bits, the penalty in 20 (-524,288 .. 524,287 minutes, biased since an
 * adjustment may make it negative, and inverted), the minute of the last AC in 26, inverted:
 * 53 bits, exact in a double (LIVE.md section 3). What is outside of these is put at the edge:
 * ranks in Redis then tie where those of the board do not. */
#include "scoreboard/rules_kinds.h"

enum { SOLVED_MAX = 127, PENALTY_BITS = 20, MINUTE_BITS = 26 };
enum { PENALTY_BIAS = 1 << (PENALTY_BITS - 1) };

static struct cell icpc_cell(const struct contest *c, const struct contest_problem *p,
        const struct fact *facts, size_t n)
{
	struct cell cell = {.time_ms = -1};

	for (size_t i = 0; i < n && !cell.solved; i++) {
		enum verdict v = facts[i].verdict;

		if (!verdict_is_judged(v)) {
			cell.pending++;
			continue;
		}
		cell.judged++;
		if (v == VERDICT_AC) {
			cell.solved = true;
			cell.time_ms = facts[i].contest_time_ms;
			cell.points_milli = p->points_milli;
		} else if (verdict_has_penalty(v, c->compile_penalty)) {
			cell.wrong++;
		}
	}
	if (cell.solved)
		cell.penalty_minutes =
		        (int)rules_minute(cell.time_ms) + cell.wrong * c->penalty_minutes;
	return cell;
}

static struct total icpc_total(const struct contest *c UNUSED, const struct contest_team *t,
        const struct cell *cells, size_t n)
{
	struct total total = rules_sum(cells, n);

	if (t)
		total.penalty_minutes += t->penalty_adjustment;
	return total;
}

static int icpc_compare(const struct total *a, const struct total *b)
{
	if (a->solved != b->solved)
		return a->solved > b->solved ? -1 : 1;
	if (a->penalty_minutes != b->penalty_minutes)
		return a->penalty_minutes < b->penalty_minutes ? -1 : 1;
	return rules_order(rules_minute(a->last_ms), rules_minute(b->last_ms));
}

static double icpc_key(const struct total *t)
{
	int64_t penalty_max = (INT64_C(1) << PENALTY_BITS) - 1;
	int64_t minute_max = (INT64_C(1) << MINUTE_BITS) - 1;
	int64_t solved = rules_clamp(t->solved, SOLVED_MAX);
	int64_t penalty = rules_clamp(t->penalty_minutes + PENALTY_BIAS, penalty_max);
	int64_t minute = rules_clamp(rules_minute(t->last_ms), minute_max);

	return (double)(solved << (PENALTY_BITS + MINUTE_BITS) |
	                (penalty_max - penalty) << MINUTE_BITS | (minute_max - minute));
}

const struct rules rules_icpc = {
        .kind = RULES_ICPC,
        .cell = icpc_cell,
        .total = icpc_total,
        .compare = icpc_compare,
        .key = icpc_key,
};
