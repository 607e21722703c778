/* grading.h -- from the results of test cases to those of their groups and of the submission
 * (RULES.md sections 2, 3 and 6). Pure: plan and results in, verdicts and points out; the one thing
 * that is asked outside is a package's own grader.
 *
 * Test cases are in the order of judging. Groups form a tree: groups[0] is the root, parents stand
 * before their children; the members of a group are its cases and its child groups, in the order of
 * the first case in them. A plan without groups is one group that stops at the first failure.
 *
 *     results[i] = ...                as they come, in order
 *     if (grading_skips(&plan, results, i)) ...      case i is not needed
 *     grading_finish(&plan, results, NULL, sums, &err);
 *
 * A case that was not run has VERDICT_NONE. */
#ifndef GRADING_H
#define GRADING_H

#include "base/base.h"
#include "base/err.h"
#include "model/verdict.h"

enum grading_verdicts { GRADING_WORST_ERROR, GRADING_FIRST_ERROR, GRADING_ALWAYS_ACCEPT };
enum grading_scores { GRADING_SUM, GRADING_AVG, GRADING_MIN, GRADING_MAX, GRADING_PASS_FAIL };

/* The same members as in struct package_group (package/package.h), which says what they mean. */
struct grading_group {
	const char *name;
	int parent; /* -1: the root */
	bool go_on; /* on_reject: continue */
	bool accept_if_any, ignore_sample;
	bool custom; /* the package's grader decides */
	enum grading_verdicts verdicts;
	enum grading_scores scores;
	double accept_score, reject_score, range_min, range_max, case_max;
	const char *const *grader_flags;
	size_t nflags;
	const int *requires;
	size_t nrequires;
};

struct grading_case {
	int group; /* the innermost; 0 without groups */
	bool sample;
	bool scored; /* with a highest score of its own, which an acceptance is worth too ... */
	double max;  /* ... this, not its group's */
};

struct grading_plan {
	const struct grading_group *groups;
	size_t ngroups;
	const struct grading_case *cases;
	size_t ncases;
	bool scoring;
	bool score_is_all; /* 2025-09: points count whatever the verdict */
	bool run_all;      /* pass-fail: failures stop nothing */
};

enum grading_given { GRADING_NO_SCORE, GRADING_SCORE, GRADING_MULTIPLIER };

struct grading_result {
	enum verdict verdict;     /* VERDICT_NONE: not run */
	enum grading_given given; /* by the validator */
	double score;             /* of accepted cases */
};

/* Of a group: VERDICT_NONE when nothing in it was run. */
struct grading_sum {
	enum verdict verdict;
	double score;
};

struct grading_members {
	struct grading_sum *list;
	size_t n;
};

/* The package's grader: the members' results in order -> the group's. */
struct grading_grader {
	int (*grade)(void *ctx, const struct grading_group *g,
	        const struct grading_members *members, struct grading_sum *out, struct err *err);
	void *ctx;
};

/* Nobody needs case i any more, as far as the results before it say. */
bool grading_skips(const struct grading_plan *p, const struct grading_result *results, size_t i);

/* sums: room for ngroups, at least 1. sums[0] is what the package says of the whole submission: of
 * a scoring problem it may be AC with part of the points. A score that no package may give is the
 * judges' fault: -ERR_BUSY. */
int grading_finish(const struct grading_plan *p, const struct grading_result *results,
        const struct grading_grader *grader, struct grading_sum *sums, struct err *err);

/* What is recorded: AC only for a submission that failed no case that counts; otherwise the first
 * failure, with the points that the package gives for it. */
enum verdict grading_verdict(const struct grading_plan *p, const struct grading_result *results,
        const struct grading_sum *whole);
/* Thousandths of a score; 0 for one that is no number. */
int64_t grading_milli(double score);
/* Thousandths of a point, none for a pass-fail problem. */
int64_t grading_points(const struct grading_plan *p, const struct grading_sum *whole);

#endif
