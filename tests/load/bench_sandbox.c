/* bench_sandbox.c -- the stopwatch of bench-sandbox.mjs: runs things that say hello, one after the
 * other in turn, and prints what each run of each took, in microseconds.
 *
 *     bench_sandbox socket=PATH language=ID source=FILE name=NAME n=N gap_ms=N cpu=N rounds=N
 *             [outside=COMMAND] [program=FILE] [other=NAME:EVERY:COMMAND]...
 *
 * -> {"rss_kib": N, "rounds": [{"inside": [..], "outside": [..], NAME: [..]}, ..]}
 *
 * `inside` is a full test case: pipes, the box's request, the output read to its end, the answer.
 * `outside` is fork, exec and wait of the command (blanks between words; {program} is FILE, a copy
 * of what the sandbox compiled, so that both run the same binary). Both on processor `cpu`; this
 * process is their parent, and small. Each command must end with 0, each run say hello. */
#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "judge/archive.h"
#include "judge/box_client.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

enum {
	MAX_SOURCE = 1 << 20,
	OPEN_MS = 20000,
	MAX_WORDS = 64,
	MAX_KINDS = 8,
	MAX_LINE = 4096,
	NS_PER_MS = 1000000,
	MS_PER_S = 1000,
	WARM = 20,
};

/* One of the things that are compared; kind 0 is the sandbox. */
struct kind {
	char name[32];
	long every; /* run in every n-th turn only */
	char line[MAX_LINE];
	char *argv[MAX_WORDS];
	struct buf times;
};

struct bench {
	const char *language, *source, *name;
	long n, gap_ms, rounds;
	struct box *box;
	int input;
	char program[256]; /* the compiled file, outside */
	struct kind kinds[MAX_KINDS];
	size_t nkinds;
};

__attribute__((noreturn)) static void fail(const char *what, const struct err *err)
{
	fprintf(stderr, "bench_sandbox: %s: %s\n", what,
	        err && err->msg[0] ? err->msg : strerrordesc_np(errno));
	exit(1);
}

static const char *option(char **argv, const char *name, const char *fallback)
{
	size_t n = strlen(name);

	for (char **a = argv + 1; *a; a++)
		if (strncmp(*a, name, n) == 0 && (*a)[n] == '=')
			return *a + n + 1;
	return fallback;
}

static long number(char **argv, const char *name, long fallback)
{
	const char *s = option(argv, name, NULL);

	return s ? strtol(s, NULL, 10) : fallback;
}

static void nap(long ms)
{
	const struct timespec t = {.tv_sec = ms / MS_PER_S, .tv_nsec = ms % MS_PER_S * NS_PER_MS};

	if (ms > 0)
		(void)nanosleep(&t, NULL);
}

static void pin(long cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET((unsigned)cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set) < 0)
		fail("pin", NULL);
}

/* Inside. */

static bool says_hello(int fd)
{
	char text[256] = "";
	size_t len = 0;
	ssize_t n;

	while (len < sizeof(text) - 1 && (n = read(fd, text + len, sizeof(text) - 1 - len)) > 0)
		len += (size_t)n;
	if (strncmp(text, "hello", strlen("hello")) == 0)
		return true;
	fprintf(stderr, "it said: %s\n", text);
	return false;
}

static int64_t run_inside(const struct bench *b)
{
	const int64_t start = clock_mono_us();
	struct box_run run = {.language = b->language, .stdin_fd = b->input};
	struct box_result r;
	struct err err = {0};
	int out[2], errors[2];
	bool hello;

	run.limits = (struct box_limits){.cpu_ms = 5000,
	        .wall_ms = 10000,
	        .memory_bytes = 256 << 20,
	        .tmp_bytes = 64 << 20,
	        .file_bytes = 64 << 20,
	        .pids = 64};
	if (pipe2(out, O_CLOEXEC) < 0 || pipe2(errors, O_CLOEXEC) < 0)
		fail("pipe", NULL);
	run.stdout_fd = out[1];
	run.stderr_fd = errors[1];
	if (box_run_start(b->box, &run, &err) < 0)
		fail("run", &err);
	close(out[1]);
	close(errors[1]);
	hello = says_hello(out[0]);
	while (read(errors[0], &(char){0}, 1) > 0)
		;
	if (box_run_wait(b->box, 0, &r, &err) < 0)
		fail("wait", &err);
	close(out[0]);
	close(errors[0]);
	if (!hello || r.end != BOX_END_EXITED || r.exit_code != 0) {
		err_set(&err, ERR_BUG, "%s %d %d %s", box_end_name(r.end), r.exit_code, r.signal,
		        r.fault);
		fail("the program in the sandbox failed", &err);
	}
	return clock_mono_us() - start;
}

/* Takes the compiled program out of the archive, to run the same one outside. */
static void keep_program(struct bench *b, int artifact_fd)
{
	struct archive ar;
	struct archive_entry e;
	struct err err = {0};
	struct stat st;
	void *data;
	int fd = -1;

	if (fstat(artifact_fd, &st) < 0)
		fail("artifact", NULL);
	data = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, artifact_fd, 0);
	if (data == MAP_FAILED || archive_open(&ar, data, (size_t)st.st_size, &err) < 0)
		fail("artifact", &err);
	while (archive_next(&ar, &e, &err) > 0) {
		if (strcmp(e.name, "main") != 0)
			continue;
		fd = open(b->program, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);
		if (fd < 0 || archive_write(fd, e.data, e.len, &err) < 0)
			fail("program", &err);
		close(fd);
	}
	munmap(data, (size_t)st.st_size);
}

