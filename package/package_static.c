/* package_static.c -- static validation of 2025-09: a test case of a group that is the submission
 * itself, for the program in static_validator/. A test_group.yaml defines it by
 * static_validation_score; nothing of it is inherited.
 *
 * It is the first test case of its group, GROUP/static_validation: it needs no output of the
 * others, and costs less than they do. In a group that gives points it has a highest score of its
 * own, which it gets when it is accepted without a score; in a sum the other cases share the rest
 * (settle in package_group.c). */
#include "package/package_parse.h"

#include <math.h>

enum { MAX_SCORE = 1000000000 };

static const char score_key[] = "static_validation_score";
static const char args_key[] = "static_validator_args";

/* False: there is none, or a finding was made. */
static bool read_score(struct parser *s, const struct doc *d, struct package_case *c)
{
	static const double range[] = {0, MAX_SCORE};
	const json_t *value = doc_get(d, score_key);

	if (!value)
		return false;
	if (json_is_string(value) && strcmp(json_string_value(value), "pass-fail") == 0)
		return true;
	c->scored = true;
	if (json_is_integer(value))
		return doc_number_in(s, d, score_key, range, &c->max);
	doc_complain(s, d, score_key, "must be a whole number or pass-fail");
	return false;
}

static bool has_groups(const struct package *p)
{
	for (size_t i = 0; i < p->ngroups; i++)
		if (parse_starts(p->groups[i].name, "secret/"))
			return true;
	return false;
}

static void take_case(struct parser *s, const struct folder *f)
{
	static const char *const none[] = {NULL};
	char name[PACKAGE_MAX_PATH + 40], input[PACKAGE_MAX_PATH + 60];
	struct package *p = s->p;
	struct package_case c = {.is_static = true,
	        .sample = strcmp(f->name, "sample") == 0,
	        .group = f->group,
	        .validator_args = none,
	        .args = none};

	if (!read_score(s, &f->doc, &c))
		return;
	doc_args(s, &f->doc, args_key, &c.validator_args);
	snprintf(name, sizeof(name), "%s/static_validation", f->name);
	snprintf(input, sizeof(input), "data/%s.in", name);
	c.name = arena_strdup(s->a, name);
	if (p->nstatic_validators == 0)
		doc_complain(s, &f->doc, score_key, "there is no program in static_validator");
	if (strcmp(f->name, "secret") == 0 && has_groups(p))
		doc_complain(s, &f->doc, score_key,
		        "data/secret has test groups: it belongs into one of them");
	if (parse_find(s, input))
		findings_add(s->f, "%s: has the name of the group's static validation", input);
	p->cases = parse_grow(s->a, p->cases, p->ncases, sizeof(*p->cases));
	p->cases[p->ncases++] = c;
}

void parse_static_cases(struct parser *s)
{
	size_t before = s->p->ncases;

	for (size_t i = 0; i < s->nfolders && !s->old_groups; i++) {
		const struct folder *f = &s->folders[i];
		bool group = f->group > 0 && strcmp(s->p->groups[f->group].name, f->name) == 0;

		if (!f->doc.root)
			continue;
		if (group)
			take_case(s, f);
		else if (doc_get(&f->doc, score_key))
			doc_complain(s, &f->doc, score_key, "is for sample, secret and its groups");
		if (doc_get(&f->doc, args_key) && !doc_get(&f->doc, score_key))
			doc_complain(s, &f->doc, args_key, "needs a static_validation_score");
	}
	if (s->p->nstatic_validators > 0 && s->p->ncases == before)
		findings_add(&s->p->notes, "static_validator: never run: no test_group.yaml has a "
		                           "static_validation_score");
}

const struct package_case *parse_static_case(const struct package *p, size_t group)
{
	for (size_t i = 0; i < p->ncases; i++)
		if (p->cases[i].is_static && p->cases[i].group == (int)group)
			return &p->cases[i];
	return NULL;
}

void parse_static_score(
        struct parser *s, const struct package_group *g, const struct doc *d, double max)
{
	const struct package_case *c = parse_static_case(s->p, (size_t)(g - s->p->groups));
	bool pass_fail = !s->p->scoring || strcmp(g->name, "sample") == 0 ||
	                 g->score_mode == PACKAGE_PASS_FAIL;

	if (!c)
		return;
	if (c->scored && pass_fail)
		doc_complain(s, d, score_key, "must be pass-fail, as the group is%s",
		        s->p->scoring ? "" : " in a problem that is not scoring");
	else if (!c->scored && !pass_fail)
		doc_complain(s, d, score_key, "must be a number, as the group gives points");
	else if (c->scored && c->max > max)
		doc_complain(s, d, score_key, "is more than the group's max_score");
}
