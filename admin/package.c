/* package.c -- what the files of a problem package mean. Pure: files in, struct package and
 * findings out (package.h).
 *
 * Reading goes on after each mistake, so that an author sees all of them at once. Limits:
 * .timelimit, else domjudge-problem.ini, else limits.time_limit of problem.yaml; the rest from
 * `limits` of problem.yaml, else the format's defaults. Test cases are ordered by name, bytewise,
 * samples first. The hash covers names and contents of all files that an import reads. */
#include "admin/package.h"

#include "base/mem.h"
#include "base/yaml.h"

#include <math.h>

enum {
	YAML_MAX = 1 << 20,
	YAML_DEPTH = 16,
	STATEMENT_MAX = 32 << 20,
	NAME_MAX_LEN = 200,
	DEFAULT_MEMORY_MIB = 2048,
	DEFAULT_OUTPUT_MIB = 8,
	DEFAULT_CODE_KIB = 128,
	DEFAULT_COMPILE_S = 60,
};

struct parser {
	struct package_tree *tree;
	struct package *p;
	struct findings *f;
	const struct package_file *yaml; /* problem.yaml */
};

static int by_path(const void *a, const void *b)
{
	const struct package_file *fa = a, *fb = b;

	return strcmp(fa->path, fb->path);
}

static const struct package_file *find(const struct package_tree *tree, const char *path)
{
	for (size_t i = 0; i < tree->n; i++) {
		if (strcmp(tree->files[i].path, path) == 0)
			return &tree->files[i];
	}
	return NULL;
}

static bool starts(const char *s, const char *with)
{
	return strncmp(s, with, strlen(with)) == 0;
}

/* The line of problem.yaml where a key stands (its last part), for a finding. */
static int line_of(const struct package_file *file, const char *key)
{
	const char *last = strrchr(key, '.');
	const char *word = last ? last + 1 : key;
	size_t len = strlen(word);
	int line = 1;

	for (const char *p = file->data; *p; line++) {
		const char *start = p + strspn(p, " \t");

		if (strncmp(start, word, len) == 0 && start[len + strspn(start + len, " ")] == ':')
			return line;
		p += strcspn(p, "\n");
		p += *p == '\n';
	}
	return 1;
}

static void complain(struct parser *s, const char *key, const char *what)
{
	findings_add(s->f, "problem.yaml:%d: %s: %s", line_of(s->yaml, key), key, what);
}

/* ---- problem.yaml */

static void read_name(struct parser *s, const json_t *root)
{
	json_t *name = json_object_get(root, "name");
	const char *text = json_string_value(name);
	const char *key;
	json_t *one;

	if (json_is_object(name)) { /* by language: English, else the first */
		text = json_string_value(json_object_get(name, "en"));
		json_object_foreach (name, key, one) {
			text = text ? text : json_string_value(one);
		}
	}
	if (!text || !*text || strlen(text) > NAME_MAX_LEN)
		complain(s, "name", "must be a text of 1 to 200 bytes");
	else
		s->p->name = arena_strdup(&s->p->arena, text);
}

/* A word of problem.yaml that must be absent or `allowed`. */
static void only(struct parser *s, const json_t *root, const char *key, const char *allowed)
{
	const json_t *v = json_object_get(root, key);
	const char *text = json_string_value(v);
	auto_free char *why = NULL;

	if (!v || json_is_null(v) || (text && strcmp(text, allowed) == 0))
		return;
	why = xasprintf("\"%.60s\" is not supported yet, only \"%s\"", text ? text : "(not a word)",
	        allowed);
	complain(s, key, why);
}

struct limit {
	const char *key;
	int64_t offset;
	double fallback, scale, min, max; /* in the unit of problem.yaml; scale to ours */
};

static const struct limit limits[] = {
        {"limits.memory", offsetof(struct package, limits.memory_kib), DEFAULT_MEMORY_MIB, 1024, 1,
                65536},
        {"limits.output", offsetof(struct package, limits.output_kib), DEFAULT_OUTPUT_MIB, 1024,
                0.001, 1024},
        {"limits.code", offsetof(struct package, limits.code_kib), DEFAULT_CODE_KIB, 1, 1, 65536},
        {"limits.compilation_time", offsetof(struct package, limits.compile_ms), DEFAULT_COMPILE_S,
                1000, 1, 600},
};

