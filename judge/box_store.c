/* box_store.c -- see box_store.h.
 *
 * What must stay true: a folder with a header's name is whole (written beside, synced, renamed),
 * and holds nothing but the one file that the table names and its sum; nothing here follows a path
 * or a name that came out of the sandbox: of the archive only the bytes of the entry are used. */
#include "judge/box_store.h"

#include "base/hash.h"
#include "base/log.h"
#include "judge/archive.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>

enum { HASH_KEPT = 24, MAX_DEPTH = 4, TREE_FDS = 8 };

static const char temporary[] = ".new-";
static const char sum_name[] = "sum"; /* beside the header: its SHA-256 */

static int fail(struct err *err, const char *what, const char *path)
{
	return err_set(err, ERR_BUSY, "store: %s %s: %s", what, path, strerrordesc_np(errno));
}

static size_t row_of(const struct store *s, const struct language *l)
{
	return (size_t)(l - s->languages->rows);
}

/* Removing folders: of ours alone, whose names box itself made. */

static int remove_entry(const char *path, const struct stat *st, int flag, struct FTW *at)
{
	(void)st;
	(void)flag;
	(void)at;
	return remove(path);
}

static void remove_tree(const char *path)
{
	// NOLINTNEXTLINE(concurrency-mt-unsafe): one thread
	(void)nftw(path, remove_entry, TREE_FDS, FTW_DEPTH | FTW_PHYS);
}

/* Removes the entries that begin with `prefix`, but for `keep`. */
static void remove_others(const char *folder, const char *prefix, const char *keep)
{
	char path[STORE_PATH_SIZE + NAME_MAX + 2];
	DIR *d = opendir(folder);
	const struct dirent *e;

	while (d && (e = readdir(d))) { // NOLINT(concurrency-mt-unsafe): one thread
		if (strncmp(e->d_name, prefix, strlen(prefix)) != 0 || strcmp(e->d_name, keep) == 0)
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, e->d_name);
		remove_tree(path);
	}
	if (d)
		closedir(d);
}

int store_open(struct store *s, const char *state_dir, const struct languages *languages,
        const char *root, struct err *err)
{
	*s = (struct store){.root = root, .languages = languages};
	snprintf(s->path, sizeof(s->path), "%.480s/pre", state_dir);
	if (mkdir(s->path, 0755) < 0 && errno != EEXIST)
		return fail(err, "mkdir", s->path);
	remove_others(s->path, temporary, "");
	return 0;
}

/* Names. */

/* What a version command said. */
struct text {
	const char *text;
	size_t len;
};

static void make_id(const struct store *s, const struct language *l, const struct text *version,
        char out[STORE_ID_SIZE])
{
	const char *const texts[] = {
	        s->root, l->precompiled.source, l->precompiled.compile, l->precompiled.file};
	auto_buf struct buf all = {0};
	unsigned char hash[HASH_SIZE];
	char hex[HASH_HEX_SIZE];

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		buf_add(&all, texts[i], strlen(texts[i]) + 1);
	for (size_t i = 0; i < l->nenv; i++)
		buf_add(&all, l->env[i], strlen(l->env[i]) + 1);
	buf_add(&all, version->text, version->len);
	hash_sha256(all.data, all.len, hash);
	hash_hex(hash, hex);
	snprintf(out, STORE_ID_SIZE, "%s-%.*s", l->id, HASH_KEPT, hex);
}

/* The SHA-256 of a header as text. */
static int sum_of(const char *path, char hex[HASH_HEX_SIZE])
{
	auto_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	unsigned char hash[HASH_SIZE];
	struct stat st;
	void *data;

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size == 0)
		return -1;
	data = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (data == MAP_FAILED)
		return -1;
	hash_sha256(data, (size_t)st.st_size, hash);
	munmap(data, (size_t)st.st_size);
	hash_hex(hash, hex);
	return 0;
}

/* Is the header what was written? Having been read it is in memory, too: cold pages would be
 * charged to the first compiler that needs them. */
