/* verify_expect.c -- whether the jury's submissions got what the package says. Pure: raw results
 * and a time limit in, verdicts and mismatches out.
 *
 * Submissions that must be too slow are run with more time than the limit, so that the margin can
 * be seen; here the limit is put upon what they took. */
#include "admin/verify.h"

#include "package/package_rule.h"

#include <math.h>

enum { US_PER_MS = 1000 };

static const double SLACK = 1e-6;

static bool is_lower(const struct package_submission *s)
{
	return s->time == PACKAGE_TIME_LOWER ||
	       (s->time == PACKAGE_TIME_AUTO && s->expected == PACKAGE_BIT(VERDICT_AC));
}

bool verify_must_be_in_time(const struct package_submission *s)
{
	return is_lower(s);
}

bool verify_must_be_slow(const struct package_submission *s)
{
	return s->time == PACKAGE_TIME_UPPER ||
	       (s->time == PACKAGE_TIME_AUTO && s->expected == PACKAGE_BIT(VERDICT_TLE));
}

/* In the time of the problem, not of the language: its factor and extra are taken out again. */
static double problem_ms(const struct language *l, double ms)
{
	return (ms - (double)l->time_extra_ms) / l->time_factor;
}

int64_t verify_time_limit(const struct verify *v)
{
	const struct package_limits *l = &v->p->limits;
	int64_t step = l->time_resolution_ms > 0 ? l->time_resolution_ms : 1;
	double need = 1;

	for (size_t i = 0; i < v->p->nsubmissions; i++) {
		const struct verify_result *r = &v->results[i];
		double ms = (double)r->slowest_us / US_PER_MS;

		if (!r->skipped && r->slowest >= 0 && is_lower(r->s))
			need = fmax(need, problem_ms(r->language, ms * l->ac_to_time_limit));
	}
	return (int64_t)ceil(need / (double)step) * step;
}

/* ---- the limit upon what was run */

static void apply_limit(const struct verify *v, struct verify_result *r)
{
	int64_t limit_us;

	if (!r->language || v->p->submit_answer)
		return;
	limit_us = language_time_ms(r->language, v->time_ms) * US_PER_MS;
	r->failed = -1;
	for (size_t i = 0; i < v->p->ncases; i++) {
		struct grading_result *c = &r->cases[i];

		if (c->verdict != VERDICT_NONE && c->verdict != VERDICT_MLE &&
		        r->cpu_us[i] > limit_us)
			*c = (struct grading_result){.verdict = VERDICT_TLE};
		if (c->verdict != VERDICT_NONE && c->verdict != VERDICT_AC && r->failed < 0)
			r->failed = (int)i;
	}
}

static bool has_custom_grader(const struct verify *v)
{
	for (size_t i = 0; i < v->p->ngroups; i++)
		if (v->p->groups[i].custom_grader)
			return true;
	return false;
}

/* ---- expectations */

static void list_verdicts(unsigned bits, char out[64])
{
	size_t at = 0;

	out[0] = 0;
	for (enum verdict v = VERDICT_AC; v < VERDICT_COUNT && at + 8 < 64; v++)
		if (bits & PACKAGE_BIT(v))
			at += (size_t)snprintf(
			        out + at, 64 - at, "%s%s", at ? " or " : "", verdict_id(v));
}

PRINTF(2, 3) static void mismatch(struct verify_result *r, const char *fmt, ...)
{
	va_list args;

	if (r->mismatch[0])
		return;
	va_start(args, fmt);
	vsnprintf(r->mismatch, sizeof(r->mismatch), fmt, args);
	va_end(args);
}

/* The highest score there is; infinite when nobody says. */
static double best_score(const struct verify *v)
{
	double best = HUGE_VAL;

	for (size_t i = 0; i < v->p->ngroups; i++) {
		const struct package_group *g = &v->p->groups[i];

		if (g->parent < 0 || strcmp(g->name, "secret") == 0)
			best = fmin(best, g->range_max);
	}
	return best;
}

static void check_score(const struct verify *v, struct verify_result *r)
{
	const struct package_submission *s = r->s;
	double best = best_score(v), score = r->groups[0].score;
	bool accepted = r->verdict == VERDICT_AC;

	if (!v->p->scoring)
		return;
	if (s->scored && (score < s->score_min - SLACK || score > s->score_max + SLACK))
		mismatch(r, "expected %g to %g points, got %g", s->score_min, s->score_max, score);
	if (s->partial && (!accepted || score >= best - SLACK))
		mismatch(r, "expected part of the points, got %g%s", score,
		        accepted ? "" : ", not accepted");
	if (!s->partial && !s->scored && s->expected == PACKAGE_BIT(VERDICT_AC) && s->nrules == 0 &&
	        isfinite(best) && score < best - SLACK)
		mismatch(r, "expected all %g points, got %g", best, score);
}

