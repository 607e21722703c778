/* package_expect.c -- the jury submissions of a package, and what each must get.
 *
 * Folders say it: submissions/accepted and its like. A tag in the source, @EXPECTED_RESULTS@ or
 * @EXPECTED_SCORE@ (DOMjudge), says it more exactly; submissions.yaml of the new formats lays rules
 * over (package_rule.c); submissions.json (DOMjudge) names languages and entry points. Binaries and
 * junk are skipped with a note. */
#include "package/package_rule.h"

enum { MAX_SUBMISSIONS = 500, PATH_SIZE = PACKAGE_MAX_PATH + 10, TAG_MAX = 200 };

#define AC    PACKAGE_BIT(VERDICT_AC)
#define WA    PACKAGE_BIT(VERDICT_WA)
#define TLE   PACKAGE_BIT(VERDICT_TLE)
#define MLE   PACKAGE_BIT(VERDICT_MLE)
#define OLE   PACKAGE_BIT(VERDICT_OLE)
#define CE    PACKAGE_BIT(VERDICT_CE)
#define CRASH (PACKAGE_BIT(VERDICT_RTE) | MLE | PACKAGE_BIT(VERDICT_SV))

static const struct {
	const char *folder;
	unsigned expected;
	enum package_time_use time;
} folders[] = {
        {"accepted", AC, PACKAGE_TIME_LOWER},
        {"partially_accepted", AC, PACKAGE_TIME_NO},
        {"slow_accepted", AC | TLE, PACKAGE_TIME_NO},
        {"wrong_answer", WA, PACKAGE_TIME_NO},
        {"wrong-answer", WA, PACKAGE_TIME_NO},
        {"time_limit_exceeded", TLE, PACKAGE_TIME_UPPER},
        {"time-limit-exceeded", TLE, PACKAGE_TIME_UPPER},
        {"timelimit", TLE, PACKAGE_TIME_UPPER},
        {"run_time_error", CRASH, PACKAGE_TIME_NO},
        {"run-time-error", CRASH, PACKAGE_TIME_NO},
        {"run_error", CRASH, PACKAGE_TIME_NO},
        {"memory_limit_exceeded", CRASH, PACKAGE_TIME_NO},
        {"memory_limit", CRASH, PACKAGE_TIME_NO},
        {"output_limit_exceeded", OLE, PACKAGE_TIME_NO},
        {"output_limit", OLE, PACKAGE_TIME_NO},
        {"no_output", WA, PACKAGE_TIME_NO},
        {"compile_error", CE, PACKAGE_TIME_NO},
        {"compiler_error", CE, PACKAGE_TIME_NO},
        {"rejected", WA | TLE | OLE | CRASH, PACKAGE_TIME_NO},
        {"brute_force", TLE | OLE | CRASH, PACKAGE_TIME_NO},
};

/* DOMjudge's words and the format's. */
static const struct {
	const char *word;
	unsigned expected;
} results[] = {
        {"CORRECT", AC},
        {"ACCEPTED", AC},
        {"WRONG-ANSWER", WA},
        {"NO-OUTPUT", WA},
        {"TIMELIMIT", TLE},
        {"TIME-LIMIT-EXCEEDED", TLE},
        {"RUN-ERROR", CRASH},
        {"RUN-TIME-ERROR", CRASH},
        {"MEMORY-LIMIT", CRASH},
        {"OUTPUT-LIMIT", OLE},
        {"COMPILER-ERROR", CE},
        {"COMPILE-ERROR", CE},
        {"AC", AC},
        {"WA", WA},
        {"TLE", TLE},
        {"RTE", CRASH},
        {"MLE", CRASH},
        {"OLE", OLE},
        {"CE", CE},
};

/* ---- tags in sources */

/* The text behind a tag on its line, without the end of a comment; false: no tag. */
static bool tag_text(const struct package_file *file, const char *tag, char out[TAG_MAX])
{
	const char *at = memmem(file->data, file->len, tag, strlen(tag));
	size_t len;

	if (!at)
		return false;
	at += strlen(tag);
	if (*at != ':')
		return false;
	at++;
	len = strcspn(at, "\r\n*");
	snprintf(out, TAG_MAX, "%.*s", (int)(len < TAG_MAX ? len : TAG_MAX - 1), at);
	return true;
}

static void take_result(struct parser *s, struct package_submission *sub, char *word)
{
	for (char *c = word; *c; c++)
		if (*c == '_')
			*c = '-';
	for (size_t i = 0; i < ARRAY_LEN(results); i++) {
		if (strcasecmp(results[i].word, word) == 0) {
			sub->expected |= results[i].expected;
			return;
		}
	}
	if (strcasecmp(word, "CHECK-MANUALLY") == 0) {
		sub->check_manually = true;
	} else if (strncasecmp(word, "NONE-", strlen("NONE-")) == 0) {
		sub->may_be_refused = sub->check_manually = true;
	} else {
		findings_add(&s->p->notes, "%s: @EXPECTED_RESULTS@: no such result: %.60s",
		        sub->path, word);
		sub->check_manually = true;
	}
}

static void take_results(struct parser *s, struct package_submission *sub, char *text)
{
	char *rest = NULL;

	sub->expected = 0;
	sub->time = PACKAGE_TIME_NO;
	for (char *w = strtok_r(text, ", \t", &rest); w; w = strtok_r(NULL, ", \t", &rest))
		take_result(s, sub, w);
	if (sub->expected == AC)
		sub->time = PACKAGE_TIME_LOWER;
	else if (sub->expected == TLE)
		sub->time = PACKAGE_TIME_UPPER;
}

