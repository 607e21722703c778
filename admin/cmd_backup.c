/* cmd_backup.c -- backup into one file, and restore from it.
 *
 * The file is a tar of manifest.json (schema version, incarnation, number and hash of every
 * contest's last event) and `dump`, pg_dump's custom format of the data alone. Both are of one
 * snapshot of the database: the manifest is read by the statement that exports it. The dump is
 * made by role codearena_admin, which reads everything and sees no secret but password hashes.
 *
 * Restore needs the cluster's superuser, since no other role may write the log. psql runs the
 * schema, the data and sql/restore-end.sql in one transaction: all or nothing. Triggers that keep
 * the log append-only stay as they are; foreign keys are not checked again
 * (session_replication_role). Then the log has a new incarnation, so that viewers who remember
 * numbers are told to reset, the heads are compared with the manifest, and boards are made anew. */
#include "admin/admin.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/proc.h"
#include "scoreboard/catchup.h"

#include <archive.h>
#include <archive_entry.h>
#include <bsd/string.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

enum { MANIFEST_MAX = 16 << 20, BLOCK = 64 * 1024, INCARNATION_LEN = 4 };

static const char manifest_name[] = "manifest.json";
static const char dump_name[] = "dump";

/* A folder for the pieces; removed with them. */
struct scratch {
	char *dir, *dump, *manifest, *sql;
};

static void scratch_free(struct scratch *s)
{
	if (s->dir) {
		unlink(s->dump);
		unlink(s->manifest);
		unlink(s->sql);
		rmdir(s->dir);
	}
	free(s->dir);
	free(s->dump);
	free(s->manifest);
	free(s->sql);
}
#define auto_scratch __attribute__((cleanup(scratch_free)))

/* Beside the backup file: as large, and as private (0700). */
static int scratch_make(struct scratch *s, const char *file, struct err *err)
{
	s->dir = xasprintf("%s.XXXXXX", file);
	if (!mkdtemp(s->dir)) {
		free(steal(&s->dir));
		return err_set(err, ERR_INPUT, "%s: %s", file, strerrordesc_np(errno));
	}
	s->dump = xasprintf("%s/%s", s->dir, dump_name);
	s->manifest = xasprintf("%s/%s", s->dir, manifest_name);
	s->sql = xasprintf("%s/data.sql", s->dir);
	return 0;
}

/* ---- PostgreSQL's own programs */

struct login {
	const char *user;
	const char *password_file; /* "" none */
	const char *options;       /* PGOPTIONS */
};

/* What a program said before it failed. */
static void show_words(int fd)
{
	char text[BLOCK];
	ssize_t n = pread(fd, text, sizeof(text), 0);

	if (n > 0)
		fwrite(text, 1, (size_t)n, stderr);
}

/* Runs argv with the connection in its environment; its words are shown only if it fails, since
 * pg_dump warns of things that restore takes care of. */
static int run_client(
        const struct conf *c, const struct login *l, const char *const *argv, struct err *err)
{
	auto_free char *secret = NULL;
	auto_arena struct arena a = {0};
	const char *path = secure_getenv("PATH");
	auto_close int words = memfd_create("words", MFD_CLOEXEC);
	const struct proc_fds fds = {-1, -1, words, -1};
	int status = 0;
	pid_t pid;

	if (*l->password_file) {
		secret = conf_read_secret(l->password_file, err);
		if (!secret)
			return err_result(err);
	}
	const char *const env[] = {
	        arena_printf(&a, "PATH=%s", path ? path : "/usr/bin:/bin"),
	        "LANG=C.UTF-8",
	        "HOME=/",
	        arena_printf(&a, "PGHOST=%s", c->pg_socket_dir),
	        arena_printf(&a, "PGPORT=%lld", (long long)c->pg_port),
	        arena_printf(&a, "PGDATABASE=%s", c->pg_database),
	        arena_printf(&a, "PGUSER=%s", l->user),
	        arena_printf(&a, "PGSSLMODE=%s", c->pg_sslmode),
	        arena_printf(&a, "PGPASSWORD=%s", secret ? secret : ""),
	        arena_printf(&a, "PGOPTIONS=%s", l->options),
	        NULL,
	};

	if (proc_spawn(argv, env, &fds, &pid, err) < 0 || proc_wait(pid, INT_MAX, &status, err) < 0)
		return err_result(err);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	show_words(words);
	return err_set(err, ERR_BUSY, "%s failed (its words are above)", argv[0]);
}