static bool is_whole(const struct store *s, const char *id, const char *file)
{
	char path[2 * STORE_PATH_SIZE], is[HASH_HEX_SIZE];
	auto_buf struct buf was = {0};
	struct err ignored = {0};

	snprintf(path, sizeof(path), "%s/%s/%s", s->path, id, sum_name);
	if (buf_read_file(&was, path, HASH_HEX_SIZE, &ignored) < 0)
		return false;
	snprintf(path, sizeof(path), "%s/%s/%s", s->path, id, file);
	return sum_of(path, is) == 0 && was.len == HASH_HEX_SIZE - 1 &&
	       memcmp(was.data, is, was.len) == 0;
}

/* A child of box does what takes a while: small and single-threaded as it is, box may fork. 0: in
 * the child. */
static pid_t begin_child(struct store *s, size_t row)
{
	pid_t pid = fork();

	if (pid > 0) {
		s->of[row].child = pid;
		s->of[row].state = STORE_STORING;
	}
	return pid;
}

/* One that is not whole is removed, and made again. */
static void check_stored(struct store *s, const struct language *l)
{
	const char *id = s->of[row_of(s, l)].id;
	char path[2 * STORE_PATH_SIZE];
	pid_t pid;

	snprintf(path, sizeof(path), "%s/%s", s->path, id);
	if (access(path, F_OK) < 0)
		return;
	pid = begin_child(s, row_of(s, l));
	if (pid != 0)
		return;
	if (is_whole(s, id, l->precompiled.file))
		_exit(0);
	log_warn("store.spoiled", "header=%s", id);
	remove_tree(path);
	_exit(1);
}

void store_set_version(struct store *s, const struct language *l, const char *text, size_t len)
{
	const struct text version = {text, len};
	size_t i = row_of(s, l);
	char id[STORE_ID_SIZE];

	if (!l->precompiled.file || s->of[i].state == STORE_STORING)
		return;
	make_id(s, l, &version, id);
	if (s->of[i].state == STORE_READY && strcmp(id, s->of[i].id) == 0)
		return;
	memcpy(s->of[i].id, id, sizeof(id));
	snprintf(s->of[i].place, sizeof(s->of[i].place), "/%s/%.70s", STORE_MOUNT, id);
	s->of[i].state = STORE_ABSENT;
	check_stored(s, l);
}

enum store_state store_state(const struct store *s, const struct language *l)
{
	return s->of[row_of(s, l)].state;
}

const char *store_place(const struct store *s, const struct language *l)
{
	return store_state(s, l) == STORE_READY ? s->of[row_of(s, l)].place
	                                        : "/" STORE_MOUNT "/none";
}

/* Making. */

int store_source(const struct language *l, struct err *err)
{
	auto_close int fd = memfd_create("source", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	const char *text = l->precompiled.source;
	size_t len = strlen(text);
	int r;

	if (fd < 0)
		return fail(err, "memfd", l->id);
	r = archive_begin(fd, err);
	if (r == 0)
		r = archive_add(fd, l->source, false, len + 1, err);
	if (r == 0)
		r = archive_write(fd, text, len, err);
	if (r == 0)
		r = archive_write(fd, "\n", 1, err);
	if (r == 0)
		r = archive_end(fd, err);
	if (r < 0)
		return r;
	(void)fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL);
	return steal_fd(&fd);
}

static int make_parents(const char *folder, const char *file, struct err *err)
{
	char path[2 * STORE_PATH_SIZE];

	for (const char *p = strchr(file, '/'); p; p = strchr(p + 1, '/')) {
		snprintf(path, sizeof(path), "%s/%.*s", folder, (int)(p - file), file);
		if (mkdir(path, 0755) < 0 && errno != EEXIST)
			return fail(err, "mkdir", path);
	}
	return 0;
}

static int write_file(const char *path, const struct archive_entry *e, struct err *err)
{
	auto_close int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
	int r = fd < 0 ? fail(err, "create", path) : archive_write(fd, e->data, e->len, err);

	if (r == 0 && fsync(fd) < 0)
		r = fail(err, "sync", path);
	return r;
}