/* A score, or results. */
static void take_score(struct parser *s, struct package_submission *sub, char *text)
{
	char *end;
	double v = strtod(text, &end);

	if (end == text || end[strspn(end, " \t->")]) {
		take_results(s, sub, text);
		return;
	}
	sub->scored = true;
	sub->score_min = sub->score_max = v;
}

static void read_tags(struct parser *s, struct package_submission *sub)
{
	const struct package_program *p = &sub->program;
	char text[TAG_MAX];
	size_t found = 0;

	for (size_t i = 0; i < p->nsources; i++) {
		if (tag_text(p->sources[i].file, "@EXPECTED_RESULTS@", text) && found++ == 0)
			take_results(s, sub, text);
		if (tag_text(p->sources[i].file, "@EXPECTED_SCORE@", text))
			take_score(s, sub, text);
	}
	sub->check_manually = sub->check_manually || found > 1; /* who is right? */
}

/* ---- submissions */

static void expect_by_folder(struct parser *s, struct package_submission *sub)
{
	sub->time = PACKAGE_TIME_NO;
	sub->partial = strcmp(sub->folder, "partially_accepted") == 0;
	for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
		if (strcmp(folders[i].folder, sub->folder) == 0) {
			sub->expected = folders[i].expected;
			sub->time = folders[i].time;
		}
	}
	read_tags(s, sub);
	if (sub->expected == 0)
		sub->check_manually = true;
}

static bool has_source(const struct package_program *p)
{
	for (size_t i = 0; i < p->nsources; i++) {
		if (parse_is_source(p->sources[i].file))
			return true;
	}
	return false;
}

/* What lies in submissions/FOLDER/, one file or one folder. */
static void add_submission(struct parser *s, struct package_submission *sub)
{
	struct package *p = s->p;

	if (p->submit_answer ? sub->program.nsources == 0 : !has_source(&sub->program)) {
		findings_add(&p->notes, "%s: no source of a program, ignored", sub->path);
		return;
	}
	if (p->nsubmissions == MAX_SUBMISSIONS)
		findings_add(s->f, "%s: more than %d submissions", sub->path, MAX_SUBMISSIONS);
	if (p->nsubmissions >= MAX_SUBMISSIONS)
		return;
	expect_by_folder(s, sub);
	p->submissions = parse_grow(s->a, p->submissions, p->nsubmissions, sizeof(*p->submissions));
	p->submissions[p->nsubmissions++] = *sub;
}

/* How many files belong to the submission that begins with this file. */
static size_t take_submission(struct parser *s, const struct package_file *file)
{
	const char *name = file->path + strlen("submissions/");
	const char *slash = strchr(name, '/');
	const char *inside = slash ? strchr(slash + 1, '/') : NULL;
	struct package_submission sub = {0};
	char folder[PATH_SIZE];
	size_t n = 1;

	if (!slash)
		return 1; /* submissions.yaml and its like */
	sub.folder = arena_strndup(s->a, name, (size_t)(slash - name));
	if (inside) {
		snprintf(
		        folder, sizeof(folder), "%.*s", (int)(inside - file->path) + 1, file->path);
		sub.path = arena_strndup(s->a, file->path, (size_t)(inside - file->path));
		parse_program_folder(s, folder, &sub.program);
		(void)parse_folder(s, folder, &n);
	} else {
		sub.path = file->path;
		parse_program_file(s, file, &sub.program);
	}
	sub.program.name = sub.path + strlen("submissions/");
	add_submission(s, &sub);
	return n;
}

/* ---- submissions.json */

static void take_json(struct parser *s, const char *key, const json_t *v)
{
	size_t len = strlen(key) - parse_ends(key, "/");

	for (size_t i = 0; i < s->p->nsubmissions; i++) {
		struct package_submission *sub = &s->p->submissions[i];
		const char *entry = json_string_value(json_object_get(v, "entry_point"));
		const char *language = json_string_value(json_object_get(v, "language_id"));

		if (strncmp(sub->path, key, len) != 0 || sub->path[len])
			continue;
		if (entry)
			sub->program.entry = arena_strdup(s->a, entry);
		if (language)
			sub->program.language = arena_strdup(s->a, language);
	}
}

static void read_json(struct parser *s)
{
	const struct package_file *file = parse_find(s, "submissions.json");
	json_error_t error;
	json_auto_t *root = NULL;
	const char *key;
	json_t *v;

	if (!file)
		return;
	root = json_loadb(file->data, file->len, JSON_REJECT_DUPLICATES, &error);
	if (!json_is_object(root)) {
		findings_add(s->f, "%s:%d: %s", file->path, root ? 1 : error.line,
		        root ? "must be an object" : error.text);
		return;
	}
	json_object_foreach (root, key, v) {
		take_json(s, key, v);
	}
}

static void check(struct parser *s)
{
	const struct package *p = s->p;
	size_t accepted = 0;

	for (size_t i = 0; i < p->nsubmissions; i++) {
		const struct package_submission *sub = &p->submissions[i];

		accepted += sub->expected == AC;
		if (sub->partial && !p->scoring)
			findings_add(&s->p->notes, "%s: partially_accepted is for scoring problems",
			        sub->path);
	}
	if (accepted == 0)
		findings_add(
		        &s->p->notes, "submissions/accepted: no submission that must be accepted");
}

void parse_submissions(struct parser *s)
{
	size_t n;
	const struct package_file *file = parse_folder(s, "submissions/", &n);

	for (size_t i = 0; i < n;)
		i += take_submission(s, &file[i]);
	read_json(s);
	if (parse_is_new(s->p))
		parse_rules(s);
	check(s);
}
