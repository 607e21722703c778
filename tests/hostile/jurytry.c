/* jurytry.c -- a validator in the sandbox, alone or against a submission: the hostile tests' other
 * hand (see boxtry.c). Words:
 *
 *     jurytry socket=PATH validator=FILE [validator_language=ID] [source=FILE] [language=ID]
 *             [input=FILE] [answer=FILE] [output=FILE] [args=WORD,WORD...] [passes=N] [repeat=N]
 *             [cpu_ms=N] [wall_ms=N] [memory_mib=N] [pids=N] [output_bytes=N]
 *             [jury_cpu_ms=N] [jury_wall_ms=N] [jury_memory_mib=N] [jury_pids=N]
 *             [file_mib=N] [jury_file_mib=N]
 *
 * Without a source the validator judges the file `output` (VALIDATE), with one the two talk
 * (INTERACTIVE). A further pass is made with nextpass.in as the input, if there is one. A source
 * whose name has no extension is a script with its build and run beside it: the folder's.
 *
 * -> {"steps": [{"submission": {...}, "validator": {...}, "first", "bytes": [N, N], "output",
 *     "errors", "transcript", "feedback": {NAME: TEXT}, "round_us"}]} or {"error": "..."}. */
#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "judge/archive.h"
#include "judge/box_client.h"

#include <sys/mman.h>
#include <sys/stat.h>

#include <fcntl.h>

enum { MAX_SOURCE = 8 << 20, MAX_NEXT = 64 << 20, OPEN_MS = 60000, MAX_ARGS = 16, SHOWN = 400 };

struct options {
	int argc;
	char **argv;
	struct box_limits limits, jury, compile;
	char *args[MAX_ARGS];
	size_t nargs;
};

static const char *option(const struct options *o, const char *name, const char *fallback)
{
	size_t n = strlen(name);

	for (int i = 1; i < o->argc; i++)
		if (strncmp(o->argv[i], name, n) == 0 && o->argv[i][n] == '=')
			return o->argv[i] + n + 1;
	return fallback;
}

static int64_t number(const struct options *o, const char *name, int64_t fallback)
{
	const char *s = option(o, name, NULL);

	return s ? strtoll(s, NULL, 10) : fallback;
}

__attribute__((noreturn)) static void fail(const struct err *err)
{
	auto_buf struct buf b = {0};

	buf_adds(&b, "{\"error\": ");
	buf_add_json(&b, err->msg, strlen(err->msg));
	printf("%s, \"code\": %d}\n", b.data, (int)err->code);
	exit(0);
}

static void read_limits(struct options *o)
{
	o->limits = (struct box_limits){.cpu_ms = number(o, "cpu_ms", 1000),
	        .wall_ms = number(o, "wall_ms", 3000),
	        .memory_bytes = number(o, "memory_mib", 64) << 20,
	        .tmp_bytes = 16 << 20,
	        .file_bytes = number(o, "file_mib", 8192) << 20,
	        .pids = number(o, "pids", 64)};
	o->compile = box_compile_limits();
	o->compile.cpu_ms = number(o, "compile_cpu_ms", o->compile.cpu_ms);
	o->compile.wall_ms = number(o, "compile_wall_ms", o->compile.wall_ms);
	o->jury = (struct box_limits){.cpu_ms = number(o, "jury_cpu_ms", 2000),
	        .wall_ms = number(o, "jury_wall_ms", 6000),
	        .memory_bytes = number(o, "jury_memory_mib", 128) << 20,
	        .tmp_bytes = 16 << 20,
	        .file_bytes = number(o, "jury_file_mib", 8192) << 20,
	        .pids = number(o, "jury_pids", 64)};
}

/* Cuts a copy of the words at their commas; a word may be empty. */
static void read_args(struct options *o, char *words)
{
	for (char *w = *words ? words : NULL; w && o->nargs < MAX_ARGS;) {
		char *comma = strchr(w, ',');

		o->args[o->nargs++] = w;
		if (comma)
			*comma = 0;
		w = comma ? comma + 1 : NULL;
	}
}

static int open_option(const struct options *o, const char *name)
{
	const char *path = option(o, name, NULL);
	struct err err = {0};
	int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : box_memfd("", 0, &err);

	if (fd < 0)
		err_set(&err, ERR_INPUT, "%s: %s", path ? path : name, strerrordesc_np(errno));
	if (fd < 0)
		fail(&err);
	return fd;
}

