/* rules_kinds.h -- the implementations behind rules.h and what they share; for rules*.c only. */
#ifndef RULES_KINDS_H
#define RULES_KINDS_H
#include "scoreboard/rules.h"

extern const struct rules rules_icpc, rules_ioi, rules_points;

/* Contest ms -> minutes, rounded down; 0 for "none" and for a time before the start. */
int64_t rules_minute(int64_t ms);
/* 0..max */
int64_t rules_clamp(int64_t v, int64_t max);
/* Smaller first. */
int rules_order(int64_t a, int64_t b);
/* The points a judged submission has: all of the problem's for an AC that came without points of
 * its own; never below 0, never above the problem's. */
int64_t rules_points_of(const struct contest_problem *p, const struct fact *f);
/* Points, wrong ones, solved ones and the last gain, summed over cells. */
struct total rules_sum(const struct cell *cells, size_t n);
#endif
