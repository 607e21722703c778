/* clics.c -- lines of an event feed into one object per thing (clics.h).
 *
 * Jansson keeps the members of an object in the order of their insertion, and a member that is set
 * again keeps its place. Nothing here looks into a thing but for its id. */
#include "admin/clics.h"

#include "base/json.h"

enum { DEPTH_MAX = 16, ID_MAX = 200, UNUSED_MAX = 40 };

static const char *const names[CLICS_TYPES] = {
        [CLICS_GROUPS] = "groups",
        [CLICS_ORGANIZATIONS] = "organizations",
        [CLICS_TEAMS] = "teams",
        [CLICS_PROBLEMS] = "problems",
        [CLICS_LANGUAGES] = "languages",
        [CLICS_JUDGEMENT_TYPES] = "judgement-types",
        [CLICS_SUBMISSIONS] = "submissions",
        [CLICS_JUDGEMENTS] = "judgements",
};

const char *clics_type_name(enum clics_type t)
{
	return names[t];
}

void clics_complain(struct clics *f, const char *fmt, ...)
{
	char text[400];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	findings_add(&f->findings, "%s: %s", f->name, text);
}

static void broken(struct clics *f, const char *why)
{
	f->broken++;
	findings_add(&f->findings, "%s:%zu: %s", f->name, f->lines, why);
}

static void count_unused(struct clics *f, const char *type)
{
	json_int_t n = json_integer_value(json_object_get(f->unused, type));

	if (n == 0 && json_object_size(f->unused) >= UNUSED_MAX)
		type = "(others)";
	n = json_integer_value(json_object_get(f->unused, type));
	json_object_set_new(f->unused, type, json_integer(n + 1));
}

/* An id as text: some feeds of 2020 have numbers. */
static const char *id_of(const json_t *v, char number[32])
{
	if (json_is_integer(v)) {
		snprintf(number, 32, "%lld", (long long)json_integer_value(v));
		return number;
	}
	return json_is_string(v) && json_string_length(v) > 0 && json_string_length(v) <= ID_MAX
	               ? json_string_value(v)
	               : NULL;
}

static void put(struct clics *f, enum clics_type t, const char *id, json_t *data)
{
	if (json_object_size(f->things[t]) >= CLICS_THINGS_MAX)
		broken(f, "too many things of one type");
	else if (json_object_set(f->things[t], id, data) < 0)
		broken(f, "its id is no text");
}

static void put_list(struct clics *f, enum clics_type t, const json_t *list)
{
	char number[32];

	json_object_clear(f->things[t]);
	for (size_t i = 0; i < json_array_size(list); i++) {
		json_t *data = json_array_get(list, i);
		const char *id = id_of(json_object_get(data, "id"), number);

		if (id)
			put(f, t, id, data);
		else
			broken(f, "a member of the list has no \"id\"");
	}
}

static void take_thing(struct clics *f, enum clics_type t, const json_t *event)
{
	json_t *data = json_object_get(event, "data");
	const char *op = json_string_value(json_object_get(event, "op"));
	char number[32];
	const char *id = id_of(json_object_get(data, "id"), number);

	if (!id && !op)
		id = id_of(json_object_get(event, "id"), number);
	if (!op && !id && (json_is_array(data) || json_is_null(data)))
		put_list(f, t, data);
	else if (!id)
		broken(f, "no \"id\"");
	else if (op ? strcmp(op, "delete") == 0 : json_is_null(data))
		json_object_del(f->things[t], id);
	else if (op && strcmp(op, "create") != 0 && strcmp(op, "update") != 0)
		broken(f, "\"op\" must be create, update or delete");
	else if (json_is_object(data))
		put(f, t, id, data);
	else
		broken(f, "\"data\" must be an object");
}

static void take_single(struct clics *f, json_t **into, const json_t *event)
{
	json_t *data = json_object_get(event, "data");

	if (json_is_array(data) && json_array_size(data) == 1)
		data = json_array_get(data, 0);
	if (!json_is_object(data)) {
		broken(f, "\"data\" must be an object");
		return;
	}
	json_decref(*into);
	*into = json_incref(data);
}

static void take_event(struct clics *f, const json_t *event)
{
	const char *type = json_string_value(json_object_get(event, "type"));

	if (!type || !json_object_get(event, "data")) {
		broken(f, "no event: \"type\" and \"data\" are needed");
		return;
	}
	if (strcmp(type, "contest") == 0 || strcmp(type, "contests") == 0) {
		take_single(f, &f->contest, event);
		return;
	}
	if (strcmp(type, "state") == 0) {
		take_single(f, &f->state, event);
		return;
	}
	for (enum clics_type t = 0; t < CLICS_TYPES; t++) {
		if (strcmp(type, names[t]) == 0) {
			take_thing(f, t, event);
			return;
		}
	}
	count_unused(f, type);
}

static bool is_blank(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (s[i] != ' ' && s[i] != '\t' && s[i] != '\r')
			return false;
	}
	return true;
}

static void take_line(struct clics *f, const char *line, size_t len)
{
	struct err err = {0};
	json_t *event;

	f->lines++;
	if (is_blank(line, len))
		return;
	if (len > CLICS_LINE_MAX) {
		broken(f, "the line is longer than 1 MiB");
		return;
	}
	event = json_parse(line, len, DEPTH_MAX, &err);
	if (!event)
		broken(f, err.msg);
	else if (!json_is_object(event))
		broken(f, "no object");
	else
		take_event(f, event);
	json_decref(event);
}

void clics_read(struct clics *f, const char *name, const char *text, size_t len)
{
	*f = (struct clics){.name = name,
	        .contest = json_object(),
	        .state = json_object(),
	        .unused = json_object()};
	for (enum clics_type t = 0; t < CLICS_TYPES; t++)
		f->things[t] = json_object();
	while (len > 0) {
		const char *end = memchr(text, '\n', len);
		size_t n = end ? (size_t)(end - text) : len;

		take_line(f, text, n);
		n += end ? 1 : 0;
		text += n;
		len -= n;
	}
}

void clics_free(struct clics *f)
{
	json_decref(f->contest);
	json_decref(f->state);
	json_decref(f->unused);
	for (enum clics_type t = 0; t < CLICS_TYPES; t++)
		json_decref(f->things[t]);
	findings_free(&f->findings);
	*f = (struct clics){0};
}