static void read_limits(struct parser *s, const json_t *root)
{
	const json_t *all = json_object_get(root, "limits");

	if (all && !json_is_object(all) && !json_is_null(all))
		complain(s, "limits", "must be a mapping");
	for (size_t i = 0; i < ARRAY_LEN(limits); i++) {
		const struct limit *l = &limits[i];
		const json_t *v = json_object_get(all, strchr(l->key, '.') + 1);
		double value = v ? json_number_value(v) : l->fallback;
		int64_t *to = (int64_t *)(void *)((char *)s->p + l->offset);

		if ((v && !json_is_number(v)) || !(value >= l->min && value <= l->max)) {
			auto_free char *why =
			        xasprintf("must be a number from %g to %g", l->min, l->max);

			complain(s, l->key, why);
			continue;
		}
		*to = (int64_t)ceil(value * l->scale);
	}
}

static bool is_tolerance(const char *word)
{
	char *end = NULL;
	double v = word ? strtod(word, &end) : -1;

	return word && *word && !*end && isfinite(v) && v >= 0;
}

static package_args split(struct arena *a, const char *text)
{
	const char **list = arena_alloc(a, (strlen(text) + 2) * sizeof(*list));
	size_t n = 0;

	for (;;) {
		size_t len;

		text += strspn(text, " \t\r\n");
		len = strcspn(text, " \t\r\n");
		if (len == 0)
			return list;
		list[n++] = arena_strndup(a, text, len);
		text += len;
	}
}

/* The flags that the default output validator knows. */
static void read_flags(struct parser *s, const json_t *root)
{
	static const char *const plain[] = {"case_sensitive", "space_change_sensitive"};
	static const char *const numbers[] = {
	        "float_tolerance", "float_absolute_tolerance", "float_relative_tolerance"};
	const json_t *v = json_object_get(root, "validator_flags");
	const char *text = v && !json_is_null(v) ? json_string_value(v) : "";
	auto_free char *copy = xstrdup(text ? text : "");
	char *rest = NULL;

	if (!text) {
		complain(s, "validator_flags", "must be a text");
		return;
	}
	s->p->validator_args = split(&s->p->arena, text);
	for (char *w = strtok_r(copy, " \t\n", &rest); w; w = strtok_r(NULL, " \t\n", &rest)) {
		bool known = false;

		for (size_t i = 0; i < ARRAY_LEN(plain); i++)
			known = known || strcmp(w, plain[i]) == 0;
		for (size_t i = 0; i < ARRAY_LEN(numbers) && !known; i++)
			known = strcmp(w, numbers[i]) == 0 &&
			        is_tolerance(strtok_r(NULL, " \t\n", &rest));
		if (!known) {
			auto_free char *why =
			        xasprintf("no such flag of the default validator, or its number is "
			                  "missing: \"%.60s\"",
			                w);

			complain(s, "validator_flags", why);
		}
	}
}

static void read_yaml(struct parser *s)
{
	struct err err = {0};
	json_t *root;

	s->yaml = find(s->tree, "problem.yaml");
	if (!s->yaml || s->yaml->len > YAML_MAX) {
		findings_add(s->f, "problem.yaml: %s",
		        s->yaml ? "too large" : "missing: this is no problem package");
		s->yaml = NULL;
		return;
	}
	root = yaml_parse(s->yaml->data, s->yaml->len, YAML_DEPTH, &err);
	if (!root || !json_is_object(root)) {
		findings_add(s->f, "problem.yaml: %s", root ? "must be a mapping" : err.msg);
		json_decref(root);
		return;
	}
	s->p->settings = root;
	only(s, root, "problem_format_version", "legacy");
	only(s, root, "type", "pass-fail");
	only(s, root, "validation", "default");
	read_name(s, root);
	read_limits(s, root);
	read_flags(s, root);
}

/* ---- time limit */

/* Seconds, with or without quotes, as text up to the end of its line. */
static bool parse_seconds(const char *text, int64_t *ms)
{
	char *end;
	double v;

	text += strspn(text, " \t\r\n'\"");
	v = strtod(text, &end);
	if (end == text || end[strspn(end, " \t\r\n'\"")] || !(v >= 0.001 && v <= 600))
		return false;
	*ms = (int64_t)ceil(v * 1000 - 1e-6);
	return true;
}

