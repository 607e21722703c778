/* yaml.c -- YAML as JSON values.
 *
 * libyaml gives events; a stack of open containers (bounded by max_depth, no recursion) turns
 * them into a tree. Plain scalars are read by the core schema of YAML 1.2: `no` is a string, `0777`
 * is 777.
 *
 * An alias becomes a copy of what its anchor names. A name is known once its value is complete, so
 * nothing can contain itself; the copies together are bounded, so a small file stays a small tree;
 * and their depth counts. `<<` (YAML 1.1) puts the keys of other mappings beside a mapping's own.
 */
#include "base/yaml.h"

#include "base/buf.h"
#include "base/mem.h"

#include <ctype.h>
#include <math.h>
#include <yaml.h>

enum { FILE_DEPTH_MAX = 32, WAY_SIZE = 200, MAX_ANCHORS = 1000, MAX_COPIED = 1 << 20 };

struct level {
	json_t *container;  /* borrowed: owned by the level below, the lowest by `tree.top` */
	char *key;          /* of a mapping: the key that waits for its value, or NULL */
	char way[WAY_SIZE]; /* with lines: to this container; "" is the top */
	bool lost;          /* the way was too long */
	char *anchor;       /* its name for aliases, or NULL */
	int height;         /* containers above one another from here on, itself too */
};

struct anchor {
	char *name;
	json_t *value;
	int height; /* of a scalar: 0 */
};

struct tree {
	json_t *top;
	struct level *stack;
	int depth, max_depth;
	int documents;
	json_t *lines; /* NULL: not wanted */
	struct anchor *anchors;
	size_t nanchors, copied; /* copied: bytes that aliases stand for, as JSON */
};

static void auto_event(yaml_event_t *e)
{
	yaml_event_delete(e);
}

static void auto_parser(yaml_parser_t *p)
{
	yaml_parser_delete(p);
}

static void tree_free(struct tree *t)
{
	for (int i = 0; i < t->depth; i++) {
		free(t->stack[i].key);
		free(t->stack[i].anchor);
	}
	free(t->stack);
	for (size_t i = 0; i < t->nanchors; i++) {
		free(t->anchors[i].name);
		json_decref(t->anchors[i].value);
	}
	free(t->anchors);
	json_decref(t->lines);
	json_decref(t->top);
}

static int refuse(const yaml_mark_t *mark, struct err *err, const char *why)
{
	return err_set(err, ERR_INPUT, "YAML line %zu column %zu: %s", mark->line + 1,
	        mark->column + 1, why);
}

static bool is_one_of(const char *s, const char *const *words)
{
	for (; *words; words++) {
		if (strcmp(s, *words) == 0)
			return true;
	}
	return false;
}

/* [-+]?[0-9]+ | 0o[0-7]+ | 0x[0-9a-fA-F]+, as base and where its digits start. */
static int integer_base(const char *s, const char **digits)
{
	bool prefixed = s[0] == '0' && (s[1] == 'o' || s[1] == 'x');
	const char *set = !prefixed     ? "0123456789"
	                  : s[1] == 'o' ? "01234567"
	                                : "0123456789abcdefABCDEF";

	*digits = prefixed ? s + 2 : s + (*s == '-' || *s == '+');
	if (!**digits || (*digits)[strspn(*digits, set)])
		return 0;
	return !prefixed ? 10 : s[1] == 'o' ? 8 : 16;
}

/* [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)? */
static bool is_float(const char *s)
{
	size_t before, after = 0;

	s += *s == '-' || *s == '+';
	before = strspn(s, "0123456789");
	s += before;
	if (*s == '.') {
		after = strspn(++s, "0123456789");
		s += after;
	}
	if (before + after == 0)
		return false;
	if (*s == 'e' || *s == 'E') {
		s++;
		s += *s == '-' || *s == '+';
		if (!isdigit((unsigned char)*s))
			return false;
		s += strspn(s, "0123456789");
	}
	return !*s;
}

/* NULL: a number that JSON or int64_t cannot hold. */
static json_t *plain_scalar(const char *s)
{
	static const char *const nulls[] = {"", "~", "null", "Null", "NULL", NULL};
	static const char *const trues[] = {"true", "True", "TRUE", NULL};
	static const char *const falses[] = {"false", "False", "FALSE", NULL};
	static const char *const odd[] = {".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF",
	        "-.inf", "-.Inf", "-.INF", ".nan", ".NaN", ".NAN", NULL};
	const char *digits;
	int base = integer_base(s, &digits);

	if (is_one_of(s, nulls))
		return json_null();
	if (is_one_of(s, trues))
		return json_true();
	if (is_one_of(s, falses))
		return json_false();
	if (base) {
		errno = 0;
		long long v = strtoll(base == 10 ? s : digits, NULL, base);
		return errno ? NULL : json_integer(v);
	}
	if (is_float(s)) {
		double d = strtod(s, NULL);
		return isfinite(d) ? json_real(d) : NULL;
	}
	return is_one_of(s, odd) ? NULL : json_string(s);
}

