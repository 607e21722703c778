/* cmd_doctor.c -- `settings` and `doctor`: is everything here that a contest needs?
 *
 * Each check prints `OK   what it saw` or `FAIL what -> what to do`; a FAIL makes the exit code 1.
 * A check never stops the others. Checks of the judging side ask the running box, as a judge would:
 * doctor.c looks at the host and the servers, doctor_box.c runs programs. */
#include "admin/doctor.h"

#include "base/clock.h"
#include "base/mem.h"
#include "judge/cgroup.h"
#include "judge/runc.h"

#include <bsd/stdlib.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <sys/utsname.h>

enum {
	CLOCK_FAULT_MS = 2000,
	FULL_PERCENT = 80,
	FREE_MIN_MIB = 64,
	NULL_MAJOR = 1,
	NULL_MINOR = 3,
};

static void report(struct doctor *d, bool ok, const char *what, const char *remedy)
{
	d->failed = d->failed || !ok;
	if (d->admin->json) {
		json_array_append_new(d->report,
		        json_pack("{s:b, s:s, s:s?}", "ok", ok, "check", what, "remedy", remedy));
		return;
	}
	printf("%s %s%s%s\n", ok ? "OK  " : "FAIL", what, remedy ? " -> " : "",
	        remedy ? remedy : "");
	fflush(stdout);
}

void doctor_ok(struct doctor *d, const char *fmt, ...)
{
	auto_free char *what = NULL;
	va_list args;

	va_start(args, fmt);
	if (vasprintf(&what, fmt, args) < 0)
		abort(); /* no memory */
	va_end(args);
	report(d, true, what, NULL);
}

void doctor_fail(struct doctor *d, const char *remedy, const char *fmt, ...)
{
	auto_free char *what = NULL;
	va_list args;

	va_start(args, fmt);
	if (vasprintf(&what, fmt, args) < 0)
		abort(); /* no memory */
	va_end(args);
	report(d, false, what, remedy);
}

/* ---- the host */

static void check_kernel(struct doctor *d)
{
	struct utsname u;
	unsigned long major = 0, minor = 0;
	char *end = NULL;

	if (uname(&u) == 0)
		major = strtoul(u.release, &end, 10);
	if (end && *end == '.')
		minor = strtoul(end + 1, NULL, 10);
	if (major == 0) {
		doctor_fail(d, "use Linux", "kernel unknown");
		return;
	}
	if (major < 5 || (major == 5 && minor < 10))
		doctor_fail(d, "use Linux 5.10 or newer", "kernel %s", u.release);
	else
		doctor_ok(d, "kernel %s", u.release);
}

static void check_null(struct doctor *d)
{
	struct stat st;

	if (stat("/dev/null", &st) == 0 && S_ISCHR(st.st_mode) && major(st.st_rdev) == NULL_MAJOR &&
	        minor(st.st_rdev) == NULL_MINOR)
		doctor_ok(d, "/dev/null is the device");
	else
		doctor_fail(d, "rm -f /dev/null && mknod -m 666 /dev/null c 1 3",
		        "/dev/null is not the null device");
}

static void check_cgroup(struct doctor *d)
{
	struct cgroup_host host;
	struct err err = {0};

	if (cgroup_detect(&host, d->admin->conf.instance, &err) < 0)
		doctor_fail(d, "mount the cgroup file systems with memory, pids and cpu",
		        "cgroup: %s", err.msg);
	else
		doctor_ok(d, "cgroup: %s", cgroup_mode_name(host.mode));
}

static void check_runtime(struct doctor *d)
{
	auto_free char *version = NULL;
	struct err err = {0};

	if (runc_check(d->admin->conf.runtime, &version, &err) < 0)
		doctor_fail(d, "install it (apt install runc) or set `runtime` of box to runc",
		        "%s", err.msg);
	else
		doctor_ok(d, "OCI runtime: %s", version);
}

/* A file of 1 MiB can be written, synced and removed. */
static int try_write(const char *dir)
{
	static const char block[4096];
	auto_free char *path = xasprintf("%s/.doctor-XXXXXX", dir);
	auto_close int fd = mkostemp(path, O_CLOEXEC);
	int bad = fd < 0 ? errno : 0;

	for (int i = 0; i < 256 && !bad; i++)
		bad = write(fd, block, sizeof(block)) == (ssize_t)sizeof(block) ? 0
		      : errno                                                   ? errno
		                                                                : EIO;
	if (!bad && fsync(fd) < 0)
		bad = errno;
	if (fd >= 0)
		unlink(path);
	return bad;
}