/* timelimit='2' in domjudge-problem.ini; false: there is no such line. */
static bool ini_limit(struct parser *s, const struct package_file *ini)
{
	int line = 1;

	for (const char *p = ini->data; *p; line++) {
		size_t len = strcspn(p, "\n");
		auto_free char *copy = strndup(p + strspn(p, " \t"), len);
		char *value = copy + strcspn(copy, "=\n");

		copy[strcspn(copy, "\n")] = '\0';
		if (starts(copy, "timelimit") && *value == '=') {
			if (!parse_seconds(value + 1, &s->p->limits.time_ms))
				findings_add(s->f,
				        "domjudge-problem.ini:%d: timelimit must be seconds, from "
				        "0.001 to 600",
				        line);
			return true;
		}
		p += len;
		p += *p == '\n';
	}
	return false;
}

static void read_time_limit(struct parser *s)
{
	const struct package_file *plain = find(s->tree, ".timelimit");
	const struct package_file *ini = find(s->tree, "domjudge-problem.ini");
	const json_t *own =
	        json_object_get(json_object_get(s->p->settings, "limits"), "time_limit");
	double v = json_number_value(own);

	if (plain) {
		if (!parse_seconds(plain->data, &s->p->limits.time_ms))
			findings_add(s->f, ".timelimit:1: must be seconds, from 0.001 to 600");
		return;
	}
	if (ini && ini_limit(s, ini))
		return;
	if (own && v >= 0.001 && v <= 600)
		s->p->limits.time_ms = (int64_t)ceil(v * 1000 - 1e-6);
	else
		findings_add(s->f, ".timelimit: missing: write the time limit in seconds into it "
		                   "(deriving one from jury submissions is not supported yet)");
}

/* ---- statements, figures, attachments */

static bool is_plain_name(const char *name)
{
	size_t len = strlen(name);

	return len >= 1 && len <= 100 &&
	       strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	                    "0123456789_.-") == len;
}

/* "problem.en.md", "problem.md" (English): language and format. */
static bool statement_name(const char *name, struct package_statement *out)
{
	static const char *const formats[] = {"md", "tex", "pdf"};
	const char *dot = strrchr(name, '.');
	const char *language = name + strlen("problem.");
	size_t len;

	if (!starts(name, "problem.") || !dot)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(formats); i++)
		out->format = strcmp(dot + 1, formats[i]) == 0 ? formats[i] : out->format;
	if (!out->format)
		return false;
	len = dot >= language ? (size_t)(dot - language) : 0;
	if (len == 0) {
		language = "en";
		len = 2;
	}
	if (len != 2 || language[0] < 'a' || language[0] > 'z' || language[1] < 'a' ||
	        language[1] > 'z')
		return false;
	snprintf(out->language, sizeof(out->language), "%.2s", language);
	return true;
}

/* One format per language: Markdown before PDF before TeX, which cannot be shown directly. */
static int worth(const char *format)
{
	return *format == 'm' ? 2 : *format == 'p';
}

static void add_statement(struct parser *s, const struct package_statement *new)
{
	struct package *p = s->p;

	for (size_t i = 0; i < p->nstatements; i++) {
		struct package_statement *old = &p->statements[i];

		if (strcmp(old->language, new->language) != 0)
			continue;
		if (worth(new->format) > worth(old->format))
			*old = *new;
		return;
	}
	p->statements[p->nstatements++] = *new;
}

static void take_statement(struct parser *s, const struct package_file *file)
{
	const char *name = file->path + strlen("problem_statement/");
	struct package_statement new = {.file = file};
	struct package *p = s->p;

	if (file->len > STATEMENT_MAX) {
		findings_add(s->f, "%s: larger than %d MiB", file->path, STATEMENT_MAX >> 20);
	} else if (statement_name(name, &new)) {
		add_statement(s, &new);
	} else if (starts(name, "problem.")) {
		findings_add(s->f,
		        "%s: a statement is problem.LANGUAGE.md, .tex or .pdf, with a "
		        "language of two letters",
		        file->path);
	} else if (!is_plain_name(name)) {
		findings_add(s->f, "%s: the name of a figure is 1 to 100 of A-Z a-z 0-9 _ . -",
		        file->path);
	} else {
		p->extras[p->nextras++] = (struct package_extra){"figure", name, file};
	}
}

static void take_attachment(struct parser *s, const struct package_file *file)
{
	const char *name = file->path + strlen("attachments/");

	if (!is_plain_name(name) || file->len > STATEMENT_MAX)
		findings_add(s->f,
		        "%s: an attachment has a name of 1 to 100 of A-Z a-z 0-9 _ . - and at most "
		        "%d MiB",
		        file->path, STATEMENT_MAX >> 20);
	else
		s->p->extras[s->p->nextras++] = (struct package_extra){"attachment", name, file};
}