struct program {
	const char *language, *path, *entry;
	enum box_lane lane;
};

/* Compiles it in its lane and loads it there. */
static void prepare(struct box *box, const struct options *o, const struct program *p)
{
	auto_buf struct buf text = {0}, run = {0};
	auto_free char *run_path = xasprintf("%.*s/run", (int)(p->entry - p->path), p->path);
	struct box_compiled c = {.artifact_fd = -1};
	struct box_source sources[2];
	struct box_compile compile = {.language = p->language,
	        .entry = p->entry,
	        .files = sources,
	        .nfiles = 1,
	        .limits = &o->compile,
	        .lane = p->lane};
	struct err err = {0};
	int r = -1;

	if (buf_read_file(&text, p->path, MAX_SOURCE, &err) < 0)
		fail(&err);
	sources[0] = (struct box_source){p->entry, text.data, text.len};
	if (strcmp(p->language, BOX_SCRIPT) == 0) {
		if (buf_read_file(&run, run_path, MAX_SOURCE, &err) < 0)
			fail(&err);
		sources[compile.nfiles++] = (struct box_source){"run", run.data, run.len};
	}
	if (box_compile(box, &compile, &c, &err) < 0)
		fail(&err);
	if (c.artifact_fd < 0)
		err_set(&err, ERR_INPUT, "%.300s", c.output);
	else if (p->lane == BOX_LANE_JURY)
		r = box_load_jury(box, p->language, p->entry, c.artifact_fd, &err);
	else
		r = box_load(box, p->language, p->entry, c.artifact_fd, &err);
	if (c.artifact_fd < 0 || r < 0)
		fail(&err);
	box_compiled_free(&c);
}

static struct program read_program(const struct options *o, const char *path, enum box_lane lane)
{
	const char *name = lane == BOX_LANE_JURY ? "validator_language" : "language";
	const char *slash = strrchr(path, '/');

	return (struct program){option(o, name, "c"), path, slash ? slash + 1 : path, lane};
}

/* Printing. */

static void add_result(struct buf *b, const char *name, const struct box_result *r)
{
	buf_addf(b,
	        "\"%s\": {\"end\": \"%s\", \"exit_code\": %d, \"signal\": %d, \"cpu_us\": %lld, "
	        "\"wall_us\": %lld, \"memory_bytes\": %lld}, ",
	        name, box_end_name(r->end), r->exit_code, r->signal, (long long)r->cpu_us,
	        (long long)r->wall_us, (long long)r->memory_bytes);
}

static void add_text(struct buf *b, const char *name, const char *s, size_t n)
{
	buf_addf(b, "\"%s\": ", name);
	buf_add_json(b, s ? s : "", n);
	buf_adds(b, ", ");
}

static void add_files(struct buf *b, const void *data, size_t len)
{
	struct archive a;
	struct archive_entry e;
	struct err err = {0};
	const char *comma = "";

	if (archive_open(&a, data, len, &err) < 0)
		fail(&err);
	while (archive_next(&a, &e, &err) > 0) {
		buf_adds(b, comma);
		buf_add_json(b, e.name, strlen(e.name));
		buf_adds(b, ": ");
		buf_add_json(b, (const char *)e.data, e.len < SHOWN ? e.len : SHOWN);
		comma = ", ";
	}
	if (err.code)
		fail(&err);
}

static void add_feedback(struct buf *b, int fd)
{
	struct stat st;
	void *data;

	buf_adds(b, "\"feedback\": ");
	if (fd < 0 || fstat(fd, &st) < 0) {
		buf_adds(b, "null, ");
		return;
	}
	data = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (data == MAP_FAILED)
		exit(1);
	buf_adds(b, "{");
	add_files(b, data, (size_t)st.st_size);
	buf_adds(b, "}, ");
	munmap(data, (size_t)st.st_size);
}

/* One step; returns the feedback. */