static void prepare_inside(struct bench *b, const char *socket)
{
	auto_buf struct buf text = {0};
	struct box_source source;
	struct box_compiled c;
	struct box_compile compile = {.language = b->language, .entry = b->name, .nfiles = 1};
	struct err err = {0};

	if (box_open(socket, "bench", OPEN_MS, &b->box, &err) < 0 ||
	        buf_read_file(&text, b->source, MAX_SOURCE, &err) < 0)
		fail("open", &err);
	source = (struct box_source){strrchr(b->source, '/') + 1, text.data, text.len};
	compile.files = &source;
	if (box_compile(b->box, &compile, &c, &err) < 0)
		fail("compile", &err);
	if (c.artifact_fd < 0)
		fprintf(stderr, "%.*s\n", (int)c.output_len, c.output);
	if (box_load(b->box, b->language, b->name, c.artifact_fd, &err) < 0)
		fail("load", &err);
	keep_program(b, c.artifact_fd);
	box_compiled_free(&c);
	b->input = box_memfd("", 0, &err);
	if (b->input < 0)
		fail("input", &err);
}

/* Outside. */

static int64_t run_outside(const struct kind *k)
{
	const int64_t start = clock_mono_us();
	int status = 0;
	pid_t pid = fork();

	if (pid < 0)
		fail("fork", NULL);
	if (pid == 0) {
		int null = open("/dev/null", O_RDWR);

		(void)dup2(null, 0);
		(void)dup2(null, 1);
		execv(k->argv[0], k->argv);
		_exit(127);
	}
	if (waitpid(pid, &status, 0) != pid || status != 0)
		fail(k->argv[0], &(struct err){.msg = "did not end with 0"});
	return clock_mono_us() - start;
}

static void add_kind(struct bench *b, const char *name, long every, const char *command)
{
	struct kind *k = &b->kinds[b->nkinds++];
	size_t n = 0;
	char *save = NULL;

	snprintf(k->name, sizeof(k->name), "%s", name);
	k->every = every;
	snprintf(k->line, sizeof(k->line), "%s", command);
	for (char *w = strtok_r(k->line, " ", &save); w && n + 1 < MAX_WORDS;
	        w = strtok_r(NULL, " ", &save))
		k->argv[n++] = strcmp(w, "{program}") == 0 ? b->program : w;
}

/* NAME:EVERY:COMMAND */
static void add_other(struct bench *b, const char *text)
{
	char name[32];
	const char *colon = strchr(text, ':');
	char *end = NULL;
	long every = colon ? strtol(colon + 1, &end, 10) : 0;

	if (!colon || every < 1 || *end != ':' || b->nkinds == MAX_KINDS)
		fail(text, &(struct err){.msg = "NAME:EVERY:COMMAND"});
	snprintf(name, sizeof(name), "%.*s", (int)(colon - text), text);
	add_kind(b, name, every, end + 1);
}

static void add_kinds(struct bench *b, char **argv)
{
	const char *outside = option(argv, "outside", NULL);

	add_kind(b, "inside", 1, "");
	if (outside)
		add_kind(b, "outside", 1, outside);
	for (char **a = argv + 1; *a; a++)
		if (strncmp(*a, "other=", strlen("other=")) == 0)
			add_other(b, *a + strlen("other="));
}

/* Rounds. */

static int64_t run_kind(const struct bench *b, size_t k)
{
	return k == 0 ? run_inside(b) : run_outside(&b->kinds[k]);
}

static void run_round(struct bench *b)
{
	for (size_t k = 0; k < b->nkinds; k++)
		buf_clear(&b->kinds[k].times);
	for (long i = 0; i < b->n; i++) {
		for (size_t k = 0; k < b->nkinds; k++) {
			struct kind *kind = &b->kinds[k];

			if (i % kind->every != 0)
				continue;
			nap(b->gap_ms);
			buf_addf(&kind->times, "%s%lld", kind->times.len ? ", " : "",
			        (long long)run_kind(b, k));
		}
	}
}

static void print_round(const struct bench *b, long round)
{
	printf("%s{", round ? ", " : "");
	for (size_t k = 0; k < b->nkinds; k++)
		printf("%s\"%s\": [%s]", k ? ", " : "", b->kinds[k].name, b->kinds[k].times.data);
	printf("}");
}

static long rss_kib(void)
{
	auto_file FILE *f = fopen("/proc/self/status", "re");
	char line[MAX_LINE];

	while (f && fgets(line, sizeof(line), f))
		if (strncmp(line, "VmRSS:", strlen("VmRSS:")) == 0)
			return strtol(line + strlen("VmRSS:"), NULL, 10);
	return -1;
}

int main(int argc, char **argv)
{
	static struct bench b;

	(void)argc;
	b.language = option(argv, "language", "c");
	b.source = option(argv, "source", "");
	snprintf(b.program, sizeof(b.program), "%s", option(argv, "program", "/dev/null"));
	b.name = option(argv, "name", "main.c");
	b.n = number(argv, "n", 100);
	b.rounds = number(argv, "rounds", 1);
	b.gap_ms = number(argv, "gap_ms", 0);
	prepare_inside(&b, option(argv, "socket", ""));
	add_kinds(&b, argv);
	pin(number(argv, "cpu", 0));
	for (long i = 0; i < WARM; i++)
		for (size_t k = 0; k < b.nkinds; k++)
			if (i % b.kinds[k].every == 0)
				(void)run_kind(&b, k);
	printf("{\"rss_kib\": %ld, \"rounds\": [", rss_kib());
	for (long r = 0; r < b.rounds; r++) {
		run_round(&b);
		print_round(&b, r);
	}
	printf("]}\n");
	for (size_t k = 0; k < b.nkinds; k++)
		buf_free(&b.kinds[k].times);
	close(b.input);
	box_close(b.box);
	return 0;
}
