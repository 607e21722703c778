/* cmd_problem.c -- problem packages into the database.
 *
 * One transaction per package: nothing is imported by halves. The same files as the newest
 * version's make no new version. Test data lies by its hash in chunks; what is there already is
 * not sent again. Contests keep the version they took. `problem unpack` is what a judge host runs
 * for packages that came over HTTP: it has no settings, no database and, once it reads, no rights
 * (cmd_unpack.c). */
#include "admin/admin.h"
#include "base/mem.h"
#include "model/problem.h"
#include "package/package.h"
#include "package/package_manifest.h"

#include <bsd/string.h>
#include <math.h>

enum { ID_SIZE = 40, PATHS_MAX = 1000 };

#define auto_tree     __attribute__((cleanup(package_tree_free)))
#define auto_package  __attribute__((cleanup(package_free)))
#define auto_findings __attribute__((cleanup(findings_free)))

/* The folder's or archive's own name is the problem's id. */
static int id_of(const char *path, char out[ID_SIZE], struct err *err)
{
	static const char *const endings[] = {".zip", ".kpp", ".tar", ".tar.gz", ".tgz", ".tar.xz"};
	auto_free char *real = realpath(path, NULL);
	const char *name = real ? strrchr(real, '/') + 1 : path;
	size_t len = strlen(name);

	if (!real)
		return err_set(err, ERR_INPUT, "%s: %s", path, strerrordesc_np(errno));
	for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
		size_t n = strlen(endings[i]);

		if (len > n && strcmp(name + len - n, endings[i]) == 0) {
			len -= n;
			break;
		}
	}
	snprintf(out, ID_SIZE, "%.*s", (int)len, name);
	if (!admin_is_ident(out) || len >= ID_SIZE)
		return err_set(err, ERR_INPUT,
		        "\"%s\" cannot be a problem's id (1 to 36 of A-Z a-z 0-9 _ . -): use --id",
		        name);
	return 0;
}

static json_t *lines_json(const struct findings *f)
{
	json_t *list = json_array();
	const char *p = f->n > 0 ? f->text.data : "";

	for (size_t n; *p; p += n + (p[n] == '\n')) {
		n = strcspn(p, "\n");
		json_array_append_new(list, json_stringn(p, n));
	}
	return list;
}

/* What is wrong: printed, and a member of the report. */
static int refuse(const char *path, const struct findings *f, json_t *list, struct err *err)
{
	json_array_append_new(list, json_pack("{s:s, s:s, s:o}", "path", path, "status", "refused",
	                                    "errors", lines_json(f)));
	findings_print(f);
	return err_set(err, ERR_INPUT, "%s: %zu mistake%s, not imported", path, f->n,
	        f->n == 1 ? "" : "s");
}

/* Reads and checks; the findings are printed, and the notes. */
static int load(const char *path, struct package_tree *tree, struct package *p, json_t *list,
        struct err *err)
{
	auto_findings struct findings f = {0};
	struct err why = {0};

	if (package_read(tree, path, &f, &why) < 0)
		findings_add(&f, "%s", why.msg);
	else
		package_parse(tree, p, &f);
	if (f.n > 0)
		return refuse(path, &f, list, err);
	if (p->notes.n > 0)
		fprintf(stderr, "%s: imported with notes:\n", path);
	findings_print(&p->notes);
	return 0;
}

/* Inside the transaction. */
static int store(struct admin *admin, struct package *p, const struct problem_manifest *m,
        struct problem_imported *out, struct err *err)
{
	size_t n;
	const struct package_file **files = package_blobs(p, &n);

	for (size_t i = 0; i < n; i++) {
		if (problem_put_data(admin->pg, files[i]->data, files[i]->len, err) < 0)
			return err_wrap(err, "%s", files[i]->path);
	}
	return problem_import(admin->pg, m, out, err);
}

/* --time-limit. 0 or EXIT_USAGE. */
static int time_of(const struct args *args, struct manifest_time *out, struct err *err)
{
	const char *text = args_get(args, "time-limit");
	char *end = NULL;
	double v = text ? strtod(text, &end) : 0;

	if (!text)
		return 0;
	if (end == text || *end || !(v >= 0.001 && v <= 600))
		return args_usage(err, "--time-limit is seconds, from 0.001 to 600");
	out->ms = (int64_t)ceil(v * 1000 - 1e-6);
	out->from = "option";
	return 0;
}

static void report(struct admin *admin, json_t *list, const char *id,
        const struct problem_imported *done, const struct package *p)
{
	const char *word = done->same ? "unchanged" : "imported";
	json_t *o = json_pack("{s:s, s:I, s:s, s:i, s:i, s:I, s:o}", "id", id, "version",
	        (json_int_t)done->version, "status", word, "test_cases", (int)p->ncases,
	        "submissions", (int)p->nsubmissions, "time_limit_ms", (json_int_t)p->limits.time_ms,
	        "notes", lines_json(&p->notes));

	json_array_append_new(list, o);
	if (admin->json)
		return;
	printf("%s: %s, version %lld, %zu test cases, ", id, word, (long long)done->version,
	        p->ncases);
	if (p->limits.time_ms > 0)
		printf("%lld ms, ", (long long)p->limits.time_ms);
	else
		printf("no time limit in the package: %d ms until --time-limit or `problem verify` "
		       "gives one, ",
		        MANIFEST_DEFAULT_TIME_MS);
	printf("%lld MiB\n", (long long)p->limits.memory_kib / 1024);
}

