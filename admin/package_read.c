/* package_read.c -- a package's files from a folder or a zip into memory.
 *
 * The package may come from a stranger: names are checked part by part, links and devices are
 * refused, and sizes are added up while reading, not taken from headers. A folder is walked with
 * fts (physical: links are seen, never followed). A zip whose files all lie in one folder is
 * read as that folder. */
#include "admin/package.h"

#include "base/mem.h"

#include <archive.h>
#include <archive_entry.h>
#include <bsd/string.h>
#include <fcntl.h>
#include <fts.h>
#include <sys/stat.h>

enum { BLOCK = 64 * 1024 };

static void auto_archive(struct archive **a)
{
	if (*a)
		archive_read_free(*a);
}

static void auto_fts(FTS **f)
{
	if (*f)
		fts_close(*f);
}

bool package_is_path(const char *path)
{
	size_t len = strlen(path);
	int depth = 0;

	if (len == 0 || len > PACKAGE_MAX_PATH)
		return false;
	for (const char *c = path; *c; c++) {
		if ((unsigned char)*c < ' ' || *c == 0x7f || *c == '\\')
			return false;
	}
	for (const char *p = path;; depth++) {
		size_t n = strcspn(p, "/");

		if (n == 0 || (n == 1 && *p == '.') || (n == 2 && p[0] == '.' && p[1] == '.'))
			return false;
		p += n;
		if (!*p)
			break;
		p++;
	}
	return depth < PACKAGE_MAX_DEPTH;
}

static bool package_wants(const char *path)
{
	static const char *const files[] = {"problem.yaml", ".timelimit", "domjudge-problem.ini"};
	static const char *const folders[] = {
	        "problem_statement/", "data/", "attachments/", "output_validators/"};

	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		if (strcmp(path, files[i]) == 0)
			return true;
	}
	for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
		if (strncmp(path, folders[i], strlen(folders[i])) == 0)
			return true;
	}
	return false;
}

/* Room for one more file; data is taken over. */
static bool take(
        struct package_tree *tree, const char *path, char *data, size_t len, struct findings *f)
{
	if (tree->n == PACKAGE_MAX_FILES || tree->bytes + len > PACKAGE_MAX_BYTES) {
		findings_add(f, "%s: the package is too large: at most %d files and %d MiB", path,
		        PACKAGE_MAX_FILES, PACKAGE_MAX_BYTES >> 20);
		free(data);
		return false;
	}
	if (tree->n == tree->cap) {
		tree->cap = tree->cap ? 2 * tree->cap : 64;
		tree->files = xreallocarray(tree->files, tree->cap, sizeof(*tree->files));
	}
	tree->files[tree->n] =
	        (struct package_file){.path = xstrdup(path), .data = data, .len = len};
	hash_sha256(data, len, tree->files[tree->n].hash);
	tree->n++;
	tree->bytes += len;
	return true;
}

bool package_add(struct package_tree *tree, const char *path, const void *data, size_t len,
        struct findings *f)
{
	char *copy;

	if (!package_is_path(path)) {
		findings_add(f, "a name that is not allowed in a package: %.100s", path);
		return false;
	}
	if (len > PACKAGE_MAX_FILE) {
		findings_add(f, "%s: larger than %d MiB", path, PACKAGE_MAX_FILE >> 20);
		return false;
	}
	copy = xmalloc(len + 1);
	memcpy(copy, data, len);
	copy[len] = '\0';
	return take(tree, path, copy, len, f);
}

void package_tree_free(struct package_tree *tree)
{
	for (size_t i = 0; i < tree->n; i++) {
		free(tree->files[i].path);
		free(tree->files[i].data);
	}
	free(tree->files);
	*tree = (struct package_tree){0};
}

/* ---- folder */

static bool read_file(
        struct package_tree *tree, const char *path, const FTSENT *e, struct findings *f)
{
	auto_close int fd = open(e->fts_accpath, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	auto_buf struct buf text = {0};
	struct err err = {0};
	struct stat st;
	size_t len;

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		findings_add(f, "%s: cannot be read: %s", path, strerrordesc_np(errno));
		return true;
	}
	if (buf_read_fd(&text, fd, PACKAGE_MAX_FILE, &err) < 0) {
		findings_add(f, "%s: %s", path, err.msg);
		return true;
	}
	len = text.len;
	return take(tree, path, buf_take(&text), len, f);
}

/* One entry of the walk; false ends it. */
static bool visit(
        struct package_tree *tree, FTS *fts, FTSENT *e, const char *path, struct findings *f)
{
	switch (e->fts_info) {
	case FTS_D:
		if (e->fts_level >= PACKAGE_MAX_DEPTH) {
			findings_add(f, "%s: folders are nested too deep", path);
			fts_set(fts, e, FTS_SKIP);
		} else if (e->fts_level == 1) {
			auto_free char *inside = xasprintf("%s/x", path);

			if (!package_wants(inside))
				fts_set(fts, e, FTS_SKIP);
		}
		return true;
	case FTS_F:
		if (!package_wants(path))
			return true;
		if (!package_is_path(path)) {
			findings_add(f, "a name that is not allowed in a package: %.100s", path);
			return true;
		}
		return read_file(tree, path, e, f);
	case FTS_DP:
		return true;
	case FTS_SL:
	case FTS_SLNONE:
		findings_add(f, "%s: links are not allowed in a package", path);
		return true;
	default: /* not our enum */
		findings_add(f, "%s: cannot be read: %s", path,
		        e->fts_errno ? strerrordesc_np(e->fts_errno) : "not a plain file");
		return true;
	}
}

