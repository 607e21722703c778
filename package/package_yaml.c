/* package_yaml.c -- problem.yaml: format, names, type, validation, limits.
 *
 * What the formats say in different words lands in the same fields of struct package. A limit that
 * is larger than this judge gives is cut with a note in the legacy formats, whose authors often
 * meant another unit, and a mistake in the new ones, which want it refused. */
#include "package/package_parse.h"

#include <math.h>

enum { NAME_MAX_LEN = 200, MAX_PASSES = 1000, DEFAULT_PASSES = 2, SECOND_MS = 1000 };

static const char *const legacy_keys[] = {"problem_format_version", "type", "name", "uuid",
        "author", "source", "source_url", "license", "rights_owner", "limits", "validation",
        "validator_flags", "grading", "keywords", NULL};
static const char *const new_keys[] = {"problem_format_version", "type", "name", "uuid", "version",
        "credits", "source", "license", "rights_owner", "embargo_until", "limits", "keywords",
        "languages", "allow_file_writing", "constants", NULL};
static const char *const limit_keys[] = {"time_limit", "time_resolution", "time_multiplier",
        "time_safety_margin", "time_multipliers", "memory", "output", "code", "compilation_time",
        "compilation_memory", "validation_time", "validation_memory", "validation_output",
        "validation_passes", NULL};

/* ---- format */

static const struct {
	const char *word;
	enum package_format format;
} formats[] = {
        {"legacy", PACKAGE_LEGACY},
        {"legacy-icpc", PACKAGE_LEGACY_ICPC},
        {"2023-07", PACKAGE_2023_07},
        {"2023-07-draft", PACKAGE_2023_07},
        {"2025-09", PACKAGE_2025_09},
        {"2025-09-draft", PACKAGE_2025_09},
        {"draft", PACKAGE_2025_09},
};

static void read_format(struct parser *s, const struct doc *d)
{
	const char *word = "legacy";

	doc_text(s, d, "problem_format_version", &word);
	for (size_t i = 0; i < ARRAY_LEN(formats); i++) {
		if (strcmp(word, formats[i].word) == 0) {
			s->p->format = formats[i].format;
			return;
		}
	}
	doc_complain(s, d, "problem_format_version",
	        "\"%.60s\" is not known: legacy, legacy-icpc, 2023-07 or 2025-09", word);
}

/* ---- name */

static bool is_name(const char *text)
{
	return text && *text && strlen(text) <= NAME_MAX_LEN;
}

/* A package may leave the name to its statement (package_text.c). */
static void read_name(struct parser *s, const struct doc *d)
{
	const json_t *name = doc_get(d, "name");
	const char *text = json_string_value(name);
	const char *key;
	json_t *one;

	s->p->names = json_object();
	if (!name)
		return;
	if (json_is_number(name)) /* "2048" */
		doc_text(s, d, "name", &text);
	if (text && is_name(text))
		json_object_set_new(s->p->names, "en", json_string(text));
	json_object_foreach ((json_t *)json_object_get(d->root, "name"), key, one) {
		if (!is_name(json_string_value(one))) {
			text = NULL;
			break;
		}
		text = text && strcmp(key, "en") != 0 ? text : json_string_value(one);
		json_object_set(s->p->names, key, one);
	}
	if (is_name(text))
		s->p->name = arena_strdup(s->a, text);
	else
		doc_complain(s, d, "name",
		        "must be a text of 1 to %d bytes, or such texts by language", NAME_MAX_LEN);
}

/* ---- type and validation */

static bool take_type(struct package *p, const char *word)
{
	if (strcmp(word, "scoring") == 0)
		p->scoring = true;
	else if (strcmp(word, "interactive") == 0)
		p->interactive = true;
	else if (strcmp(word, "multi-pass") == 0)
		p->multi_pass = true;
	else if (strcmp(word, "submit-answer") == 0)
		p->submit_answer = true;
	else
		return strcmp(word, "pass-fail") == 0;
	return true;
}

