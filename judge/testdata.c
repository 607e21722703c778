/* testdata.c -- see testdata.h. The table of what is on disk is small (32 bytes of hash each) and
 * searched from end to end; one lock guards it, and is never held while data is fetched or read.
 * Two slots that want the same new file both fetch it; the later rename wins, with equal bytes. */
#include "judge/testdata.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/mem.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/stat.h>

enum { PATH_SIZE = 512, HEX_LEN = HASH_HEX_SIZE - 1, MAX_FILES = 1 << 20, FILE_MODE = 0444 };

struct entry {
	unsigned char hash[HASH_SIZE];
	int64_t size;
	int64_t used_ms; /* monotonic; 0: not since the start */
	bool verified;
	ino_t ino; /* when it was verified: whoever wrote to it since changed these */
	struct timespec changed;
};

struct testdata {
	char folder[PATH_SIZE];
	int64_t max_bytes;
	pthread_mutex_t lock; /* guards all below */
	struct entry *entries;
	size_t n, cap;
	int64_t bytes;
	uint64_t temporaries; /* names given so far */
};

static int path_of(const struct testdata *t, const char *name, char out[PATH_SIZE], struct err *err)
{
	if (snprintf(out, PATH_SIZE, "%s/%s", t->folder, name) >= PATH_SIZE)
		return err_set(err, ERR_BUSY, "test data: path too long: %s", t->folder);
	return 0;
}

/* The table; its lock is held. */

static struct entry *find(struct testdata *t, const unsigned char hash[HASH_SIZE])
{
	for (size_t i = 0; i < t->n; i++)
		if (memcmp(t->entries[i].hash, hash, HASH_SIZE) == 0)
			return &t->entries[i];
	return NULL;
}

static void add(struct testdata *t, const struct entry *e)
{
	struct entry *old = find(t, e->hash);

	if (old) {
		t->bytes += e->size - old->size;
		*old = *e;
		return;
	}
	if (t->n == t->cap) {
		t->cap = t->cap ? 2 * t->cap : 64;
		t->entries = xreallocarray(t->entries, t->cap, sizeof(*t->entries));
	}
	t->entries[t->n++] = *e;
	t->bytes += e->size;
}

static void drop(struct testdata *t, struct entry *e)
{
	char hex[HASH_HEX_SIZE], path[PATH_SIZE];
	struct err ignored = {0};

	hash_hex(e->hash, hex);
	if (path_of(t, hex, path, &ignored) == 0)
		(void)unlink(path);
	t->bytes -= e->size;
	*e = t->entries[--t->n];
}

/* Makes room for what was added; the newest always stays. */
static void shrink(struct testdata *t)
{
	while (t->bytes > t->max_bytes && t->n > 1) {
		struct entry *oldest = &t->entries[0];

		for (size_t i = 1; i < t->n; i++)
			if (t->entries[i].used_ms < oldest->used_ms)
				oldest = &t->entries[i];
		drop(t, oldest);
	}
}

/* Checking. */

static bool has_hash(int fd, int64_t size, const unsigned char expected[HASH_SIZE])
{
	unsigned char hash[HASH_SIZE];
	size_t len = (size_t)size;
	void *data;

	if (size == 0) {
		hash_sha256("", 0, hash);
		return hash_equal(hash, expected, HASH_SIZE);
	}
	data = mmap(NULL, len, PROT_READ, MAP_PRIVATE, fd, 0);
	if (data == MAP_FAILED)
		return false;
	hash_sha256(data, len, hash);
	(void)munmap(data, len);
	return hash_equal(hash, expected, HASH_SIZE);
}

static void remember(struct entry *e, const struct stat *st)
{
	e->verified = true;
	e->ino = st->st_ino;
	e->changed = st->st_ctim;
}