static int validate(struct box *box, const struct options *o, const int fds[4], struct buf *b)
{
	struct box_validate v = {.language = option(o, "validator_language", "c"),
	        .limits = o->jury,
	        .stdin_fd = fds[3],
	        .input_fd = fds[0],
	        .answer_fd = fds[1],
	        .feedback_fd = fds[2],
	        .args = (const char *const *)o->args,
	        .nargs = o->nargs};
	struct box_validated out;
	struct err err = {0};
	int fd;

	if (box_validate(box, &v, &out, &err) < 0)
		fail(&err);
	add_result(b, "validator", &out.result);
	add_text(b, "output", out.output, out.output_len);
	add_feedback(b, out.feedback_fd);
	fd = steal_fd(&out.feedback_fd);
	box_validated_free(&out);
	return fd;
}

static int interact(struct box *box, const struct options *o, const int fds[4], struct buf *b)
{
	struct box_interact i = {.language = option(o, "language", "c"),
	        .limits = o->limits,
	        .jury = o->jury,
	        .output_bytes = number(o, "output_bytes", 1 << 20),
	        .input_fd = fds[0],
	        .answer_fd = fds[1],
	        .feedback_fd = fds[2],
	        .args = (const char *const *)o->args,
	        .nargs = o->nargs};
	struct box_interacted out;
	struct err err = {0};
	int fd;

	if (box_interact(box, &i, &out, &err) < 0)
		fail(&err);
	add_result(b, "submission", &out.submission);
	add_result(b, "validator", &out.validator);
	buf_addf(b, "\"first\": \"%s\", \"bytes\": [%lld, %lld], ",
	        out.first == BOX_LANE_JURY ? "validator" : "submission", (long long)out.bytes[0],
	        (long long)out.bytes[1]);
	add_text(b, "output", out.output, out.output_len);
	add_text(b, "errors", out.errors, out.errors_len);
	add_text(b, "transcript", out.transcript, out.transcript_len);
	add_feedback(b, out.feedback_fd);
	fd = steal_fd(&out.feedback_fd);
	box_interacted_free(&out);
	return fd;
}

static int next_input(int feedback)
{
	auto_buf struct buf next = {0};
	struct err err = {0};
	int r = feedback < 0 ? 0 : box_feedback_get(feedback, "nextpass.in", MAX_NEXT, &next, &err);
	int fd = r > 0 ? box_memfd(next.data, next.len, &err) : -1;

	if (r < 0 || (r > 0 && fd < 0))
		fail(&err);
	return fd;
}

/* All passes of one test case. */
static void try_case(struct box *box, const struct options *o, struct buf *b)
{
	int fds[4] = {
	        open_option(o, "input"), open_option(o, "answer"), -1, open_option(o, "output")};

	for (int64_t pass = 0; pass < number(o, "passes", 1) && fds[0] >= 0; pass++) {
		int64_t start = clock_mono_us();
		int feedback;

		buf_adds(b, b->data && b->data[b->len - 1] == '}' ? ", {" : "{");
		feedback = option(o, "source", NULL) ? interact(box, o, fds, b)
		                                     : validate(box, o, fds, b);
		buf_addf(b, "\"round_us\": %lld}", (long long)(clock_mono_us() - start));
		auto_close_(&fds[2]);
		fds[2] = feedback;
		auto_close_(&fds[0]);
		fds[0] = next_input(feedback);
	}
	for (size_t i = 0; i < ARRAY_LEN(fds); i++)
		auto_close_(&fds[i]);
}

int main(int argc, char **argv)
{
	struct options o = {.argc = argc, .argv = argv};
	auto_free char *words = xstrdup(option(&o, "args", ""));
	auto_buf struct buf b = {0};
	const char *source = option(&o, "source", NULL);
	struct program jury = read_program(&o, option(&o, "validator", ""), BOX_LANE_JURY);
	struct box *box = NULL;
	struct err err = {0};

	read_limits(&o);
	read_args(&o, words);
	if (box_open(option(&o, "socket", ""), "jurytry", OPEN_MS, &box, &err) < 0)
		fail(&err);
	prepare(box, &o, &jury);
	if (source)
		prepare(box, &o,
		        &(struct program){option(&o, "language", "c"), source,
		                read_program(&o, source, BOX_LANE_SUBMISSION).entry,
		                BOX_LANE_SUBMISSION});
	for (int64_t i = 0; i < number(&o, "repeat", 1); i++)
		try_case(box, &o, &b);
	printf("{\"steps\": [%s]}\n", b.data ? b.data : "");
	box_close(box);
	return 0;
}
