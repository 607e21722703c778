/* doctor_box.c -- the part of `codearena doctor` that uses the running box as a judge would.
 *
 * Box keeps one slot for a caller of our name. Each language of the table proves itself with the
 * judge's own self-test (one program that must be accepted, one that must not). A language that
 * was never published on this instance may be missing; one that was, may not. Then a program tries
 * to get out and says what it could: all of it must have been refused. */
#include "admin/doctor.h"
#include "base/clock.h"
#include "base/mem.h"
#include "judge/selftest.h"

enum {
	OPEN_MS = 10000,
	ESCAPE_MS = 2000,
	ESCAPE_COMPILE_MS = 20000,
	ESCAPE_MEMORY = 128 << 20,
	ESCAPE_OUTPUT = 4096,
	MAX_RECORD = 1 << 20,
	ROOT_WORD = 256
};

/* Each line it prints is a wall that did not hold. The database's socket stands for all that the
 * host could offer by name. */
static const char escape_source[] =
        "#include <arpa/inet.h>\n"
        "#include <fcntl.h>\n"
        "#include <signal.h>\n"
        "#include <stdio.h>\n"
        "#include <sys/socket.h>\n"
        "#include <unistd.h>\n"
        "static void can_open(const char *p, int how) { if (open(p, how) >= 0) puts(p); }\n"
        "int main(void) {\n"
        "	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(53)};\n"
        "	int s = socket(AF_INET, SOCK_DGRAM, 0);\n"
        "	a.sin_addr.s_addr = inet_addr(\"192.0.2.1\");\n"
        "	if (s >= 0 && connect(s, (struct sockaddr *)&a, sizeof(a)) == 0) "
        "puts(\"network\");\n"
        "	can_open(\"/etc/shadow\", O_RDONLY);\n"
        "	can_open(\"/proc/sysrq-trigger\", O_WRONLY);\n"
        "	can_open(\"/usr/bin/doctor\", O_WRONLY | O_CREAT);\n"
        "	can_open(\"/sys/fs/cgroup/cgroup.procs\", O_WRONLY);\n"
        "	if (setuid(0) == 0) puts(\"root\");\n"
        "	if (getppid() > 1 && kill(getppid(), 0) == 0) puts(\"a foreign process\");\n"
        "	puts(\"end\");\n"
        "	return 0;\n"
        "}\n";
static const char escape_answer[] = "end\n";

struct bench {
	struct doctor *d;
	struct box *box;
	char *folder;
	pthread_rwlock_t alone;
	atomic_bool stop;
};

static int open_box(struct bench *b, struct err *err)
{
	return box_open(b->d->admin->conf.box_socket, BOX_DOCTOR, OPEN_MS, &b->box, err);
}

/* After a fault the old connection is of no use. */
static bool reopen(struct bench *b)
{
	struct err err = {0};

	box_close(b->box);
	b->box = NULL;
	if (open_box(b, &err) == 0)
		return true;
	doctor_fail(b->d, "read the log of codearena-box", "box: %s", err.msg);
	return false;
}

/* Was this language offered to contestants here? */
static bool is_published(struct bench *b, const char *id)
{
	auto_pgresult PGresult *res = NULL;
	struct err err = {0};

	return pg_run(b->d->admin->pg, Q_ADMIN_LANGUAGE_PUBLISHED, &res, &err, id) == 0 &&
	       PQntuples(res) > 0;
}

/* A box without containers says so (box_slot.c). */
static const char *advice_for(const struct err *why)
{
	if (strstr(why->msg, "no container"))
		return "no container starts: the runtime says why; user namespaces must be allowed "
		       "here (in a chroot "
		       "they are not); see the log of codearena-box";
	return "install its compiler anew, or see the log of codearena-box";
}

/* True: it works here. */
static bool check_language(struct bench *b, const struct language *l)
{
	const struct selftest t = {
	        .box = b->box, .folder = b->folder, .alone = &b->alone, .stop = &b->stop};
	auto_free char *version = NULL;
	struct err err = {0};
	int64_t start = clock_mono_ms();
	int result = selftest_run(&t, l, &version, &err);

	if (result == 0) {
		doctor_ok(b->d, "language %s: %s, %lld ms", l->id, version,
		        (long long)(clock_mono_ms() - start));
		return true;
	}
	if (result != -ERR_NOT_FOUND)
		doctor_fail(b->d, advice_for(&err), "language %s: %s", l->id, err.msg);
	else if (is_published(b, l->id))
		doctor_fail(b->d, "its version command fails: install its compiler anew",
		        "language %s: %s", l->id, err.msg);
	return false;
}