static const char *event_text(const yaml_event_t *e)
{
	return (const char *)e->data.scalar.value;
}

static int take_key(struct level *l, const yaml_event_t *e, struct err *err)
{
	if (e->type != YAML_SCALAR_EVENT)
		return refuse(&e->start_mark, err, "a key must be a scalar");
	if (json_object_get(l->container, event_text(e)))
		return refuse(&e->start_mark, err, "duplicate key");
	l->key = xstrdup(event_text(e));
	return 0;
}

/* The way to the value that comes next; false: too long, or there is none. */
static bool way_of(const struct tree *t, char out[WAY_SIZE])
{
	const struct level *l = t->depth ? &t->stack[t->depth - 1] : NULL;
	int n = 0;

	if (!l || l->lost)
		return false;
	if (json_is_object(l->container))
		n = snprintf(out, WAY_SIZE, "%s%s%s", l->way, *l->way ? "/" : "", l->key);
	else
		n = snprintf(out, WAY_SIZE, "%s%s%zu", l->way, *l->way ? "/" : "",
		        json_array_size(l->container));
	return n < WAY_SIZE;
}

static void remember_line(struct tree *t, const yaml_event_t *e)
{
	char way[WAY_SIZE];

	if (t->lines && way_of(t, way))
		json_object_set_new(
		        t->lines, way, json_integer((json_int_t)e->start_mark.line + 1));
}

/* Hangs v (its reference is taken) into the innermost container. */
static void hang(struct tree *t, json_t *v)
{
	struct level *l = t->depth ? &t->stack[t->depth - 1] : NULL;

	if (!l) {
		t->top = v;
	} else if (json_is_array(l->container)) {
		json_array_append_new(l->container, v);
	} else {
		json_object_set_new(l->container, l->key, v);
		free(steal(&l->key));
	}
}

/* ---- anchors and aliases */

/* Takes the name; the latest of a name is the one that counts. */
static int name_value(struct tree *t, char *name, json_t *v, int height)
{
	struct anchor *grown;

	if (t->nanchors == MAX_ANCHORS) {
		free(name);
		return -1;
	}
	grown = reallocarray(t->anchors, t->nanchors + 1, sizeof(*grown));
	if (!grown)
		abort(); /* no memory */
	t->anchors = grown;
	t->anchors[t->nanchors++] = (struct anchor){name, json_incref(v), height};
	return 0;
}

static const struct anchor *named_value(const struct tree *t, const char *name)
{
	for (size_t i = t->nanchors; i > 0; i--)
		if (strcmp(t->anchors[i - 1].name, name) == 0)
			return &t->anchors[i - 1];
	return NULL;
}

static void grow_height(struct tree *t, int height)
{
	struct level *l = t->depth ? &t->stack[t->depth - 1] : NULL;

	if (l && l->height < height + 1)
		l->height = height + 1;
}

static int take_alias(struct tree *t, const yaml_event_t *e, struct err *err)
{
	const struct anchor *a = named_value(t, (const char *)e->data.alias.anchor);

	if (!a)
		return refuse(
		        &e->start_mark, err, "an alias of nothing that is complete before it");
	if (t->depth + a->height > t->max_depth)
		return refuse(&e->start_mark, err, "nested too deep");
	t->copied += json_dumpb(a->value, NULL, 0, JSON_ENCODE_ANY | JSON_COMPACT);
	if (t->copied > MAX_COPIED)
		return refuse(&e->start_mark, err, "aliases make more of it than 1 MiB");
	grow_height(t, a->height);
	hang(t, json_deep_copy(a->value));
	return 0;
}

/* `<<: *base` and `<<: [*one, *two]`: their keys, unless the mapping has its own. */
static int merge(struct level *l, const yaml_event_t *e, struct err *err)
{
	json_auto_t *v = json_incref(json_object_get(l->container, "<<"));
	json_t *one;
	size_t i;

	if (!v)
		return 0;
	json_object_del(l->container, "<<");
	if (json_is_object(v))
		return json_object_update_missing(l->container, v);
	json_array_foreach (v, i, one) {
		if (!json_is_object(one))
			return refuse(&e->start_mark, err, "<< is for mappings");
		json_object_update_missing(l->container, one);
	}
	return json_is_array(v) ? 0 : refuse(&e->start_mark, err, "<< is for mappings");
}

/* ---- values */

static int open_container(struct tree *t, const yaml_event_t *e, struct err *err)
{
	bool mapping = e->type == YAML_MAPPING_START_EVENT;
	const yaml_char_t *anchor =
	        mapping ? e->data.mapping_start.anchor : e->data.sequence_start.anchor;
	json_t *v = mapping ? json_object() : json_array();
	struct level *new = &t->stack[t->depth];

	if (t->depth == t->max_depth) {
		json_decref(v);
		return refuse(&e->start_mark, err, "nested too deep");
	}
	assert(new); /* for the analyzer: the stack is there from the start */
	*new = (struct level){.container = v,
	        .height = 1,
	        .anchor = anchor ? xstrdup((const char *)anchor) : NULL};
	new->lost = t->lines && t->depth > 0 && !way_of(t, new->way);
	hang(t, v);
	t->depth++;
	return 0;
}

