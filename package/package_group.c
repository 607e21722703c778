/* package_group.c -- the folders of data/ as a tree of test groups, with everything resolved that
 * they inherit: testdata.yaml of the legacy formats, test_group.yaml of the new ones.
 *
 * Legacy: every folder is a group, and each key of testdata.yaml holds for all folders below that
 * do not say otherwise. 2025-09: a group is data/sample, data/secret and each folder of it with a
 * test_group.yaml; arguments are inherited, scores are not. Its words become ours:
 *
 *     pass-fail   PASS_FAIL, worth max_score when all cases are accepted
 *     min         MIN, each case worth max_score
 *     sum         SUM, each of N cases worth max_score / N (what a static validation leaves of it)
 *     unbounded   case_max infinite: the validator must give a score
 *
 * 2023-07, the draft, is about in both ways: with a testdata.yaml it is read as legacy. */
#include "package/package_parse.h"

#include <math.h>

enum { MAX_FOLDERS = 2000, PATH_SIZE = PACKAGE_MAX_PATH + 100, MAX_SCORE = 1000000000 };

/* '/' sorts before everything else: a folder's files stay together, and names compare whole. */
int parse_compare(const char *a, const char *b)
{
	for (;; a++, b++) {
		int ca = *a == '/' ? 1 : (unsigned char)*a, cb = *b == '/' ? 1 : (unsigned char)*b;

		ca += ca > 1;
		cb += cb > 1;
		if (ca != cb || ca == 0)
			return ca - cb;
	}
}

/* "sample" first, "secret" next, then what is for validators only. */
static int by_folder(const void *a, const void *b)
{
	const struct folder *fa = a, *fb = b;

	return parse_compare(fa->name, fb->name);
}

const struct folder *parse_find_folder(const struct parser *s, const char *name)
{
	const struct folder key = {.name = name};

	return bsearch(&key, s->folders, s->nfolders, sizeof(*s->folders), by_folder);
}

/* ---- which folders there are */

static bool is_group_file(const char *path)
{
	return parse_ends(path, "/testdata.yaml") || parse_ends(path, "/test_group.yaml");
}

/* False: there are too many. */
static bool add_folder(struct parser *s, const char *name, size_t len)
{
	for (size_t i = 0; i < s->nfolders; i++) { /* files come sorted: mostly the last */
		const char *old = s->folders[s->nfolders - 1 - i].name;

		if (strncmp(old, name, len) == 0 && !old[len])
			return true;
	}
	if (s->nfolders == MAX_FOLDERS)
		return false;
	s->folders[s->nfolders++] =
	        (struct folder){.name = arena_strndup(s->a, name, len), .parent = -1, .group = -1};
	return true;
}

static void collect(struct parser *s)
{
	size_t n;
	const struct package_file *file = parse_folder(s, "data/", &n);
	bool room = true;

	s->folders = arena_alloc(s->a, MAX_FOLDERS * sizeof(*s->folders));
	s->folders[s->nfolders++] = (struct folder){.name = "", .parent = -1, .group = -1};
	for (size_t i = 0; i < n && room; i++) {
		const char *name = file[i].path + strlen("data/");

		if (!parse_ends(name, ".in") && !is_group_file(file[i].path))
			continue;
		for (const char *c = strchr(name, '/'); c && room; c = strchr(c + 1, '/'))
			room = add_folder(s, name, (size_t)(c - name));
	}
	if (!room)
		findings_add(s->f, "data: more than %d folders", MAX_FOLDERS);
	qsort(s->folders, s->nfolders, sizeof(*s->folders), by_folder);
	for (size_t i = 1; i < s->nfolders; i++) {
		const char *slash = strrchr(s->folders[i].name, '/');
		const char *above = arena_strndup(
		        s->a, s->folders[i].name, slash ? (size_t)(slash - s->folders[i].name) : 0);

		s->folders[i].parent = (int)(parse_find_folder(s, above) - s->folders);
	}
}

/* ---- documents */

static const struct package_file *group_file(
        const struct parser *s, const struct folder *f, const char *name)
{
	char path[PATH_SIZE];

	snprintf(path, sizeof(path), "data/%s%s%s", f->name, *f->name ? "/" : "", name);
	return parse_find(s, path);
}