/* A rule's glob names a case, or a folder that it is in. */
static bool matches(const char *glob, const char *name)
{
	return !glob || rule_matches(glob, name);
}

static void check_rule(
        const struct verify *v, struct verify_result *r, const struct package_rule *rule)
{
	bool met = rule->required == 0, said = !rule->message;
	char wanted[64];

	for (size_t i = 0; i < v->p->ncases; i++) {
		enum verdict got = r->cases[i].verdict;

		if (got == VERDICT_NONE || !matches(rule->cases, v->p->cases[i].name))
			continue;
		if (!(PACKAGE_BIT(got) & rule->permitted)) {
			list_verdicts(rule->permitted, wanted);
			mismatch(r, "%s: expected %s, got %s", v->p->cases[i].name, wanted,
			        verdict_id(got));
		}
		met = met || (PACKAGE_BIT(got) & rule->required);
		said = said || (r->messages[i] && strcasestr(r->messages[i], rule->message));
	}
	list_verdicts(rule->required, wanted);
	if (!met)
		mismatch(r, "expected %s for some case of %s", wanted,
		        rule->cases ? rule->cases : "the problem");
	if (!said)
		mismatch(r, "no judge message says \"%s\"", rule->message);
}

static const struct grading_sum *sum_of(
        const struct verify *v, const struct verify_result *r, const struct package_rule *rule)
{
	for (size_t i = 0; i < v->p->ngroups && rule->cases; i++)
		if (strcmp(v->p->groups[i].name, rule->cases) == 0)
			return &r->groups[i];
	return &r->groups[0];
}

static void check_rules(const struct verify *v, struct verify_result *r)
{
	for (size_t i = 0; i < r->s->nrules; i++) {
		const struct package_rule *rule = &r->s->rules[i];
		double score = sum_of(v, r, rule)->score;

		check_rule(v, r, rule);
		if (rule->scored && v->p->scoring &&
		        (score < rule->score_min - SLACK || score > rule->score_max + SLACK))
			mismatch(r, "%s: expected %g to %g points, got %g",
			        rule->cases ? rule->cases : "the whole", rule->score_min,
			        rule->score_max, score);
	}
}

static void check(const struct verify *v, struct verify_result *r)
{
	char wanted[64];

	if (r->fault) {
		mismatch(r, "judging error: %s", r->why);
		return;
	}
	if (r->s->check_manually)
		return;
	if (r->verdict == VERDICT_CE && !(r->s->expected & PACKAGE_BIT(VERDICT_CE))) {
		mismatch(r, "does not compile: %.400s", r->why);
		return;
	}
	list_verdicts(r->s->expected, wanted);
	if (!(r->s->expected & PACKAGE_BIT(r->verdict)) &&
	        (r->s->nrules == 0 || r->verdict == VERDICT_CE))
		mismatch(r, "expected %s, got %s%s%.300s", wanted, verdict_id(r->verdict),
		        r->why[0] ? ": " : "", r->why);
	if (r->verdict == VERDICT_CE)
		return;
	check_score(v, r);
	check_rules(v, r);
}

enum verdict verify_verdict(const struct verify *v, const struct verify_result *r)
{
	if (v->p->scoring && !v->p->domjudge_scores)
		return r->groups[0].verdict;
	return grading_verdict(&v->problem.plan, r->cases, &r->groups[0]);
}

/* The limit, and what follows from it; a package's own grader has spoken already. */
static void regrade(const struct verify *v, struct verify_result *r)
{
	const struct grading_plan *p = &v->problem.plan;
	struct err err = {0};

	apply_limit(v, r);
	if (has_custom_grader(v))
		return;
	if (grading_finish(p, r->cases, NULL, r->groups, &err) < 0) {
		r->fault = true;
		snprintf(r->why, sizeof(r->why), "%s", err.msg);
		return;
	}
	r->verdict = verify_verdict(v, r);
}

void verify_expect(struct verify *v)
{
	for (size_t i = 0; i < v->p->nsubmissions; i++) {
		struct verify_result *r = &v->results[i];

		if (r->skipped)
			continue;
		r->mismatch[0] = 0;
		if (!r->fault && r->verdict != VERDICT_CE)
			regrade(v, r);
		check(v, r);
	}
}
