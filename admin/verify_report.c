/* verify_report.c -- what `problem verify` says: one line per submission, then the summary with
 * advice; or the same as JSON. */
#include "admin/verify.h"

#include "base/mem.h"

#include <math.h>

enum { US_PER_S = 1000000, US_PER_MS = 1000, SHOWN_TESTS = 5, PERCENT = 100, NEAR_PERCENT = 50 };

static const double MIB = 1048576.0;

static void expected_text(const struct package_submission *s, char out[64])
{
	size_t at = 0;

	snprintf(out, 64, "%s", s->check_manually ? "any" : "");
	for (enum verdict v = VERDICT_AC; v < VERDICT_COUNT && !s->check_manually && at < 50; v++)
		if (s->expected & PACKAGE_BIT(v))
			at += (size_t)snprintf(
			        out + at, 64 - at, "%s%s", at ? "," : "", verdict_id(v));
	if (s->partial)
		snprintf(out, 64, "partial");
}

static void got_text(const struct verify *v, const struct verify_result *r, char out[64])
{
	if (r->skipped)
		snprintf(out, 64, "-");
	else if (v->p->scoring && !r->fault && r->verdict != VERDICT_CE)
		snprintf(out, 64, "%s %g", verdict_id(r->verdict), r->groups[0].score);
	else
		snprintf(out, 64, "%s", verdict_id(r->verdict));
}

static const char *case_name(const struct verify *v, int i)
{
	return i >= 0 ? v->p->cases[i].name : "";
}

static size_t widest_path(const struct verify *v)
{
	size_t most = 0;

	for (size_t i = 0; i < v->p->nsubmissions; i++) {
		size_t len = strlen(v->p->submissions[i].program.name);

		most = len > most ? len : most;
	}
	return most;
}

static void print_line(const struct verify *v, const struct verify_result *r, size_t width)
{
	char wanted[64], got[64];

	expected_text(r->s, wanted);
	got_text(v, r, got);
	printf("  %-4s %-*s %-10s %-9s %-9s %7.3f s %6.0f MiB  %s\n",
	        r->skipped       ? "skip"
	        : r->mismatch[0] ? "FAIL"
	                         : "ok",
	        (int)width, r->s->program.name, r->language ? r->language->id : "?", wanted, got,
	        (double)r->slowest_us / US_PER_S, (double)r->memory_bytes / MIB,
	        r->skipped ? r->why : case_name(v, r->failed));
	if (r->mismatch[0])
		printf("       %s\n", r->mismatch);
}

/* ---- advice */

static bool is_wrong(const struct verify_result *r)
{
	return !r->skipped && !r->fault && r->verdict != VERDICT_AC && r->verdict != VERDICT_CE;
}

struct advice {
	struct buf text;
	json_t *list;
};

PRINTF(2, 3) static void advise(struct advice *a, const char *fmt, ...)
{
	char line[VERIFY_WHY];
	va_list args;

	va_start(args, fmt);
	vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	buf_addf(&a->text, "  advice: %s\n", line);
	json_array_append_new(a->list, json_string(line));
}

static double share(const struct verify *v, const struct verify_result *r)
{
	int64_t limit = r->language ? language_time_ms(r->language, v->time_ms) : v->time_ms;

	return (double)r->slowest_us / US_PER_MS / (double)limit;
}

/* The submission that uses most of its limit among those that must be in time, and the one that
 * uses least among those that must not. */
static void advise_time(const struct verify *v, struct advice *a)
{
	const struct package_limits *l = &v->p->limits;
	const struct verify_result *slow = NULL, *fast = NULL;

	for (size_t i = 0; i < v->p->nsubmissions; i++) {
		const struct verify_result *r = &v->results[i];

		if (r->skipped || r->fault || r->slowest < 0)
			continue;
		if (verify_must_be_in_time(r->s) && (!slow || share(v, r) > share(v, slow)))
			slow = r;
		if (verify_must_be_slow(r->s) && (!fast || share(v, r) < share(v, fast)))
			fast = r;
	}
	if (slow && share(v, slow) * l->ac_to_time_limit > 1 + 1e-9)
		advise(a, "the limit is only %.2f times what %s takes (%s); %g times is asked for",
		        1 / share(v, slow), slow->s->program.name, case_name(v, slow->slowest),
		        l->ac_to_time_limit);
	if (fast && share(v, fast) < l->time_limit_to_tle)
		advise(a,
		        "%s, which must be too slow, takes only %.2f times the limit; %g is asked "
		        "for",
		        fast->s->program.name, share(v, fast), l->time_limit_to_tle);
}

static void advise_languages(const struct verify *v, struct advice *a)
{
	for (size_t k = 0; k < v->languages->n; k++) {
		const struct language *l = &v->languages->rows[k];
		double most = 0;

		for (size_t i = 0; i < v->p->nsubmissions; i++) {
			const struct verify_result *r = &v->results[i];

			if (r->language == l && r->verdict == VERDICT_AC && !r->skipped)
				most = fmax(most, share(v, r));
		}
		if (most * PERCENT > NEAR_PERCENT)
			advise(a, "%s: an accepted solution uses %.0f %% of its limit", l->name,
			        most * PERCENT);
	}
}