static int dump_data(
        struct admin *admin, const char *snapshot, const struct scratch *s, struct err *err)
{
	auto_free char *with = xasprintf("--snapshot=%s", snapshot);
	auto_free char *file = xasprintf("--file=%s", s->dump);
	const char *const argv[] = {"pg_dump", "--format=custom", "--data-only",
	        "--schema=codearena", "--load-via-partition-root", "--no-password", with, file,
	        NULL};
	const struct login login = {admin->conf.pg_user, admin->conf.pg_password_file, ""};

	return run_client(&admin->conf, &login, argv, err);
}

/* ---- the tar */

static void auto_write(struct archive **a)
{
	if (*a)
		archive_write_free(*a);
}

static void auto_read(struct archive **a)
{
	if (*a)
		archive_read_free(*a);
}

static void auto_entry(struct archive_entry **e)
{
	archive_entry_free(*e);
}

static int add_file(struct archive *a, const char *name, const char *path, struct err *err)
{
	__attribute__((cleanup(auto_entry))) struct archive_entry *e = archive_entry_new();
	auto_close int fd = open(path, O_RDONLY | O_CLOEXEC);
	auto_free char *block = xmalloc(BLOCK);
	struct stat st;
	ssize_t n;

	if (fd < 0 || fstat(fd, &st) < 0)
		return err_set(err, ERR_BUSY, "%s: %s", path, strerrordesc_np(errno));
	archive_entry_set_pathname(e, name);
	archive_entry_set_size(e, st.st_size);
	archive_entry_set_filetype(e, AE_IFREG);
	archive_entry_set_perm(e, 0600);
	archive_entry_set_mtime(e, st.st_mtime, 0);
	if (archive_write_header(a, e) != ARCHIVE_OK)
		return err_set(err, ERR_BUSY, "%s", archive_error_string(a));
	while ((n = read(fd, block, BLOCK)) > 0) {
		if (archive_write_data(a, block, (size_t)n) != n)
			return err_set(err, ERR_BUSY, "%s", archive_error_string(a));
	}
	return n < 0 ? err_set(err, ERR_BUSY, "%s: %s", path, strerrordesc_np(errno)) : 0;
}

static int write_tar(int fd, const struct scratch *s, struct err *err)
{
	__attribute__((cleanup(auto_write))) struct archive *a = archive_write_new();

	if (archive_write_set_format_pax_restricted(a) != ARCHIVE_OK ||
	        archive_write_open_fd(a, fd) != ARCHIVE_OK)
		return err_set(err, ERR_BUSY, "%s", archive_error_string(a));
	if (add_file(a, manifest_name, s->manifest, err) < 0 ||
	        add_file(a, dump_name, s->dump, err) < 0)
		return err_result(err);
	if (archive_write_close(a) != ARCHIVE_OK || fsync(fd) < 0)
		return err_set(err, ERR_BUSY, "the backup cannot be written: %s",
		        archive_error_string(a) ? archive_error_string(a) : strerrordesc_np(errno));
	return 0;
}

static int write_text(const char *path, const char *text, struct err *err)
{
	auto_close int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	size_t len = strlen(text);

	if (fd < 0 || write(fd, text, len) != (ssize_t)len)
		return err_set(err, ERR_BUSY, "%s: %s", path, strerrordesc_np(errno));
	return 0;
}

/* Under its own name only when it is whole and on disk. */
static int put_in_place(const char *file, const struct scratch *s, struct err *err)
{
	auto_free char *part = xasprintf("%s/part", s->dir);
	auto_close int fd = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	int result;

	if (fd < 0)
		return err_set(err, ERR_BUSY, "%s: %s", part, strerrordesc_np(errno));
	result = write_tar(fd, s, err);
	if (result == 0 && rename(part, file) < 0)
		result = err_set(err, ERR_BUSY, "%s: %s", file, strerrordesc_np(errno));
	if (result < 0)
		unlink(part);
	return result;
}