static bool is_as_verified(const struct entry *e, const struct stat *st)
{
	return e->verified && e->ino == st->st_ino && e->size == st->st_size &&
	       e->changed.tv_sec == st->st_ctim.tv_sec && e->changed.tv_nsec == st->st_ctim.tv_nsec;
}

/* Fetching. */

static int write_all(int fd, const unsigned char *data, size_t len, struct err *err)
{
	while (len > 0) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno != EINTR)
			return err_set(
			        err, ERR_BUSY, "write test data: %s", strerrordesc_np(errno));
		if (n > 0) {
			data += n;
			len -= (size_t)n;
		}
	}
	return 0;
}

/* One chunk: its length, 0 when there is none. */
static int64_t fetch_chunk(
        struct pg *pg, const char *sql_hash, int64_t ordinal, int fd, struct err *err)
{
	auto_arena struct arena a = {0};
	auto_pgresult PGresult *r = NULL;
	auto_free unsigned char *body = NULL;
	size_t len;

	if (pg_run(pg, Q_TESTDATA_CHUNK, &r, err, sql_hash, pg_arg_int(&a, ordinal)) < 0)
		return err_result(err);
	if (PQntuples(r) == 0)
		return 0;
	body = pg_bytes(r, 0, "body", &len);
	if (write_all(fd, body, len, err) < 0)
		return err_result(err);
	return (int64_t)len;
}

static int64_t fetch_size(struct pg *pg, const char *sql_hash, struct err *err)
{
	auto_pgresult PGresult *r = NULL;

	if (pg_run(pg, Q_TESTDATA_SIZE, &r, err, sql_hash) < 0)
		return err_result(err);
	if (PQntuples(r) == 0)
		return err_set(err, ERR_NOT_FOUND, "no test data %.16s...", sql_hash + 2);
	return pg_int(r, 0, "size");
}

static int fetch_into(
        struct pg *pg, int fd, const unsigned char hash[HASH_SIZE], int64_t *size, struct err *err)
{
	auto_arena struct arena a = {0};
	const char *sql_hash = pg_arg_bytes(&a, hash, HASH_SIZE);
	int64_t expected = fetch_size(pg, sql_hash, err);
	int64_t done = 0, n = 1;

	if (expected < 0)
		return err_result(err);
	for (int64_t i = 0; n > 0 && done < expected; i++) {
		n = fetch_chunk(pg, sql_hash, i, fd, err);
		done += n;
	}
	if (n < 0)
		return err_result(err);
	if (done != expected || !has_hash(fd, done, hash))
		return err_set(err, ERR_BUG, "test data %.16s... is damaged in the database",
		        sql_hash + 2);
	*size = done;
	return 0;
}

/* Fetches, checks, renames; leaves nothing behind when it fails. */
static int fetch(
        struct testdata *t, struct pg *pg, struct entry *e, const char *path, struct err *err)
{
	char name[64], temporary[PATH_SIZE];
	auto_close int fd = -1;
	struct stat st = {0};
	int r;