/* Every case that some wrong submission failed on proves its worth. */
static void advise_tests(const struct verify *v, struct advice *a)
{
	auto_buf struct buf names = {0};
	size_t useless = 0, wrong = 0;

	for (size_t i = 0; i < v->p->nsubmissions; i++)
		wrong += is_wrong(&v->results[i]);
	for (size_t c = 0; c < v->p->ncases && wrong > 0; c++) {
		bool failed = v->p->cases[c].sample;

		for (size_t i = 0; i < v->p->nsubmissions && !failed; i++)
			failed = v->results[i].cases[c].verdict > VERDICT_AC;
		if (failed)
			continue;
		if (useless++ < SHOWN_TESTS)
			buf_addf(&names, " %s", v->p->cases[c].name);
	}
	if (useless > 0)
		advise(a, "no wrong submission %s %zu of the tests:%s%s",
		        v->options.all ? "fails on" : "was stopped by (--all runs all)", useless,
		        names.data, useless > SHOWN_TESTS ? " ..." : "");
	if (wrong == 0)
		advise(a, "there is no wrong submission");
}

/* ---- JSON */

static json_t *result_json(const struct verify *v, const struct verify_result *r)
{
	char wanted[64];
	json_t *o = json_object();

	expected_text(r->s, wanted);
	json_object_set_new(o, "submission", json_string(r->s->program.name));
	json_object_set_new(
	        o, "language", r->language ? json_string(r->language->id) : json_null());
	json_object_set_new(o, "expected", json_string(wanted));
	json_object_set_new(o, "got", json_string(r->skipped ? "" : verdict_id(r->verdict)));
	if (v->p->scoring)
		json_object_set_new(o, "score", json_real(r->groups[0].score));
	json_object_set_new(o, "status",
	        json_string(r->skipped       ? "skipped"
	                    : r->mismatch[0] ? "mismatch"
	                                     : "ok"));
	json_object_set_new(o, "why", json_string(r->skipped ? r->why : r->mismatch));
	json_object_set_new(o, "first_failed", json_string(case_name(v, r->failed)));
	json_object_set_new(o, "slowest", json_string(case_name(v, r->slowest)));
	json_object_set_new(o, "time_ms", json_integer(r->slowest_us / US_PER_MS));
	json_object_set_new(o, "memory_kib", json_integer(r->memory_bytes / 1024));
	return o;
}

static json_t *lines_json(const struct buf *text)
{
	json_t *list = json_array();
	const char *at = text->data ? text->data : "";

	while (*at) {
		size_t n = strcspn(at, "\n");

		json_array_append_new(list, json_stringn(at, n));
		at += n + (at[n] == '\n');
	}
	return list;
}

struct counts {
	size_t judged, mismatches, skipped;
};

static struct counts count(const struct verify *v)
{
	struct counts c = {0};

	for (size_t i = 0; i < v->p->nsubmissions; i++) {
		c.skipped += v->results[i].skipped;
		c.judged += !v->results[i].skipped;
		c.mismatches += v->results[i].mismatch[0] != 0;
	}
	return c;
}

static void print_report(const struct verify *v, const struct counts *c, const struct advice *a)
{
	size_t width = widest_path(v);

	for (size_t i = 0; i < v->p->nsubmissions; i++)
		print_line(v, &v->results[i], width);
	for (const char *at = v->findings.text.data; at && *at; at += strcspn(at, "\n") + 1) {
		printf("  data: %.*s\n", (int)strcspn(at, "\n"), at);
		if (!at[strcspn(at, "\n")])
			break;
	}
	fputs(a->text.data ? a->text.data : "", stdout);
	printf("  %zu submissions judged, %zu mismatches, %zu skipped; %zu tests; %zu complaints "
	       "about data\n",
	        c->judged, c->mismatches, c->skipped, v->p->ncases, v->findings.n);
}

size_t verify_report(const struct verify *v, double wall_s, json_t *report)
{
	struct counts c = count(v);
	struct advice a = {.list = json_array()};
	double cpu_s = (double)v->cpu_us / US_PER_S;
	json_t *list;

	advise_time(v, &a);
	advise_languages(v, &a);
	advise_tests(v, &a);
	if (!v->admin->json) {
		print_report(v, &c, &a);
		printf("  time limit %.3f s%s; CPU %.1f s / wall %.1f s = %.2f\n",
		        (double)v->time_ms / 1000, v->derived ? " (derived)" : "", cpu_s, wall_s,
		        cpu_s / wall_s);
	}
	list = json_array();
	for (size_t i = 0; i < v->p->nsubmissions; i++)
		json_array_append_new(list, result_json(v, &v->results[i]));
	json_object_set_new(report, "submissions", list);
	json_object_set_new(report, "data", lines_json(&v->findings.text));
	json_object_set_new(report, "advice", a.list);
	json_object_set_new(report, "mismatches", json_integer((json_int_t)c.mismatches));
	json_object_set_new(report, "skipped", json_integer((json_int_t)c.skipped));
	json_object_set_new(report, "judged", json_integer((json_int_t)c.judged));
	json_object_set_new(report, "tests", json_integer((json_int_t)v->p->ncases));
	json_object_set_new(report, "time_limit_ms", json_integer(v->time_ms));
	json_object_set_new(report, "time_limit_derived", json_boolean(v->derived));
	json_object_set_new(report, "cpu_seconds", json_real(cpu_s));
	json_object_set_new(report, "wall_seconds", json_real(wall_s));
	buf_free(&a.text);
	return c.mismatches + v->findings.n;
}