static int backup(struct admin *admin, const char *file, char **manifest, struct err *err)
{
	auto_pgresult PGresult *res = NULL;
	auto_scratch struct scratch s = {0};

	if (scratch_make(&s, file, err) < 0 ||
	        pg_query(admin->pg, Q_ADMIN_BACKUP_MANIFEST, NULL, &res, err) < 0)
		return err_result(err);
	*manifest = xstrdup(pg_text(res, 0, "manifest"));
	if (write_text(s.manifest, *manifest, err) < 0 ||
	        dump_data(admin, pg_text(res, 0, "snapshot"), &s, err) < 0)
		return err_result(err);
	return put_in_place(file, &s, err);
}

static int run_backup(struct admin *admin, const struct args *args, struct err *err)
{
	const char *file = args->words[0];
	auto_free char *manifest = NULL;
	struct stat st = {0};
	int result;

	if (access(file, F_OK) == 0)
		return err_set(err, ERR_CONFLICT, "%s exists already", file);
	if (pg_begin(admin->pg, err) < 0) /* the snapshot lives as long as this transaction */
		return err_result(err);
	result = backup(admin, file, &manifest, err);
	pg_rollback(admin->pg);
	if (result < 0)
		return err_wrap(err, "backup");
	stat(file, &st);
	out_say(admin, json_loads(manifest, 0, NULL), "%s: %lld KiB", file,
	        (long long)st.st_size / 1024);
	return 0;
}

/* ---- restore */

static int unpack_to(struct archive *a, const char *path, int64_t most, struct err *err)
{
	auto_close int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	auto_free char *block = xmalloc(BLOCK);
	int64_t total = 0;
	la_ssize_t n;

	if (fd < 0)
		return err_set(err, ERR_BUSY, "%s: %s", path, strerrordesc_np(errno));
	while ((n = archive_read_data(a, block, BLOCK)) > 0) {
		total += n;
		if (total > most)
			return err_set(err, ERR_INPUT, "%s is too large", path);
		if (write(fd, block, (size_t)n) != n)
			return err_set(err, ERR_BUSY, "%s: %s", path, strerrordesc_np(errno));
	}
	return n < 0 ? err_set(err, ERR_INPUT, "%s", archive_error_string(a)) : 0;
}

static int unpack(const char *file, const struct scratch *s, struct err *err)
{
	__attribute__((cleanup(auto_read))) struct archive *a = archive_read_new();
	struct archive_entry *e;
	int found = 0;

	if (archive_read_support_format_tar(a) != ARCHIVE_OK ||
	        archive_read_open_filename(a, file, BLOCK) != ARCHIVE_OK)
		return err_set(err, ERR_INPUT, "%s: %s", file, archive_error_string(a));
	while (archive_read_next_header(a, &e) == ARCHIVE_OK) {
		const char *name = archive_entry_pathname(e);
		bool manifest = name && strcmp(name, manifest_name) == 0;

		if (!name || archive_entry_filetype(e) != AE_IFREG ||
		        (!manifest && strcmp(name, dump_name) != 0))
			return err_set(err, ERR_INPUT, "%s is no backup of CodeArena", file);
		if (unpack_to(a, manifest ? s->manifest : s->dump,
		            manifest ? MANIFEST_MAX : INT64_MAX, err) < 0)
			return err_result(err);
		found++;
	}
	if (found != 2)
		return err_set(err, ERR_INPUT, "%s is no backup of CodeArena, or is cut off", file);
	return 0;
}

static int check_target(struct admin *admin, const json_t *manifest, bool replace, struct err *err)
{
	auto_pgresult PGresult *res = NULL;
	int64_t theirs = json_integer_value(json_object_get(manifest, "schema_version"));

	if (pg_query(admin->pg, Q_ADMIN_RESTORE_TARGET, NULL, &res, err) < 0)
		return err_result(err);
	if (PQntuples(res) == 0)
		return err_set(err, ERR_INPUT, "this instance is not set up: run setup.sh first");
	if (pg_int(res, 0, "schema_version") != theirs)
		return err_set(err, ERR_CONFLICT,
		        "the backup has schema version %lld, this instance %lld", (long long)theirs,
		        (long long)pg_int(res, 0, "schema_version"));
	if (pg_bool(res, 0, "used") && !replace)
		return err_set(err, ERR_CONFLICT,
		        "this instance has contests, problems or accounts: --replace deletes them");
	return 0;
}