static int try_escape(struct bench *b, const struct language *l, struct outcome *o, struct err *err)
{
	const struct box_source source = {l->source, escape_source, strlen(escape_source)};
	const struct program program = {.files = &source, .n = 1, .entry = l->source};
	struct box_compiled compiled = {.artifact_fd = -1};
	struct execution x = {.box = b->box,
	        .language = l,
	        .alone = &b->alone,
	        .stop = &b->stop,
	        .compile_ms = ESCAPE_COMPILE_MS,
	        .time_ms = ESCAPE_MS,
	        .memory_bytes = ESCAPE_MEMORY,
	        .output_bytes = ESCAPE_OUTPUT};
	struct compare_flags flags = {0};
	auto_close int in = box_memfd("", 0, err);
	auto_close int answer = box_memfd(escape_answer, strlen(escape_answer), err);
	const struct test_case test = {.input_fd = in, .answer_fd = answer, .flags = &flags};
	int result;

	if (in < 0 || answer < 0)
		return err_result(err);
	result = execute_compile(&x, &program, &compiled, err);
	if (result == 0)
		err_say(err, ERR_BUG, "it does not compile: %.100s", compiled.output);
	if (result >= 0)
		box_compiled_free(&compiled);
	return result <= 0 ? err_result(err) : execute_test(&x, &test, o, err);
}

static void check_escape(struct bench *b, const struct language *l)
{
	struct outcome o = {0};
	struct err err = {0};

	if (try_escape(b, l, &o, &err) < 0)
		doctor_fail(b->d, "see the log of codearena-box",
		        "escape attempt could not run: %s", err.msg);
	else if (o.verdict != VERDICT_AC)
		doctor_fail(b->d, "take this judge host out of service at once",
		        "a program got through the sandbox's walls, or could not try: %s: %.200s",
		        verdict_id(o.verdict), o.message);
	else
		doctor_ok(b->d, "sandbox: no network, no /etc/shadow, no foreign process or file");
}

static void check_languages(struct bench *b, const struct languages *table)
{
	const struct language *c = NULL;
	size_t works = 0;

	for (size_t i = 0; i < table->n && b->box; i++) {
		bool ok = check_language(b, &table->rows[i]);

		works += ok;
		if (ok && strcmp(table->rows[i].id, "c") == 0)
			c = &table->rows[i];
		if (!ok && !reopen(b))
			return;
	}
	if (works == 0)
		doctor_fail(b->d, "install compilers (setup.sh does)", "no language works");
	if (c)
		check_escape(b, c);
	else
		doctor_fail(b->d, "install gcc", "escape attempts need language c");
}

/* What a line "# name: value" of a root's record says; "" when there is none. */
static void record_value(const struct buf *record, const char *name, char *out, size_t size)
{
	auto_free char *start = xasprintf("# %s: ", name);
	const char *at = record->data ? strstr(record->data, start) : NULL;

	snprintf(out, size, "%.*s", at ? (int)strcspn(at + strlen(start), "\n") : 0,
	        at ? at + strlen(start) : "");
}

static size_t count_packages(const struct buf *record)
{
	size_t n = 0;

	for (const char *line = record->data; line && *line; line = strchr(line, '\n')) {
		line += *line == '\n';
		n += *line && *line != '#';
	}
	return n;
}

/* Which /usr programs see: the host's, or one that make-root has built and recorded. */
static void check_root(struct doctor *d, const char *root)
{
	auto_buf struct buf record = {0};
	auto_free char *path = xasprintf("%s/codearena-root", root);
	char suite[ROOT_WORD], languages[ROOT_WORD];
	struct err err = {0};

	if (strcmp(root, "host") == 0) {
		doctor_ok(d, "language root: the host's own /usr, read-only");
		return;
	}
	if (buf_read_file(&record, path, MAX_RECORD, &err) < 0) {
		doctor_fail(d, "build one with scripts/make-root, or set `root` of box to host",
		        "language root %s: no record of what is in it: %s", root, err.msg);
		return;
	}
	record_value(&record, "suite", suite, sizeof(suite));
	record_value(&record, "languages", languages, sizeof(languages));
	doctor_ok(d, "language root: %s, %zu packages of %s for %s", root, count_packages(&record),
	        suite, languages);
}

void doctor_box(struct doctor *d)
{
	const struct conf *conf = &d->admin->conf;
	struct bench b = {.d = d, .alone = PTHREAD_RWLOCK_INITIALIZER};
	__attribute__((cleanup(languages_free))) struct languages table = {0};
	const char *slash = strrchr(conf->language_file, '/');
	struct err err = {0};

	if (languages_load(&table, conf->language_file, &err) < 0) {
		doctor_fail(d, "install again (setup.sh); see `language_file`", "%s", err.msg);
		return;
	}
	if (open_box(&b, &err) < 0) {
		doctor_fail(d, "start codearena-box (setup.sh start) and read its log", "box: %s",
		        err.msg);
		return;
	}
	doctor_ok(d, "box: %u slots on cores %s, %lld MiB, %s", box_info(b.box)->slots,
	        box_info(b.box)->cores, (long long)box_info(b.box)->memory_budget_bytes >> 20,
	        box_info(b.box)->runtime);
	check_root(d, box_info(b.box)->root);
	b.folder = xasprintf("%.*s/selftest", slash ? (int)(slash - conf->language_file) : 1,
	        slash ? conf->language_file : ".");
	check_languages(&b, &table);
	free(b.folder);
	box_close(b.box);
}