/* ---- test data */

static bool ends(const char *s, const char *with)
{
	size_t n = strlen(s), m = strlen(with);

	return n > m && strcmp(s + n - m, with) == 0;
}

static const struct package_file *partner(
        const struct package_tree *tree, const char *path, const char *ending)
{
	auto_free char *other = xasprintf("%.*s%s", (int)(strrchr(path, '.') - path), path, ending);
	const struct package_file key = {.path = other};

	return bsearch(&key, tree->files, tree->n, sizeof(*tree->files), by_path);
}

static void take_data(struct parser *s, const struct package_file *file)
{
	const char *name = file->path + strlen("data/");
	bool sample = starts(name, "sample/");
	struct package *p = s->p;
	const struct package_file *answer;

	if (ends(name, "testdata.yaml") || ends(name, "test_group.yaml")) {
		findings_add(s->f, "%s: test groups are not supported yet", file->path);
		return;
	}
	if (!sample && !starts(name, "secret/"))
		return; /* data/invalid_inputs and the like: for authors */
	if (ends(name, ".ans") && !partner(s->tree, file->path, ".in"))
		findings_add(s->f, "%s: has no .in", file->path);
	if (!ends(name, ".in"))
		return;
	answer = partner(s->tree, file->path, ".ans");
	if (!answer) {
		findings_add(s->f, "%s: has no .ans", file->path);
		return;
	}
	p->cases[p->ncases++] = (struct package_case){
	        .name = arena_printf(&p->arena, "%.*s", (int)(strlen(name) - strlen(".in")), name),
	        .sample = sample,
	        .input = file,
	        .answer = answer,
	};
}

static int by_case(const void *a, const void *b)
{
	const struct package_case *ca = a, *cb = b;

	return ca->sample != cb->sample ? (int)cb->sample - (int)ca->sample
	                                : strcmp(ca->name, cb->name);
}

static void read_files(struct parser *s)
{
	const struct package_tree *tree = s->tree;
	size_t secret = 0;

	for (size_t i = 0; i < tree->n; i++) {
		const struct package_file *file = &tree->files[i];

		if (i > 0 && strcmp(file->path, tree->files[i - 1].path) == 0)
			findings_add(s->f, "%s: twice in the package", file->path);
		else if (starts(file->path, "problem_statement/"))
			take_statement(s, file);
		else if (starts(file->path, "attachments/"))
			take_attachment(s, file);
		else if (starts(file->path, "data/"))
			take_data(s, file);
	}
	qsort(s->p->cases, s->p->ncases, sizeof(*s->p->cases), by_case);
	for (size_t i = 0; i < s->p->ncases; i++)
		secret += !s->p->cases[i].sample;
	if (secret == 0)
		findings_add(s->f, "data/secret: no test case (.in and .ans)");
	if (s->p->nstatements == 0)
		findings_add(s->f, "problem_statement: no statement (problem.en.md)");
}

static void hash_tree(const struct package_tree *tree, unsigned char out[HASH_SIZE])
{
	auto_buf struct buf all = {0};

	for (size_t i = 0; i < tree->n; i++) {
		buf_add(&all, tree->files[i].path, strlen(tree->files[i].path) + 1);
		buf_add(&all, tree->files[i].hash, HASH_SIZE);
	}
	hash_sha256(all.data ? all.data : "", all.len, out);
}

void package_parse(struct package_tree *tree, struct package *p, struct findings *f)
{
	struct parser s = {.tree = tree, .p = p, .f = f};

	if (tree->n > 0)
		qsort(tree->files, tree->n, sizeof(*tree->files), by_path);
	p->statements = arena_alloc(&p->arena, (tree->n + 1) * sizeof(*p->statements));
	p->extras = arena_alloc(&p->arena, (tree->n + 1) * sizeof(*p->extras));
	p->cases = arena_alloc(&p->arena, (tree->n + 1) * sizeof(*p->cases));
	read_yaml(&s);
	if (!s.yaml)
		return; /* probably another kind of folder: one finding says it all */
	read_time_limit(&s);
	read_files(&s);
	hash_tree(tree, p->hash);
}

void package_free(struct package *p)
{
	json_decref(p->settings);
	findings_free(&p->notes);
	arena_free(&p->arena);
	*p = (struct package){0};
}