static int read_folder(
        struct package_tree *tree, const char *folder, struct findings *f, struct err *err)
{
	auto_free char *root = xstrdup(folder);
	char *const roots[] = {root, NULL};
	__attribute__((cleanup(auto_fts))) FTS *fts =
	        fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR | FTS_XDEV, NULL);
	size_t skip;
	FTSENT *e;

	for (skip = strlen(root); skip > 1 && root[skip - 1] == '/'; skip--)
		root[skip - 1] = '\0';
	if (!fts)
		return err_set(err, ERR_INPUT, "%s: %s", folder, strerrordesc_np(errno));
	while ((e = fts_read(fts))) {
		const char *path = e->fts_path + strlen(root);

		path += strspn(path, "/");
		if (*path && !visit(tree, fts, e, path, f))
			break;
		if (!*path && e->fts_info != FTS_D && e->fts_info != FTS_DP)
			return err_set(
			        err, ERR_INPUT, "%s: %s", folder, strerrordesc_np(e->fts_errno));
	}
	return 0;
}

/* ---- zip */

/* The bytes of one entry, counted as they come. */
static int unpack(struct archive *a, const char *path, struct buf *out, struct findings *f)
{
	for (;;) {
		char *to = buf_reserve(out, BLOCK);
		la_ssize_t n = archive_read_data(a, to, BLOCK);

		if (n < 0) {
			findings_add(f, "%s: %s", path, archive_error_string(a));
			return -1;
		}
		if (n == 0) {
			buf_add(out, "", 0); /* its NUL: what is parsed as text ends there */
			return 0;
		}
		out->len += (size_t)n;
		if (out->len > PACKAGE_MAX_FILE) {
			findings_add(f, "%s: larger than %d MiB", path, PACKAGE_MAX_FILE >> 20);
			return -1;
		}
	}
}

static bool take_entry(
        struct package_tree *tree, struct archive *a, struct archive_entry *e, struct findings *f)
{
	const char *path = archive_entry_pathname(e);
	auto_buf struct buf data = {0};
	size_t len;

	if (archive_entry_filetype(e) == AE_IFDIR)
		return true;
	if (!path || !package_is_path(path)) {
		findings_add(f, "a name that is not allowed in a package: %.100s",
		        path ? path : "(unreadable)");
		return true;
	}
	if (archive_entry_filetype(e) != AE_IFREG || archive_entry_hardlink(e)) {
		findings_add(f, "%s: links and devices are not allowed in a package", path);
		return true;
	}
	if (unpack(a, path, &data, f) < 0)
		return false;
	len = data.len;
	return take(tree, path, buf_take(&data), len, f);
}

/* "addup/problem.yaml" and its like become "problem.yaml"; then what is not wanted goes. */
static void strip(struct package_tree *tree)
{
	size_t len = tree->n > 0 ? strcspn(tree->files[0].path, "/") + 1 : 0;
	size_t kept = 0;
	bool inside = len > 0;

	for (size_t i = 0; i < tree->n && inside; i++) {
		const char *path = tree->files[i].path;

		inside = strcspn(path, "/") + 1 == len && path[len - 1] == '/' &&
		         memcmp(path, tree->files[0].path, len) == 0;
	}
	for (size_t i = 0; i < tree->n; i++) {
		struct package_file *file = &tree->files[i];

		if (inside)
			memmove(file->path, file->path + len, strlen(file->path + len) + 1);
		if (package_wants(file->path)) {
			tree->files[kept++] = *file;
			continue;
		}
		free(file->path);
		free(file->data);
	}
	tree->n = kept;
}

int package_read_zip(struct package_tree *tree, const void *data, size_t len, struct findings *f,
        struct err *err)
{
	__attribute__((cleanup(auto_archive))) struct archive *a = archive_read_new();
	struct archive_entry *e;
	size_t allowed = len > PACKAGE_MAX_BYTES / PACKAGE_MAX_RATIO ? PACKAGE_MAX_BYTES
	                                                             : len * PACKAGE_MAX_RATIO;
	int result;

	if (!a || archive_read_support_format_zip(a) != ARCHIVE_OK ||
	        archive_read_open_memory(a, data, len) != ARCHIVE_OK)
		return err_set(err, ERR_INPUT, "not a zip file");
	while ((result = archive_read_next_header(a, &e)) == ARCHIVE_OK || result == ARCHIVE_WARN) {
		if (!take_entry(tree, a, e, f))
			break;
		if (tree->bytes > PACKAGE_RATIO_FREE && tree->bytes > allowed) {
			findings_add(
			        f, "unpacks to more than %d times its size", PACKAGE_MAX_RATIO);
			break;
		}
	}
	if (result != ARCHIVE_EOF && result < ARCHIVE_WARN)
		return err_set(err, ERR_INPUT, "not a zip file, or damaged: %s",
		        archive_error_string(a) ? archive_error_string(a) : "unknown");
	strip(tree);
	return 0;
}

int package_read(struct package_tree *tree, const char *path, struct findings *f, struct err *err)
{
	auto_buf struct buf zip = {0};
	struct stat st;

	if (stat(path, &st) < 0)
		return err_set(err, ERR_INPUT, "%s: %s", path, strerrordesc_np(errno));
	if (S_ISDIR(st.st_mode))
		return read_folder(tree, path, f, err);
	if (buf_read_file(&zip, path, PACKAGE_MAX_FILE, err) < 0)
		return err_result(err);
	return package_read_zip(tree, zip.data ? zip.data : "", zip.len, f, err);
}
