/* package_data.c -- the files of data/: test cases with all that stands beside them, the samples
 * that contestants see, and data that proves validators.
 *
 * A case is an .in file in data/sample or data/secret with its .ans; files of the same name with
 * other endings belong to it. An .interaction alone is a sample without a case. Order of judging:
 * samples, then secret, by name part by part; in a group a static validation (package_static.c) is
 * the first. */
#include "package/package_parse.h"

enum {
	PATH_SIZE = PACKAGE_MAX_PATH + 100,
	MAX_CASES = 10000,
	MAX_TEXT = 64 << 10,
	MAX_BESIDE = 1000,
	MAX_BESIDE_BYTES = 64 << 20
};

static const char *const case_keys[] = {"args", "input_validator_args", "output_validator_args",
        "input_visualizer_args", "output_visualizer_args", "full_feedback", "hint", "description",
        NULL};

/* The file beside data/NAME.in with another ending. */
static const struct package_file *beside(
        const struct parser *s, const char *name, const char *ending)
{
	char path[PATH_SIZE];

	snprintf(path, sizeof(path), "data/%s%s", name, ending);
	return parse_find(s, path);
}

static const struct folder *folder_of(const struct parser *s, const char *name)
{
	const char *slash = strrchr(name, '/');
	auto_free char *above = strndup(name, slash ? (size_t)(slash - name) : 0);

	return parse_find_folder(s, above);
}

static const char *text_of(struct parser *s, const struct package_file *file)
{
	int line = file ? parse_bad_line(file) : 0;

	if (!file)
		return NULL;
	if (line > 0) {
		findings_add(s->f, "%s:%d: must be UTF-8", file->path, line);
		return NULL;
	}
	if (file->len > MAX_TEXT || strlen(file->data) != file->len) {
		findings_add(
		        s->f, "%s: must be a text of at most %d KiB", file->path, MAX_TEXT >> 10);
		return NULL;
	}
	return file->data;
}

/* NAME.yaml of the new formats. */
static void read_own(struct parser *s, struct package_case *c, struct inherited *in)
{
	const struct package_file *file = beside(s, c->name, ".yaml");
	auto_doc struct doc d = {0};
	const char *text = NULL;

	c->hint = text_of(s, beside(s, c->name, ".hint"));
	c->description = text_of(s, beside(s, c->name, ".desc"));
	if (s->old_groups || !file || !doc_read(s, file, &d))
		return;
	parse_overlay(s, &d, in);
	doc_only(s, &d, "", case_keys, true);
	if (doc_text(s, &d, "hint", &text))
		c->hint = arena_strdup(s->a, text);
	if (doc_text(s, &d, "description", &text))
		c->description = arena_strdup(s->a, text);
	c->input_validator_args = json_incref(in->input_validator_args);
}

static void read_files(struct parser *s, struct package_case *c)
{
	char folder[PATH_SIZE];
	const struct package_file *file;
	size_t n, bytes = 0;

	snprintf(folder, sizeof(folder), "data/%s.files/", c->name);
	file = parse_folder(s, folder, &n);
	if (n > MAX_BESIDE)
		findings_add(s->f, "%s: more than %d files", folder, MAX_BESIDE);
	for (size_t i = 0; i < n && i < MAX_BESIDE; i++) {
		bytes += file[i].len;
		c->files = parse_grow(s->a, c->files, c->nfiles, sizeof(*c->files));
		c->files[c->nfiles++] =
		        (struct package_source){file[i].path + strlen(folder), &file[i]};
	}
	if (bytes > MAX_BESIDE_BYTES)
		findings_add(s->f, "%s: larger than %d MiB", folder, MAX_BESIDE_BYTES >> 20);
	if (n > 0 && s->p->submit_answer)
		findings_add(s->f, "%s: there is no program it could be beside", folder);
}

static void take_case(struct parser *s, const struct package_file *input)
{
	const char *path = input->path + strlen("data/");
	const char *name = arena_strndup(s->a, path, strlen(path) - strlen(".in"));
	const struct folder *f = folder_of(s, name);
	struct inherited in = f ? f->in : s->folders[0].in;
	struct package *p = s->p;
	struct package_case c = {.name = name,
	        .sample = parse_starts(name, "sample/"),
	        .group = f ? f->group : 0,
	        .input = input,
	        .answer = beside(s, name, ".ans"),
	        .out = beside(s, name, ".out")};

	if (!c.answer) {
		findings_add(s->f, "%s: has no .ans", input->path);
		return;
	}
	read_own(s, &c, &in);
	read_files(s, &c);
	if (!c.input_validator_args)
		c.input_validator_args = json_incref(in.input_validator_args);
	c.validator_args = parse_join(s->a, p->validator_args, in.validator_args);
	c.args = in.args;
	c.full_feedback = in.full_feedback;
	p->cases = parse_grow(s->a, p->cases, p->ncases, sizeof(*p->cases));
	p->cases[p->ncases++] = c;
}

