/* importer.c -- see importer.h.
 *
 * The bytes of an upload are a stranger's. They go from PostgreSQL into an unnamed file, which
 * becomes the stdin of `codearena problem unpack`, a child that gives up all rights before it reads
 * (admin/cmd_unpack.c). It answers with frames (model/problem.h): files, notes, and a manifest or
 * a list of errors. What it says is stored in one transaction, files under hashes computed here,
 * rows by a function of the schema that checks them; nothing is imported by halves, and nothing
 * stays on disk, since the file has no name.
 *
 * A job is a row with a lease, renewed while the child works: if this host dies, another takes it,
 * or this one when it is back. A child that breaks (and not a broken package, which has an answer)
 * is tried again, MAX_ATTEMPTS times in all. */
#include "judge/importer.h"

#include "base/clock.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/proc.h"
#include "judge/archive.h"
#include "judge/worker.h"
#include "model/problem.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>

enum {
	LOOK_MS = 1000,
	AHEAD_MS = 15000,
	RENEW_MS = 5000, /* a lease is four of these: sql/queries.sql */
	CHILD_MS = 240000,
	MAX_ATTEMPTS = 3,
	MIB = 1 << 20,
	FILE_MAX = 256 * MIB,
	MANIFEST_MAX = 64 * MIB,
	LINES_MAX = MIB,
	PATH_SIZE = 512,
	GRACE_MS = 5000,
};

struct importer {
	struct worker *worker;
	struct pg *pg;    /* states of jobs */
	struct pg *store; /* the transaction of one import */
	bool released;    /* what was this host's before its start */
	int64_t ahead_ms; /* when somebody looked whether there is data to fetch ahead */
	char *ahead_of;   /* the problems whose data is here; NULL: not known */
};

struct job {
	const char *step; /* what it is at: a step of the row */
	int64_t renewed_ms;
	char id[WORKER_ID_SIZE], problem[WORKER_ID_SIZE], account[WORKER_ID_SIZE];
	int64_t size;
	int attempts;
	bool stored; /* the transaction has begun */
	struct buf errors, notes, manifest;
	struct problem_imported done;
};

static void job_free(struct job *j)
{
	buf_free(&j->errors);
	buf_free(&j->notes);
	buf_free(&j->manifest);
}

/* ---- the child */

/* The admin tool, which lies beside this program. */
static int tool_path(char out[PATH_SIZE], struct err *err)
{
	static const char name[] = "codearena";
	ssize_t n = readlink("/proc/self/exe", out, PATH_SIZE - sizeof(name));
	char *slash;

	if (n < 0)
		return err_set(err, ERR_BUG, "/proc/self/exe: %s", strerrordesc_np(errno));
	out[n] = '\0';
	slash = strrchr(out, '/');
	memcpy(slash ? slash + 1 : out, name, sizeof(name));
	return 0;
}

/* Renews the lease as well. */
static int step(struct importer *im, struct job *j, const char *what, struct err *err)
{
	auto_pgresult PGresult *r = NULL;

	if (pg_run(im->pg, Q_IMPORT_STEP, &r, err, j->id, im->worker->name, what) < 0)
		return err_result(err);
	if (PQntuples(r) == 0)
		return err_set(err, ERR_CONFLICT, "import %s: another host has it", j->id);
	j->step = what;
	j->renewed_ms = clock_mono_ms();
	return 0;
}

static int keep(struct importer *im, struct job *j, struct err *err)
{
	if (clock_mono_ms() - j->renewed_ms < RENEW_MS)
		return 0;
	return step(im, j, j->step, err);
}