static void read_docs(struct parser *s)
{
	bool old = false;

	for (size_t i = 0; i < s->nfolders; i++)
		old = old || group_file(s, &s->folders[i], "testdata.yaml");
	s->old_groups = !parse_is_new(s->p) || (s->p->format == PACKAGE_2023_07 && old);
	for (size_t i = 0; i < s->nfolders; i++) {
		struct folder *f = &s->folders[i];
		const struct package_file *mine =
		        group_file(s, f, s->old_groups ? "testdata.yaml" : "test_group.yaml");
		const struct package_file *other =
		        group_file(s, f, s->old_groups ? "test_group.yaml" : "testdata.yaml");

		if (other)
			findings_add(&s->p->notes, "%s: belongs to another format, ignored",
			        other->path);
		if (mine)
			doc_read(s, mine, &f->doc);
	}
}

void parse_groups_free(struct parser *s)
{
	for (size_t i = 0; i < s->nfolders; i++)
		doc_free(&s->folders[i].doc);
	s->nfolders = 0;
}

/* ---- what is inherited by cases */

static void check_flags(struct parser *s, const struct doc *d, const char *way, package_args args)
{
	const char *bad = s->p->custom_validation ? NULL : parse_bad_flag(args);

	if (bad)
		doc_complain(s, d, way,
		        "no such flag of the default validator, or its number is missing: "
		        "\"%.60s\"",
		        bad);
}

static void overlay_old(struct parser *s, const struct doc *d, struct inherited *out)
{
	const char *way = json_is_object(doc_get(d, "output_validator_flags"))
	                          ? "output_validator_flags/flags"
	                          : "output_validator_flags";
	json_t *input = json_object_get(d->root, "input_validator_flags");

	if (doc_args(s, d, way, &out->validator_args))
		check_flags(s, d, way, out->validator_args);
	if (json_is_object(input))
		input = json_object_get(input, "flags");
	if (json_is_string(input) || json_is_array(input))
		out->input_validator_args = input;
	else if (input && !json_is_null(input))
		doc_complain(s, d, "input_validator_flags", "must be a text");
}

void parse_overlay(struct parser *s, const struct doc *d, struct inherited *out)
{
	json_t *input = json_object_get(d->root, "input_validator_args");

	if (s->old_groups) {
		overlay_old(s, d, out);
		return;
	}
	if (doc_args(s, d, "output_validator_args", &out->validator_args))
		check_flags(s, d, "output_validator_args", out->validator_args);
	doc_args(s, d, "args", &out->args);
	doc_bool(s, d, "full_feedback", &out->full_feedback);
	if (json_is_array(input) || json_is_object(input) || json_is_string(input))
		out->input_validator_args = input;
	else if (input && !json_is_null(input))
		doc_complain(s, d, "input_validator_args",
		        "must be a list of texts, or such lists by validator");
}

static void inherit(struct parser *s)
{
	static const char *const none[] = {NULL};

	for (size_t i = 0; i < s->nfolders; i++) {
		struct folder *f = &s->folders[i];

		if (f->parent >= 0)
			f->in = s->folders[f->parent].in;
		else
			f->in = (struct inherited){.validator_args = none, .args = none};
		if (strcmp(f->name, "sample") == 0)
			f->in.full_feedback = !s->old_groups;
		if (f->doc.root)
			parse_overlay(s, &f->doc, &f->in);
	}
}

/* ---- groups */

static struct package_group *add_group(struct parser *s, struct folder *f, int parent)
{
	static const char *const none[] = {NULL};
	struct package *p = s->p;
	struct package_group *g;

	p->groups = parse_grow(s->a, p->groups, p->ngroups, sizeof(*p->groups));
	g = &p->groups[p->ngroups];
	*g = (struct package_group){.name = f->name,
	        .parent = parent,
	        .accept_score = 1,
	        .range_min = -INFINITY,
	        .range_max = INFINITY,
	        .case_max = INFINITY,
	        .grader_flags = none};
	f->group = (int)p->ngroups++;
	return g;
}

static bool is_judged(const char *name)
{
	return !*name || strcmp(name, "sample") == 0 || strcmp(name, "secret") == 0 ||
	       parse_starts(name, "sample/") || parse_starts(name, "secret/");
}

static bool is_below(const char *name, const char *above)
{
	return parse_starts(name, above) && name[strlen(above)] == '/';
}

/* ---- legacy */

static const char *const old_keys[] = {"on_reject", "grading", "grader_flags",
        "input_validator_flags", "output_validator_flags", "accept_score", "reject_score", "range",
        "objective", "type", "name", NULL};

