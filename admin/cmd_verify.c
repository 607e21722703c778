/* cmd_verify.c -- `codearena problem verify PACKAGE...`: is a package what it says? The format, the
 * data by its validators, and every jury submission, judged as contestants' are: the same sandbox,
 * execution, validators and grading as codearena-judge. No database.
 *
 * Where the package leaves the time limit open, the submissions that must be in time are judged
 * first, with a generous limit; it follows from what they took, and the others come second. */
#include "admin/verify.h"

#include "base/clock.h"
#include "base/mem.h"

#include <signal.h>

enum { GENEROUS_MS = 30000, MS_PER_S = 1000, MAX_LIMIT_S = 600, KIB = 1024 };

#define auto_tree     __attribute__((cleanup(package_tree_free)))
#define auto_package  __attribute__((cleanup(package_free)))
#define auto_findings __attribute__((cleanup(findings_free)))

static atomic_bool stop_signal;

static void on_signal(int sig UNUSED)
{
	atomic_store(&stop_signal, true);
}

/* What all packages of one call share. */
struct session {
	struct admin *admin;
	struct verify_options options;
	struct verify_box box;
	struct languages languages;
	struct jury *jury;
	struct spread *spread;
	pthread_rwlock_t alone;
	signed char installed[LANGUAGE_MAX_ROWS];
};

/* ---- the package as judging wants it */

static enum grading_scores score_mode(enum package_score_mode m)
{
	switch (m) {
	case PACKAGE_SUM:
		return GRADING_SUM;
	case PACKAGE_AVG:
		return GRADING_AVG;
	case PACKAGE_MIN:
		return GRADING_MIN;
	case PACKAGE_MAX:
		return GRADING_MAX;
	case PACKAGE_PASS_FAIL:
		break;
	}
	return GRADING_PASS_FAIL;
}

static enum grading_verdicts verdict_mode(enum package_verdict_mode m)
{
	switch (m) {
	case PACKAGE_WORST_ERROR:
		return GRADING_WORST_ERROR;
	case PACKAGE_FIRST_ERROR:
		return GRADING_FIRST_ERROR;
	case PACKAGE_ALWAYS_ACCEPT:
		break;
	}
	return GRADING_ALWAYS_ACCEPT;
}

static void set_groups(struct verify *v)
{
	const struct package *p = v->p;
	struct grading_group *groups = arena_alloc(v->a, (p->ngroups + 1) * sizeof(*groups));

	for (size_t i = 0; i < p->ngroups; i++) {
		const struct package_group *g = &p->groups[i];

		groups[i] = (struct grading_group){.name = g->name,
		        .parent = g->parent,
		        .go_on = g->on_reject == PACKAGE_REJECT_CONTINUE,
		        .accept_if_any = g->accept_if_any,
		        .ignore_sample = g->ignore_sample,
		        .verdicts = verdict_mode(g->verdict_mode),
		        .scores = score_mode(g->score_mode),
		        .accept_score = g->accept_score,
		        .reject_score = g->reject_score,
		        .range_min = g->range_min,
		        .range_max = g->range_max,
		        .case_max = g->case_max,
		        .custom = g->custom_grader,
		        .grader_flags = g->grader_flags,
		        .nflags = verify_words(g->grader_flags),
		        .requires = g->requires,
		        .nrequires = g->nrequires};
	}
	v->problem.plan.groups = groups;
	v->problem.plan.ngroups = p->ngroups;
}

static int set_cases(struct verify *v, struct err *err)
{
	const struct package *p = v->p;
	struct trial_test *tests = arena_alloc(v->a, (p->ncases + 1) * sizeof(*tests));
	struct grading_case *cases = arena_alloc(v->a, (p->ncases + 1) * sizeof(*cases));

	for (size_t i = 0; i < p->ncases; i++) {
		const struct package_case *c = &p->cases[i];

		cases[i] = (struct grading_case){
		        p->ngroups ? c->group : 0, c->sample, c->scored, c->max};
		tests[i] = (struct trial_test){.name = c->name,
		        .is_static = c->is_static,
		        .validator_args = c->validator_args,
		        .nvalidator_args = verify_words(c->validator_args),
		        .args = c->args,
		        .nargs = verify_words(c->args),
		        .nfiles = c->nfiles};
		if (p->nvalidators == 0 && !c->is_static &&
		        trial_flags(c->validator_args, tests[i].nvalidator_args, &tests[i].flags,
		                err) < 0)
			return err_wrap(err, "%s", c->name);
	}
	v->problem.tests = tests;
	v->problem.plan.cases = cases;
	v->problem.plan.ncases = p->ncases;
	return 0;
}

