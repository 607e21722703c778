/* package_doc.c -- YAML files of a package: values by their way from the top, complaints with file
 * and line. A wrong value is reported once and then counts as missing, so that reading goes on. */
#include "base/yaml.h"
#include "package/package_parse.h"

#include <math.h>

enum { YAML_MAX = 1 << 20, YAML_DEPTH = 16, KEY_SIZE = 200, MAX_ARGS = 1000 };

void doc_free(struct doc *d)
{
	json_decref(d->root);
	json_decref(d->lines);
	*d = (struct doc){0};
}

static bool has_bom(const struct package_file *file)
{
	return file->len >= 3 && memcmp(file->data, "\xef\xbb\xbf", 3) == 0;
}

/* "YAML line 3 column 5: why" of yaml.c, told as this parser tells its own. */
static void say_syntax(struct parser *s, const struct package_file *file, const char *why)
{
	static const char start[] = "YAML line ";
	const char *number = parse_starts(why, start) ? why + strlen(start) : "";
	size_t digits = strspn(number, "0123456789");

	if (digits > 0)
		findings_add(s->f, "%s:%.*s:%s (YAML)", file->path, (int)digits, number,
		        number + digits);
	else
		findings_add(s->f, "%s:1: %s", file->path, why);
}

bool doc_read(struct parser *s, const struct package_file *file, struct doc *d)
{
	struct err err = {0};
	size_t skip = has_bom(file) ? 3 : 0;

	*d = (struct doc){.file = file};
	if (skip > 0)
		findings_add(&s->p->notes, "%s:1: a byte order mark, ignored", file->path);
	if (file->len > YAML_MAX) {
		findings_add(s->f, "%s: larger than %d KiB", file->path, YAML_MAX >> 10);
		return false;
	}
	d->root =
	        yaml_parse_lines(file->data + skip, file->len - skip, YAML_DEPTH, &d->lines, &err);
	if (json_is_null(d->root)) {
		json_decref(d->root);
		d->root = json_object();
	}
	if (json_is_object(d->root))
		return true;
	if (!d->root)
		say_syntax(s, file, err.msg);
	else
		findings_add(s->f, "%s:1: must be a mapping (key: value)", file->path);
	doc_free(d);
	return false;
}

/* The line of the nearest value on the way. */
static int line_of(const struct doc *d, const char *way)
{
	char key[KEY_SIZE];

	snprintf(key, sizeof(key), "%s", way);
	for (;;) {
		const json_t *line = json_object_get(d->lines, key);
		char *slash = strrchr(key, '/');

		if (line)
			return (int)json_integer_value(line);
		if (!slash)
			return 1;
		*slash = '\0';
	}
}

static void say(struct findings *to, const struct doc *d, const char *way, const char *text)
{
	char shown[KEY_SIZE];

	snprintf(shown, sizeof(shown), "%s", way);
	for (char *c = shown; *c; c++)
		if (*c == '/')
			*c = '.';
	findings_add(to, "%s:%d: %s%s%s", d->file->path, line_of(d, way), shown, *shown ? ": " : "",
	        text);
}

void doc_complain(struct parser *s, const struct doc *d, const char *way, const char *fmt, ...)
{
	char text[600];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	say(s->f, d, way, text);
}

void doc_note(struct parser *s, const struct doc *d, const char *way, const char *fmt, ...)
{
	char text[600];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	say(&s->p->notes, d, way, text);
}

const json_t *doc_get(const struct doc *d, const char *way)
{
	const json_t *v = d->root;
	char part[KEY_SIZE];

	while (v && *way) {
		size_t n = strcspn(way, "/");

		snprintf(part, sizeof(part), "%.*s", (int)n, way);
		v = json_object_get(v, part);
		way += n + (way[n] == '/');
	}
	return json_is_null(v) ? NULL : v;
}