/* One word of grader_flags; false: the default grader does not know it. */
static bool take_grader_flag(struct package_group *g, const char *word)
{
	static const struct {
		const char *word;
		enum package_verdict_mode mode;
	} verdicts[] = {{"worst_error", PACKAGE_WORST_ERROR}, {"first_error", PACKAGE_FIRST_ERROR},
	        {"always_accept", PACKAGE_ALWAYS_ACCEPT}};
	static const struct {
		const char *word;
		enum package_score_mode mode;
	} scores[] = {{"sum", PACKAGE_SUM}, {"avg", PACKAGE_AVG}, {"min", PACKAGE_MIN},
	        {"max", PACKAGE_MAX}};
	bool known = false;

	for (size_t i = 0; i < ARRAY_LEN(verdicts); i++) {
		if (strcmp(word, verdicts[i].word) == 0) {
			g->verdict_mode = verdicts[i].mode;
			known = true;
		}
	}
	for (size_t i = 0; i < ARRAY_LEN(scores); i++) {
		if (strcmp(word, scores[i].word) == 0) {
			g->score_mode = scores[i].mode;
			known = true;
		}
	}
	if (strcmp(word, "ignore_sample") == 0)
		return g->ignore_sample = g->parent < 0, true;
	if (strcmp(word, "accept_if_any_accepted") == 0)
		return g->accept_if_any = true;
	return known;
}

static void read_grader(struct parser *s, const struct doc *d, struct package_group *g)
{
	const char *grading = NULL;

	if (doc_text(s, d, "grading", &grading)) {
		g->custom_grader = strcmp(grading, "custom") == 0;
		if (!g->custom_grader && strcmp(grading, "default") != 0)
			doc_complain(s, d, "grading", "must be default or custom");
	}
	if (!doc_args(s, d, "grader_flags", &g->grader_flags))
		return;
	g->verdict_mode = PACKAGE_WORST_ERROR;
	g->score_mode = PACKAGE_SUM;
	g->accept_if_any = g->ignore_sample = false;
	for (size_t i = 0; g->grader_flags[i]; i++) {
		if (!take_grader_flag(g, g->grader_flags[i]) && !g->custom_grader)
			doc_complain(s, d, "grader_flags",
			        "no such flag of the default grader: \"%.60s\"",
			        g->grader_flags[i]);
	}
}

static void read_range(struct parser *s, const struct doc *d, struct package_group *g)
{
	package_args words = NULL;
	char *end = NULL;

	if (!doc_args(s, d, "range", &words))
		return;
	if (words[0] && words[1] && !words[2]) {
		g->range_min = strtod(words[0], &end);
		if (!*end)
			g->range_max = strtod(words[1], &end);
	}
	if (!end || *end || !(g->range_min <= g->range_max))
		doc_complain(s, d, "range", "must be two numbers, the smaller first");
}

static void read_old(struct parser *s, const struct doc *d, struct package_group *g)
{
	static const double scores[] = {-MAX_SCORE, MAX_SCORE};
	const char *word = NULL;

	if (doc_text(s, d, "on_reject", &word)) {
		g->on_reject = strcmp(word, "continue") == 0 ? PACKAGE_REJECT_CONTINUE
		                                             : PACKAGE_REJECT_BREAK;
		if (strcmp(word, "continue") != 0 && strcmp(word, "break") != 0 &&
		        strcmp(word, "first_error") != 0 && strcmp(word, "worst_error") != 0 &&
		        strcmp(word, "grade") != 0)
			doc_complain(s, d, "on_reject", "must be break or continue");
	}
	read_grader(s, d, g);
	doc_number_in(s, d, "accept_score", scores, &g->accept_score);
	doc_number_in(s, d, "reject_score", scores, &g->reject_score);
	read_range(s, d, g);
	doc_only(s, d, "", old_keys, false);
}

static void make_old(struct parser *s)
{
	for (size_t i = 0; i < s->nfolders; i++) {
		struct folder *f = &s->folders[i];
		int parent = f->parent < 0 ? -1 : s->folders[f->parent].group;
		struct package_group *g;

		if (!is_judged(f->name))
			continue;
		g = add_group(s, f, parent);
		if (parent >= 0) {
			const char *name = g->name;

			*g = s->p->groups[parent];
			g->name = name;
			g->parent = parent;
			g->ignore_sample = false;
		}
		if (f->doc.root)
			read_old(s, &f->doc, g);
	}
}

/* ---- 2025-09 */

static const char *const group_keys[] = {"max_score", "score_aggregation",
        "static_validation_score", "require_pass", "args", "input_validator_args",
        "static_validator_args", "output_validator_args", "input_visualizer_args",
        "output_visualizer_args", "full_feedback", "description", NULL};

static bool is_new_group(const struct folder *f)
{
	return strcmp(f->name, "sample") == 0 || strcmp(f->name, "secret") == 0 ||
	       (f->doc.file && is_below(f->name, "secret"));
}

