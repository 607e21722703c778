/* cmd_problem.c -- problem packages into the database.
 *
 * One transaction per package: nothing is imported by halves. The same files as the newest
 * version's make no new version. Test data lies by its hash in chunks; what is there already is
 * not sent again. Contests keep the version they took; `contest add-problem` moves one on. */
#include "admin/admin.h"
#include "admin/package.h"
#include "base/mem.h"
#include "scoreboard/record.h"

#include <bsd/string.h>

enum { CHUNK = 1 << 20, ID_SIZE = 40, PATHS_MAX = 1000 };

#define auto_tree     __attribute__((cleanup(package_tree_free)))
#define auto_package  __attribute__((cleanup(package_free)))
#define auto_findings __attribute__((cleanup(findings_free)))

enum outcome { IMPORTED, UNCHANGED };

struct import {
	struct admin *admin;
	const char *id;
	const struct package *p;
	const char *version; /* text, in the arena */
	struct arena *a;
};

/* The file's bytes, unless the database has them. */
static int put_data(const struct import *im, const struct package_file *file, struct err *err)
{
	auto_pgresult PGresult *res = NULL;
	auto_arena struct arena a = {0};
	const char *hash = pg_arg_bytes(&a, file->hash, HASH_SIZE);

	if (pg_run(im->admin->pg, Q_ADMIN_DATA_ADD, &res, err, hash,
	            pg_arg_int(&a, (int64_t)file->len)) < 0)
		return err_result(err);
	if (PQntuples(res) == 0)
		return 0;
	for (size_t at = 0; at < file->len; at += CHUNK) {
		size_t n = file->len - at < CHUNK ? file->len - at : CHUNK;
		auto_arena struct arena chunk = {0};

		if (pg_run(im->admin->pg, Q_ADMIN_DATA_CHUNK, NULL, err, hash,
		            pg_arg_int(&chunk, (int64_t)(at / CHUNK)),
		            pg_arg_bytes(&chunk, file->data + at, n)) < 0)
			return err_result(err);
	}
	return 0;
}

static int put_cases(const struct import *im, struct err *err)
{
	for (size_t i = 0; i < im->p->ncases; i++) {
		const struct package_case *c = &im->p->cases[i];
		auto_arena struct arena a = {0};

		if (put_data(im, c->input, err) < 0 || put_data(im, c->answer, err) < 0 ||
		        pg_run(im->admin->pg, Q_ADMIN_CASE_ADD, NULL, err, im->id, im->version,
		                pg_arg_int(&a, (int64_t)i + 1), c->name, pg_arg_bool(c->sample),
		                pg_arg_bytes(&a, c->input->hash, HASH_SIZE),
		                pg_arg_bytes(&a, c->answer->hash, HASH_SIZE)) < 0)
			return err_wrap(err, "test case %s", c->name);
	}
	return 0;
}

static int put_texts(const struct import *im, struct err *err)
{
	for (size_t i = 0; i < im->p->nstatements; i++) {
		const struct package_statement *s = &im->p->statements[i];
		auto_arena struct arena a = {0};

		if (pg_run(im->admin->pg, Q_ADMIN_STATEMENT_ADD, NULL, err, im->id, im->version,
		            s->language, s->format,
		            pg_arg_bytes(&a, s->file->data, s->file->len)) < 0)
			return err_wrap(err, "%s", s->file->path);
	}
	for (size_t i = 0; i < im->p->nextras; i++) {
		const struct package_extra *x = &im->p->extras[i];
		auto_arena struct arena a = {0};

		if (pg_run(im->admin->pg, Q_ADMIN_EXTRA_ADD, NULL, err, im->id, im->version,
		            x->kind, x->name, pg_arg_bytes(&a, x->file->data, x->file->len)) < 0)
			return err_wrap(err, "%s", x->file->path);
	}
	return 0;
}

static const char *flags_text(struct arena *a, package_args args)
{
	const char *text = "";

	for (size_t i = 0; args[i]; i++)
		text = arena_printf(a, "%s%s%s", text, i ? " " : "", args[i]);
	return text;
}

static int put_version(const struct import *im, struct err *err)
{
	const struct package *p = im->p;
	auto_free char *settings = json_dumps(p->settings, JSON_COMPACT | JSON_SORT_KEYS);

	return pg_run(im->admin->pg, Q_ADMIN_VERSION_ADD, NULL, err, im->id, im->version, p->name,
	        pg_arg_int(im->a, p->limits.time_ms), pg_arg_int(im->a, p->limits.memory_kib),
	        pg_arg_int(im->a, p->limits.output_kib), pg_arg_int(im->a, p->limits.code_kib),
	        pg_arg_int(im->a, p->limits.compile_ms), flags_text(im->a, p->validator_args),
	        pg_arg_bytes(im->a, p->hash, HASH_SIZE), settings);
}