static void check_disk(struct doctor *d, const char *name, const char *dir)
{
	const char *remedy = "make room there, or move the folder to a larger disk";
	struct statvfs s;
	uint64_t free_mib, used;
	int bad;

	if (statvfs(dir, &s) < 0) {
		doctor_fail(d, "make the folder, or correct the setting", "%s %s: %s", name, dir,
		        strerrordesc_np(errno));
		return;
	}
	free_mib = (uint64_t)s.f_bavail * s.f_frsize >> 20;
	used = s.f_blocks ? 100 - 100 * (uint64_t)s.f_bavail / s.f_blocks : 100;
	bad = geteuid() == 0 ? try_write(dir) : 0; /* others may not write there anyway */
	if (bad)
		doctor_fail(d, remedy, "%s %s: disk full or not writable: %s", name, dir,
		        strerrordesc_np(bad));
	else if (free_mib < FREE_MIN_MIB || used > FULL_PERCENT)
		doctor_fail(d, remedy, "%s %s: %llu %% full, %llu MiB free", name, dir,
		        (unsigned long long)used, (unsigned long long)free_mib);
	else
		doctor_ok(d, "%s %s: %llu MiB free", name, dir, (unsigned long long)free_mib);
}

/* ---- the servers */

static void check_clock(struct doctor *d)
{
	auto_pgresult PGresult *res = NULL;
	struct err err = {0};
	int64_t before = clock_wall_ms(), diff;

	if (pg_query(d->admin->pg, Q_ADMIN_CLOCK, NULL, &res, &err) < 0)
		return; /* said already */
	diff = pg_int(res, 0, "now_ms") - (before + clock_wall_ms()) / 2;
	if (diff > CLOCK_FAULT_MS || diff < -CLOCK_FAULT_MS)
		doctor_fail(d, "set both clocks by NTP (timedatectl set-ntp true)",
		        "clock: PostgreSQL's is %lld ms off this host's", (long long)diff);
	else
		doctor_ok(d, "clock: %lld ms from PostgreSQL's", (long long)diff);
}

static void check_pg(struct doctor *d)
{
	auto_pgresult PGresult *res = NULL;
	struct err err = {0};

	if (pg_query(d->admin->pg, Q_ADMIN_INSTANCE, NULL, &res, &err) < 0) {
		doctor_fail(d, "start it (setup.sh start); see pg_* in the settings",
		        "PostgreSQL: %s", err.msg);
		return;
	}
	if (PQntuples(res) == 0)
		doctor_fail(d, "run setup.sh again", "PostgreSQL: the instance has no name");
	else
		doctor_ok(d, "PostgreSQL %s, schema %lld, log %s", pg_text(res, 0, "server"),
		        (long long)pg_int(res, 0, "schema_version"),
		        pg_text(res, 0, "incarnation"));
}

static void check_redis(struct doctor *d)
{
	auto_reply redisReply *r = NULL;
	struct err err = {0};
	struct kv *kv = d->admin->kv;

	if (kv_command(kv, NULL, &err, "PING") < 0) {
		doctor_fail(d, "start it (setup.sh start); boards and doorbell wait for it",
		        "Redis: %s", err.msg);
		return;
	}
	if (kv_command(kv, &r, &err, "INFO persistence") < 0 || r->type == REDIS_REPLY_NIL) {
		doctor_ok(d, "Redis answers (its role may not ask for the AOF)");
		return;
	}
	if (!strstr(r->str, "aof_enabled:1"))
		doctor_fail(d, "set appendonly yes in its settings", "Redis: no append-only file");
	else if (strstr(r->str, "aof_last_write_status:err"))
		doctor_fail(d, "make room on its disk", "Redis: the append-only file fails");
	else
		doctor_ok(d, "Redis answers, append-only file on");
}

static void check_secret(struct doctor *d, const char *path)
{
	struct err err = {0};
	auto_free char *secret = NULL;

	if (!*path)
		return;
	secret = conf_read_secret(path, &err);
	if (!secret)
		doctor_fail(d, "it must exist, be ours and of mode 0600", "secret: %s", err.msg);
}