static void make_new(struct parser *s)
{
	add_group(s, &s->folders[0], -1);
	for (size_t i = 1; i < s->nfolders; i++) {
		struct folder *f = &s->folders[i];
		int above = s->folders[f->parent].group;

		if (f->doc.root)
			doc_only(s, &f->doc, "", group_keys, true);
		if (!is_judged(f->name))
			continue;
		if (is_new_group(f))
			add_group(s, f, above);
		else
			f->group = above;
	}
	for (size_t i = 1; i < s->p->ngroups; i++) {
		const struct package_group *g = &s->p->groups[i];

		if (g->parent > 0 && strcmp(s->p->groups[g->parent].name, "secret") != 0)
			findings_add(s->f, "data/%s/test_group.yaml: a group inside of a group",
			        g->name);
	}
}

void parse_groups(struct parser *s)
{
	collect(s);
	read_docs(s);
	inherit(s);
	if (s->old_groups)
		make_old(s);
	else
		make_new(s);
}

/* ---- scores of 2025-09 */

static const struct doc *doc_of(const struct parser *s, const struct package_group *g)
{
	const struct folder *f = parse_find_folder(s, g->name);

	return f && f->doc.root ? &f->doc : NULL;
}

static void read_max(struct parser *s, const struct doc *d, double *max)
{
	static const double range[] = {0, MAX_SCORE};
	const char *word = json_string_value(doc_get(d, "max_score"));

	if (word && strcmp(word, "unbounded") == 0)
		*max = INFINITY;
	else
		doc_number_in(s, d, "max_score", range, max);
}

static void read_mode(struct parser *s, const struct doc *d, struct package_group *g)
{
	const char *word = NULL;

	if (!doc_text(s, d, "score_aggregation", &word))
		return;
	if (strcmp(word, "sum") == 0)
		g->score_mode = PACKAGE_SUM;
	else if (strcmp(word, "min") == 0)
		g->score_mode = PACKAGE_MIN;
	else if (strcmp(word, "pass-fail") == 0)
		g->score_mode = PACKAGE_PASS_FAIL;
	else
		doc_complain(s, d, "score_aggregation", "must be pass-fail, sum or min");
}

/* The groups of that name: with and without the folder "secret". */
static int group_named(const struct package *p, const char *name)
{
	for (size_t i = 1; i < p->ngroups; i++) {
		const char *own = p->groups[i].name;

		if (strcmp(own, name) == 0 ||
		        (is_below(own, "secret") && strcmp(own + strlen("secret/"), name) == 0))
			return (int)i;
	}
	return -1;
}

static void read_requires(struct parser *s, const struct doc *d, struct package_group *g)
{
	package_args names = NULL;

	if (!doc_args(s, d, "require_pass", &names))
		return;
	for (size_t i = 0; names[i]; i++) {
		int required = group_named(s->p, names[i]);

		if (required < 0 || &s->p->groups[required] >= g)
			doc_complain(s, d, "require_pass",
			        "no such group that is judged earlier: \"%.100s\"", names[i]);
		else if (g->nrequires == PACKAGE_MAX_REQUIRES)
			doc_complain(s, d, "require_pass", "more than %d", PACKAGE_MAX_REQUIRES);
		else
		g->requires[g->nrequires++] = required;
	}
}

static size_t cases_in(const struct package *p, size_t group)
{
	size_t n = 0;

	for (size_t i = 0; i < p->ncases; i++)
		n += p->cases[i].group == (int)group && !p->cases[i].is_static;
	return n;
}

/* Scores of cases and the group, once mode and maximum are known. */
static void settle(const struct package *p, struct package_group *g, double max)
{
	size_t at = (size_t)(g - p->groups), n = cases_in(p, at);
	const struct package_case *own = parse_static_case(p, at);
	double shared = own && own->scored ? max - own->max : max;
	bool secret = strcmp(g->name, "secret") == 0;

	g->range_min = 0;
	g->range_max = max;
	g->on_reject = g->score_mode == PACKAGE_SUM || secret ? PACKAGE_REJECT_CONTINUE
	                                                      : PACKAGE_REJECT_BREAK;
	g->accept_if_any = g->score_mode == PACKAGE_SUM;
	g->case_max = g->score_mode == PACKAGE_SUM && n > 0 ? shared / (double)n : max;
	g->accept_score = isinf(max) ? 0 : g->case_max;
}