static void read_type(struct parser *s, const struct doc *d)
{
	package_args words = NULL;
	struct package *p = s->p;
	bool pass_fail = false;

	if (!doc_args(s, d, "type", &words))
		return;
	for (size_t i = 0; words[i]; i++) {
		if (!take_type(p, words[i]))
			doc_complain(s, d, "type",
			        "\"%.60s\" is not known: pass-fail, scoring, multi-pass, "
			        "interactive or submit-answer",
			        words[i]);
		pass_fail = pass_fail || strcmp(words[i], "pass-fail") == 0;
	}
	if (pass_fail && p->scoring)
		doc_complain(s, d, "type", "either pass-fail or scoring");
	if (p->submit_answer && (p->multi_pass || p->interactive))
		doc_complain(s, d, "type", "submit-answer is neither multi-pass nor interactive");
}

/* Legacy: "custom interactive score". */
static void read_validation(struct parser *s, const struct doc *d)
{
	package_args words = NULL;
	struct package *p = s->p;

	if (!doc_args(s, d, "validation", &words) || !words[0])
		return;
	p->custom_validation = strcmp(words[0], "custom") == 0;
	if (!p->custom_validation && strcmp(words[0], "default") != 0)
		doc_complain(s, d, "validation", "must begin with default or custom, not \"%.60s\"",
		        words[0]);
	for (size_t i = 1; words[i]; i++) {
		if (strcmp(words[i], "interactive") == 0)
			p->interactive = true;
		else if (strcmp(words[i], "multi-pass") == 0)
			p->multi_pass = true;
		else if (strcmp(words[i], "score") == 0)
			p->custom_score = true;
		else
			doc_complain(s, d, "validation",
			        "\"%.60s\" is not known: interactive, score or multi-pass",
			        words[i]);
	}
	if (words[1] && !p->custom_validation)
		doc_complain(s, d, "validation", "only custom is followed by more words");
	if (p->custom_score && !p->scoring)
		doc_complain(s, d, "validation", "score is for type scoring only");
}

static void read_flags(struct parser *s, const struct doc *d)
{
	const char *bad;

	if (!doc_args(s, d, "validator_flags", &s->p->validator_args) || s->p->custom_validation)
		return;
	bad = parse_bad_flag(s->p->validator_args);
	if (bad)
		doc_complain(s, d, "validator_flags",
		        "no such flag of the default validator, or its number is missing: "
		        "\"%.60s\"",
		        bad);
}

static void read_grading(struct parser *s, const struct doc *d)
{
	const char *objective = "max";

	doc_text(s, d, "grading/objective", &objective);
	s->p->minimize = strcmp(objective, "min") == 0;
	if (!s->p->minimize && strcmp(objective, "max") != 0)
		doc_complain(s, d, "grading/objective", "must be min or max");
	doc_bool(s, d, "grading/show_test_data_groups", &s->p->show_groups);
}

/* ---- limits */

struct limit {
	const char *key;
	size_t offset;
	double scale, range[2]; /* the range in the unit of problem.yaml */
	int64_t fallback;       /* in ours */
};

#define LIMIT(field) offsetof(struct package_limits, field)
static const struct limit limits[] = {
        {"limits/memory", LIMIT(memory_kib), 1024, {1, 65536}, 2048 << 10},
        {"limits/output", LIMIT(output_kib), 1024, {0.001, 1024}, 8 << 10},
        {"limits/code", LIMIT(code_kib), 1, {1, 65536}, 128},
        {"limits/compilation_time", LIMIT(compile_ms), 1000, {1, 600}, 60000},
        {"limits/compilation_memory", LIMIT(compile_memory_kib), 1024, {1, 65536}, 2048 << 10},
        {"limits/validation_time", LIMIT(validation_ms), 1000, {1, 600}, 60000},
        {"limits/validation_memory", LIMIT(validation_memory_kib), 1024, {1, 65536}, 2048 << 10},
        {"limits/validation_output", LIMIT(validation_output_kib), 1024, {0.001, 64}, 8 << 10},
};

static void read_limit(struct parser *s, const struct doc *d, const struct limit *l)
{
	int64_t *to = (int64_t *)(void *)((char *)&s->p->limits + l->offset);
	double v = 0;

	*to = l->fallback;
	if (!doc_number(s, d, l->key, &v))
		return;
	if (v > l->range[1] && !parse_is_new(s->p)) {
		doc_note(s, d, l->key, "more than this judge gives: %g is taken", l->range[1]);
		v = l->range[1];
	}
	if (v >= l->range[0] && v <= l->range[1])
		*to = (int64_t)ceil(v * l->scale);
	else
		doc_complain(
		        s, d, l->key, "must be a number from %g to %g", l->range[0], l->range[1]);
}

