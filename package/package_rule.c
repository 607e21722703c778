/* package_rule.c -- submissions/submissions.yaml (2025-09): globs over submissions, each with
 * metadata and demands, which may hold for some test cases only.
 *
 * The format's own defaults (accepted: permitted [AC] ...) are rules like the others; a key that is
 * exactly such a folder's name replaces what it names of them. From the rules that hold for all
 * cases follows which verdict of the whole submission is right. */
#include "package/package_rule.h"

enum { MAX_RULES = 100, EXPANSIONS_MAX = 512, GLOB_MAX = 400, KEY_MAX = 150 };

#define AC  PACKAGE_BIT(VERDICT_AC)
#define WA  PACKAGE_BIT(VERDICT_WA)
#define TLE PACKAGE_BIT(VERDICT_TLE)
#define RTE                                                                                        \
	(PACKAGE_BIT(VERDICT_RTE) | PACKAGE_BIT(VERDICT_MLE) | PACKAGE_BIT(VERDICT_OLE) |          \
	        PACKAGE_BIT(VERDICT_SV))
#define ALL_OUT (AC | WA | TLE | RTE)

static const struct {
	const char *folder;
	unsigned permitted, required;
	enum package_time_use time;
} defaults[] = {
        {"accepted", AC, 0, PACKAGE_TIME_AUTO},
        {"rejected", ALL_OUT, WA | TLE | RTE, PACKAGE_TIME_AUTO},
        {"wrong_answer", AC | WA, WA, PACKAGE_TIME_AUTO},
        {"time_limit_exceeded", AC | TLE, TLE, PACKAGE_TIME_AUTO},
        {"run_time_error", AC | RTE, RTE, PACKAGE_TIME_AUTO},
        {"brute_force", AC | RTE | TLE, RTE | TLE, PACKAGE_TIME_NO},
};

/* ---- globs */

/* One part of a glob without braces against a path; both end at the same place, or the path goes
 * on behind a '/'. Iterative: the last star is tried longer and longer, within its part. */
static bool star_matches(const char *glob, const char *path)
{
	const char *star = NULL, *from = NULL;

	for (;;) {
		if (!*glob && (!*path || *path == '/'))
			return true;
		if (*glob == '*') {
			star = ++glob;
			from = path;
		} else if (*path && *glob == *path) {
			glob++;
			path++;
		} else if (star && *from && *from != '/') {
			glob = star;
			path = ++from;
		} else {
			return false;
		}
	}
}

/* The comma or the brace that ends an alternative. */
static const char *end_of_choice(const char *c)
{
	for (int depth = 0; *c; c++) {
		if (depth == 0 && (*c == ',' || *c == '}'))
			return c;
		depth += (*c == '{') - (*c == '}');
	}
	return NULL;
}

/* Puts the alternatives of the first braces of `glob` behind the list, without the blanks around
 * them, which no name has; false: no braces. */
static bool expand(const char *glob, char (*list)[GLOB_MAX], size_t *n)
{
	const char *open = strchr(glob, '{');
	const char *choice = open ? open + 1 : NULL;
	const char *close = choice;

	while (close && *close && *close != '}') {
		close = end_of_choice(close);
		close = close && *close == ',' ? close + 1 : close;
	}
	if (!close || !*close)
		return false;
	while (choice <= close && *n < EXPANSIONS_MAX) {
		const char *end = end_of_choice(choice), *last = end;

		while (choice < end && *choice == ' ')
			choice++;
		while (last > choice && last[-1] == ' ')
			last--;
		if (snprintf(list[*n], GLOB_MAX, "%.*s%.*s%s", (int)(open - glob), glob,
		            (int)(last - choice), choice, close + 1) < GLOB_MAX)
			++*n;
		choice = end + 1;
	}
	return true;
}

bool rule_matches(const char *glob, const char *path)
{
	char(*list)[GLOB_MAX] = NULL;
	size_t n = 1;
	bool found = false;

	if (strlen(glob) >= GLOB_MAX)
		return false;
	if (!strchr(glob, '{'))
		return star_matches(glob, path);
	list = xcalloc(EXPANSIONS_MAX, sizeof(*list));
	snprintf(list[0], GLOB_MAX, "%s", glob);
	for (size_t i = 0; i < n && !found; i++) {
		if (!expand(list[i], list, &n))
			found = star_matches(list[i], path);
	}
	free(list);
	return found;
}

/* ---- one rule */