static void score_group(struct parser *s, struct package_group *g)
{
	const struct doc *d = doc_of(s, g);
	bool secret = strcmp(g->name, "secret") == 0;
	double max = secret ? 100 : INFINITY;

	g->score_mode = secret ? PACKAGE_SUM : PACKAGE_PASS_FAIL;
	if (d) {
		read_max(s, d, &max);
		read_mode(s, d, g);
		read_requires(s, d, g);
	}
	if (g->score_mode == PACKAGE_PASS_FAIL && isinf(max))
		findings_add(s->f,
		        "data/%s/test_group.yaml:1: max_score: must be given where the group is "
		        "pass-fail",
		        g->name);
	if (!secret && isinf(max) && !isinf(s->p->groups[g->parent].range_max))
		findings_add(s->f,
		        "data/%s/test_group.yaml:1: max_score: must be given, as that of secret is "
		        "bounded",
		        g->name);
	if (g->score_mode == PACKAGE_SUM && isinf(max) && !s->p->custom_validation)
		findings_add(s->f,
		        "data/%s/test_group.yaml:1: max_score: only an output validator can give "
		        "scores without bound",
		        g->name);
	parse_static_score(s, g, d, max);
	settle(s->p, g, max);
}

static void score_new(struct parser *s)
{
	struct package *p = s->p;
	static const char *const keys[] = {"max_score", "score_aggregation", "require_pass"};

	for (size_t i = 0; i < p->ngroups; i++) {
		struct package_group *g = &p->groups[i];
		const struct doc *d = doc_of(s, g);
		bool plain = !p->scoring || strcmp(g->name, "sample") == 0;

		for (size_t j = 0; d && plain && j < ARRAY_LEN(keys); j++) {
			if (doc_get(d, keys[j]))
				doc_complain(s, d, keys[j],
				        "is for scoring problems, and not for "
				        "sample");
		}
		if (p->scoring && (strcmp(g->name, "secret") == 0 || g->parent > 0))
			score_group(s, g);
		else
			parse_static_score(s, g, d, INFINITY);
	}
	if (!p->scoring)
		return;
	p->groups[0].ignore_sample = true;
	p->groups[0].accept_if_any = true;
	p->groups[0].on_reject = PACKAGE_REJECT_CONTINUE;
}

/* Mistakes that only the whole shows. */
static void check_old(struct parser *s)
{
	const struct package *p = s->p;
	bool custom = false;

	for (size_t i = 0; i < p->ngroups; i++)
		custom = custom || p->groups[i].custom_grader;
	if (custom && p->ngraders == 0)
		findings_add(s->f, "graders: missing, but a testdata.yaml has grading: custom");
	if (custom && !p->scoring)
		findings_add(s->f, "problem.yaml:1: grading: custom is for type scoring only");
}

/* ---- legacy, as DOMjudge grades it */

static bool has_children(const struct package *p, size_t group)
{
	for (size_t i = group + 1; i < p->ngroups; i++)
		if (p->groups[i].parent == (int)group)
			return true;
	return false;
}

/* What the folder says itself. */
static void regrade_group(struct parser *s, struct package_group *g, bool leaf)
{
	const struct doc *d = doc_of(s, g);
	const struct package_group all = *g;

	g->on_reject = PACKAGE_REJECT_BREAK;
	g->verdict_mode = PACKAGE_FIRST_ERROR;
	g->score_mode = PACKAGE_SUM;
	g->accept_if_any = false;
	g->accept_score = g->reject_score = 0;
	if (d && doc_get(d, "on_reject"))
		g->on_reject = all.on_reject;
	if (d && doc_get(d, "grader_flags"))
		g->score_mode = all.score_mode;
	if (d && doc_get(d, "accept_score"))
		g->accept_score = all.accept_score;
	if (leaf && (!d || !s->p->custom_validation))
		g->score_mode = PACKAGE_PASS_FAIL;
}

void parse_domjudge_scores(struct parser *s)
{
	struct package *p = s->p;

	for (size_t i = 0; i < p->nsubmissions; i++)
		p->domjudge_scores = p->domjudge_scores || p->submissions[i].scored;
	if (!p->scoring || !s->old_groups || !p->domjudge_scores || p->ngraders > 0) {
		p->domjudge_scores = false;
		return;
	}
	for (size_t i = 0; i < p->ngroups; i++)
		regrade_group(s, &p->groups[i], !has_children(p, i));
	p->groups[0].verdict_mode = PACKAGE_ALWAYS_ACCEPT;
	findings_add(&p->notes, "data: graded as DOMjudge does, whose @EXPECTED_SCORE@ it uses: a "
	                        "group gives its accept_score once, for all of its test cases");
}

void parse_scores(struct parser *s)
{
	if (s->old_groups)
		check_old(s);
	else
		score_new(s);
}
