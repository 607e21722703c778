/* package_manifest.c -- struct package as JSON for the schema's function problem_import: its
 * members are the columns there. Numbers without bound are null. */
#include "package/package_manifest.h"

#include <math.h>

static json_t *hash_of(const struct package_file *file)
{
	char hex[HASH_HEX_SIZE];

	if (!file)
		return json_null();
	hash_hex(file->hash, hex);
	return json_string(hex);
}

static json_t *words(package_args args)
{
	json_t *list = json_array();

	for (size_t i = 0; args && args[i]; i++)
		json_array_append_new(list, json_string(args[i]));
	return list;
}

static json_t *text_or_null(const char *s)
{
	json_t *v = s ? json_string(s) : NULL;

	return v ? v : json_null();
}

static json_t *bounded(double v)
{
	return isfinite(v) ? json_real(v) : json_null();
}

static void set(json_t *o, const char *key, json_t *v)
{
	json_object_set_new(o, key, v ? v : json_null());
}

static void set_int(json_t *o, const char *key, int64_t v)
{
	set(o, key, json_integer((json_int_t)v));
}

static void set_flags(json_t *o, const struct package *p)
{
	static const char *const formats[] = {"legacy", "legacy-icpc", "2023-07", "2025-09"};

	set(o, "format", json_string(formats[p->format]));
	set(o, "scoring", json_boolean(p->scoring));
	set(o, "interactive", json_boolean(p->interactive));
	set(o, "multi_pass", json_boolean(p->multi_pass));
	set(o, "submit_answer", json_boolean(p->submit_answer));
	set(o, "custom_validation", json_boolean(p->custom_validation));
	set(o, "custom_score", json_boolean(p->custom_score));
	set(o, "minimize", json_boolean(p->minimize));
	set(o, "show_groups", json_boolean(p->show_groups));
	set(o, "languages", p->languages[0] ? words(p->languages) : NULL);
}

static void set_limits(json_t *o, const struct package *p, const struct manifest_time *time)
{
	const struct package_limits *l = &p->limits;
	bool given = time->ms > 0;
	int64_t ms = given ? time->ms : l->time_ms;

	set_int(o, "time_limit_ms", ms > 0 ? ms : MANIFEST_DEFAULT_TIME_MS);
	set(o, "time_limit_from", json_string(given ? time->from : ms > 0 ? "package" : "default"));
	set_int(o, "memory_limit_kib", l->memory_kib);
	set_int(o, "output_limit_kib", l->output_kib);
	set_int(o, "code_limit_kib", l->code_kib);
	set_int(o, "compile_limit_ms", l->compile_ms);
	set_int(o, "compile_memory_kib", l->compile_memory_kib);
	set_int(o, "validation_limit_ms", l->validation_ms);
	set_int(o, "validation_memory_kib", l->validation_memory_kib);
	set_int(o, "validation_output_kib", l->validation_output_kib);
	set_int(o, "validation_passes", l->validation_passes);
}

static json_t *statements(const struct package *p)
{
	json_t *list = json_array();

	for (size_t i = 0; i < p->nstatements; i++)
		json_array_append_new(
		        list, json_pack("{s:s, s:s, s:o}", "language", p->statements[i].language,
		                      "format", p->statements[i].format, "hash",
		                      hash_of(p->statements[i].file)));
	return list;
}

static json_t *extras(const struct package *p)
{
	json_t *list = json_array();

	for (size_t i = 0; i < p->nextras; i++)
		json_array_append_new(
		        list, json_pack("{s:s, s:s, s:o}", "kind", p->extras[i].kind, "name",
		                      p->extras[i].name, "hash", hash_of(p->extras[i].file)));
	return list;
}

static json_t *group(const struct package_group *g)
{
	static const char *const verdicts[] = {"worst_error", "first_error", "always_accept"};
	static const char *const scores[] = {"sum", "avg", "min", "max", "pass_fail"};
	json_t *o = json_object(), *requires = json_array();

	for (size_t i = 0; i < g->nrequires; i++)
		json_array_append_new(requires, json_integer(g->requires[i] + 1));
	set(o, "name", json_string(g->name));
	set(o, "parent", g->parent < 0 ? NULL : json_integer(g->parent + 1));
	set(o, "on_reject",
	        json_string(g->on_reject == PACKAGE_REJECT_BREAK ? "break" : "continue"));
	set(o, "verdict_mode", json_string(verdicts[g->verdict_mode]));
	set(o, "accept_if_any", json_boolean(g->accept_if_any));
	set(o, "ignore_sample", json_boolean(g->ignore_sample));
	set(o, "score_mode", json_string(scores[g->score_mode]));
	set(o, "accept_score", json_real(g->accept_score));
	set(o, "reject_score", json_real(g->reject_score));
	set(o, "range_min", bounded(g->range_min));
	set(o, "range_max", bounded(g->range_max));
	set(o, "case_max", bounded(g->case_max));
	set(o, "custom_grader", json_boolean(g->custom_grader));
	set(o, "grader_flags", words(g->grader_flags));
	set(o, "requires", requires);
	return o;
}