static int close_container(struct tree *t, const yaml_event_t *e, struct err *err)
{
	struct level *l = &t->stack[t->depth - 1];
	char *anchor = steal(&l->anchor);

	t->depth--;
	grow_height(t, l->height);
	if (merge(l, e, err) < 0) {
		free(anchor);
		return err_result(err);
	}
	if (anchor && name_value(t, anchor, l->container, l->height) < 0)
		return refuse(&e->start_mark, err, "too many anchors");
	return 0;
}

static int take_scalar(struct tree *t, const yaml_event_t *e, struct err *err)
{
	const char *anchor = (const char *)e->data.scalar.anchor;
	bool plain = e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	json_t *v = plain ? plain_scalar(event_text(e)) : json_string(event_text(e));

	if (!v)
		return refuse(&e->start_mark, err, "not a number that can be held");
	hang(t, v);
	if (anchor && name_value(t, xstrdup(anchor), v, 0) < 0)
		return refuse(&e->start_mark, err, "too many anchors");
	return 0;
}

/* What we do not read: tags, NUL bytes. */
static const char *unwanted(const yaml_event_t *e)
{
	const yaml_char_t *tag = NULL;

	if (e->type == YAML_SCALAR_EVENT) {
		tag = e->data.scalar.tag;
		if (strlen(event_text(e)) != e->data.scalar.length)
			return "NUL in a string";
	} else if (e->type == YAML_SEQUENCE_START_EVENT) {
		tag = e->data.sequence_start.tag;
	} else if (e->type == YAML_MAPPING_START_EVENT) {
		tag = e->data.mapping_start.tag;
	}
	return tag ? "tags are not allowed" : NULL;
}

static int take_value(struct tree *t, const yaml_event_t *e, struct err *err)
{
	struct level *l = t->depth ? &t->stack[t->depth - 1] : NULL;

	if (l && json_is_object(l->container) && !l->key)
		return take_key(l, e, err);
	remember_line(t, e);
	if (e->type == YAML_SCALAR_EVENT)
		return take_scalar(t, e, err);
	return e->type == YAML_ALIAS_EVENT ? take_alias(t, e, err) : open_container(t, e, err);
}

static int take_event(struct tree *t, const yaml_event_t *e, struct err *err)
{
	const char *why = unwanted(e);

	if (why)
		return refuse(&e->start_mark, err, why);
	switch (e->type) {
	case YAML_SCALAR_EVENT:
	case YAML_SEQUENCE_START_EVENT:
	case YAML_MAPPING_START_EVENT:
	case YAML_ALIAS_EVENT:
		return take_value(t, e, err);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		return close_container(t, e, err);
	case YAML_DOCUMENT_START_EVENT:
		if (t->documents++ > 0)
			return refuse(&e->start_mark, err, "more than one document");
		return 0;
	case YAML_NO_EVENT:
	case YAML_STREAM_START_EVENT:
	case YAML_STREAM_END_EVENT:
	case YAML_DOCUMENT_END_EVENT:
		return 0;
	}
	return 0;
}

static int parse_error(const yaml_parser_t *p, struct err *err)
{
	return err_set(err, ERR_INPUT, "YAML line %zu column %zu: %s", p->problem_mark.line + 1,
	        p->problem_mark.column + 1, p->problem ? p->problem : "cannot be read");
}

json_t *yaml_parse_lines(
        const char *text, size_t len, int max_depth, json_t **lines, struct err *err)
{
	__attribute__((cleanup(auto_parser))) yaml_parser_t parser;
	__attribute__((cleanup(tree_free))) struct tree tree = {
	        .max_depth = max_depth, .lines = lines ? json_object() : NULL};
	bool ended = false;

	if (!yaml_parser_initialize(&parser))
		abort(); /* no memory */
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, len);
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	tree.stack = xcalloc((size_t)max_depth, sizeof(*tree.stack));
	while (!ended) {
		__attribute__((cleanup(auto_event))) yaml_event_t event;

		if (!yaml_parser_parse(&parser, &event)) {
			parse_error(&parser, err);
			return NULL;
		}
		if (take_event(&tree, &event, err) < 0)
			return NULL;
		ended = event.type == YAML_STREAM_END_EVENT;
	}
	if (lines)
		*lines = steal(&tree.lines);
	return tree.top ? steal(&tree.top) : json_null();
}

json_t *yaml_parse(const char *text, size_t len, int max_depth, struct err *err)
{
	return yaml_parse_lines(text, len, max_depth, NULL, err);
}

json_t *yaml_parse_file(const char *path, size_t max_bytes, struct err *err)
{
	auto_buf struct buf text = {0};
	json_t *v;

	if (buf_read_file(&text, path, max_bytes, err) < 0)
		return NULL;
	v = yaml_parse(text.data, text.len, FILE_DEPTH_MAX, err);
	if (!v)
		err_wrap(err, "%s", path);
	return v;
}
