/* package_constants.c -- constants of problem.yaml (2025-09): {{name}} and {{name.variant}} in
 * Markdown statements, validators, included files, jury submissions and test_group.yaml become
 * their values; sequences that name nothing stay as they are. */
#include "package/package_parse.h"

enum { MAX_WORD = 200, MAX_RESULT = 32 << 20 };

/* Files that constants are put into. */
static bool takes_constants(const char *path)
{
	static const char *const folders[] = {"input_validators/", "output_validator/",
	        "output_validators/", "include/", "submissions/"};

	if (parse_ends(path, "/test_group.yaml"))
		return true;
	if ((parse_starts(path, "statement/") || parse_starts(path, "problem_statement/")) &&
	        parse_ends(path, ".md"))
		return true;
	for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
		if (parse_starts(path, folders[i]))
			return true;
	}
	return false;
}

static const char *text_of(struct arena *a, const json_t *v)
{
	if (json_is_string(v))
		return json_string_value(v);
	if (json_is_integer(v))
		return arena_printf(a, "%lld", (long long)json_integer_value(v));
	return json_is_real(v) ? arena_printf(a, "%.15g", json_real_value(v)) : NULL;
}

/* "k", "k.tex": the text, or NULL. */
static const char *value_of(struct arena *a, const json_t *constants, const char *word, size_t len)
{
	char name[MAX_WORD];
	const char *variant = "value";
	const json_t *v;
	char *dot;

	if (len >= sizeof(name))
		return NULL;
	memcpy(name, word, len);
	name[len] = '\0';
	dot = strchr(name, '.');
	if (dot) {
		*dot = '\0';
		variant = dot + 1;
	}
	v = json_object_get(constants, name);
	if (json_is_object(v))
		return text_of(a, json_object_get(v, variant));
	return strcmp(variant, "value") == 0 ? text_of(a, v) : NULL;
}

/* False: nothing to put in. */
static bool put_in(struct arena *a, const json_t *constants, const char *text, struct buf *out)
{
	bool changed = false;

	for (;;) {
		const char *open = strstr(text, "{{");
		const char *close = open ? strstr(open, "}}") : NULL;
		const char *value = NULL;

		if (!close || out->len > MAX_RESULT)
			break;
		value = value_of(a, constants, open + 2, (size_t)(close - open) - 2);
		buf_add(out, text, (size_t)(open - text) + (value ? 0 : 2));
		if (value)
			buf_adds(out, value);
		changed = changed || value;
		text = value ? close + 2 : open + 2;
	}
	buf_adds(out, text);
	return changed;
}

static void put_into(struct parser *s, const json_t *constants, struct package_file *file)
{
	auto_buf struct buf out = {0};
	auto_arena struct arena a = {0};

	if (strlen(file->data) != file->len || !put_in(&a, constants, file->data, &out))
		return;
	if (out.len > MAX_RESULT) {
		findings_add(s->f, "%s: constants make it larger than %d MiB", file->path,
		        MAX_RESULT >> 20);
		return;
	}
	file->original = file->shared ? NULL : file->data;
	file->shared = false;
	file->len = out.len;
	file->data = buf_take(&out);
	hash_sha256(file->data, file->len, file->hash);
}

void parse_constants(struct parser *s, const struct doc *d)
{
	const json_t *constants = doc_get(d, "constants");

	if (!constants)
		return;
	if (!json_is_object(constants)) {
		doc_complain(s, d, "constants", "must be a mapping");
		return;
	}
	for (size_t i = 0; i < s->tree->n; i++) {
		if (takes_constants(s->tree->files[i].path))
			put_into(s, constants, &s->tree->files[i]);
	}
}
