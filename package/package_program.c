/* package_program.c -- the programs of a package but its jury submissions: validators of outputs,
 * inputs, answers and submissions, graders, included files.
 *
 * A program is a file or a folder. In a folder for several programs (output_validators/) each
 * source file and each folder is one; but when headers or scripts build/run lie beside the files,
 * they are one program together. A folder for one program (output_validator/) is the program, or
 * holds it in its only folder. Files that are no source are ignored with a note. */
#include "package/package_parse.h"

enum { MAX_PROGRAMS = 20, MAX_SOURCES = 500, PATH_SIZE = PACKAGE_MAX_PATH + 10 };

/* Endings of sources of the formats' language table, and of headers. */
static const char *const endings[] = {".c", ".cc", ".cpp", ".cxx", ".c++", ".C", ".py", ".py2",
        ".py3", ".java", ".kt", ".js", ".mjs", ".cjs", ".ts", ".rs", ".go", ".pas", ".pp", ".p",
        ".cs", ".sh", ".rb", ".pl", ".pm", ".php", ".hs", ".lua", ".scala", ".ml", ".f90", ".f95",
        ".d", ".swift", ".adb", ".ads", ".a68", ".cob", ".cr", ".dart", ".ex", ".erl", ".fth",
        ".fs", ".ss", ".jl", ".lisp", ".cl", ".mod", ".nim", ".m", ".odin", ".rkt", ".sim", ".st",
        ".sno", ".vb", ".zig", ".awk", ".bash", ".r", ".R", NULL};
static const char *const header_endings[] = {".h", ".hh", ".hpp", ".hxx", ".inc", NULL};

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static bool has_ending(const char *path, const char *const *list)
{
	for (; *list; list++) {
		if (parse_ends(base_name(path), *list))
			return true;
	}
	return false;
}

static bool is_script(const char *name)
{
	return strcmp(name, "build") == 0 || strcmp(name, "run") == 0;
}

static void add_source(struct parser *s, struct package_program *p, const char *name,
        const struct package_file *file)
{
	if (p->nsources == MAX_SOURCES)
		findings_add(
		        s->f, "%s: more than %d files in one program", file->path, MAX_SOURCES);
	if (p->nsources >= MAX_SOURCES)
		return;
	p->sources = parse_grow(s->a, p->sources, p->nsources, sizeof(*p->sources));
	p->sources[p->nsources++] = (struct package_source){name, file};
	p->build = p->build || strcmp(name, "build") == 0;
	p->run = p->run || strcmp(name, "run") == 0;
}

void parse_program_folder(struct parser *s, const char *folder, struct package_program *out)
{
	size_t n;
	const struct package_file *file = parse_folder(s, folder, &n);

	for (size_t i = 0; i < n; i++)
		add_source(s, out, file[i].path + strlen(folder), &file[i]);
}

void parse_program_file(
        struct parser *s, const struct package_file *file, struct package_program *out)
{
	add_source(s, out, base_name(file->path), file);
}

bool parse_is_source(const struct package_file *file)
{
	return has_ending(file->path, endings) ||
	       (file->executable && parse_starts(file->data, "#!"));
}

static bool has_source(const struct package_program *p)
{
	for (size_t i = 0; i < p->nsources; i++) {
		if (parse_is_source(p->sources[i].file))
			return true;
	}
	return p->build || p->run;
}

/* ---- several programs in one folder */

struct list {
	struct package_program *items;
	size_t n;
};

static void keep(struct parser *s, struct list *list, struct package_program *p, const char *path)
{
	if (!has_source(p)) {
		findings_add(&s->p->notes, "%s: no program, ignored", path);
		return;
	}
	if (list->n == MAX_PROGRAMS) {
		findings_add(s->f, "%s: more than %d programs", path, MAX_PROGRAMS);
		return;
	}
	list->items = parse_grow(s->a, list->items, list->n, sizeof(*list->items));
	list->items[list->n++] = *p;
}

/* Headers or scripts beside the files make them one program. */
static bool is_together(const struct package_file *file, size_t n, size_t skip)
{
	for (size_t i = 0; i < n; i++) {
		const char *name = file[i].path + skip;

		if (!strchr(name, '/') && (is_script(name) || has_ending(name, header_endings)))
			return true;
	}
	return false;
}

/* The files that lie directly in the folder. */
static void take_files(struct parser *s, const char *folder, struct list *list)
{
	size_t n, skip = strlen(folder);
	const struct package_file *file = parse_folder(s, folder, &n);
	bool together = is_together(file, n, skip);
	struct package_program all = {.name = arena_strndup(s->a, folder, skip - 1)};

	for (size_t i = 0; i < n; i++) {
		const char *name = file[i].path + skip;
		struct package_program one = {.name = name};

		if (strchr(name, '/'))
			continue;
		parse_program_file(s, &file[i], together ? &all : &one);
		if (!together)
			keep(s, list, &one, file[i].path);
	}
	if (together)
		keep(s, list, &all, folder);
}