static int load(
        struct admin *admin, const struct args *args, const struct scratch *s, struct err *err)
{
	const char *user = args_get(args, "superuser");
	const char *password = args_get(args, "superuser-password-file");
	const char *folder = args_get(args, "sql");
	auto_arena struct arena a = {0};
	char incarnation[INCARNATION_LEN + 1];
	const struct login login = {user ? user : "postgres", password ? password : "",
	        "-c session_replication_role=replica -c client_min_messages=warning"};

	if (!folder)
		folder = arena_printf(&a, "%s/sql", admin->conf.prefix);
	random_text(incarnation, INCARNATION_LEN);
	const char *const to_text[] = {
	        "pg_restore", arena_printf(&a, "--file=%s", s->sql), s->dump, NULL};
	const char *const to_database[] = {"psql", "--quiet", "--no-psqlrc", "--no-password",
	        "--single-transaction", "--set=ON_ERROR_STOP=1",
	        arena_printf(&a, "--set=name=%s", admin->conf.instance),
	        arena_printf(&a, "--set=incarnation=%s", incarnation),
	        arena_printf(&a, "--file=%s/restore-begin.sql", folder),
	        arena_printf(&a, "--file=%s", s->sql),
	        arena_printf(&a, "--file=%s/restore-end.sql", folder), NULL};

	if (run_client(&admin->conf, &login, to_text, err) < 0)
		return err_result(err);
	return run_client(&admin->conf, &login, to_database, err);
}

/* The database's heads are the manifest's; then every board anew. */
static int settle(struct admin *admin, const json_t *manifest, struct err *err)
{
	auto_pgresult PGresult *res = NULL;
	json_auto_t *now = NULL;
	const json_t *head;
	size_t i;

	pg_free(admin->pg); /* what it prepared was for the old tables */
	admin->pg = pg_new(&admin->conf);
	if (pg_query(admin->pg, Q_ADMIN_RESTORE_HEADS, NULL, &res, err) < 0)
		return err_result(err);
	now = json_loads(pg_text(res, 0, "heads"), 0, NULL);
	if (!json_equal(now, json_object_get(manifest, "heads")))
		return err_set(
		        err, ERR_CONFLICT, "the restored logs do not end as the manifest says");
	json_array_foreach (now, i, head) {
		const char *contest = json_string_value(json_object_get(head, "contest"));
		struct err why = {0};
		int64_t events;

		if (catchup_rebuild(admin->pg, admin->kv, contest, &events, &why) < 0)
			fprintf(stderr, "codearena: warning: board of %s follows later: %s\n",
			        contest, why.msg);
	}
	return 0;
}

static int run_restore(struct admin *admin, const struct args *args, struct err *err)
{
	auto_scratch struct scratch s = {0};
	json_auto_t *manifest = NULL;
	auto_free char *near = xasprintf("%s/restore", admin->conf.data_dir);

	if (scratch_make(&s, near, err) < 0 || unpack(args->words[0], &s, err) < 0)
		return err_result(err);
	manifest = json_load_file(s.manifest, 0, NULL);
	if (!json_is_object(manifest))
		return err_set(err, ERR_INPUT, "%s: its manifest is damaged", args->words[0]);
	if (check_target(admin, manifest, args_get(args, "replace"), err) < 0 ||
	        load(admin, args, &s, err) < 0 || settle(admin, manifest, err) < 0)
		return err_wrap(err, "restore");
	out_say(admin, json_pack("{s:O}", "heads", json_object_get(manifest, "heads")),
	        "restored: %zu contests, logs end as they did; restart nothing, viewers reset",
	        json_array_size(json_object_get(manifest, "heads")));
	return 0;
}

static const struct option restore_options[] = {
        {"replace", NULL, "delete what this instance holds now"},
        {"superuser", "NAME", "of the PostgreSQL cluster; default postgres"},
        {"superuser-password-file", "FILE", "default: none, as peer and trust need"},
        {"sql", "DIR", "folder of schema.sql; default <prefix>/sql"},
        {NULL, NULL, NULL},
};

const struct command backup_commands[] = {
        {"backup", "FILE", "everything in PostgreSQL into one file", 1, 1, NULL, run_backup, false},
        {"restore", "FILE", "from such a file into an empty instance", 1, 1, restore_options,
                run_restore, false},
        {NULL, NULL, NULL, 0, 0, NULL, NULL, false},
};