/* Inside the transaction. *version: the new or the unchanged one. */
static int import_rows(struct import *im, enum outcome *outcome, int64_t *version, struct err *err)
{
	auto_pgresult PGresult *res = NULL;

	if (pg_run(im->admin->pg, Q_ADMIN_PROBLEM_ADD, NULL, err, im->id) < 0 ||
	        pg_run(im->admin->pg, Q_ADMIN_PROBLEM_LOCK, &res, err, im->id,
	                pg_arg_bytes(im->a, im->p->hash, HASH_SIZE)) < 0)
		return err_result(err);
	*version = pg_int(res, 0, "latest_version");
	*outcome = pg_bool(res, 0, "same") ? UNCHANGED : IMPORTED;
	if (*outcome == UNCHANGED)
		return 0;
	*version += 1;
	im->version = pg_arg_int(im->a, *version);
	if (put_version(im, err) < 0 || put_texts(im, err) < 0 || put_cases(im, err) < 0)
		return err_result(err);
	return pg_run(im->admin->pg, Q_ADMIN_PROBLEM_LATEST, NULL, err, im->id, im->version,
	        im->admin->actor);
}

/* The folder's or zip's own name is the problem's id. */
static int id_of(const char *path, char out[ID_SIZE], struct err *err)
{
	auto_free char *real = realpath(path, NULL);
	const char *name = real ? strrchr(real, '/') + 1 : path;
	size_t len = strlen(name);

	if (!real)
		return err_set(err, ERR_INPUT, "%s: %s", path, strerrordesc_np(errno));
	if (len > 4 && strcmp(name + len - 4, ".zip") == 0)
		len -= 4;
	snprintf(out, ID_SIZE, "%.*s", (int)len, name);
	if (!admin_is_ident(out) || len >= ID_SIZE)
		return err_set(err, ERR_INPUT,
		        "\"%s\" cannot be a problem's id (1 to 36 of A-Z a-z 0-9 _ . -): use --id",
		        name);
	return 0;
}

/* Reads and checks; the findings are printed with the package's path before them. */
static int load(const char *path, struct package_tree *tree, struct package *p, struct err *err)
{
	auto_findings struct findings f = {0};

	if (package_read(tree, path, &f, err) < 0)
		return err_result(err);
	package_parse(tree, p, &f);
	if (f.n == 0)
		return 0;
	findings_print(&f);
	return err_set(err, ERR_INPUT, "%s: %zu mistakes, not imported", path, f.n);
}

static int import_one(struct admin *admin, const char *path, const struct args *args,
        json_t *report, struct err *err)
{
	auto_tree struct package_tree tree = {0};
	auto_package struct package p = {0};
	auto_arena struct arena a = {0};
	char id[ID_SIZE] = "";
	const char *wanted = args_get(args, "id");
	struct import im = {.admin = admin, .id = wanted ? wanted : id, .p = &p, .a = &a};
	enum outcome outcome = UNCHANGED;
	int64_t version = 0;
	const char *word;

	if ((!wanted && id_of(path, id, err) < 0) || load(path, &tree, &p, err) < 0)
		return err_result(err);
	if (pg_begin(admin->pg, err) < 0)
		return err_result(err);
	if (import_rows(&im, &outcome, &version, err) < 0) {
		pg_rollback(admin->pg);
		return err_wrap(err, "problem %s", im.id);
	}
	word = outcome == UNCHANGED ? "unchanged" : "imported";
	if (args_get(args, "dry-run"))
		pg_rollback(admin->pg);
	else if (pg_commit(admin->pg, err) < 0)
		return err_wrap(err, "problem %s", im.id);
	json_array_append_new(
	        report, json_pack("{s:s, s:I, s:s, s:i, s:I}", "id", im.id, "version",
	                        (json_int_t)version, "status", word, "test_cases", (int)p.ncases,
	                        "time_limit_ms", (json_int_t)p.limits.time_ms));
	if (!admin->json)
		printf("%s: %s, version %lld, %zu test cases, %lld ms, %lld MiB\n", im.id, word,
		        (long long)version, p.ncases, (long long)p.limits.time_ms,
		        (long long)p.limits.memory_kib / 1024);
	return 0;
}

/* Every package on its own: one that fails does not keep the others out. */
static int run_import(struct admin *admin, const struct args *args, struct err *err UNUSED)
{
	const char *id = args_get(args, "id");
	json_t *report = json_array();
	bool failed = false;

	if (id && (args->nwords > 1 || !admin_is_ident(id))) {
		json_decref(report);
		return args_usage(
		        err, "--id is for one package, and is 1 to 36 of A-Z a-z 0-9 _ . -");
	}
	for (size_t i = 0; i < args->nwords; i++) {
		struct err own = {0};

		if (import_one(admin, args->words[i], args, report, &own) < 0) {
			fprintf(stderr, "codearena: %s\n", own.msg);
			failed = true;
		}
	}
	if (admin->json)
		out_json(report);
	else
		json_decref(report);
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

static const struct option import_options[] = {
        {"id", "ID", "the problem's id; default: the name of the folder or zip"},
        {"dry-run", NULL, "check everything, change nothing"},
        {NULL, NULL, NULL},
};

const struct command problem_commands[] = {
        {"problem import", "PATH...", "import packages: folders or zips", 1, PATHS_MAX,
                import_options, run_import, false},
        {"problem list", "", "all problems", 0, 0, NULL, run_list, false},
        {NULL, NULL, NULL, 0, 0, NULL, NULL, false},
};
