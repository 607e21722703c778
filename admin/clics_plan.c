/* clics_plan.c -- from a feed's objects to a contest (clics_plan.h).
 *
 * Lenient where a feed may differ from the specification (names, colours, labels, penalty_time as
 * minutes or as a time), strict where the standings depend on it: a submission whose team or
 * problem is not in the feed, or that has no time, is left out and named. A judgement type that is
 * not one of ours becomes the one that costs the same. */
#include "admin/clics_plan.h"

#include "admin/admin.h"
#include "base/clock.h"
#include "base/hash.h"

#include <math.h>

enum {
	MINUTE_MS = 60000,
	DAY_MS = 24 * 3600 * 1000,
	NAME_BYTES = 200,
	COLOR_BYTES = 40,
	TIME_LIMIT_DEFAULT_MS = 1000,
	TIME_LIMIT_MAX_MS = 600000,
	POINTS_DEFAULT = 100000,
	POINTS_MAX = 100000000,
	SUBMISSION_ID_MAX = 30, /* a judgement's id is longer */
	SORT_GROUP_MAX = 1000,
	ID_SIZE = 37,
};
static const int64_t DURATION_MAX_MS = (int64_t)365 * DAY_MS;

/* ---------------------------------------------------------------- values */

static const char *text_of(const json_t *o, const char *name)
{
	const char *s = json_string_value(json_object_get(o, name));

	return s && *s ? s : NULL;
}

/* At most max bytes, whole characters. */
static const char *short_text(struct arena *a, const char *s, size_t max)
{
	size_t len = s ? strlen(s) : 0;

	if (len <= max)
		return s;
	len = max;
	while (len > 0 && ((unsigned char)s[len] & 0xC0) == 0x80)
		len--;
	return arena_strndup(a, s, len);
}

/* An instant; 0 when there is none. */
static int64_t time_of(const json_t *o, const char *name)
{
	const char *s = text_of(o, name);
	int64_t ms = 0;

	return s && clock_parse_time(s, &ms) == 0 ? ms : 0;
}

static bool reltime_of(const json_t *o, const char *name, int64_t *ms)
{
	const char *s = text_of(o, name);

	return s && clock_parse_reltime(s, ms) == 0;
}

static int64_t int_of(const json_t *o, const char *name, const int64_t range[2], int64_t fallback)
{
	const json_t *v = json_object_get(o, name);
	double d = json_is_number(v) ? json_number_value(v) : NAN;

	return d >= (double)range[0] && d <= (double)range[1] ? (int64_t)d : fallback;
}

/* Seconds or points with a fraction, as thousandths. */
static int64_t milli_of(const json_t *o, const char *name, int64_t max, int64_t fallback)
{
	const json_t *v = json_object_get(o, name);
	double d = json_is_number(v) ? json_number_value(v) * 1000 : NAN;

	return d >= 0 && d <= (double)max ? (int64_t)llround(d) : fallback;
}

static const char *id_text(struct arena *a, const json_t *o, const char *name)
{
	const json_t *v = json_object_get(o, name);

	if (json_is_integer(v))
		return arena_printf(a, "%lld", (long long)json_integer_value(v));
	return json_string_value(v);
}

const char *plan_other_id(struct plan *p, const char *feed_id)
{
	char *id = arena_printf(&p->a, "%s.%s", p->id, feed_id);
	unsigned char hash[HASH_SIZE];
	char hex[HASH_HEX_SIZE];

	if (admin_is_ident(id))
		return id;
	hash_sha256(id, strlen(id), hash);
	hash_hex(hash, hex);
	for (char *c = id; *c; c++) {
		if (!strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-",
		            *c))
			*c = '_';
	}
	return arena_printf(&p->a, "%.27s-%.8s", id, hex);
}

static struct plan_id first_id(struct plan *p, const char *feed_id)
{
	return (struct plan_id){
	        feed_id, admin_is_ident(feed_id) ? feed_id : plan_other_id(p, feed_id)};
}

/* ---------------------------------------------------------------- who and what */

