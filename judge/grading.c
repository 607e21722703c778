/* grading.c -- see grading.h. The rules are those of the problem package format: legacy's default
 * grader (verdict modes, score modes, flags, on_reject) and 2025-09's aggregation, which IMPORT has
 * turned into the same members.
 *
 * Groups are summed up from the last to the first, so children come before their parents without
 * recursion. A group that was left out because a required one failed counts as failed with that
 * one's verdict and no points; members behind a failure that stops their group do not count at all
 * (legacy: the grader is given what was judged). */
#include "judge/grading.h"

#include "base/mem.h"

#include <math.h>

enum { POINTS_SCALE = 1000, MAX_POINTS = 1000000000 };

/* A score may leave its range by so much before it is the judges' fault: sums of fractions. */
static const double SLACK = 1e-6;

/* legacy's order of worst_error: JE, IF, RTE, MLE, TLE, OLE, WA; SV is a kind of RTE. */
static const enum verdict by_weight[] = {
        VERDICT_JE,
        VERDICT_SV,
        VERDICT_RTE,
        VERDICT_MLE,
        VERDICT_TLE,
        VERDICT_OLE,
        VERDICT_WA,
};

static const struct grading_group whole_problem = {.name = "",
        .parent = -1,
        .verdicts = GRADING_FIRST_ERROR,
        .accept_score = 1,
        .range_min = -HUGE_VAL,
        .range_max = HUGE_VAL,
        .case_max = HUGE_VAL};

static const struct grading_group *group_at(const struct grading_plan *p, int g)
{
	return p->ngroups ? &p->groups[g] : &whole_problem;
}

static size_t group_count(const struct grading_plan *p)
{
	return p->ngroups ? p->ngroups : 1;
}

static bool is_inside(const struct grading_plan *p, int group, int ancestor)
{
	while (group >= 0 && group != ancestor)
		group = group_at(p, group)->parent;
	return group == ancestor;
}

/* The child group of `group` that case i lies in; -1: it is a member itself; -2: not inside. */
static int member_of(const struct grading_plan *p, size_t i, int group)
{
	int at = p->cases[i].group;
	int below = -1;

	while (at >= 0 && at != group) {
		below = at;
		at = group_at(p, at)->parent;
	}
	return at == group ? below : -2;
}

/* Summing up one group. */

struct summing {
	const struct grading_plan *p;
	const struct grading_result *results;
	const struct grading_grader *grader;
	struct grading_sum *sums;
};

static enum verdict worst(const struct grading_members *m)
{
	for (size_t w = 0; w < ARRAY_LEN(by_weight); w++)
		for (size_t i = 0; i < m->n; i++)
			if (m->list[i].verdict == by_weight[w])
				return by_weight[w];
	return VERDICT_AC;
}

static enum verdict first(const struct grading_members *m)
{
	for (size_t i = 0; i < m->n; i++)
		if (m->list[i].verdict != VERDICT_AC)
			return m->list[i].verdict;
	return VERDICT_AC;
}

static enum verdict sum_verdict(const struct grading_group *g, const struct grading_members *m)
{
	for (size_t i = 0; i < m->n && g->accept_if_any; i++)
		if (m->list[i].verdict == VERDICT_AC)
			return VERDICT_AC;
	switch (g->verdicts) {
	case GRADING_WORST_ERROR:
		return worst(m);
	case GRADING_FIRST_ERROR:
		return first(m);
	case GRADING_ALWAYS_ACCEPT:
		break;
	}
	return VERDICT_AC;
}

static double sum_score(const struct grading_group *g, const struct grading_members *m)
{
	double sum = 0, least = HUGE_VAL, most = -HUGE_VAL;

	for (size_t i = 0; i < m->n; i++) {
		sum += m->list[i].score;
		least = fmin(least, m->list[i].score);
		most = fmax(most, m->list[i].score);
	}
	switch (g->scores) {
	case GRADING_SUM:
		return sum;
	case GRADING_AVG:
		return sum / (double)m->n;
	case GRADING_MIN:
		return least;
	case GRADING_MAX:
		return most;
	case GRADING_PASS_FAIL:
		break;
	}
	return first(m) == VERDICT_AC ? g->accept_score : 0;
}