static json_t *source(const struct package_source *s)
{
	return json_pack("{s:s, s:b, s:I, s:o}", "name", s->name, "executable", s->file->executable,
	        "size", (json_int_t)s->file->len, "hash", hash_of(s->file));
}

static json_t *sources(const struct package_source *list, size_t n)
{
	json_t *files = json_array();

	for (size_t i = 0; i < n; i++)
		json_array_append_new(files, source(&list[i]));
	return files;
}

static json_t *test_case(const struct package_case *c)
{
	json_t *o = json_object();

	set(o, "name", json_string(c->name));
	set(o, "sample", json_boolean(c->sample));
	set_int(o, "group", c->group + 1);
	set(o, "input", hash_of(c->input));
	set(o, "answer", hash_of(c->answer));
	set(o, "validator_args", words(c->validator_args));
	set(o, "max_score", c->scored ? json_real(c->max) : NULL);
	set(o, "args", words(c->args));
	set(o, "files", sources(c->files, c->nfiles));
	set(o, "full_feedback", json_boolean(c->full_feedback));
	set(o, "hint", text_or_null(c->hint));
	set(o, "description", text_or_null(c->description));
	return o;
}

static json_t *sample(const struct package_sample *s)
{
	return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o}", "name", s->name, "input",
	        hash_of(s->input), "answer", hash_of(s->answer), "interaction",
	        hash_of(s->interaction), "input_download", hash_of(s->input_download),
	        "answer_download", hash_of(s->answer_download));
}

static json_t *program(const char *kind, const struct package_program *p)
{
	return json_pack("{s:s, s:s, s:o, s:o, s:b, s:b, s:o}", "kind", kind, "name", p->name,
	        "language", text_or_null(p->language), "entry", text_or_null(p->entry), "build",
	        p->build, "run", p->run, "files", sources(p->sources, p->nsources));
}

static json_t *verdicts_of(unsigned bits)
{
	json_t *list = json_array();

	for (enum verdict v = VERDICT_AC; v < VERDICT_COUNT; v++) {
		if (bits & PACKAGE_BIT(v))
			json_array_append_new(list, json_string(verdict_id(v)));
	}
	return list;
}

static json_t *submission(const struct package_submission *s)
{
	static const char *const times[] = {"no", "no", "lower", "upper"};
	json_t *o = program("submission", &s->program);
	json_t *e = json_object();

	set(e, "verdicts", verdicts_of(s->expected));
	set(e, "partial", json_boolean(s->partial));
	set(e, "check_manually", json_boolean(s->check_manually));
	set(e, "time", json_string(times[s->time]));
	if (s->scored)
		set(e, "score", json_pack("[f, f]", s->score_min, s->score_max));
	set(o, "expected", e);
	return o;
}

static void add_programs(
        json_t *list, const char *kind, const struct package_program *items, size_t n)
{
	for (size_t i = 0; i < n; i++)
		json_array_append_new(list, program(kind, &items[i]));
}

static json_t *programs(const struct package *p)
{
	json_t *list = json_array();

	add_programs(list, "output_validator", p->validators, p->nvalidators);
	add_programs(list, "input_validator", p->input_validators, p->ninput_validators);
	add_programs(list, "answer_validator", p->answer_validators, p->nanswer_validators);
	add_programs(list, "grader", p->graders, p->ngraders);
	add_programs(list, "static_validator", p->static_validators, p->nstatic_validators);
	for (size_t i = 0; i < p->nsubmissions; i++)
		json_array_append_new(list, submission(&p->submissions[i]));
	for (size_t i = 0; i < p->nincludes; i++) {
		struct package_source one = p->includes[i].source;
		const struct package_program laid = {.name = one.name,
		        .language = p->includes[i].language,
		        .sources = &one,
		        .nsources = 1};

		json_array_append_new(list, program("include", &laid));
	}
	return list;
}

