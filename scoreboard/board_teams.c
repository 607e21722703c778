/* board_teams.c -- the list of a contest's teams as rows of a board.
 *
 * A row keeps its team as canonical text, which is what viewers get, and what is asked of it: id,
 * name, where it belongs. A hundred thousand teams as JSON objects would be a hundred megabytes,
 * and most of the time that a fold takes: so the text of a log, which is canonical, is read as it
 * stands (board_quick.c), and only a team that is not plain goes through JSON. */
#include "base/json.h"
#include "scoreboard/board_quick.h"

enum { ID_MAX = BOARD_ID_SIZE - 1, NAME_MAX_BYTES = 4096, TEAMS_MAX = 1000000, TEAM_DEPTH = 13 };

void board_teams_clear(struct board_teams *list)
{
	free(list->rows);
	arena_free(&list->texts);
	*list = (struct board_teams){0};
}

static const char *keep(struct board_teams *list, const struct board_word *w)
{
	return w->s ? arena_strndup(&list->texts, w->s, w->len) : NULL;
}

static bool is_repeated(const char *const *words, size_t n, const struct board_word *w)
{
	for (size_t i = 0; i < n; i++) {
		if (strlen(words[i]) == w->len && memcmp(words[i], w->s, w->len) == 0)
			return true;
	}
	return false;
}

static void add(struct board_teams *list, const struct board_team *t, const struct board_word *text)
{
	const char **groups = arena_alloc(&list->texts, t->ngroups * sizeof(*groups));
	struct board_row *r;

	if (list->n == list->cap) {
		list->cap = list->cap ? 2 * list->cap : 16;
		list->rows = xreallocarray(list->rows, list->cap, sizeof(*list->rows));
	}
	r = &list->rows[list->n++];
	*r = (struct board_row){.hidden = t->hidden,
	        .ranked = t->ranked && !t->hidden,
	        .sort_group = t->sort_group,
	        .total = {.last_ms = -1},
	        .name = keep(list, t->display_name.len ? &t->display_name : &t->name),
	        .team = keep(list, text),
	        .organization_id = keep(list, &t->organization_id),
	        .country = keep(list, &t->country),
	        .groups = groups};
	memcpy(r->team_id, t->id.s, t->id.len);
	for (size_t i = 0; i < t->ngroups; i++) {
		if (!is_repeated(groups, r->ngroups, &t->groups[i]))
			groups[r->ngroups++] = keep(list, &t->groups[i]);
	}
}

static struct board_word word(const json_t *v)
{
	return (struct board_word){json_string_value(v), json_string_length(v)};
}

static int add_json(struct board_teams *list, const json_t *o, struct err *err)
{
	const char *id, *name, *display;
	const json_t *groups = json_object_get(o, "groups");
	struct board_team t = {.country = word(json_object_get(o, "country")),
	        .organization_id = word(json_object_get(o, "organization_id"))};
	auto_free struct board_word *words = xcalloc(json_array_size(groups) + 1, sizeof(*words));
	auto_free char *text = NULL;
	int64_t group;

	if (json_get_string(o, "id", ID_MAX, &id, err) < 0 ||
	        json_get_string(o, "name", NAME_MAX_BYTES, &name, err) < 0 ||
	        json_opt_string(o, "display_name", NAME_MAX_BYTES, "", &display, err) < 0 ||
	        json_opt_int(o, "sort_group", INT32_MIN, INT32_MAX, 0, &group, err) < 0 ||
	        json_opt_bool(o, "hidden", false, &t.hidden, err) < 0 ||
	        json_opt_bool(o, "ranked", true, &t.ranked, err) < 0)
		return err_wrap(err, "team %zu of the list", list->n + 1);
	t.id = (struct board_word){id, strlen(id)};
	t.name = (struct board_word){name, strlen(name)};
	t.display_name = (struct board_word){display, strlen(display)};
	t.sort_group = (int)group;
	t.groups = words;
	for (size_t i = 0; i < json_array_size(groups); i++) {
		words[t.ngroups] = word(json_array_get(groups, i));
		t.ngroups += words[t.ngroups].s != NULL;
	}
	text = json_text(o);
	add(list, &t, &(struct board_word){text, strlen(text)});
	return 0;
}

static int by_team_id(const void *a, const void *b)
{
	const struct board_row *x = a, *y = b;

	return strcmp(x->team_id, y->team_id);
}

/* The list is whole: sorts what is not sorted yet, as lists of a log are. */
static int finish(struct board_teams *list, struct err *err)
{
	struct board_row *rows = xcalloc_large(list->n + 1, sizeof(*rows));
	size_t i = 1;

	if (list->n > 0)
		memcpy(rows, list->rows, list->n * sizeof(*rows));
	free(list->rows);
	list->rows = rows;
	while (i < list->n && by_team_id(&list->rows[i - 1], &list->rows[i]) < 0)
		i++;
	if (i >= list->n)
		return 0;
	qsort(list->rows, list->n, sizeof(*list->rows), by_team_id);
	for (i = 1; i < list->n; i++) {
		if (by_team_id(&list->rows[i - 1], &list->rows[i]) == 0)
			return err_set(err, ERR_INPUT, "team \"%s\" is listed twice",
			        list->rows[i].team_id);
	}
	return 0;
}

int board_teams_read(struct board_teams *list, const json_t *teams, struct err *err)
{
	for (size_t i = 0; i < json_array_size(teams); i++) {
		if (add_json(list, json_array_get(teams, i), err) < 0)
			return err_result(err);
	}
	return finish(list, err);
}

/* The team that *at begins with. */
static int scan_team(struct board_teams *list, const char **at, const char *end, struct err *err)
{
	struct board_word groups[BOARD_GROUPS_PLAIN], text;
	struct board_team t = {.groups = groups};
	json_auto_t *o = NULL;

	if (list->n == TEAMS_MAX)
		return err_set(err, ERR_INPUT, "more than %d teams", TEAMS_MAX);
	if (board_quick_team(at, end, &t, &text)) {
		add(list, &t, &text);
		return 0;
	}
	o = text.s ? json_parse(text.s, text.len, TEAM_DEPTH, err) : NULL;
	if (text.s && !o)
		return err_wrap(err, "team %zu of the list", list->n + 1);
	return add_json(list, o, err);
}

int board_teams_scan(struct board_teams *list, const char *text, size_t len, struct err *err)
{
	const char *at = text, *end = text + len;

	if (len == 2)
		return 0; /* [] */
	while (at + 1 < end) {
		at++; /* the bracket, or the comma between two */
		if (scan_team(list, &at, end, err) < 0)
			return err_result(err);
		if (at + 1 < end && *at != ',')
			return err_set(err, ERR_INPUT, "\"teams\" is no list");
	}
	return finish(list, err);
}