static int by_case(const void *a, const void *b)
{
	const struct package_case *ca = a, *cb = b;

	if (ca->group == cb->group && ca->is_static != cb->is_static)
		return ca->is_static ? -1 : 1;
	return parse_compare(ca->name, cb->name);
}

/* ---- samples */

/* An .in beside NAME.interaction, or any other file of this name. */
static bool has_case(const struct parser *s, const char *name)
{
	return beside(s, name, ".in") != NULL;
}

static void add_sample(struct parser *s, const struct package_sample *sample)
{
	struct package *p = s->p;

	p->samples = parse_grow(s->a, p->samples, p->nsamples, sizeof(*p->samples));
	p->samples[p->nsamples++] = *sample;
}

static const struct package_file *first_of(
        const struct parser *s, const char *name, const char *const *endings)
{
	for (; *endings; endings++) {
		const struct package_file *file = beside(s, name, *endings);

		if (file)
			return file;
	}
	return NULL;
}

static void take_sample(struct parser *s, const struct package_case *c)
{
	static const char *const inputs[] = {".in.statement", NULL};
	static const char *const answers[] = {".ans.statement", ".out", NULL};
	const struct package_file *input = first_of(s, c->name, inputs);
	const struct package_file *answer = first_of(s, c->name, answers);
	struct package_sample sample = {.name = c->name,
	        .interaction = beside(s, c->name, ".interaction"),
	        .input_download = beside(s, c->name, ".in.download"),
	        .answer_download = beside(s, c->name, ".ans.download")};

	if (sample.interaction) {
		add_sample(s, &sample);
		return;
	}
	if (s->p->interactive && !(input && answer)) {
		findings_add(&s->p->notes,
		        "%s: not shown: a sample of an interactive problem is an .interaction",
		        c->input->path);
		return;
	}
	sample.input = input ? input : c->input;
	sample.answer = answer ? answer : c->answer;
	add_sample(s, &sample);
}

static int by_sample(const void *a, const void *b)
{
	const struct package_sample *sa = a, *sb = b;

	return parse_compare(sa->name, sb->name);
}

static void take_samples(struct parser *s)
{
	struct package *p = s->p;
	size_t n;
	const struct package_file *file = parse_folder(s, "data/sample/", &n);

	for (size_t i = 0; i < p->ncases && p->cases[i].sample; i++)
		if (!p->cases[i].is_static)
			take_sample(s, &p->cases[i]);
	for (size_t i = 0; i < n; i++) {
		const char *path = file[i].path + strlen("data/");
		const char *name;

		if (!parse_ends(path, ".interaction"))
			continue;
		name = arena_strndup(s->a, path, strlen(path) - strlen(".interaction"));
		if (!has_case(s, name))
			add_sample(
			        s, &(struct package_sample){.name = name, .interaction = &file[i]});
	}
	if (p->nsamples > 1)
		qsort(p->samples, p->nsamples, sizeof(*p->samples), by_sample);
}

/* Lines of an interaction begin with < or >, or are --- between passes. */
static void check_interaction(struct parser *s, const struct package_file *file)
{
	int line = 1;

	for (const char *c = file->data; *c; line++) {
		size_t len = strcspn(c, "\n");

		if (*c != '<' && *c != '>' && strncmp(c, "---", 3) != 0 && len > 0) {
			findings_add(s->f,
			        "%s:%d: a line of an interaction begins with < or > (or "
			        "is --- between passes)",
			        file->path, line);
			return;
		}
		c += len + (c[len] == '\n');
	}
}

static void check_interactions(struct parser *s)
{
	for (size_t i = 0; i < s->p->nsamples; i++) {
		const struct package_file *file = s->p->samples[i].interaction;

		if (text_of(s, file))
			check_interaction(s, file);
	}
}

/* ---- probes */

