/* boxtry.c -- compiles and runs one source file in a sandbox and prints a JSON object: the
 * hostile tests' hand. One word per option:
 *
 *     boxtry socket=PATH language=ID source=FILE [name=NAME] [entry=NAME] [stdin=FILE] [cpu_ms=N]
 *            [wall_ms=N] [memory_mib=N] [tmp_mib=N] [file_mib=N] [pids=N] [output=BYTES]
 *            [repeat=N] [compile_file_mib=N] [compile_cpu_ms=N] [compile_wall_ms=N]
 *            [compile_memory_mib=N] [version=1] [precompile=1]
 *
 * -> {"compile": {"end", "exit_code", "ms", "output"}, "runs": [{"end", "exit_code", "signal",
 *     "cpu_us", "wall_us", "round_us", "memory_bytes", "pids_denied", "stdout_bytes",
 *     "stderr_bytes", "stdout", "stderr"}]} or {"error": "..."} (judge faults too). */
#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "judge/box_client.h"

#include <fcntl.h>
#include <poll.h>
#include <time.h>

enum { MAX_SOURCE = 8 << 20, KEEP = 4096, OPEN_MS = 60000, STORE_NAP_NS = 20000000 };

struct options {
	const char *socket, *language, *source, *name, *entry, *stdin_file;
	struct box_limits run, compile;
	int64_t output, repeat, version, precompile;
};

struct stream {
	int fd;
	int64_t bytes;
	struct buf kept;
};

static const char *option(int argc, char **argv, const char *name, const char *fallback)
{
	size_t n = strlen(name);

	for (int i = 1; i < argc; i++)
		if (strncmp(argv[i], name, n) == 0 && argv[i][n] == '=')
			return argv[i] + n + 1;
	return fallback;
}

static int64_t number(int argc, char **argv, const char *name, int64_t fallback)
{
	const char *s = option(argc, argv, name, NULL);

	return s ? strtoll(s, NULL, 10) : fallback;
}

static struct options read_options(int argc, char **argv)
{
	struct options o = {.socket = option(argc, argv, "socket", ""),
	        .language = option(argc, argv, "language", "c"),
	        .source = option(argc, argv, "source", ""),
	        .stdin_file = option(argc, argv, "stdin", "/dev/null"),
	        .compile = box_compile_limits()};
	const char *slash = strrchr(o.source, '/');

	o.name = option(argc, argv, "name", slash ? slash + 1 : o.source);
	o.entry = option(argc, argv, "entry", o.name);
	o.run = (struct box_limits){.cpu_ms = number(argc, argv, "cpu_ms", 1000),
	        .wall_ms = number(argc, argv, "wall_ms", 3000),
	        .memory_bytes = number(argc, argv, "memory_mib", 64) << 20,
	        .tmp_bytes = number(argc, argv, "tmp_mib", 16) << 20,
	        .file_bytes = number(argc, argv, "file_mib", 1024) << 20,
	        .pids = number(argc, argv, "pids", 64)};
	o.compile.cpu_ms = number(argc, argv, "compile_cpu_ms", o.compile.cpu_ms);
	o.compile.wall_ms = number(argc, argv, "compile_wall_ms", o.compile.wall_ms);
	o.compile.memory_bytes =
	        number(argc, argv, "compile_memory_mib", o.compile.memory_bytes >> 20) << 20;
	o.compile.file_bytes = number(argc, argv, "compile_file_mib", o.compile.file_bytes >> 20)
	                       << 20;
	o.output = number(argc, argv, "output", 1 << 20);
	o.repeat = number(argc, argv, "repeat", 1);
	o.version = number(argc, argv, "version", 0);
	o.precompile = number(argc, argv, "precompile", 0);
	return o;
}

__attribute__((noreturn)) static void fail(const struct err *err)
{
	auto_buf struct buf b = {0};

	buf_adds(&b, "{\"error\": ");
	buf_add_json(&b, err->msg, strlen(err->msg));
	printf("%s, \"code\": %d}\n", b.data, (int)err->code);
	exit(0);
}

/* Reads what is there; counts everything, keeps the beginning. False at the end. */
static bool drain(struct stream *s)
{
	static char piece[65536];
	ssize_t n = read(s->fd, piece, sizeof(piece));

	if (n <= 0) {
		close(s->fd);
		s->fd = -1;
		return false;
	}
	s->bytes += n;
	if (s->kept.len < KEEP)
		buf_add(&s->kept, piece, (size_t)n < KEEP ? (size_t)n : KEEP);
	return true;
}

static void stream_both(struct box *box, struct stream s[2], int64_t limit)
{
	bool killed = false;

	while (s[0].fd >= 0 || s[1].fd >= 0) {
		struct pollfd p[2] = {
		        {.fd = s[0].fd, .events = POLLIN}, {.fd = s[1].fd, .events = POLLIN}};
		struct err err = {0};

		(void)poll(p, 2, -1);
		for (int i = 0; i < 2; i++)
			if (p[i].revents)
				drain(&s[i]);
		if (killed || s[0].bytes + s[1].bytes <= limit)
			continue;
		killed = true;
		(void)box_kill(box, &err);
	}
}