/* 2025-09 says who may write a score. */
static int check_given(
        const struct grading_group *g, const struct grading_result *r, struct err *err)
{
	const char *why = NULL;

	if (r->given == GRADING_NO_SCORE)
		return 0;
	if (r->verdict != VERDICT_AC)
		why = "for a test case that it does not accept";
	else if (g->scores == GRADING_PASS_FAIL)
		why = "where all or nothing counts";
	else if (r->score < 0)
		why = "below zero";
	if (!why)
		return 0;
	return err_set(err, ERR_BUSY, "group \"%s\": the validator gave a score %s", g->name, why);
}

static int case_score(const struct summing *s, int group, size_t i, double *score, struct err *err)
{
	const struct grading_plan *p = s->p;
	const struct grading_group *g = group_at(p, group);
	const struct grading_case *c = &p->cases[i];
	const struct grading_result *r = &s->results[i];
	const double most = c->scored ? c->max : g->case_max;

	*score = g->reject_score;
	if (p->scoring && p->score_is_all && !c->sample && check_given(g, r, err) < 0)
		return err_result(err);
	if (!p->scoring || r->verdict != VERDICT_AC)
		return 0;
	*score = r->given != GRADING_NO_SCORE ? r->score : c->scored ? c->max : g->accept_score;
	if (p->score_is_all && c->sample) {
		*score = 0; /* 2025-09: not an error, but ignored */
		return 0;
	}
	if (r->given == GRADING_MULTIPLIER && (r->score < 0 || r->score > 1 || isinf(most)))
		return err_set(err, ERR_BUSY,
		        "group \"%s\": the validator's score_multiplier.txt says %g, where %s",
		        g->name, r->score,
		        isinf(most) ? "there is no highest score" : "0 to 1 is right");
	if (r->given == GRADING_MULTIPLIER)
		*score = r->score * most;
	if (isfinite(*score) && *score <= most + SLACK)
		return 0;
	return err_set(err, ERR_BUSY,
	        "group \"%s\": a test case got %g points, at most %g are right", g->name, *score,
	        most);
}

/* The verdict of the first required group that was not accepted; VERDICT_NONE: all were. */
static enum verdict unmet(const struct grading_group *g, const struct grading_sum *sums)
{
	for (size_t i = 0; i < g->nrequires; i++)
		if (sums[g->requires[i]].verdict != VERDICT_AC)
			return sums[g->requires[i]].verdict;
	return VERDICT_NONE;
}

/* What case i adds to the members of `group`; false: nothing (its child group is there already, or
 * it was not run). */
static int add_member(
        const struct summing *s, int group, size_t i, struct grading_members *m, struct err *err)
{
	int child = member_of(s->p, i, group);
	struct grading_sum *out = &m->list[m->n];
	bool repeated = child >= 0 && i > 0 && member_of(s->p, i - 1, group) == child;

	if (child == -2 || repeated)
		return 0;
	if (child >= 0)
		*out = s->sums[child];
	else
		out->verdict = s->results[i].verdict;
	if (out->verdict == VERDICT_NONE)
		return 0;
	if (child < 0 && case_score(s, group, i, &out->score, err) < 0)
		return err_result(err);
	m->n++;
	return 0;
}

static int check_range(
        const struct grading_plan *p, const struct grading_group *g, double score, struct err *err)
{
	if (!p->scoring || (score >= g->range_min - SLACK && score <= g->range_max + SLACK))
		return 0;
	return err_set(err, ERR_BUSY, "group \"%s\" got %g points, %g to %g are right", g->name,
	        score, g->range_min, g->range_max);
}

static int sum_group(const struct summing *s, int group, struct grading_members *m, struct err *err)
{
	const struct grading_group *g = group_at(s->p, group);
	struct grading_sum *out = &s->sums[group];

	m->n = 0;
	*out = (struct grading_sum){.verdict = VERDICT_NONE};
	for (size_t i = 0; i < s->p->ncases; i++)
		if (add_member(s, group, i, m, err) < 0)
			return err_result(err);
	if (m->n == 0) {
		out->verdict = unmet(g, s->sums);
		return 0;
	}
	if (g->ignore_sample && m->n > 1) {
		m->list[0] = m->list[m->n - 1];
		m->n = 1;
	}
	if (g->custom && s->grader) {
		if (s->grader->grade(s->grader->ctx, g, m, out, err) < 0)
			return err_wrap(err, "grader of group \"%s\"", g->name);
	} else {
		*out = (struct grading_sum){sum_verdict(g, m), sum_score(g, m)};
	}
	return out->verdict == VERDICT_AC ? check_range(s->p, g, out->score, err) : 0;
}

