/* verdicttry.c -- one program's verdict as a judge gives it, by judge/execute.h, without a
 * database:
 *
 *     verdicttry SOCKET LANGUAGE_TABLE LANGUAGE TIME_MS MEMORY_MIB FILE...
 *
 * Each FILE is a submission of one file for "20 22\n" -> "42\n". Prints a JSON object: "version" of
 * the language, and by the name of each file its "verdict" and "message"; or {"error", "code"}. */
#include "base/buf.h"
#include "base/mem.h"
#include "judge/execute.h"

enum {
	MAX_PROGRAM = 1 << 20,
	OPEN_MS = 20000,
	COMPILE_SHARE = 60, /* of a second of running */
	COMPILE_MAX_MS = 600000,
	OUTPUT = 64 << 10,
	MIB = 1 << 20
};

static const char input[] = "20 22\n";
static const char answer[] = "42\n";

__attribute__((noreturn)) static void fail(const struct err *err)
{
	auto_buf struct buf b = {0};

	buf_add_json(&b, err->msg, strlen(err->msg));
	printf("{\"error\": %s, \"code\": %d}\n", b.data, (int)err->code);
	exit(0);
}

static void run_compiled(struct execution *x, struct outcome *out)
{
	struct err err = {0};
	struct compare_flags flags = {0};
	auto_close int in = box_memfd(input, strlen(input), &err);
	auto_close int expected = box_memfd(answer, strlen(answer), &err);
	struct test_case files = {.input_fd = in, .answer_fd = expected, .flags = &flags};

	if (in < 0 || expected < 0 || execute_test(x, &files, out, &err) < 0)
		fail(&err);
}

static void judge(struct execution *x, const char *path, struct outcome *out)
{
	const struct language *l = x->language;
	struct err err = {0};
	auto_buf struct buf text = {0};
	struct box_compiled compiled = {.artifact_fd = -1};
	char entry[LANGUAGE_NAME_SIZE];
	int r;

	if (buf_read_file(&text, path, MAX_PROGRAM, &err) < 0)
		fail(&err);
	struct language_file file = {l->source, text.data, text.len};
	struct box_source source = {l->source, text.data, text.len};

	if (language_entry(l, &(struct language_files){&file, 1}, NULL, entry, &err) < 0)
		fail(&err);
	r = execute_compile(x, &(struct program){&source, 1, entry}, &compiled, &err);
	if (r < 0)
		fail(&err);
	out->verdict = VERDICT_CE;
	if (r == 0)
		snprintf(out->message, sizeof(out->message), "%.1000s", compiled.output);
	box_compiled_free(&compiled);
	if (r > 0)
		run_compiled(x, out);
}

static void judge_all(struct execution *x, char *const *paths, struct buf *b)
{
	for (; *paths; paths++) {
		const char *slash = strrchr(*paths, '/');
		const char *name = slash ? slash + 1 : *paths;
		struct outcome o = {0};

		judge(x, *paths, &o);
		buf_adds(b, ", ");
		buf_add_json(b, name, strlen(name));
		buf_addf(b, ": {\"verdict\": \"%s\", \"message\": ", verdict_id(o.verdict));
		buf_add_json(b, o.message, strlen(o.message));
		buf_adds(b, "}");
	}
}

static int64_t min_of(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

int main(int argc, char **argv)
{
	__attribute__((cleanup(languages_free))) struct languages table = {0};
	pthread_rwlock_t alone = PTHREAD_RWLOCK_INITIALIZER;
	const atomic_bool stop = false;
	struct execution x = {.alone = &alone, .stop = &stop, .output_bytes = OUTPUT};
	struct err err = {0};
	auto_buf struct buf b = {0};
	auto_free char *version = NULL;

	if (argc < 7)
		return 2;
	if (languages_load(&table, argv[2], &err) < 0)
		fail(&err);
	x.language = language_find(&table, argv[3]);
	if (!x.language)
		return 2;
	x.time_ms = strtoll(argv[4], NULL, 10);
	x.compile_ms = min_of(x.time_ms * COMPILE_SHARE, COMPILE_MAX_MS);
	x.time_ms = language_time_ms(x.language, x.time_ms);
	x.memory_bytes = strtoll(argv[5], NULL, 10) * MIB;
	if (box_open(argv[1], "verdicttry", OPEN_MS, &x.box, &err) < 0 ||
	        box_version(x.box, x.language->id, &version, &err) < 0)
		fail(&err);
	buf_adds(&b, "{\"version\": ");
	buf_add_json(&b, version, strlen(version));
	judge_all(&x, argv + 6, &b);
	printf("%s}\n", b.data);
	box_close(x.box);
	return 0;
}