static void set_includes(struct verify *v)
{
	const struct package *p = v->p;
	struct trial_include *list = arena_alloc(v->a, (p->nincludes + 1) * sizeof(*list));

	for (size_t i = 0; i < p->nincludes; i++) {
		const struct package_source *s = &p->includes[i].source;

		list[i] = (struct trial_include){
		        p->includes[i].language, {s->name, s->file->data, s->file->len}};
	}
	v->problem.includes = list;
	v->problem.nincludes = p->nincludes;
}

static int set_problem(struct verify *v, struct err *err)
{
	const struct package *p = v->p;

	v->problem.plan.scoring = p->scoring;
	v->problem.plan.score_is_all =
	        p->scoring && (p->format == PACKAGE_2023_07 || p->format == PACKAGE_2025_09);
	v->problem.plan.run_all = v->options.all && !p->scoring;
	v->problem.validation_ms = p->limits.validation_ms;
	v->problem.validation_memory_bytes = p->limits.validation_memory_kib * KIB;
	v->validation = (struct validation){.interactive = p->interactive,
	        .multi_pass = p->multi_pass,
	        .passes = p->multi_pass ? (int)p->limits.validation_passes : 1,
	        .time_ms = v->problem.validation_ms,
	        .memory_bytes = v->problem.validation_memory_bytes};
	set_groups(v);
	set_includes(v);
	v->results = arena_alloc(v->a, (p->nsubmissions + 1) * sizeof(*v->results));
	v->wanted = arena_alloc(v->a, (p->nsubmissions + 1) * sizeof(struct verify_result *));
	for (size_t i = 0; i < p->nsubmissions; i++)
		v->results[i] = (struct verify_result){.s = &p->submissions[i],
		        .groups = arena_alloc(v->a, (p->ngroups + 1) * sizeof(struct grading_sum)),
		        .cases = arena_alloc(v->a, (p->ncases + 1) * sizeof(struct grading_result)),
		        .cpu_us = arena_alloc(v->a, (p->ncases + 1) * sizeof(int64_t)),
		        .messages = arena_alloc(v->a, (p->ncases + 1) * sizeof(char *)),
		        .slowest = -1,
		        .failed = -1};
	return set_cases(v, err);
}

/* ---- one package */

static bool comes_later(const struct package_submission *s)
{
	return !verify_must_be_in_time(s);
}

static int judge_all(struct verify *v, struct err *err)
{
	v->time_ms = v->options.time_limit_ms ? v->options.time_limit_ms : v->p->limits.time_ms;
	if (v->time_ms > 0)
		return verify_submissions(v, NULL, err);
	v->time_ms = GENEROUS_MS;
	v->derived = true;
	if (verify_submissions(v, verify_must_be_in_time, err) < 0)
		return err_result(err);
	v->time_ms = verify_time_limit(v);
	return verify_submissions(v, comes_later, err);
}

static int verify_package(
        struct session *s, const struct package *p, json_t *report, size_t *bad, struct err *err)
{
	auto_arena struct arena a = {0};
	struct verify v = {.admin = s->admin,
	        .p = p,
	        .box = &s->box,
	        .options = s->options,
	        .languages = &s->languages,
	        .jury = s->jury,
	        .spread = s->spread,
	        .alone = &s->alone,
	        .stop = &stop_signal,
	        .installed = s->installed,
	        .a = &a};
	int64_t start_ms = clock_mono_ms();
	int r;

	pthread_mutex_init(&v.lock, NULL);
	r = set_problem(&v, err);
	if (r == 0)
		r = verify_data(&v, err);
	if (r == 0)
		r = judge_all(&v, err);
	if (r == 0) {
		verify_expect(&v);
		*bad = verify_report(&v, (double)(clock_mono_ms() - start_ms) / MS_PER_S, report);
	}
	for (size_t i = 0; v.results && i < p->nsubmissions; i++)
		for (size_t k = 0; k < p->ncases; k++)
			free(v.results[i].messages[k]);
	findings_free(&v.findings);
	pthread_mutex_destroy(&v.lock);
	return r;
}

