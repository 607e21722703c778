/* selftest.c -- see selftest.h. A language that calls a wrong program accepted is worse than one
 * that does not run, so both halves count. */
#include "judge/selftest.h"

#include "base/buf.h"
#include "base/mem.h"

enum {
	MAX_PROGRAM = 64 << 10,
	COMPILE_MS = 60000,
	TIME_MS = 5000,
	MEMORY = 256 << 20,
	OUTPUT = 64 << 10,
	PATH_SIZE = 512,
};

static const char input[] = "20 22\n";
static const char answer[] = "42\n";

static int read_program(const struct selftest *t, const struct language *l, const char *name,
        struct buf *out, struct err *err)
{
	char path[PATH_SIZE];
	struct err mine = {0};

	snprintf(path, sizeof(path), "%s/%s/%s.%s", t->folder, l->id, name, l->extensions[0]);
	if (buf_read_file(out, path, MAX_PROGRAM, &mine) < 0)
		return err_set(err, ERR_INPUT, "self-test: %s", mine.msg);
	return 0;
}

static int run_compiled(struct execution *x, struct outcome *out, struct err *err)
{
	auto_close int in = box_memfd(input, strlen(input), err);
	auto_close int expected = in < 0 ? -1 : box_memfd(answer, strlen(answer), err);
	struct compare_flags flags = {0};
	struct test_case files = {.input_fd = in, .answer_fd = expected, .flags = &flags};

	if (in < 0 || expected < 0)
		return err_result(err);
	return execute_test(x, &files, out, err);
}

/* The verdict on one of the two programs. */
static int judge_program(
        struct execution *x, const struct buf *text, struct outcome *out, struct err *err)
{
	const struct language *l = x->language;
	struct language_file file = {l->source, text->data, text->len};
	struct box_source source = {l->source, text->data, text->len};
	struct box_compiled compiled = {.artifact_fd = -1};
	char entry[LANGUAGE_NAME_SIZE];
	int r = language_entry(l, &(struct language_files){&file, 1}, NULL, entry, err);

	if (r < 0)
		return r;
	r = execute_compile(x, &(struct program){&source, 1, entry}, &compiled, err);
	if (r < 0)
		return r;
	if (r == 0)
		snprintf(out->message, sizeof(out->message), "%.400s", compiled.output);
	box_compiled_free(&compiled);
	out->verdict = VERDICT_CE;
	return r == 0 ? 0 : run_compiled(x, out, err);
}

static int expect(const struct selftest *t, struct execution *x, const char *name,
        enum verdict expected, struct err *err)
{
	auto_buf struct buf text = {0};
	struct outcome o = {0};

	if (read_program(t, x->language, name, &text, err) < 0 ||
	        judge_program(x, &text, &o, err) < 0)
		return err_result(err);
	if (o.verdict != expected)
		return err_set(err, ERR_INPUT, "self-test: %s program got %s: %.120s", name,
		        verdict_id(o.verdict), o.message);
	return 0;
}

int selftest_run(
        const struct selftest *t, const struct language *l, char **version, struct err *err)
{
	auto_free char *v = NULL;
	struct execution x = {.box = t->box,
	        .language = l,
	        .alone = t->alone,
	        .stop = t->stop,
	        .compile_ms = COMPILE_MS,
	        .time_ms = language_time_ms(l, TIME_MS),
	        .memory_bytes = MEMORY,
	        .output_bytes = OUTPUT};

	if (box_version(t->box, l->id, &v, err) < 0)
		return err_result(err);
	if (expect(t, &x, "accepted", VERDICT_AC, err) < 0 ||
	        expect(t, &x, "wrong", VERDICT_WA, err) < 0)
		return err_result(err);
	*version = steal(&v);
	return 0;
}

static const char *join_commands(struct arena *a, const struct language *l)
{
	const char *s = "";

	for (size_t i = 0; i < l->ncompile; i++)
		s = arena_printf(a, "%s%s%s", s, i ? " && " : "", l->compile[i]);
	return s;
}

int selftest_publish(struct pg *pg, const struct language *l, const char *version, struct err *err)
{
	auto_arena struct arena a = {0};

	return pg_run(pg, Q_SELFTEST_LANGUAGE, NULL, err, l->id, l->name,
	        pg_arg_array(&a, l->extensions, l->nextensions), version, join_commands(&a, l),
	        l->run, arena_printf(&a, "%.6f", l->time_factor));
}