bool doc_text(struct parser *s, const struct doc *d, const char *way, const char **out)
{
	const json_t *v = doc_get(d, way);

	if (!v)
		return false;
	if (json_is_integer(v))
		*out = arena_printf(s->a, "%lld", (long long)json_integer_value(v));
	else if (json_is_string(v))
		*out = json_string_value(v);
	else
		doc_complain(s, d, way, "must be a text");
	return json_is_integer(v) || json_is_string(v);
}

bool doc_bool(struct parser *s, const struct doc *d, const char *way, bool *out)
{
	const json_t *v = doc_get(d, way);
	const char *text = json_string_value(v);

	if (!v)
		return false;
	if (text && (strcasecmp(text, "yes") == 0 || strcasecmp(text, "no") == 0)) {
		*out = strcasecmp(text, "yes") == 0; /* YAML 1.1 */
		return true;
	}
	if (!json_is_boolean(v)) {
		doc_complain(s, d, way, "must be true or false");
		return false;
	}
	*out = json_is_true(v);
	return true;
}

bool doc_number(struct parser *s, const struct doc *d, const char *way, double *out)
{
	const json_t *v = doc_get(d, way);
	const char *text = json_string_value(v);
	char *end = NULL;

	if (!v)
		return false;
	if (json_is_number(v)) {
		*out = json_number_value(v);
		return true;
	}
	if (text && *text) /* "1.5" in quotes */
		*out = strtod(text, &end);
	if (!end || *end || isnan(*out)) {
		doc_complain(s, d, way, "must be a number");
		return false;
	}
	return true;
}

bool doc_number_in(
        struct parser *s, const struct doc *d, const char *way, const double range[2], double *out)
{
	double v = 0;

	if (!doc_number(s, d, way, &v))
		return false;
	if (!(v >= range[0] && v <= range[1])) {
		doc_complain(s, d, way, "must be a number from %g to %g", range[0], range[1]);
		return false;
	}
	*out = v;
	return true;
}

/* A scalar as one word. */
static const char *word_of(struct arena *a, const json_t *v)
{
	if (json_is_string(v))
		return arena_strdup(a, json_string_value(v));
	if (json_is_integer(v))
		return arena_printf(a, "%lld", (long long)json_integer_value(v));
	if (json_is_real(v))
		return arena_printf(a, "%.15g", json_real_value(v));
	if (json_is_boolean(v))
		return json_is_true(v) ? "true" : "false";
	return NULL;
}

bool doc_args(struct parser *s, const struct doc *d, const char *way, package_args *out)
{
	const json_t *v = doc_get(d, way), *one;
	const char **list;
	size_t i;

	if (!v)
		return false;
	if (json_is_string(v) || json_is_number(v)) {
		*out = parse_words(s->a, word_of(s->a, v));
		return true;
	}
	if (!json_is_array(v) || json_array_size(v) > MAX_ARGS) {
		doc_complain(s, d, way, "must be a list of at most %d texts", MAX_ARGS);
		return false;
	}
	list = arena_alloc(s->a, (json_array_size(v) + 1) * sizeof(*list));
	json_array_foreach (v, i, one) {
		list[i] = word_of(s->a, one);
		if (!list[i]) {
			doc_complain(s, d, way, "must be a list of texts");
			return false;
		}
	}
	*out = list;
	return true;
}

void doc_only(struct parser *s, const struct doc *d, const char *way, const char *const *known,
        bool strict)
{
	json_t *o = *way ? json_object_get(d->root, way) : d->root;
	const char *key;
	json_t *v;

	json_object_foreach (o, key, v) {
		char full[KEY_SIZE];
		bool found = false;

		for (const char *const *k = known; *k && !found; k++)
			found = strcmp(*k, key) == 0;
		if (found)
			continue;
		snprintf(full, sizeof(full), "%s%s%s", way, *way ? "/" : "", key);
		if (strict)
			doc_complain(s, d, full, "no such key in this format");
		else
			doc_note(s, d, full, "no such key in this format, ignored");
	}
}