char *package_manifest(const struct package *p, const struct manifest_time *time)
{
	json_auto_t *o = json_object();
	json_t *groups = json_array(), *cases = json_array(), *samples = json_array();
	auto_buf struct buf flags = {0};
	char hex[HASH_HEX_SIZE];

	hash_hex(p->hash, hex);
	for (size_t i = 0; p->validator_args[i]; i++)
		buf_addf(&flags, "%s%s", i ? " " : "", p->validator_args[i]);
	for (size_t i = 0; i < p->ngroups; i++)
		json_array_append_new(groups, group(&p->groups[i]));
	for (size_t i = 0; i < p->ncases; i++)
		json_array_append_new(cases, test_case(&p->cases[i]));
	for (size_t i = 0; i < p->nsamples; i++)
		json_array_append_new(samples, sample(&p->samples[i]));
	set(o, "hash", json_string(hex));
	set(o, "name", json_string(p->name));
	set(o, "names", json_incref(p->names));
	set(o, "settings", json_incref(p->settings));
	set(o, "validator_flags", json_string(flags.data ? flags.data : ""));
	set_flags(o, p);
	set_limits(o, p, time);
	set(o, "statements", statements(p));
	set(o, "files", extras(p));
	set(o, "groups", groups);
	set(o, "cases", cases);
	set(o, "samples", samples);
	set(o, "programs", programs(p));
	return json_dumps(o, JSON_COMPACT | JSON_SORT_KEYS);
}

/* ---- the files */

struct blobs {
	const struct package_file **list;
	size_t n;
};

static void want(struct blobs *b, const struct package_file *file)
{
	if (file)
		b->list[b->n++] = file;
}

static void want_program(struct blobs *b, const struct package_program *p)
{
	for (size_t i = 0; i < p->nsources; i++)
		want(b, p->sources[i].file);
}

static void want_programs(struct blobs *b, const struct package_program *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		want_program(b, &p[i]);
}

static void want_all(struct blobs *b, const struct package *p)
{
	for (size_t i = 0; i < p->nstatements; i++)
		want(b, p->statements[i].file);
	for (size_t i = 0; i < p->nextras; i++)
		want(b, p->extras[i].file);
	for (size_t i = 0; i < p->ncases; i++) {
		want(b, p->cases[i].input);
		want(b, p->cases[i].answer);
		for (size_t k = 0; k < p->cases[i].nfiles; k++)
			want(b, p->cases[i].files[k].file);
	}
	for (size_t i = 0; i < p->nsamples; i++) {
		want(b, p->samples[i].input);
		want(b, p->samples[i].answer);
		want(b, p->samples[i].interaction);
		want(b, p->samples[i].input_download);
		want(b, p->samples[i].answer_download);
	}
	want_programs(b, p->validators, p->nvalidators);
	want_programs(b, p->input_validators, p->ninput_validators);
	want_programs(b, p->answer_validators, p->nanswer_validators);
	want_programs(b, p->graders, p->ngraders);
	want_programs(b, p->static_validators, p->nstatic_validators);
	for (size_t i = 0; i < p->nsubmissions; i++)
		want_program(b, &p->submissions[i].program);
	for (size_t i = 0; i < p->nincludes; i++)
		want(b, p->includes[i].source.file);
}

static size_t count_sources(const struct package_program *p, size_t n)
{
	size_t sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += p[i].nsources;
	return sum;
}

static size_t count_all(const struct package *p)
{
	size_t sum = p->nstatements + p->nextras + 2 * p->ncases + 5 * p->nsamples + p->nincludes;

	sum += count_sources(p->validators, p->nvalidators) +
	       count_sources(p->input_validators, p->ninput_validators) +
	       count_sources(p->answer_validators, p->nanswer_validators) +
	       count_sources(p->graders, p->ngraders) +
	       count_sources(p->static_validators, p->nstatic_validators);
	for (size_t i = 0; i < p->nsubmissions; i++)
		sum += p->submissions[i].program.nsources;
	for (size_t i = 0; i < p->ncases; i++)
		sum += p->cases[i].nfiles;
	return sum;
}

static int by_hash(const void *a, const void *b)
{
	const struct package_file *const *fa = a, *const *fb = b;

	return memcmp((*fa)->hash, (*fb)->hash, HASH_SIZE);
}

enum { POINTER = sizeof(void *) };

const struct package_file **package_blobs(struct package *p, size_t *n)
{
	struct blobs b = {.list = arena_alloc(&p->arena, (count_all(p) + 1) * POINTER)};

	want_all(&b, p);
	qsort(b.list, b.n, POINTER, by_hash);
	*n = 0;
	for (size_t i = 0; i < b.n; i++) {
		if (*n == 0 || by_hash(&b.list[*n - 1], &b.list[i]) != 0)
			b.list[(*n)++] = b.list[i];
	}
	return b.list;
}