	pthread_mutex_lock(&t->lock);
	snprintf(name, sizeof(name), "new-%ld-%llu", (long)getpid(),
	        (unsigned long long)++t->temporaries);
	pthread_mutex_unlock(&t->lock);
	if (path_of(t, name, temporary, err) < 0)
		return err_result(err);
	fd = open(temporary, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_set(err, ERR_BUSY, "%s: %s", temporary, strerrordesc_np(errno));
	r = fetch_into(pg, fd, e->hash, &e->size, err);
	if (r == 0 &&
	        (fchmod(fd, FILE_MODE) < 0 || rename(temporary, path) < 0 || fstat(fd, &st) < 0))
		r = err_set(err, ERR_BUSY, "%s: %s", path, strerrordesc_np(errno));
	if (r < 0) {
		(void)unlink(temporary);
		return r;
	}
	remember(e, &st);
	e->used_ms = clock_mono_ms();
	pthread_mutex_lock(&t->lock);
	add(t, e);
	shrink(t);
	pthread_mutex_unlock(&t->lock);
	return 0;
}

/* Opens what the table knows: -1 when it has to be fetched. */
static int open_known(struct testdata *t, const unsigned char hash[HASH_SIZE], const char *path)
{
	auto_close int fd = -1;
	struct entry *e, known = {0};
	struct stat st;

	pthread_mutex_lock(&t->lock);
	e = find(t, hash);
	if (e) {
		e->used_ms = clock_mono_ms();
		known = *e;
	}
	pthread_mutex_unlock(&t->lock);
	if (!e)
		return -1;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 || fstat(fd, &st) < 0)
		return -1;
	if (is_as_verified(&known, &st))
		return steal_fd(&fd);
	if (!has_hash(fd, st.st_size, hash)) {
		log_warn("testdata.damaged", "path=%s", path);
		return -1;
	}
	pthread_mutex_lock(&t->lock);
	e = find(t, hash);
	if (e)
		remember(e, &st);
	pthread_mutex_unlock(&t->lock);
	return steal_fd(&fd);
}

int testdata_open(struct testdata *t, struct pg *pg, const char *hash, struct err *err)
{
	struct entry e = {0};
	char path[PATH_SIZE];
	int fd;

	if (hash_parse_hex(hash, e.hash, HASH_SIZE) < 0)
		return err_set(err, ERR_BUG, "no hash: \"%.80s\"", hash);
	if (path_of(t, hash, path, err) < 0)
		return err_result(err);
	fd = open_known(t, e.hash, path);
	if (fd >= 0)
		return fd;
	if (fetch(t, pg, &e, path, err) < 0)
		return err_result(err);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return err_set(err, ERR_BUSY, "%s: %s", path, strerrordesc_np(errno));
	return fd;
}

int testdata_fetch(struct testdata *t, struct pg *pg, const char *hash, struct err *err)
{
	auto_close int fd = testdata_open(t, pg, hash, err);

	return fd < 0 ? err_result(err) : 0;
}

/* What an earlier run left: whole files enter the table, halves are removed. */
static int scan(struct testdata *t, struct err *err)
{
	DIR *d = opendir(t->folder);
	struct dirent *f;

	if (!d)
		return err_set(err, ERR_BUSY, "%s: %s", t->folder, strerrordesc_np(errno));
	while (t->n < MAX_FILES && (f = readdir(d))) { // NOLINT(concurrency-mt-unsafe): one thread
		struct entry e = {0};
		struct stat st;

		if (f->d_name[0] == '.')
			continue;
		if (strlen(f->d_name) == HEX_LEN &&
		        hash_parse_hex(f->d_name, e.hash, HASH_SIZE) == 0 &&
		        fstatat(dirfd(d), f->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0) {
			e.size = st.st_size;
			add(t, &e);
		} else {
			(void)unlinkat(dirfd(d), f->d_name, 0);
		}
	}
	closedir(d);
	shrink(t);
	return 0;
}

int testdata_new(const char *work_dir, int64_t max_bytes, struct testdata **out, struct err *err)
{
	struct testdata *t = xcalloc(1, sizeof(*t));

	t->max_bytes = max_bytes;
	pthread_mutex_init(&t->lock, NULL);
	snprintf(t->folder, sizeof(t->folder), "%s/testdata", work_dir);
	if ((mkdir(work_dir, 0755) < 0 && errno != EEXIST) ||
	        (mkdir(t->folder, 0755) < 0 && errno != EEXIST)) {
		testdata_free(t);
		return err_set(err, ERR_BUSY, "%s: %s", work_dir, strerrordesc_np(errno));
	}
	if (scan(t, err) < 0) {
		testdata_free(t);
		return err_result(err);
	}
	*out = t;
	return 0;
}

void testdata_free(struct testdata *t)
{
	if (!t)
		return;
	pthread_mutex_destroy(&t->lock);
	free(t->entries);
	free(t);
}