static int write_sum(const char *folder, const struct archive_entry *header, struct err *err)
{
	char path[2 * STORE_PATH_SIZE], hex[HASH_HEX_SIZE];
	unsigned char hash[HASH_SIZE];
	struct archive_entry e = {.data = (const unsigned char *)hex, .len = HASH_HEX_SIZE - 1};

	hash_sha256(header->data, header->len, hash);
	hash_hex(hash, hex);
	snprintf(path, sizeof(path), "%s/%s", folder, sum_name);
	return write_file(path, &e, err);
}

/* Into a folder of its own, which then takes its name. */
static int write_header(const struct store *s, const struct language *l,
        const struct archive_entry *e, struct err *err)
{
	const char *id = s->of[row_of(s, l)].id;
	char folder[STORE_PATH_SIZE + STORE_ID_SIZE + 8], path[2 * STORE_PATH_SIZE + STORE_ID_SIZE];
	char final[STORE_PATH_SIZE + STORE_ID_SIZE];

	snprintf(folder, sizeof(folder), "%s/%s%s", s->path, temporary, id);
	snprintf(path, sizeof(path), "%s/%s", folder, l->precompiled.file);
	snprintf(final, sizeof(final), "%s/%s", s->path, id);
	remove_tree(folder);
	if (mkdir(folder, 0755) < 0)
		return fail(err, "mkdir", folder);
	if (make_parents(folder, l->precompiled.file, err) < 0 || write_file(path, e, err) < 0 ||
	        write_sum(folder, e, err) < 0)
		return err_result(err);
	remove_tree(final);
	if (rename(folder, final) < 0)
		return fail(err, "rename", folder);
	return 0;
}

static int find_and_write(
        const struct store *s, const struct language *l, struct archive *ar, struct err *err)
{
	const char *slash = strrchr(l->precompiled.file, '/');
	const char *name = slash ? slash + 1 : l->precompiled.file;
	struct archive_entry e;
	int r;

	while ((r = archive_next(ar, &e, err)) > 0)
		if (strcmp(e.name, name) == 0 && e.len > 0)
			return write_header(s, l, &e, err);
	return r < 0 ? r : err_set(err, ERR_INPUT, "the command made no %s", name);
}

static int write_artifact(
        const struct store *s, const struct language *l, int artifact_fd, struct err *err)
{
	char prefix[STORE_ID_SIZE];
	struct archive ar;
	struct stat st;
	void *data;
	int r;

	if (fstat(artifact_fd, &st) < 0 || st.st_size <= 0)
		return fail(err, "stat", "artifact");
	data = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, artifact_fd, 0);
	if (data == MAP_FAILED)
		return fail(err, "map", "artifact");
	r = archive_open(&ar, data, (size_t)st.st_size, err);
	if (r == 0)
		r = find_and_write(s, l, &ar, err);
	munmap(data, (size_t)st.st_size);
	snprintf(prefix, sizeof(prefix), "%s-", l->id);
	if (r == 0)
		remove_others(s->path, prefix, s->of[row_of(s, l)].id);
	return r;
}

int store_take(struct store *s, const struct language *l, int artifact_fd, struct err *err)
{
	struct err why = {0};
	pid_t pid = begin_child(s, row_of(s, l));

	if (pid < 0)
		return fail(err, "fork for", l->id);
	if (pid > 0)
		return 0;
	if (write_artifact(s, l, artifact_fd, &why) == 0)
		_exit(0);
	log_warn("store.write", "language=%s reason=\"%s\"", l->id, why.msg);
	_exit(1);
}

bool store_child(struct store *s, pid_t pid, int status)
{
	for (size_t i = 0; i < s->languages->n; i++) {
		if (s->of[i].state != STORE_STORING || s->of[i].child != pid)
			continue;
		s->of[i].state =
		        WIFEXITED(status) && WEXITSTATUS(status) == 0 ? STORE_READY : STORE_ABSENT;
		log_info("store.written", "header=%s ready=%s", s->of[i].id,
		        s->of[i].state == STORE_READY ? "true" : "false");
		return true;
	}
	return false;
}