static unsigned read_verdicts(
        struct parser *s, const struct doc *d, const char *way, const json_t *list)
{
	static const struct {
		const char *word;
		unsigned bits;
	} words[] = {{"AC", AC}, {"WA", WA}, {"TLE", TLE}, {"RTE", RTE}};
	unsigned bits = 0;
	const json_t *one;
	size_t i;

	if (!json_is_array(list))
		doc_complain(s, d, way, "must be a list of AC, WA, TLE, RTE");
	json_array_foreach (list, i, one) {
		const char *text = json_string_value(one);
		unsigned bit = 0;

		for (size_t j = 0; text && j < ARRAY_LEN(words); j++)
			bit |= strcmp(words[j].word, text) == 0 ? words[j].bits : 0;
		if (!bit)
			doc_complain(s, d, way, "must be a list of AC, WA, TLE, RTE");
		bits |= bit;
	}
	return bits;
}

static void read_score(struct parser *s, const struct doc *d, const char *way, const json_t *v,
        struct package_rule *r)
{
	const json_t *low = json_is_array(v) ? json_array_get(v, 0) : v;
	const json_t *high = json_is_array(v) ? json_array_get(v, 1) : v;

	r->scored = json_is_number(low) && json_is_number(high) &&
	            (!json_is_array(v) || json_array_size(v) == 2);
	r->score_min = json_number_value(low);
	r->score_max = json_number_value(high);
	if (!r->scored)
		doc_complain(s, d, way, "must be a number or two");
}

static void read_time_use(struct parser *s, const struct doc *d, const char *way, const json_t *v,
        struct package_rule *r)
{
	const char *word = json_string_value(v);

	if (json_is_false(v))
		r->time = PACKAGE_TIME_NO;
	else if (word && strcmp(word, "lower") == 0)
		r->time = PACKAGE_TIME_LOWER;
	else if (word && strcmp(word, "upper") == 0)
		r->time = PACKAGE_TIME_UPPER;
	else if (!json_is_true(v))
		doc_complain(s, d, way, "must be true, false, lower or upper");
}

/* A key, and the way to its value in a document. */
struct place {
	const struct doc *doc;
	const char *way, *key;
};

/* False: the key is none of a rule's. */
static bool read_demand(
        struct parser *s, const struct place *at, const json_t *v, struct package_rule *r)
{
	const struct doc *d = at->doc;
	const char *way = at->way, *key = at->key;

	if (strcmp(key, "permitted") == 0)
		r->permitted = read_verdicts(s, d, way, v);
	else if (strcmp(key, "required") == 0)
		r->required = read_verdicts(s, d, way, v);
	else if (strcmp(key, "score") == 0)
		read_score(s, d, way, v, r);
	else if (strcmp(key, "message") == 0 && json_is_string(v))
		r->message = arena_strdup(s->a, json_string_value(v));
	else if (strcmp(key, "use_for_time_limit") == 0)
		read_time_use(s, d, way, v, r);
	else
		return false;
	return true;
}

static void add_rule(struct parser *s, struct package_submission *sub, const struct package_rule *r)
{
	if (sub->nrules == MAX_RULES)
		findings_add(s->f, "%s: more than %d rules", sub->path, MAX_RULES);
	if (sub->nrules >= MAX_RULES)
		return;
	sub->rules = parse_grow(s->a, sub->rules, sub->nrules, sizeof(*sub->rules));
	sub->rules[sub->nrules++] = *r;
}

/* ---- one key of submissions.yaml on one submission */

struct entry {
	const struct doc *d;
	const char *glob;
	json_t *value;
};

static bool take_metadata(
        struct parser *s, struct package_submission *sub, const char *key, const json_t *v)
{
	if (strcmp(key, "language") == 0 && json_is_string(v))
		sub->program.language = arena_strdup(s->a, json_string_value(v));
	else if (strcmp(key, "entrypoint") == 0 && json_is_string(v))
		sub->program.entry = arena_strdup(s->a, json_string_value(v));
	else if (strcmp(key, "model_solution") == 0)
		sub->model = json_is_true(v);
	else
		return strcmp(key, "authors") == 0;
	return true;
}

/* Demands on some cases: `secret/group1: {permitted: [AC]}`. */
static void take_cases(struct parser *s, const struct entry *e, const char *cases, json_t *value,
        struct package_submission *sub)
{
	struct package_rule r = {.cases = arena_strdup(s->a, cases), .permitted = ALL_OUT};
	const char *key;
	json_t *v;