static int sum_groups(const struct summing *s, struct grading_members *m, struct err *err)
{
	for (size_t g = group_count(s->p); g-- > 0;)
		if (sum_group(s, (int)g, m, err) < 0)
			return err_result(err);
	return 0;
}

/* What was left out because a required group failed: that one's verdict, down the chain. The
 * required stand before those that ask for them, so this goes forwards, on sums of a first round.
 */
static int find_unmet(const struct summing *s, struct grading_members *m, struct err *err)
{
	bool any = false;

	for (size_t g = 0; g < s->p->ngroups; g++)
		any = any || s->p->groups[g].nrequires > 0;
	if (!any)
		return 0;
	if (sum_groups(s, m, err) < 0)
		return err_result(err);
	for (size_t g = 0; g < s->p->ngroups; g++)
		if (s->sums[g].verdict == VERDICT_NONE)
			s->sums[g].verdict = unmet(&s->p->groups[g], s->sums);
	return 0;
}

int grading_finish(const struct grading_plan *p, const struct grading_result *results,
        const struct grading_grader *grader, struct grading_sum *sums, struct err *err)
{
	auto_free struct grading_sum *list = xcalloc(p->ncases + 1, sizeof(*list));
	struct grading_members m = {.list = list};
	struct summing s = {p, results, grader, sums};

	memset(sums, 0, group_count(p) * sizeof(*sums));
	if (find_unmet(&s, &m, err) < 0 || sum_groups(&s, &m, err) < 0)
		return err_result(err);
	return 0;
}

/* Skipping. */

/* Some member of `group` that ends before case i has failed. */
static bool has_failed(
        const struct grading_plan *p, const struct grading_result *results, int group, size_t i)
{
	int own = member_of(p, i, group);

	for (size_t k = 0; k < i; k++) {
		int child = member_of(p, k, group);

		if (child == -2 || results[k].verdict == VERDICT_NONE ||
		        results[k].verdict == VERDICT_AC)
			continue;
		if (child == -1)
			return true;
		if (child != own && group_at(p, child)->verdicts != GRADING_ALWAYS_ACCEPT &&
		        !group_at(p, child)->accept_if_any)
			return true;
	}
	return false;
}

static bool all_accepted(
        const struct grading_plan *p, const struct grading_result *results, int group, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (is_inside(p, p->cases[k].group, group) && results[k].verdict != VERDICT_AC)
			return false;
	return true;
}

bool grading_skips(const struct grading_plan *p, const struct grading_result *results, size_t i)
{
	bool stops = p->scoring || !p->run_all;

	for (int g = p->cases[i].group; g >= 0; g = group_at(p, g)->parent) {
		const struct grading_group *at = group_at(p, g);

		if (stops && !at->go_on && has_failed(p, results, g, i))
			return true;
		for (size_t k = 0; k < at->nrequires; k++)
			if (!all_accepted(p, results, at->requires[k], i))
				return true;
	}
	return false;
}

/* The decision. */

enum verdict grading_verdict(const struct grading_plan *p, const struct grading_result *results,
        const struct grading_sum *whole)
{
	bool no_samples = p->ngroups && p->groups[0].ignore_sample;
	enum verdict found = VERDICT_AC;

	if (!p->scoring && !p->run_all)
		return whole->verdict;
	for (size_t i = 0; i < p->ncases && found == VERDICT_AC; i++)
		if (results[i].verdict != VERDICT_NONE && !(no_samples && p->cases[i].sample))
			found = results[i].verdict;
	if (p->scoring && whole->verdict != VERDICT_AC && !p->score_is_all)
		return whole->verdict;
	return found;
}

int64_t grading_milli(double score)
{
	if (!isfinite(score))
		return 0;
	return llround(fmax(fmin(score, MAX_POINTS), -MAX_POINTS) * POINTS_SCALE);
}

int64_t grading_points(const struct grading_plan *p, const struct grading_sum *whole)
{
	if (!p->scoring || (whole->verdict != VERDICT_AC && !p->score_is_all))
		return 0;
	if (!(whole->score > 0))
		return 0;
	return grading_milli(whole->score);
}
