/* rules_ioi.c -- the IOI rules (RULES.md section 3): a problem's points are those of its best
 * submission or, where the contest says so, the sum over its subtasks of the best submission to
 * each; no penalty, a tie in points shares its rank. Every submission counts, also after an AC; the
 * time of a cell is that of the submission which first reached its points.
 *
 * The key is the sum in thousandths of a point; exact in a double up to 2^53. */
#include "scoreboard/rules_kinds.h"

enum { SUBTASKS_MAX = 256 };

/* The best of each subtask so far. */
struct best {
	int64_t points_milli[SUBTASKS_MAX];
};

/* Takes in one more submission; the sum. */
static int64_t best_sum(struct best *b, const char *subtasks)
{
	int64_t sum = 0;
	char *at;

	for (size_t i = 0; i < SUBTASKS_MAX; i++) {
		int64_t points = strtoll(subtasks, &at, 10);

		if (at != subtasks && points > b->points_milli[i])
			b->points_milli[i] = points;
		sum += b->points_milli[i];
		subtasks = at;
	}
	return sum;
}

static struct cell ioi_cell(const struct contest *c, const struct contest_problem *p,
        const struct fact *facts, size_t n)
{
	struct cell cell = {.time_ms = -1};
	struct best best = {0};

	for (size_t i = 0; i < n; i++) {
		const struct fact *f = &facts[i];
		int64_t points;

		if (!verdict_is_judged(f->verdict)) {
			cell.pending++;
			continue;
		}
		cell.judged++;
		if (f->verdict == VERDICT_AC)
			cell.solved = true;
		else if (verdict_has_penalty(f->verdict, c->compile_penalty))
			cell.wrong++;
		points = c->best_subtasks && f->subtasks
		                 ? rules_clamp(best_sum(&best, f->subtasks), p->points_milli)
		                 : rules_points_of(p, f);
		if (points > cell.points_milli) {
			cell.points_milli = points;
			cell.time_ms = f->contest_time_ms;
		}
	}
	return cell;
}

static struct total ioi_total(const struct contest *c UNUSED, const struct contest_team *t UNUSED,
        const struct cell *cells, size_t n)
{
	return rules_sum(cells, n);
}

static int ioi_compare(const struct total *a, const struct total *b)
{
	return rules_order(b->points_milli, a->points_milli);
}

static double ioi_key(const struct total *t)
{
	return (double)t->points_milli;
}

const struct rules rules_ioi = {
        .kind = RULES_IOI,
        .cell = ioi_cell,
        .total = ioi_total,
        .compare = ioi_compare,
        .key = ioi_key,
};
