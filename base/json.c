/* json.c -- jansson with limits.
 *
 * jansson recurses once per level of nesting. So the levels are counted first by a scan that
 * knows strings and brackets only; what it does not understand is left to jansson to refuse.
 *
 * A `max` counts bytes; sentences say "characters", as a user would. */
#include "base/json.h"

json_t *json_parse(const char *text, size_t len, int max_depth, struct err *err)
{
	json_error_t error;
	bool in_string = false;
	int depth = 0;
	json_t *v;

	for (size_t i = 0; i < len; i++) {
		char c = text[i];

		if (in_string) {
			i += c == '\\';
			in_string = c != '"';
			continue;
		}
		in_string = c == '"';
		depth += (c == '[' || c == '{') - (c == ']' || c == '}');
		if (depth > max_depth) {
			err_set(err, ERR_INPUT, "JSON nested deeper than %d levels", max_depth);
			return NULL;
		}
	}
	v = json_loadb(text, len, JSON_REJECT_DUPLICATES, &error);
	if (!v)
		err_set(err, ERR_INPUT, "JSON line %d: %s", error.line, error.text);
	return v;
}

static bool is_absent(const json_t *v)
{
	return !v || json_is_null(v);
}

static int take_string(
        const json_t *v, const char *name, size_t max, const char **out, struct err *err)
{
	if (!json_is_string(v) || json_string_length(v) > max)
		return err_set(err, ERR_INPUT, "\"%s\" must be a string of at most %zu characters",
		        name, max);
	*out = json_string_value(v);
	return 0;
}

int json_get_string(
        const json_t *o, const char *name, size_t max, const char **out, struct err *err)
{
	const json_t *v = json_object_get(o, name);

	if (take_string(v, name, max, out, err) < 0)
		return err_result(err);
	if (!**out)
		return err_set(err, ERR_INPUT, "\"%s\" must not be empty", name);
	return 0;
}

/* NOLINTNEXTLINE(readability-function-size): a getter with a default; its caller reads it so */
int json_opt_string(const json_t *o, const char *name, size_t max, const char *fallback,
        const char **out, struct err *err)
{
	const json_t *v = json_object_get(o, name);

	if (!is_absent(v))
		return take_string(v, name, max, out, err);
	*out = fallback;
	return 0;
}

/* NOLINTNEXTLINE(readability-function-size): name and range belong together in one call */
int json_get_int(
        const json_t *o, const char *name, int64_t min, int64_t max, int64_t *out, struct err *err)
{
	const json_t *v = json_object_get(o, name);

	if (!json_is_integer(v) || json_integer_value(v) < min || json_integer_value(v) > max)
		return err_set(err, ERR_INPUT, "\"%s\" must be a whole number from %lld to %lld",
		        name, (long long)min, (long long)max);
	*out = json_integer_value(v);
	return 0;
}

/* NOLINTNEXTLINE(readability-function-size): as json_get_int, with a default */
int json_opt_int(const json_t *o, const char *name, int64_t min, int64_t max, int64_t fallback,
        int64_t *out, struct err *err)
{
	if (!is_absent(json_object_get(o, name)))
		return json_get_int(o, name, min, max, out, err);
	*out = fallback;
	return 0;
}

int json_opt_bool(const json_t *o, const char *name, bool fallback, bool *out, struct err *err)
{
	const json_t *v = json_object_get(o, name);

	if (!is_absent(v) && !json_is_boolean(v))
		return err_set(err, ERR_INPUT, "\"%s\" must be true or false", name);
	*out = is_absent(v) ? fallback : json_is_true(v);
	return 0;
}

static bool is_listed(const char *const *names, const char *name)
{
	for (; *names; names++) {
		if (strcmp(*names, name) == 0)
			return true;
	}
	return false;
}

int json_only(const json_t *o, const char *const *names, struct err *err)
{
	size_t known = 0;
	const char *name;
	json_t *value;

	if (!json_is_object(o))
		return err_set(err, ERR_INPUT, "must be a JSON object");
	for (const char *const *n = names; *n; n++)
		known += json_object_get(o, *n) != NULL;
	if (known == json_object_size(o))
		return 0;
	json_auto_t *copy = json_deep_copy(o); /* jansson iterates over what may change only */
	json_object_foreach (copy, name, value) {
		if (!is_listed(names, name))
			return err_set(err, ERR_INPUT, "unknown member \"%.60s\"", name);
	}
	return 0;
}

char *json_text(const json_t *v)
{
	char *text = json_dumps(v, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY);

	if (!text)
		abort(); /* no memory, or a value that was made without jansson's checks */
	return text;
}