/* Format first: a package with mistakes is not judged. */
static int verify_path(
        struct session *s, const char *path, json_t *report, size_t *bad, struct err *err)
{
	auto_tree struct package_tree tree = {0};
	auto_package struct package p = {0};
	auto_findings struct findings f = {0};

	if (package_read(&tree, path, &f, err) < 0)
		return err_result(err);
	package_parse(&tree, &p, &f);
	if (f.n > 0) {
		findings_print(&f);
		return err_set(err, ERR_INPUT, "%s: %zu mistakes", path, f.n);
	}
	if (!s->admin->json)
		printf("%s: %s\n", path, p.name ? p.name : "");
	return verify_package(s, &p, report, bad, err);
}

/* ---- the command */

bool verify_has_language(struct verify *v, size_t slot, const struct language *l)
{
	signed char *known = &v->installed[l - v->languages->rows];
	auto_free char *version = NULL;
	struct err err = {0};
	signed char now;

	pthread_mutex_lock(&v->lock);
	now = *known;
	pthread_mutex_unlock(&v->lock);
	if (now != 0)
		return now > 0;
	now = box_version(v->box->boxes[slot], l->id, &version, &err) == 0 ? 1 : -1;
	pthread_mutex_lock(&v->lock);
	*known = now;
	pthread_mutex_unlock(&v->lock);
	return now > 0;
}

static int open_session(struct session *s, const struct args *args, struct err *err)
{
	struct verify_wish wish = {.socket = args_get(args, "box")};
	char languages[PATH_MAX];
	struct err ignored = {0};
	struct sigaction act = {.sa_handler = on_signal};

	/* without settings there is no box to ask, and the defaults do */
	(void)conf_load(&s->admin->conf, s->admin->config, &ignored);
	if (args_int(args, "slots", (const int64_t[]){1, VERIFY_MAX_SLOTS}, &wish.slots, err) != 0)
		return EXIT_USAGE;
	if (verify_find_languages(s->admin, args_get(args, "languages"), languages, err) < 0)
		return err_result(err);
	wish.languages = languages;
	if (languages_load(&s->languages, languages, err) < 0)
		return err_result(err);
	(void)sigaction(SIGINT, &act, NULL);
	(void)sigaction(SIGTERM, &act, NULL);
	pthread_rwlock_init(&s->alone, NULL);
	if (verify_box_open(&s->box, s->admin, &wish, err) < 0)
		return err_result(err);
	s->jury = jury_new(&s->languages);
	s->spread = s->box.n > 1 ? spread_new() : NULL;
	return 0;
}

static void close_session(struct session *s)
{
	verify_box_close(&s->box);
	if (s->spread)
		spread_free(s->spread);
	jury_free(s->jury);
	languages_free(&s->languages);
	conf_free(&s->admin->conf);
}

static size_t verify_one(struct session *s, const char *path, json_t *reports)
{
	json_t *report = json_pack("{s:s}", "package", path);
	struct err err = {0};
	size_t bad = 0;

	if (verify_path(s, path, report, &bad, &err) < 0) {
		fprintf(stderr, "codearena: %s\n", err.msg);
		json_object_set_new(report, "error", json_string(err.msg));
		bad = 1;
	}
	json_object_set_new(report, "ok", json_boolean(bad == 0));
	json_array_append_new(reports, report);
	return bad;
}

int problem_verify(struct admin *admin, const struct args *args, struct err *err)
{
	struct session s = {.admin = admin};
	json_t *reports = json_array();
	int64_t seconds = 0;
	size_t bad = 0;
	int r = args_int(args, "time-limit", (const int64_t[]){1, MAX_LIMIT_S}, &seconds, err);

	s.options = (struct verify_options){
	        .time_limit_ms = seconds * MS_PER_S, .all = args_get(args, "all") != NULL};
	if (r == 0)
		r = open_session(&s, args, err);
	for (size_t i = 0; i < args->nwords && r == 0 && !atomic_load(&stop_signal); i++) {
		bad += verify_one(&s, args->words[i], reports);
		fflush(stdout);
	}
	close_session(&s);
	if (r == 0 && admin->json)
		out_json(json_incref(reports));
	json_decref(reports);
	if (r != 0)
		return r;
	return bad > 0 || atomic_load(&stop_signal) ? EXIT_TOLD : 0;
}