static int import_one(struct admin *admin, const char *path, const struct args *args, json_t *list,
        struct err *err)
{
	auto_tree struct package_tree tree = {0};
	auto_package struct package p = {0};
	struct manifest_time time = {0};
	char id[ID_SIZE] = "";
	const char *wanted = args_get(args, "id");
	auto_free char *text = NULL;
	struct problem_manifest m = {.id = wanted ? wanted : id, .actor = admin->actor};
	struct problem_imported done = {0};

	if ((!wanted && id_of(path, id, err) < 0) || load(path, &tree, &p, list, err) < 0)
		return err_result(err);
	(void)time_of(args, &time, err); /* run_import has looked at it */
	text = package_manifest(&p, &time);
	m.text = text;
	p.limits.time_ms = time.ms > 0 ? time.ms : p.limits.time_ms;
	if (pg_begin(admin->pg, err) < 0)
		return err_result(err);
	if (store(admin, &p, &m, &done, err) < 0) {
		pg_rollback(admin->pg);
		return err_result(err);
	}
	if (args_get(args, "dry-run"))
		pg_rollback(admin->pg);
	else if (pg_commit(admin->pg, err) < 0)
		return err_wrap(err, "problem %s", m.id);
	report(admin, list, m.id, &done, &p);
	return 0;
}

/* Every package on its own: one that fails does not keep the others out. */
static int run_import(struct admin *admin, const struct args *args, struct err *err)
{
	const char *id = args_get(args, "id");
	struct manifest_time time = {0};
	json_t *list;
	bool failed = false;

	if (time_of(args, &time, err) != 0)
		return EXIT_USAGE;
	if (id && (args->nwords > 1 || !admin_is_ident(id)))
		return args_usage(
		        err, "--id is for one package, and is 1 to 36 of A-Z a-z 0-9 _ . -");
	list = json_array();
	for (size_t i = 0; i < args->nwords; i++) {
		struct err own = {0};

		if (import_one(admin, args->words[i], args, list, &own) < 0) {
			fprintf(stderr, "codearena: %s\n", own.msg);
			failed = true;
		}
	}
	if (admin->json)
		out_json(list);
	else
		json_decref(list);
	return failed ? EXIT_TOLD : 0;
}

static int run_list(struct admin *admin, const struct args *args UNUSED, struct err *err)
{
	auto_pgresult PGresult *res = NULL;

	if (pg_query(admin->pg, Q_ADMIN_PROBLEM_LIST, NULL, &res, err) < 0)
		return err_result(err);
	out_result(admin, res);
	return 0;
}

static int run_show(struct admin *admin, const struct args *args, struct err *err)
{
	auto_pgresult PGresult *res = NULL;

	if (pg_run(admin->pg, Q_ADMIN_PROBLEM_SHOW, &res, err, args->words[0]) < 0)
		return err_result(err);
	if (PQntuples(res) == 0)
		return err_set(err, ERR_NOT_FOUND, "no such problem: \"%s\"", args->words[0]);
	out_result(admin, res);
	return 0;
}

static const struct option import_options[] = {
        {"id", "ID", "the problem's id; default: the name of the folder or archive"},
        {"time-limit", "SECONDS", "instead of the package's"},
        {"dry-run", NULL, "check everything, change nothing"},
        {NULL, NULL, NULL},
};

static const struct option verify_options[] = {
        {"time-limit", "SECONDS",
                "instead of the package's own, or the one that follows from its submissions"},
        {"all", NULL, "run every test case, also behind a failure"},
        {"slots", "N", "how many at once; default: one per core"},
        {"box", "SOCKET", "the sandbox to use; default: the running one, or one of our own (root)"},
        {"languages", "FILE", "the table of languages"},
        {NULL, NULL, NULL},
};

const struct command problem_commands[] = {
        {"problem import", "PATH...",
                "import packages: folders, zip or tar; all mistakes are listed, and then nothing "
                "is changed",
                1, PATHS_MAX, import_options, run_import, false},
        {"problem list", "", "all problems", 0, 0, NULL, run_list, false},
        {"problem show", "ID", "the versions of a problem", 1, 1, NULL, run_show, false},
        {"problem verify", "PACKAGE...",
                "judge all jury submissions of packages and check their data, without a database: "
                "a line each, then advice; 1 on a mismatch",
                1, PATHS_MAX, verify_options, problem_verify, true},
        {"problem unpack", "", "used by judge hosts: an archive on stdin into frames on stdout", 0,
                0, NULL, problem_unpack, true},
        {NULL, NULL, NULL, 0, 0, NULL, NULL, false},
};