static void add_run(
        struct buf *b, const struct box_result *r, const struct stream s[2], int64_t round_us)
{
	buf_addf(b,
	        "{\"end\": \"%s\", \"exit_code\": %d, \"signal\": %d, \"cpu_us\": %lld, "
	        "\"wall_us\": %lld, \"round_us\": %lld, \"memory_bytes\": %lld, "
	        "\"pids_denied\": %u, \"stdout_bytes\": %lld, \"stderr_bytes\": %lld, \"stdout\": ",
	        box_end_name(r->end), r->exit_code, r->signal, (long long)r->cpu_us,
	        (long long)r->wall_us, (long long)round_us, (long long)r->memory_bytes,
	        r->pids_denied, (long long)s[0].bytes, (long long)s[1].bytes);
	buf_add_json(b, s[0].kept.data, s[0].kept.len);
	buf_adds(b, ", \"stderr\": ");
	buf_add_json(b, s[1].kept.data, s[1].kept.len);
	buf_adds(b, "}");
}

static void run_once(struct box *box, const struct options *o, int input, struct buf *out_text)
{
	struct err err = {0};
	struct stream s[2] = {0};
	struct box_result r;
	int out[2], errs[2];
	int64_t start;
	struct box_run run = {.language = o->language, .limits = o->run, .stdin_fd = input};

	if (pipe2(out, O_CLOEXEC) < 0 || pipe2(errs, O_CLOEXEC) < 0)
		exit(1);
	run.stdout_fd = out[1];
	run.stderr_fd = errs[1];
	s[0].fd = out[0];
	s[1].fd = errs[0];
	start = clock_mono_us();
	if (box_run_start(box, &run, &err) < 0)
		fail(&err);
	close(out[1]);
	close(errs[1]);
	stream_both(box, s, o->output);
	if (box_run_wait(box, 0, &r, &err) < 0)
		fail(&err);
	add_run(out_text, &r, s, clock_mono_us() - start);
	buf_free(&s[0].kept);
	buf_free(&s[1].kept);
}

static int open_input(const struct options *o)
{
	struct err err = {0};
	int fd = strcmp(o->stdin_file, "/dev/null") == 0
	                 ? box_memfd("", 0, &err)
	                 : open(o->stdin_file, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		fail(&err);
	return fd;
}

/* As a judge does at its start. */
static void precompile(struct box *box, const struct options *o)
{
	const struct timespec nap = {.tv_nsec = STORE_NAP_NS};
	auto_free char *version = NULL;
	struct err err = {0};
	int r;

	if (box_version(box, o->language, &version, &err) < 0)
		fail(&err);
	while ((r = box_precompile(box, o->language, &err)) == -ERR_CONFLICT)
		(void)nanosleep(&nap, NULL);
	if (r < 0)
		fail(&err);
}

static void print_version(struct box *box, const struct options *o)
{
	struct err err = {0};
	auto_free char *version = NULL;
	auto_buf struct buf b = {0};

	if (box_version(box, o->language, &version, &err) < 0)
		fail(&err);
	buf_add_json(&b, version, strlen(version));
	printf("{\"version\": %s}\n", b.data);
}

static void add_compiled(struct buf *b, const struct box_compiled *c)
{
	buf_addf(b,
	        "{\"compile\": {\"end\": \"%s\", \"exit_code\": %d, \"signal\": %d, \"ms\": %lld, "
	        "\"cpu_ms\": %lld, \"memory_bytes\": %lld, \"ok\": %s, \"output\": ",
	        box_end_name(c->result.end), c->result.exit_code, c->result.signal,
	        (long long)c->result.wall_us / 1000, (long long)c->result.cpu_us / 1000,
	        (long long)c->result.memory_bytes, c->artifact_fd >= 0 ? "true" : "false");
	buf_add_json(b, c->output, c->output_len);
	buf_adds(b, "}, \"runs\": [");
}

/* Compiles, loads, runs; all of it in one JSON object, or the first error alone. */
static void try_source(struct box *box, const struct options *o, struct buf *b)
{
	auto_buf struct buf text = {0};
	auto_close int input = open_input(o);
	struct box_compiled c;
	struct box_source source;
	struct box_compile compile;
	struct err err = {0};

	if (buf_read_file(&text, o->source, MAX_SOURCE, &err) < 0)
		fail(&err);
	source = (struct box_source){o->name, text.data, text.len};
	compile = (struct box_compile){
	        o->language, o->entry, &source, 1, &o->compile, BOX_LANE_SUBMISSION};
	if (box_compile(box, &compile, &c, &err) < 0)
		fail(&err);
	if (c.artifact_fd >= 0 && box_load(box, o->language, o->entry, c.artifact_fd, &err) < 0)
		fail(&err);
	add_compiled(b, &c);
	for (int64_t i = 0; c.artifact_fd >= 0 && i < o->repeat; i++) {
		if (i > 0)
			buf_adds(b, ", ");
		run_once(box, o, input, b);
	}
	buf_adds(b, "]}");
	box_compiled_free(&c);
}

int main(int argc, char **argv)
{
	struct options o = read_options(argc, argv);
	auto_buf struct buf b = {0};
	struct box *box = NULL;
	struct err err = {0};

	if (box_open(o.socket, "boxtry", OPEN_MS, &box, &err) < 0)
		fail(&err);
	if (o.version) {
		print_version(box, &o);
	} else {
		if (o.precompile)
			precompile(box, &o);
		try_source(box, &o, &b);
		printf("%s\n", b.data);
	}
	box_close(box);
	return 0;
}