static void take_organizations(struct plan *p, json_t *list)
{
	const char *id;
	json_t *o;

	p->organizations =
	        arena_alloc(&p->a, (json_object_size(list) + 1) * sizeof(*p->organizations));
	json_object_foreach (list, id, o) {
		const char *name = text_of(o, "name"), *formal = text_of(o, "formal_name");
		const char *country = text_of(o, "country");
		bool known = country && strlen(country) == 3 &&
		             strspn(country, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == 3;

		p->organizations[p->norganizations++] =
		        (struct plan_organization){.is = first_id(p, id),
		                .name = name     ? name
		                        : formal ? formal
		                                 : id,
		                .formal_name = formal,
		                .country = known ? country : NULL};
	}
}

static void take_groups(struct plan *p, json_t *list)
{
	static const int64_t range[2] = {0, SORT_GROUP_MAX};
	const char *id;
	json_t *o;

	p->groups = arena_alloc(&p->a, (json_object_size(list) + 1) * sizeof(*p->groups));
	json_object_foreach (list, id, o) {
		const char *name = text_of(o, "name");

		p->groups[p->ngroups++] = (struct plan_group){.is = first_id(p, id),
		        .name = name ? name : id,
		        .hidden = json_is_true(json_object_get(o, "hidden")),
		        .sort_group = (int)int_of(o, "sortorder", range, 0)};
	}
}

/* Where in an array of things (each beginning with a plan_id) the feed's id is; NULL: nowhere. */
static void *find_id(void *things, size_t n, size_t size, const char *feed_id)
{
	char *at = things;

	for (size_t i = 0; feed_id && i < n; i++, at += size) {
		const struct plan_id *is = (const void *)at;

		if (strcmp(is->feed_id, feed_id) == 0)
			return at;
	}
	return NULL;
}
#define FIND(p, things, n, feed_id) find_id((p)->things, (p)->n, sizeof(*(p)->things), (feed_id))

static void take_team_groups(struct plan *p, struct plan_team *t, const json_t *ids)
{
	/* NOLINTNEXTLINE(bugprone-sizeof-expression): it is an array of pointers */
	t->groups = arena_alloc(&p->a, (json_array_size(ids) + 1) * sizeof(t->groups[0]));
	for (size_t i = 0; i < json_array_size(ids); i++) {
		const char *id = json_string_value(json_array_get(ids, i));
		const struct plan_group *g = FIND(p, groups, ngroups, id);

		if (!g)
			continue;
		if (t->ngroups == 0)
			t->sort_group = g->sort_group;
		t->groups[t->ngroups++] = g;
	}
}

static void take_teams(struct plan *p, json_t *list)
{
	const char *id;
	json_t *o;

	p->teams = arena_alloc(&p->a, (json_object_size(list) + 1) * sizeof(*p->teams));
	json_object_foreach (list, id, o) {
		struct plan_team *t = &p->teams[p->nteams++];
		const char *display = text_of(o, "display_name"), *name = text_of(o, "name");

		*t = (struct plan_team){.is = first_id(p, id),
		        .name = short_text(&p->a,
		                name      ? name
		                : display ? display
		                          : id,
		                NAME_BYTES),
		        .display_name = short_text(&p->a, display, NAME_BYTES),
		        .organization = FIND(p, organizations, norganizations,
		                id_text(&p->a, o, "organization_id")),
		        .hidden = json_is_true(json_object_get(o, "hidden"))};
		take_team_groups(p, t, json_object_get(o, "group_ids"));
	}
}

static bool is_rgb(const char *s)
{
	return s && *s == '#' && strlen(s) == 7 && strspn(s + 1, "0123456789abcdefABCDEF") == 6;
}

static bool is_label(const char *s)
{
	return s && strlen(s) <= 4 &&
	       strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789") ==
	               strlen(s);
}

static int by_ordinal(const void *x, const void *y)
{
	const struct plan_problem *a = x, *b = y;

	if (a->ordinal != b->ordinal)
		return a->ordinal < b->ordinal ? -1 : 1;
	return strcmp(a->label, b->label);
}

/* Labels are unique, and of letters and digits. */
static void settle_labels(struct plan *p)
{
	for (size_t i = 0; i < p->nproblems; i++) {
		const char *label = p->problems[i].label;
		bool bad = !is_label(label);

		for (size_t k = 0; k < i && !bad; k++)
			bad = strcmp(p->problems[k].label, label) == 0;
		if (bad)
			p->problems[i].label = arena_printf(&p->a, "P%zu", i + 1);
	}
}

static void take_problems(struct plan *p, json_t *list)
{
	static const int64_t range[2] = {0, 100000};
	const char *id;
	json_t *o;

	p->problems = arena_alloc(&p->a, (json_object_size(list) + 1) * sizeof(*p->problems));
	json_object_foreach (list, id, o) {
		const char *name = text_of(o, "name"), *label = text_of(o, "label");
		const char *rgb = text_of(o, "rgb"), *color = text_of(o, "color");
		int64_t limit = milli_of(o, "time_limit", TIME_LIMIT_MAX_MS, 0);

		p->problems[p->nproblems++] = (struct plan_problem){.is = first_id(p, id),
		        .name = short_text(&p->a, name ? name : id, NAME_BYTES),
		        .label = label ? label : "",
		        .rgb = is_rgb(rgb) ? rgb : "#808080",
		        .color = color ? short_text(&p->a, color, COLOR_BYTES) : "grey",
		        .ordinal = int_of(o, "ordinal", range, range[1]),
		        .time_limit_ms = limit > 0 ? (int)limit : TIME_LIMIT_DEFAULT_MS,
		        .points_milli = milli_of(o, "max_score", POINTS_MAX, POINTS_DEFAULT)};
	}
	qsort(p->problems, p->nproblems, sizeof(*p->problems), by_ordinal);
	settle_labels(p);
}

static void add_language(struct plan *p, const char *id, const char *name, const char *extension)
{
	p->languages[p->nlanguages++] = (struct plan_language){.is = first_id(p, id),
	        .name = name ? name : id,
	        .extension = extension ? extension : "txt"};
}

/* Those of the feed, and those that only its submissions name. */
static void take_languages(struct plan *p, const struct clics *f)
{
	json_t *list = f->things[CLICS_LANGUAGES], *o;
	size_t most = json_object_size(list) + json_object_size(f->things[CLICS_SUBMISSIONS]);
	const char *id;

	p->languages = arena_alloc(&p->a, (most + 1) * sizeof(*p->languages));
	json_object_foreach (list, id, o) {
		const json_t *extensions = json_object_get(o, "extensions");

		add_language(p, id, text_of(o, "name"),
		        json_string_value(json_array_get(extensions, 0)));
	}
	json_object_foreach (f->things[CLICS_SUBMISSIONS], id, o) {
		const char *language = id_text(&p->a, o, "language_id");

		if (language && *language && !FIND(p, languages, nlanguages, language))
			add_language(p, language, NULL, NULL);
	}
}

/* ---------------------------------------------------------------- judgement types */

static const struct {
	const char *id;
	enum verdict verdict;
} known_types[] = {
        {"AC", VERDICT_AC},
        {"CE", VERDICT_CE},
        {"CTL", VERDICT_CE},
        {"CS", VERDICT_JE},
        {"EO", VERDICT_WA},
        {"IF", VERDICT_SV},
        {"ILE", VERDICT_TLE},
        {"IO", VERDICT_WA},
        {"JE", VERDICT_JE},
        {"MLE", VERDICT_MLE},
        {"NO", VERDICT_WA},
        {"OLE", VERDICT_OLE},
        {"PE", VERDICT_WA},
        {"RCO", VERDICT_RTE},
        {"RE", VERDICT_RTE},
        {"RTE", VERDICT_RTE},
        {"RWA", VERDICT_RTE},
        {"SV", VERDICT_SV},
        {"TCO", VERDICT_TLE},
        {"TLE", VERDICT_TLE},
        {"TWA", VERDICT_TLE},
        {"WA", VERDICT_WA},
        {"WTL", VERDICT_TLE},
};

/* By its id when that says the same as its flags, else by these. NONE: never heard of. */
static enum verdict verdict_of(const json_t *types, const char *id)
{
	const json_t *type = json_object_get(types, id);
	const json_t *solved = json_object_get(type, "solved");
	const json_t *penalty = json_object_get(type, "penalty");
	enum verdict v = VERDICT_NONE;

	for (size_t i = 0; i < ARRAY_LEN(known_types); i++) {
		if (strcmp(known_types[i].id, id) == 0)
			v = known_types[i].verdict;
	}
	if (json_is_true(solved))
		return VERDICT_AC;
	if (v == VERDICT_JE || !type)
		return v;
	if (v == VERDICT_NONE || v == VERDICT_AC)
		v = json_is_true(penalty) ? VERDICT_WA : VERDICT_CE;
	return json_is_false(penalty) ? VERDICT_CE : v;
}

/* Does a compile error cost a penalty there? Another type without one cannot be had then. */
static void take_penalties(struct plan *p, struct clics *f)
{
	json_t *types = f->things[CLICS_JUDGEMENT_TYPES], *o;
	const char *id;

	p->compile_penalty = json_is_true(json_object_get(json_object_get(types, "CE"), "penalty"));
	json_object_foreach (types, id, o) {
		if (p->compile_penalty && !json_is_true(json_object_get(o, "solved")) &&
		        json_is_false(json_object_get(o, "penalty")) &&
		        verdict_of(types, id) != VERDICT_JE)
			clics_complain(f,
			        "judgement type \"%.40s\" is free and a compile error is not: it "
			        "will cost a penalty",
			        id);
	}
}

/* ---------------------------------------------------------------- the contest */

static void take_times(struct plan *p, const struct clics *f)
{
	int64_t scheduled;

	p->start_ms = time_of(f->state, "started");
	if (!p->start_ms)
		p->start_ms = time_of(f->contest, "start_time");
	if (!reltime_of(f->contest, "scoreboard_freeze_duration", &p->freeze_ms))
		p->freeze_ms = -1;
	scheduled = p->start_ms + p->duration_ms;
	p->ended_ms = time_of(f->state, "ended");
	if (p->ended_ms >= scheduled)
		p->ended_ms = 0; /* by schedule */
	p->frozen_ms = time_of(f->state, "frozen");
	if (!p->frozen_ms && p->freeze_ms > 0)
		p->frozen_ms = scheduled - p->freeze_ms;
	p->thawed_ms = time_of(f->state, "thawed");
	p->finalized_ms = time_of(f->state, "finalized");
	p->end_of_updates_ms = time_of(f->state, "end_of_updates");
	if (!p->frozen_ms)
		p->thawed_ms = 0;
}

/* Minutes, or a time, as the versions differ. */
static int penalty_of(const json_t *contest)
{
	static const int64_t range[2] = {0, 1000};
	int64_t ms;

	if (reltime_of(contest, "penalty_time", &ms) && ms >= 0 && ms <= range[1] * MINUTE_MS)
		return (int)(ms / MINUTE_MS);
	return (int)int_of(contest, "penalty_time", range, 20);
}

static int take_contest(struct plan *p, struct clics *f, const char *contest_id, struct err *err)
{
	const char *type = text_of(f->contest, "scoreboard_type");

	p->id = contest_id ? contest_id : text_of(f->contest, "id");
	if (json_object_size(f->contest) == 0)
		return err_set(err, ERR_INPUT, "there is no contest in %.150s", f->name);
	if (!p->id || !admin_is_ident(p->id))
		return err_set(err, ERR_INPUT,
		        "the contest's id is no id here, say --id: \"%.60s\"", p->id ? p->id : "");
	p->name = text_of(f->contest, "name");
	p->name = p->name ? p->name : p->id;
	p->formal_name = text_of(f->contest, "formal_name");
	p->rules = type && strcmp(type, "score") == 0 ? "ioi" : "icpc";
	p->penalty_minutes = penalty_of(f->contest);
	if (!reltime_of(f->contest, "duration", &p->duration_ms) || p->duration_ms < 1000 ||
	        p->duration_ms > DURATION_MAX_MS)
		return err_set(err, ERR_INPUT, "the contest has no duration");
	take_times(p, f);
	if (!p->start_ms)
		return err_set(err, ERR_INPUT, "the contest has no start");
	return 0;
}

int plan_make(struct plan *p, struct clics *f, const char *contest_id, struct err *err)
{
	*p = (struct plan){0};
	if (take_contest(p, f, contest_id, err) < 0)
		return err_result(err);
	take_penalties(p, f);
	take_organizations(p, f->things[CLICS_ORGANIZATIONS]);
	take_groups(p, f->things[CLICS_GROUPS]);
	take_teams(p, f->things[CLICS_TEAMS]);
	take_problems(p, f->things[CLICS_PROBLEMS]);
	take_languages(p, f);
	return 0;
}

void plan_free(struct plan *p)
{
	arena_free(&p->a);
	*p = (struct plan){0};
}

/* ---------------------------------------------------------------- what happened */

struct judged {
	const char *submission; /* the feed's id */
	struct past_judgement j;
	bool superseded;
	size_t order;
};

struct submitted {
	const char *feed_id;
	struct past_submission s;
	size_t order;
};

static const char *submission_id(struct plan *p, const char *feed_id, size_t n)
{
	char *id = arena_printf(&p->a, "%s-%s", p->id, feed_id);
	unsigned char hash[HASH_SIZE];
	char hex[HASH_HEX_SIZE];

	if (admin_is_ident(id) && strlen(id) <= SUBMISSION_ID_MAX)
		return id;
	hash_sha256(p->id, strlen(p->id), hash);
	hash_hex(hash, hex);
	return arena_printf(&p->a, "%.8s-s%zu", hex, n + 1);
}

static bool take_submission(
        struct plan *p, struct clics *f, const char *id, const json_t *o, struct submitted *out)
{
	const char *team = id_text(&p->a, o, "team_id"), *entry = text_of(o, "entry_point");
	const char *problem = id_text(&p->a, o, "problem_id");
	const char *language = id_text(&p->a, o, "language_id");
	const struct plan_team *t = FIND(p, teams, nteams, team);
	const struct plan_problem *pr = FIND(p, problems, nproblems, problem);
	const struct plan_language *l = FIND(p, languages, nlanguages, language);
	struct past_submission s = {.at_ms = time_of(o, "time")};
	bool timed = reltime_of(o, "contest_time", &s.contest_time_ms);

	if (!t)
		clics_complain(
		        f, "submission %.40s: no such team: \"%.40s\"", id, team ? team : "");
	else if (!pr)
		clics_complain(f, "submission %.40s: no such problem: \"%.40s\"", id,
		        problem ? problem : "");
	else if (!l)
		clics_complain(f, "submission %.40s has no language", id);
	else if (!timed && !s.at_ms)
		clics_complain(f, "submission %.40s has no time", id);
	if (!t || !pr || !l || (!timed && !s.at_ms))
		return false;
	if (!timed)
		s.contest_time_ms = s.at_ms - p->start_ms;
	if (!s.at_ms)
		s.at_ms = p->start_ms + s.contest_time_ms;
	s.id = submission_id(p, id, out->order);
	s.team_id = t->is.id;
	s.problem_id = pr->is.id;
	s.language_id = l->is.id;
	s.entry_point = entry && strlen(entry) <= 100 ? entry : NULL;
	s.practice = s.contest_time_ms < 0 || s.contest_time_ms >= p->duration_ms;
	out->feed_id = id;
	out->s = s;
	return true;
}

static bool take_judgement(
        struct plan *p, struct clics *f, const char *id, const json_t *o, struct judged *out)
{
	json_t *types = f->things[CLICS_JUDGEMENT_TYPES];
	const char *type = text_of(o, "judgement_type_id");
	struct past_judgement j = {.at_ms = time_of(o, "end_time"),
	        .started_ms = time_of(o, "start_time"),
	        .time_ms = (int)milli_of(o, "max_run_time", INT32_MAX, -1),
	        .points_milli = milli_of(o, "score", POINTS_MAX, 0)};
	int64_t ms;

	if (!type)
		return false; /* not decided yet */
	j.verdict = verdict_of(types, type);
	if (j.verdict == VERDICT_NONE) {
		clics_complain(f, "judgement %.40s: no such judgement type: \"%.40s\"", id, type);
		p->left_out++;
		return false;
	}
	if (!j.at_ms && reltime_of(o, "end_contest_time", &ms))
		j.at_ms = p->start_ms + ms;
	if (!j.started_ms && reltime_of(o, "start_contest_time", &ms))
		j.started_ms = p->start_ms + ms;
	out->submission = id_text(&p->a, o, "submission_id");
	out->superseded = json_is_false(json_object_get(o, "current")) ||
	                  json_is_false(json_object_get(o, "valid"));
	out->j = j;
	return true;
}

static int order_of(size_t a, size_t b)
{
	return (a > b) - (a < b);
}

static int by_submission(const void *x, const void *y)
{
	const struct judged *a = x, *b = y;
	int order = strcmp(a->submission, b->submission);

	if (order == 0)
		order = (int)b->superseded - (int)a->superseded;
	if (order == 0)
		order = (a->j.at_ms > b->j.at_ms) - (a->j.at_ms < b->j.at_ms);
	return order ? order : order_of(a->order, b->order);
}

static int by_feed_id(const void *x, const void *y)
{
	const struct submitted *a = x, *b = y;

	return strcmp(a->feed_id, b->feed_id);
}

static int by_time(const void *x, const void *y)
{
	const struct submitted *a = x, *b = y;

	if (a->s.contest_time_ms != b->s.contest_time_ms)
		return a->s.contest_time_ms < b->s.contest_time_ms ? -1 : 1;
	return order_of(a->order, b->order);
}

/* The judgements that are decided, by submission and then in the order in which they counted. */
static struct judged *judgements_of(struct plan *p, struct clics *f, size_t *n)
{
	json_t *list = f->things[CLICS_JUDGEMENTS], *o;
	struct judged *all = arena_alloc(&p->a, (json_object_size(list) + 1) * sizeof(*all));
	const char *id;

	*n = 0;
	json_object_foreach (list, id, o) {
		all[*n].order = *n;
		if (!take_judgement(p, f, id, o, &all[*n]))
			continue;
		if (all[*n].submission) {
			(*n)++;
			continue;
		}
		clics_complain(f, "judgement %.40s has no submission", id);
		p->left_out++;
	}
	qsort(all, *n, sizeof(*all), by_submission);
	return all;
}

/* Both lists are sorted by the submission's id in the feed. */
static void join(struct plan *p, struct clics *f, struct submitted *subs, size_t n)
{
	size_t njudged, i = 0;
	struct judged *judged = judgements_of(p, f, &njudged);

	for (size_t from = 0, to; from < njudged; from = to) {
		const char *id = judged[from].submission;
		struct past_judgement *list;

		to = from + 1;
		while (to < njudged && strcmp(judged[to].submission, id) == 0)
			to++;
		while (i < n && strcmp(subs[i].feed_id, id) < 0)
			i++;
		if (i == n || strcmp(subs[i].feed_id, id) != 0) {
			clics_complain(f, "judgement of submission %.40s, which is not there", id);
			p->left_out += to - from;
			continue;
		}
		list = arena_alloc(&p->a, (to - from) * sizeof(*list));
		for (size_t k = from; k < to; k++) {
			struct past_judgement *j = &list[k - from];

			*j = judged[k].j;
			j->at_ms = j->at_ms > subs[i].s.at_ms ? j->at_ms : subs[i].s.at_ms;
			j->started_ms = j->started_ms ? j->started_ms : j->at_ms;
		}
		subs[i].s.judgements = list;
		subs[i].s.njudgements = to - from;
		p->judgements += to - from;
	}
}

void plan_past(struct plan *p, struct clics *f)
{
	json_t *list = f->things[CLICS_SUBMISSIONS], *o;
	size_t n = 0;
	struct submitted *subs = arena_alloc(&p->a, (json_object_size(list) + 1) * sizeof(*subs));
	struct past_submission *out;
	const char *id;

	json_object_foreach (list, id, o) {
		subs[n].order = n;
		if (take_submission(p, f, id, o, &subs[n]))
			n++;
		else
			p->left_out++;
	}
	qsort(subs, n, sizeof(*subs), by_feed_id);
	join(p, f, subs, n);
	qsort(subs, n, sizeof(*subs), by_time);
	out = arena_alloc(&p->a, (n + 1) * sizeof(*out));
	for (size_t i = 0; i < n; i++)
		out[i] = subs[i].s;
	p->past = (struct past){.contest_id = p->id,
	        .subs = out,
	        .n = n,
	        .thawed_ms = p->thawed_ms,
	        .finalized_ms = p->finalized_ms,
	        .end_of_updates_ms = p->end_of_updates_ms};
}