/* The upload as a file without a name, read from its beginning. */
static int fetch_upload(struct importer *im, struct job *j, struct err *err)
{
	auto_close int fd = open(im->worker->conf->work_dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	int64_t done = 0;

	if (fd < 0)
		return err_set(err, ERR_BUSY, "%s: %s", im->worker->conf->work_dir,
		        strerrordesc_np(errno));
	for (int64_t i = 0; done < j->size; i++) {
		auto_arena struct arena a = {0};
		auto_pgresult PGresult *r = NULL;
		auto_free unsigned char *body = NULL;
		size_t len = 0;

		if (pg_run(im->pg, Q_IMPORT_CHUNK, &r, err, j->id, pg_arg_int(&a, i)) < 0)
			return err_result(err);
		if (PQntuples(r) > 0)
			body = pg_bytes(r, 0, "body", &len);
		if (len == 0)
			return err_set(
			        err, ERR_BUG, "import %s: its bytes are not complete", j->id);
		if (archive_write(fd, body, len, err) < 0)
			return err_result(err);
		if (keep(im, j, err) < 0)
			return err_result(err);
		done += (int64_t)len;
	}
	if (lseek(fd, 0, SEEK_SET) < 0)
		return err_set(err, ERR_BUSY, "upload: %s", strerrordesc_np(errno));
	return steal_fd(&fd);
}

static int start_child(int upload, pid_t *pid, struct err *err)
{
	char path[PATH_SIZE];
	const char *argv[] = {path, "problem", "unpack", NULL};
	auto_close int ours = -1, theirs = -1;
	int ends[2];

	if (tool_path(path, err) < 0)
		return err_result(err);
	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_set(err, ERR_BUSY, "pipe: %s", strerrordesc_np(errno));
	ours = ends[0];
	theirs = ends[1];
	if (proc_spawn(argv, NULL, &(struct proc_fds){upload, theirs, -1, -1}, pid, err) < 0)
		return err_result(err);
	return steal_fd(&ours);
}

/* ---- frames */

struct stream {
	int fd;
	int64_t until_ms; /* monotonic */
	struct importer *im;
	struct job *job;
};

/* Exactly len bytes; 0 at the very end when `may_end`. */
static int64_t read_exactly(
        const struct stream *s, void *to, size_t len, bool may_end, struct err *err)
{
	size_t done = 0;

	while (done < len) {
		struct pollfd p = {.fd = s->fd, .events = POLLIN};
		ssize_t n;

		if (atomic_load(&s->im->worker->abandon) || atomic_load(&s->im->worker->done))
			return err_set(err, ERR_CONFLICT, "the judge stops");
		if (clock_mono_ms() > s->until_ms)
			return err_set(err, ERR_BUG, "the import took too long");
		if (keep(s->im, s->job, err) < 0)
			return err_result(err);
		if (poll(&p, 1, LOOK_MS) <= 0)
			continue;
		n = read(s->fd, (char *)to + done, len - done);
		if (n == 0 && done == 0 && may_end)
			return 0;
		if (n == 0)
			return err_set(err, ERR_BUG, "the importing child broke off");
		if (n < 0 && errno != EINTR)
			return err_set(err, ERR_BUG, "read: %s", strerrordesc_np(errno));
		done += n > 0 ? (size_t)n : 0;
	}
	return (int64_t)done;
}

static int store_file(struct importer *im, struct job *j, const struct buf *data, struct err *err)
{
	if (!j->stored && pg_begin(im->store, err) < 0)
		return err_result(err);
	j->stored = true;
	return problem_put_data(im->store, data->data ? data->data : "", data->len, err);
}

/* Where a frame's bytes go, and how many may come. */
static struct buf *target_of(struct job *j, struct buf *file, int kind, uint64_t *max)
{
	switch (kind) {
	case PROBLEM_FRAME_FILE:
		*max = FILE_MAX;
		return file;
	case PROBLEM_FRAME_MANIFEST:
		*max = MANIFEST_MAX;
		return &j->manifest;
	case PROBLEM_FRAME_NOTES:
		*max = LINES_MAX;
		return &j->notes;
	case PROBLEM_FRAME_ERRORS:
		*max = LINES_MAX;
		return &j->errors;
	default:
		return NULL;
	}
}

/* 1: go on, 0: the end. */
static int read_frame(struct importer *im, struct job *j, const struct stream *s, struct err *err)
{
	unsigned char header[PROBLEM_FRAME_HEADER];
	auto_buf struct buf file = {0};
	int64_t n = read_exactly(s, header, sizeof(header), true, err);
	uint64_t max = 0, len;
	struct buf *to;
	char *room;

	if (n <= 0)
		return (int)n;
	len = problem_frame_length(header);
	to = target_of(j, &file, header[0], &max);
	if (!to || len > max)
		return err_set(err, ERR_BUG, "the importing child wrote nonsense");
	buf_clear(to);
	room = buf_reserve(to, (size_t)len);
	if (read_exactly(s, room, (size_t)len, false, err) < 0)
		return err_result(err);
	room[len] = '\0';
	to->len = (size_t)len;
	if (to == &file && store_file(im, j, &file, err) < 0)
		return err_result(err);
	return 1;
}

static int read_all(struct importer *im, struct job *j, int fd, struct err *err)
{
	const struct stream s = {
	        .fd = fd, .until_ms = clock_mono_ms() + CHILD_MS, .im = im, .job = j};
	int r;

	do {
		r = read_frame(im, j, &s, err);
	} while (r > 0);
	return r;
}

/* ---- one job */

/* Lines as a JSON array. */
static char *lines_json(const struct buf *text)
{
	json_auto_t *list = json_array();
	const char *p = text->data ? text->data : "";

	while (*p) {
		size_t n = strcspn(p, "\n");
		json_t *line = json_stringn(p, n);

		if (n > 0)
			json_array_append_new(
			        list, line ? line : json_string("(a sentence that is no UTF-8)"));
		p += n + (p[n] == '\n');
	}
	return json_dumps(list, JSON_COMPACT);
}

static int finish(struct importer *im, const struct job *j, const char *state, struct err *err)
{
	auto_arena struct arena a = {0};
	auto_free char *errors = lines_json(&j->errors), *notes = lines_json(&j->notes);
	const char *version = j->done.version > 0 ? pg_arg_int(&a, j->done.version) : NULL;

	log_info("import.finished", "id=%s problem=%s state=%s version=%s", j->id, j->problem,
	        state, version ? version : "");
	return pg_run(im->pg, Q_IMPORT_FINISH, NULL, err, j->id, im->worker->name, state, version,
	        errors, notes);
}

static int store_manifest(struct importer *im, struct job *j, struct err *err)
{
	const struct problem_manifest m = {
	        .id = j->problem, .text = j->manifest.data, .actor = j->account};

	if (!j->stored && pg_begin(im->store, err) < 0)
		return err_result(err);
	j->stored = true;
	if (problem_import(im->store, &m, &j->done, err) < 0)
		return err_result(err);
	return pg_commit(im->store, err);
}

/* Through the child: 0, and the job holds errors, or is imported. */
static int unpack(struct importer *im, struct job *j, struct err *err)
{
	auto_close int upload = fetch_upload(im, j, err);
	auto_close int frames = -1;
	struct err ignored = {0};
	pid_t pid = -1;
	int status = 0;

	if (upload < 0 || step(im, j, "checking", err) < 0)
		return err_result(err);
	frames = start_child(upload, &pid, err);
	if (frames < 0)
		return err_result(err);
	if (read_all(im, j, frames, err) < 0 || proc_wait(pid, GRACE_MS, &status, err) < 0) {
		if (proc_wait(pid, 0, &status, &ignored) < 0)
			proc_kill(pid);
		return err_result(err);
	}
	if (status != 0 || (j->errors.len == 0 && j->manifest.len == 0))
		return err_set(err, ERR_BUG, "the importing child ended with status %d", status);
	return 0;
}

static int import(struct importer *im, struct job *j, struct err *err)
{
	if (unpack(im, j, err) < 0)
		return err_result(err);
	if (j->errors.len > 0)
		return finish(im, j, "refused", err);
	if (step(im, j, "storing", err) < 0 || store_manifest(im, j, err) < 0)
		return err_result(err);
	return finish(im, j, j->done.same ? "unchanged" : "imported", err);
}

/* A fault of ours: tried again when the lease ends, or the end of it. What the database refuses is
 * the package's fault. */
static void give_up(struct importer *im, struct job *j, const struct err *why)
{
	struct err err = {0};
	bool input = why->code == ERR_INPUT;

	log_warn("import.failed", "id=%s attempt=%d why=\"%s\"", j->id, j->attempts, why->msg);
	if (why->code == ERR_CONFLICT || (j->attempts < MAX_ATTEMPTS && !input))
		return;
	buf_clear(&j->errors);
	buf_addf(&j->errors, "%s\n", why->msg);
	j->done.version = 0;
	if (finish(im, j, input ? "refused" : "failed", &err) < 0)
		log_warn("import.unfinished", "id=%s why=\"%s\"", j->id, err.msg);
}

static int claim(struct importer *im, struct job *j, struct err *err)
{
	auto_pgresult PGresult *r = NULL;

	if (pg_run(im->pg, Q_IMPORT_CLAIM, &r, err, im->worker->name) < 0)
		return err_result(err);
	if (PQntuples(r) == 0)
		return 0;
	snprintf(j->id, sizeof(j->id), "%s", pg_text(r, 0, "id"));
	snprintf(j->problem, sizeof(j->problem), "%s", pg_text(r, 0, "problem_id"));
	snprintf(j->account, sizeof(j->account), "%s", pg_text(r, 0, "account_id"));
	j->size = pg_int(r, 0, "size");
	j->step = "reading";
	j->renewed_ms = clock_mono_ms();
	j->attempts = (int)pg_int(r, 0, "attempts");
	return 1;
}

/* At the start: what a judge of this name that died left behind is free again. */
static int release(struct importer *im, struct err *err)
{
	return pg_run(im->pg, Q_IMPORT_RELEASE, NULL, err, im->worker->name);
}

/* 1: there was a job. */
static int look_for_job(struct importer *im, struct err *err)
{
	__attribute__((cleanup(job_free))) struct job j = {0};
	struct err why = {0};
	int r = im->released ? 0 : release(im, err);

	if (r < 0)
		return r;
	im->released = true;
	r = claim(im, &j, err);
	if (r <= 0)
		return r;
	if (import(im, &j, &why) < 0) {
		pg_rollback(im->store);
		give_up(im, &j, &why);
	}
	return 1;
}

/* ---- test data ahead of a contest */

/* What contests that run or start soon need and is not here yet; a file at a time, so that jobs
 * and the end are not kept waiting. */
static int fetch_ahead(struct importer *im, struct err *err)
{
	auto_pgresult PGresult *problems = NULL, *r = NULL;
	int64_t room = im->worker->conf->cache_mib * MIB;
	const char *now;

	if (pg_run(im->pg, Q_IMPORTER_PROBLEMS, &problems, err) < 0)
		return err_result(err);
	now = pg_text(problems, 0, "problems");
	if (im->ahead_of && strcmp(im->ahead_of, now) == 0)
		return 0;
	if (pg_run(im->pg, Q_IMPORTER_AHEAD, &r, err) < 0)
		return err_result(err);
	for (int i = 0; i < PQntuples(r) && !atomic_load(&im->worker->draining); i++) {
		room -= pg_int(r, i, "size");
		if (room < 0)
			break; /* more than the cache holds: the first contests' data stays */
		if (testdata_fetch(im->worker->data, im->pg, pg_text(r, i, "hash"), err) < 0)
			return err_result(err);
	}
	if (PQntuples(r) > 0)
		log_info("testdata.ahead", "files=%d", PQntuples(r));
	free(im->ahead_of);
	im->ahead_of = xstrdup(now);
	return 0;
}

void *importer_run(void *arg)
{
	struct worker *w = arg;
	struct importer im = {.worker = w,
	        .pg = pg_new(w->conf),
	        .store = pg_new(w->conf),
	        .ahead_ms = -AHEAD_MS};
	bool failing = false;

	while (!atomic_load(&w->done)) {
		struct err err = {0};
		int r = atomic_load(&w->draining) ? 0 : look_for_job(&im, &err);

		if (r == 0 && !atomic_load(&w->draining) &&
		        clock_mono_ms() - im.ahead_ms >= AHEAD_MS) {
			im.ahead_ms = clock_mono_ms();
			r = fetch_ahead(&im, &err);
		}
		if (r < 0 && !failing)
			log_warn("importer.failed", "why=\"%s\"", err.msg);
		failing = r < 0;
		if (r <= 0)
			worker_nap(w, LOOK_MS);
	}
	free(im.ahead_of);
	pg_free(im.pg);
	pg_free(im.store);
	return NULL;
}