static void check_workers(struct doctor *d)
{
	auto_pgresult PGresult *res = NULL;
	struct err err = {0};

	if (pg_query(d->admin->pg, Q_ADMIN_WORKERS, NULL, &res, &err) < 0)
		return; /* said already */
	if (PQntuples(res) == 0)
		doctor_fail(d, "start codearena-judge (setup.sh start)",
		        "no judge has ever said hello");
	for (int i = 0; i < PQntuples(res); i++) {
		const char *name = pg_text(res, i, "name"), *status = pg_text(res, i, "status");

		if (!pg_bool(res, i, "fresh"))
			doctor_fail(d, "start codearena-judge there, and read its log",
			        "judge %s is silent since %s", name, pg_text(res, i, "seen"));
		else if (strncmp(status, "fault", 5) == 0)
			doctor_fail(d, "see the judge's log", "judge %s: %s", name, status);
		else
			doctor_ok(d, "judge %s: %s, %lld slots", name, status,
			        (long long)pg_int(res, i, "slots"));
	}
}

static void check_dead(struct doctor *d)
{
	auto_pgresult PGresult *res = NULL;
	struct err err = {0};
	int64_t n;

	if (pg_query(d->admin->pg, Q_ADMIN_DEAD_COUNT, NULL, &res, &err) < 0)
		return; /* said already */
	n = pg_int(res, 0, "n");
	if (n > 0)
		doctor_fail(d, "codearena submission list --verdict JE, then rejudge-one",
		        "%lld submissions could not be judged", (long long)n);
	else
		doctor_ok(d, "no dead letters");
}

/* What the api's background looks found last (contest_checks), and boards that stand still. */
static void check_contests(struct doctor *d)
{
	auto_pgresult PGresult *res = NULL;
	struct err err = {0};
	int bad = 0;

	if (pg_query(d->admin->pg, Q_AUDIT_CHECKS, NULL, &res, &err) < 0)
		return; /* said already */
	for (int i = 0; i < PQntuples(res); i++) {
		const char *what = pg_text(res, i, "what");

		if (pg_bool(res, i, "ok"))
			continue;
		bad++;
		doctor_fail(d,
		        strcmp(what, "board") == 0
		                ? "codearena board rebuild, then board verify"
		                : "codearena log verify; the log was changed, restore a backup",
		        "contest %s: %s: %s", pg_text(res, i, "contest_id"),
		        strcmp(what, "apply") == 0 ? "its board is stale" : what,
		        pg_text(res, i, "why"));
	}
	if (bad == 0)
		doctor_ok(d, "logs and boards: %d looks at them, nothing wrong", PQntuples(res));
}

static int run_doctor(struct admin *admin, const struct args *args, struct err *err UNUSED)
{
	struct doctor d = {.admin = admin, .report = json_array()};
	const struct conf *c = &admin->conf;

	check_kernel(&d);
	check_null(&d);
	check_disk(&d, "data_dir", c->data_dir);
	if (access(c->work_dir, F_OK) == 0 || !args_get(args, "no-box"))
		check_disk(&d, "work_dir", c->work_dir);
	check_secret(&d, c->pg_password_file);
	check_secret(&d, c->redis_password_file);
	check_pg(&d);
	check_clock(&d);
	check_redis(&d);
	if (!args_get(args, "no-box")) {
		check_cgroup(&d);
		check_runtime(&d);
		doctor_box(&d);
		check_workers(&d);
	}
	check_dead(&d);
	check_contests(&d);
	if (admin->json)
		out_json(steal(&d.report));
	json_decref(d.report);
	return d.failed ? EXIT_TOLD : 0;
}

static int run_settings(
        struct admin *admin UNUSED, const struct args *args UNUSED, struct err *err UNUSED)
{
	conf_print_example(stdout);
	return 0;
}

static const struct option doctor_options[] = {
        {"no-box", NULL, "this host judges nothing: leave that part out"},
        {NULL, NULL, NULL},
};

const struct command doctor_commands[] = {
        {"doctor", "", "is everything here? one line each: OK, or what to do", 0, 0, doctor_options,
                run_doctor, false},
        {"settings", "", "an example of the settings file, with every setting", 0, 0, NULL,
                run_settings, true},
        {NULL, NULL, NULL, 0, 0, NULL, NULL, false},
};