static void read_times(struct parser *s, const struct doc *d)
{
	static const double seconds[] = {0.001, 600}, factor[] = {1, 1000},
	                    passes[] = {1, MAX_PASSES};
	struct package_limits *l = &s->p->limits;
	bool new = parse_is_new(s->p);
	double v = 0;

	l->ac_to_time_limit = new ? 2 : 5;
	l->time_limit_to_tle = new ? 1.5 : 2;
	l->time_resolution_ms = SECOND_MS;
	l->validation_passes = DEFAULT_PASSES;
	doc_number_in(s, d,
	        new ? "limits/time_multipliers/ac_to_time_limit" : "limits/time_multiplier", factor,
	        &l->ac_to_time_limit);
	doc_number_in(s, d,
	        new ? "limits/time_multipliers/time_limit_to_tle" : "limits/time_safety_margin",
	        factor, &l->time_limit_to_tle);
	if (doc_number_in(s, d, "limits/time_resolution", seconds, &v))
		l->time_resolution_ms = (int64_t)ceil(v * SECOND_MS - 1e-6);
	if (doc_number_in(s, d, "limits/validation_passes", passes, &v))
		l->validation_passes = (int64_t)v;
	if (!doc_number_in(s, d, "limits/time_limit", seconds, &v))
		return;
	l->time_ms = (int64_t)ceil(v * SECOND_MS - 1e-6);
	if (new && l->time_ms % l->time_resolution_ms != 0)
		doc_note(s, d, "limits/time_limit", "is no multiple of limits.time_resolution");
}

static void read_limits(struct parser *s, const struct doc *d)
{
	const json_t *all = doc_get(d, "limits");

	if (all && !json_is_object(all))
		doc_complain(s, d, "limits", "must be a mapping");
	for (size_t i = 0; i < ARRAY_LEN(limits); i++)
		read_limit(s, d, &limits[i]);
	s->p->limits.memory_given = doc_get(d, "limits/memory") != NULL;
	read_times(s, d);
	doc_only(s, d, "limits", limit_keys, parse_is_new(s->p));
}

/* ---- the rest */

static void read_new(struct parser *s, const struct doc *d)
{
	package_args languages = NULL;

	if (!doc_get(d, "uuid"))
		doc_note(s, d, "uuid", "is missing");
	if (doc_args(s, d, "languages", &languages) && languages[0] &&
	        strcmp(languages[0], "all") != 0)
		s->p->languages = languages;
	doc_bool(s, d, "allow_file_writing", &s->p->allow_file_writing);
	if (s->p->allow_file_writing)
		doc_note(s, d, "allow_file_writing",
		        "files may be written in /tmp, not beside the "
		        "program");
	parse_constants(s, d);
}

bool parse_problem_yaml(struct parser *s)
{
	const struct package_file *file = parse_find(s, "problem.yaml");
	auto_doc struct doc d = {0};
	const char *uuid = NULL;

	if (!file)
		findings_add(s->f, "problem.yaml: missing: this is no problem package");
	if (!file || !doc_read(s, file, &d))
		return false;
	s->p->settings = json_incref(d.root);
	read_format(s, &d);
	read_name(s, &d);
	read_type(s, &d);
	if (!parse_is_new(s->p)) {
		read_validation(s, &d);
		read_flags(s, &d);
		read_grading(s, &d);
	} else {
		/* no word of it in the newer format, whose groups and points are no secret (the
		 * statement tells them): the contest's setting decides */
		s->p->show_groups = s->p->scoring;
	}
	read_limits(s, &d);
	if (doc_text(s, &d, "uuid", &uuid))
		s->p->uuid = arena_strdup(s->a, uuid);
	if (parse_is_new(s->p))
		read_new(s, &d);
	doc_only(s, &d, "", parse_is_new(s->p) ? new_keys : legacy_keys, parse_is_new(s->p));
	return true;
}