static const struct {
	const char *folder;
	enum package_probe_kind kind;
} probe_folders[] = {
        {"data/invalid_input/", PACKAGE_INVALID_INPUT},
        {"data/invalid_inputs/", PACKAGE_INVALID_INPUT},
        {"data/invalid_output/", PACKAGE_INVALID_OUTPUT},
        {"data/valid_output/", PACKAGE_VALID_OUTPUT},
};

static void take_probe(
        struct parser *s, const struct package_file *input, enum package_probe_kind kind)
{
	const char *path = input->path + strlen("data/");
	struct package_case c = {.name = arena_strndup(s->a, path, strlen(path) - strlen(".in"))};
	const struct folder *f = folder_of(s, c.name);
	struct inherited in = f ? f->in : s->folders[0].in;
	struct package *p = s->p;
	struct package_probe probe = {.kind = kind, .name = c.name, .input = input};

	if (kind != PACKAGE_INVALID_INPUT) {
		probe.answer = beside(s, c.name, ".ans");
		probe.output = beside(s, c.name, ".out");
		if (!probe.answer || !probe.output) {
			findings_add(s->f, "%s: needs an .ans and an .out", input->path);
			return;
		}
	}
	read_own(s, &c, &in);
	probe.input_validator_args = c.input_validator_args ? c.input_validator_args
	                                                    : json_incref(in.input_validator_args);
	probe.args = in.args;
	probe.validator_args = parse_join(s->a, p->validator_args, in.validator_args);
	p->probes = parse_grow(s->a, p->probes, p->nprobes, sizeof(*p->probes));
	p->probes[p->nprobes++] = probe;
}

static void take_probes(struct parser *s)
{
	for (size_t i = 0; i < ARRAY_LEN(probe_folders); i++) {
		size_t n;
		const struct package_file *file = parse_folder(s, probe_folders[i].folder, &n);

		for (size_t j = 0; j < n; j++) {
			if (parse_ends(file[j].path, ".in"))
				take_probe(s, &file[j], probe_folders[i].kind);
		}
	}
}

/* ---- all of it */

static void check_answer(struct parser *s, const struct package_file *file)
{
	const char *path = file->path + strlen("data/");
	auto_free char *name = strndup(path, strlen(path) - strlen(".ans"));

	if (!has_case(s, name))
		findings_add(s->f, "%s: has no .in", file->path);
}

static void take_folder(struct parser *s, const char *folder)
{
	size_t n;
	const struct package_file *file = parse_folder(s, folder, &n);

	for (size_t i = 0; i < n; i++) {
		const char *path = file[i].path + strlen("data/");

		if (strstr(path, ".files/"))
			continue;
		if (parse_ends(path, ".ans"))
			check_answer(s, &file[i]);
		else if (parse_ends(path, ".in") && s->p->ncases < MAX_CASES)
			take_case(s, &file[i]);
		else if (parse_ends(path, ".in"))
			findings_add(s->f, "%s: more than %d test cases", file[i].path, MAX_CASES);
	}
}

/* 2025-09: cases and groups are not mixed in data/secret. */
static void check_mixture(struct parser *s)
{
	const struct package *p = s->p;
	size_t groups = 0;

	for (size_t i = 0; i < p->ngroups; i++)
		groups += parse_starts(p->groups[i].name, "secret/");
	for (size_t i = 0; i < p->ncases && groups > 0 && !s->old_groups; i++) {
		const struct package_case *c = &p->cases[i];

		if (!c->sample && !c->is_static && strcmp(p->groups[c->group].name, "secret") == 0)
			findings_add(s->f,
			        "%s: lies in no test group, but data/secret has groups "
			        "(test_group.yaml)",
			        c->input->path);
	}
}

void parse_cases(struct parser *s)
{
	struct package *p = s->p;
	size_t secret = 0;

	take_folder(s, "data/sample/");
	take_folder(s, "data/secret/");
	parse_static_cases(s);
	if (p->ncases > 1)
		qsort(p->cases, p->ncases, sizeof(*p->cases), by_case);
	for (size_t i = 0; i < p->ncases; i++)
		secret += !p->cases[i].sample;
	if (p->ncases == 0 || (secret == 0 && p->scoring))
		findings_add(s->f, "data/secret: no test case (.in and .ans)");
	else if (secret == 0)
		findings_add(&p->notes, "data/secret: no test case: the samples alone are judged");
	take_samples(s);
	check_interactions(s);
	check_mixture(s);
	take_probes(s);
}
