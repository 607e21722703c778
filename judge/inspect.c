/* inspect.c -- see inspect.h. Validator and submission lie side by side in one artifact of the
 * jury's lane:
 *
 *     run            a script of ours: goes to submission/ and starts the program from there
 *     program/       the compiled validator
 *     submission/    the working directory
 *
 * so box runs it as any output validator, with an empty input, answer and output. What must stay
 * true: nothing of a submission is ever run, or found by a runtime in place of the validator's own.
 * Hence two folders: Python's modules, Java's classes and the like come from the program's, and
 * every file of the validator that its command names is named by its whole path. */
#include "judge/inspect.h"

enum { MIB = 1 << 20 };

/* The table's code in the format's words (its appendix): the same, but that PyPy is no language. */
static const char *code_of(const char *language)
{
	return strcmp(language, "pypy3") == 0 ? "python3" : language;
}

/* The words of the program's command come from the language table: no quotes in them. `at` names
 * files of the program by their whole path. */
static int write_run(const struct language *l, const struct validator *program, int64_t memory_mib,
        struct buf *run, struct err *err)
{
	static const char begin[] =
	        "#!/bin/sh\n"
	        "home=/work/program feedback=$3\n"
	        "export CLASSPATH=$home\n"
	        "shift 3\n"
	        "at() { [ -e \"$home/$1\" ] && printf %s \"$home/\"; printf %s \"$1\"; }\n"
	        "cd submission || exit 1\n";
	static const char own[] = "./run\0";
	const struct language_values v = {.entry = program->entry, .memory_mib = memory_mib};
	auto_buf struct buf words = {0};

	if (!l)
		buf_add(&words, own, sizeof(own));
	else if (language_expand(l, l->run, &v, &words, err) < 0)
		return err_wrap(err, "%s", program->name);
	buf_adds(run, begin);
	for (size_t i = 0; l && i < l->nenv; i++)
		buf_addf(run, "export '%s'\n", l->env[i]);
	buf_adds(run, "language=$1 entry=$2\nshift 2\nexec");
	for (const char *w = words.data; *w; w += strlen(w) + 1)
		buf_addf(run, " \"$(at '%s')\"", w);
	buf_adds(run, " \"$language\" \"$entry\" \"$feedback\" \"$@\"\n");
	return 0;
}

int inspect_open(struct inspector *in, const struct inspection *what, struct err *err)
{
	const struct language *l = jury_language(what->jury, what->program);
	auto_buf struct buf run = {0};
	struct box_source script = {.name = "run"};
	const struct box_part parts[] = {
	        {.folder = "", .artifact_fd = -1, .files = &script, .n = 1, .executable = true},
	        {.folder = "program/", .artifact_fd = what->program->artifact_fd},
	        {.folder = "submission/",
	                .artifact_fd = what->artifact_fd,
	                .files = what->files,
	                .n = what->nfiles}};
	int fd;

	if (write_run(l, what->program, in->memory_bytes / MIB, &run, err) < 0)
		return err_result(err);
	script.data = run.data;
	script.len = run.len;
	fd = box_artifact_join(parts, ARRAY_LEN(parts), err);
	if (fd < 0)
		return err_wrap(err, "%s", what->program->name);
	in->both = *what->program;
	snprintf(in->both.language, sizeof(in->both.language), "%s", BOX_SCRIPT);
	snprintf(in->both.entry, sizeof(in->both.entry), "run");
	in->both.artifact_fd = fd;
	in->memory_bytes += l ? l->memory_extra_mib * MIB : 0; /* box does not know its language */
	in->both.mark = jury_mark(what->jury);
	return 0;
}

void inspect_close(struct inspector *in)
{
	if (in->both.mark)
		close(in->both.artifact_fd);
	*in = (struct inspector){0};
}

int inspect_run(struct execution *x, const struct inspector *in, const struct test_case *t,
        struct outcome *out, struct err *err)
{
	const char *words[BOX_MAX_ARGS] = {code_of(in->language), in->entry};
	const struct validator *list[] = {&in->both};
	const struct validation how = {.list = list,
	        .n = 1,
	        .passes = 1,
	        .time_ms = in->time_ms,
	        .memory_bytes = in->memory_bytes};
	auto_close int nothing = box_memfd("", 0, err);
	struct test_case asked = {.input_fd = nothing,
	        .answer_fd = nothing,
	        .validation = &how,
	        .validator_args = words};

	if (nothing < 0)
		return err_result(err);
	if (t->nvalidator_args + 2 > ARRAY_LEN(words))
		return err_set(err, ERR_BUSY, "%s: too many arguments", in->both.name);
	for (size_t i = 0; i < t->nvalidator_args; i++)
		words[i + 2] = t->validator_args[i];
	asked.nvalidator_args = t->nvalidator_args + 2;
	return execute_output(x, &asked, nothing, out, err);
}