	json_object_foreach (value, key, v) {
		char way[KEY_MAX];

		snprintf(way, sizeof(way), "%s/%s", e->glob, cases);
		if (!read_demand(s, &(struct place){e->d, way, key}, v, &r))
			doc_complain(s, e->d, way, "no such key: \"%.60s\"", key);
	}
	add_rule(s, sub, &r);
}

static void take_entry(struct parser *s, const struct entry *e, struct package_submission *sub)
{
	struct package_rule r = {.permitted = ALL_OUT};
	struct package_rule *rule = &r;
	const char *key;
	json_t *v;

	if (strcmp(e->glob, sub->folder) == 0 && sub->nrules > 0)
		rule = &sub->rules[0]; /* lies over the default of its folder */
	json_object_foreach (e->value, key, v) {
		char way[KEY_MAX];

		snprintf(way, sizeof(way), "%s/%s", e->glob, key);
		if (take_metadata(s, sub, key, v) ||
		        read_demand(s, &(struct place){e->d, way, key}, v, rule))
			continue;
		if (json_is_object(v))
			take_cases(s, e, key, v, sub);
		else
			doc_complain(s, e->d, way, "no such key");
	}
	if (rule == &r)
		add_rule(s, sub, &r);
}

/* ---- what follows */

static bool is_default_folder(const struct package_submission *sub, struct package_rule *r)
{
	for (size_t i = 0; i < ARRAY_LEN(defaults); i++) {
		if (strcmp(defaults[i].folder, sub->folder) != 0)
			continue;
		*r = (struct package_rule){.permitted = defaults[i].permitted,
		        .required = defaults[i].required,
		        .time = defaults[i].time};
		return true;
	}
	return false;
}

static enum package_time_use time_of(const struct package_rule *r)
{
	if (r->time != PACKAGE_TIME_AUTO)
		return r->time;
	if (r->required == TLE)
		return PACKAGE_TIME_UPPER;
	return r->permitted & TLE ? PACKAGE_TIME_NO : PACKAGE_TIME_LOWER;
}

/* The verdicts of the whole that all rules about all cases leave possible. */
static void conclude(struct package_submission *sub)
{
	unsigned expected = ALL_OUT;

	sub->time = PACKAGE_TIME_NO;
	for (size_t i = 0; i < sub->nrules; i++) {
		struct package_rule *r = &sub->rules[i];
		unsigned allowed = r->permitted;

		r->time = time_of(r);
		if (r->cases)
			continue;
		if (r->required && !(r->required & AC))
			allowed &= ~AC; /* all accepted would not do */
		expected &= allowed;
		if (r->time != PACKAGE_TIME_NO)
			sub->time = r->time;
		if (r->scored) {
			sub->scored = true;
			sub->score_min = r->score_min;
			sub->score_max = r->score_max;
		}
	}
	sub->expected = expected;
	sub->check_manually = false;
}

/* A tag in the source goes before the folder's default, unless submissions.yaml has a rule. */
static bool is_tagged(const struct package_submission *sub)
{
	const struct package_program *p = &sub->program;

	for (size_t i = 0; i < p->nsources; i++) {
		const struct package_file *file = p->sources[i].file;

		if (memmem(file->data, file->len,
		            "@EXPECTED_RESULTS@:", strlen("@EXPECTED_RESULTS@:")))
			return true;
	}
	return false;
}

static void lay_over(struct parser *s, const struct doc *d, struct package_submission *sub)
{
	const char *path = sub->path + strlen("submissions/");
	struct package_rule r;
	bool known = is_default_folder(sub, &r);
	const char *glob;
	json_t *v;
	size_t before;

	if (known)
		add_rule(s, sub, &r);
	before = sub->nrules;
	json_object_foreach (d->root, glob, v) {
		if (json_is_object(v) && rule_matches(glob, path))
			take_entry(s, &(struct entry){d, glob, v}, sub);
	}
	if (sub->nrules == before && (is_tagged(sub) || !known)) {
		sub->nrules = 0; /* the tag, or nothing, says more than the folder */
		return;
	}
	conclude(sub);
}

void parse_rules(struct parser *s)
{
	const struct package_file *file = parse_find(s, "submissions/submissions.yaml");
	auto_doc struct doc d = {0};
	const char *glob;
	json_t *v;

	if (file && !doc_read(s, file, &d))
		return;
	json_object_foreach (d.root, glob, v) {
		if (!json_is_object(v))
			doc_complain(s, &d, "", "\"%.60s\" must be a mapping", glob);
	}
	for (size_t i = 0; i < s->p->nsubmissions; i++)
		lay_over(s, &d, &s->p->submissions[i]);
}