/* The folders in the folder. */
static void take_folders(struct parser *s, const char *folder, struct list *list)
{
	size_t n, skip = strlen(folder), count = 0;
	const struct package_file *file = parse_folder(s, folder, &n);

	for (size_t i = 0; i < n; i += count) {
		const char *name = file[i].path + skip;
		struct package_program one = {0};
		char inside[PATH_SIZE];
		const char *slash = strchr(name, '/');

		count = 1;
		if (!slash)
			continue;
		snprintf(inside, sizeof(inside), "%.*s", (int)(slash - file[i].path) + 1,
		        file[i].path);
		one.name = arena_strndup(s->a, name, (size_t)(slash - name));
		parse_program_folder(s, inside, &one);
		keep(s, list, &one, inside);
		(void)parse_folder(s, inside, &count);
	}
}

static void take_programs(struct parser *s, const char *folder, struct list *list)
{
	take_files(s, folder, list);
	take_folders(s, folder, list);
}

/* ---- one program in one folder */

static void take_program(struct parser *s, const char *folder, struct list *list)
{
	struct list inside = {0};
	struct package_program all = {0};
	size_t n;
	const struct package_file *file = parse_folder(s, folder, &n);
	bool flat = false;

	for (size_t i = 0; i < n; i++)
		flat = flat || !strchr(file[i].path + strlen(folder), '/');
	if (n == 0)
		return;
	if (!flat) {
		take_folders(s, folder, &inside);
		if (inside.n > 1)
			findings_add(s->f, "%s: more than one program", folder);
		for (size_t i = 0; i < inside.n; i++)
			keep(s, list, &inside.items[i], folder);
		return;
	}
	all.name = arena_strndup(s->a, folder, strlen(folder) - 1);
	parse_program_folder(s, folder, &all);
	keep(s, list, &all, folder);
}

/* ---- included files */

static void take_includes(struct parser *s)
{
	struct package *p = s->p;
	size_t n;
	const struct package_file *file = parse_folder(s, "include/", &n);

	for (size_t i = 0; i < n; i++) {
		const char *language = file[i].path + strlen("include/");
		const char *slash = strchr(language, '/');

		if (!slash) {
			findings_add(
			        &p->notes, "%s: in no folder of a language, ignored", file[i].path);
			continue;
		}
		p->includes = parse_grow(s->a, p->includes, p->nincludes, sizeof(*p->includes));
		p->includes[p->nincludes++] = (struct package_include){
		        .language = arena_strndup(s->a, language, (size_t)(slash - language)),
		        .source = {slash + 1, &file[i]}};
	}
}

static void note_grammars(struct parser *s, const char *folder)
{
	size_t n;
	const struct package_file *file = parse_folder(s, folder, &n);

	for (size_t i = 0; i < n; i++) {
		if (parse_ends(file[i].path, ".ctd") || parse_ends(file[i].path, ".viva"))
			findings_add(&s->p->notes,
			        "%s: checktestdata and VIVA are not supported yet", file[i].path);
	}
}

static void check(struct parser *s)
{
	struct package *p = s->p;

	if (parse_is_new(p))
		p->custom_validation = p->nvalidators > 0;
	else if (p->custom_validation && p->nvalidators == 0)
		findings_add(s->f,
		        "output_validators: no program, but problem.yaml has validation: custom");
	else if (!p->custom_validation && p->nvalidators > 0)
		findings_add(&p->notes, "output_validators: not used, as problem.yaml does not "
		                        "have validation: custom");
	if ((p->interactive || p->multi_pass) && p->nvalidators == 0 && parse_is_new(p))
		findings_add(s->f, "output_validator: missing: the problem's type needs one");
	if (p->interactive && p->nvalidators > 1)
		findings_add(s->f, "output_validators: an interactive problem has one program");
	if (p->nstatic_validators > 0 && p->submit_answer)
		findings_add(s->f, "static_validator: a submit-answer problem has no programs that "
		                   "it could look at");
}

void parse_programs(struct parser *s)
{
	struct package *p = s->p;
	struct list list = {0};

	take_programs(s, "output_validators/", &list);
	take_program(s, "output_validator/", &list);
	p->validators = list.items;
	p->nvalidators = list.n;
	list = (struct list){0};
	take_programs(s, "input_validators/", &list);
	take_programs(s, "input_format_validators/", &list);
	note_grammars(s, "input_validators/");
	note_grammars(s, "input_format_validators/");
	p->input_validators = list.items;
	p->ninput_validators = list.n;
	list = (struct list){0};
	take_programs(s, "answer_validators/", &list);
	p->answer_validators = list.items;
	p->nanswer_validators = list.n;
	list = (struct list){0};
	take_program(s, "graders/", &list);
	p->graders = list.items;
	p->ngraders = list.n;
	list = (struct list){0};
	take_program(s, "static_validator/", &list);
	p->static_validators = list.items;
	p->nstatic_validators = list.n;
	take_includes(s);
	check(s);
}
