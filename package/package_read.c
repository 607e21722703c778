/* package_read.c -- a package's files from a folder or an archive (zip; tar, also compressed) into
 * memory.
 *
 * The package may come from a stranger: names are checked part by part, devices are refused, and
 * sizes are added up while reading, never taken from headers. A folder is walked with fts
 * (physical: links are seen, never followed); links of both kinds are kept as text and resolved
 * afterwards among the files that were read (package_link.c), so that no link can reach anything
 * else. An archive whose files all lie in one folder is read as that folder. */
#include "package/package_tree.h"

#include <archive.h>
#include <archive_entry.h>
#include <bsd/string.h>
#include <fcntl.h>
#include <fts.h>
#include <sys/stat.h>

enum { BLOCK = 64 * 1024, MAX_ENTRIES = 4 * PACKAGE_MAX_FILES, MAX_LINK = 1024, TAR_BLOCK = 512 };

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

/* Printable UTF-8. */
static bool is_plain_text(const char *s)
{
	json_auto_t *text = json_string(s); /* NULL: no UTF-8 */

	for (; text && *s; s++) {
		if ((unsigned char)*s < ' ' || *s == 0x7f)
			return false;
	}
	return text != NULL;
}

bool package_is_path(const char *path)
{
	size_t len = strlen(path);
	int depth = 0;

	if (len == 0 || len > PACKAGE_MAX_PATH || !is_plain_text(path))
		return false;
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

/* Says which name is refused, in ASCII. */
static void refuse_name(struct findings *f, const char *path)
{
	char shown[3 * 100 + 1];
	size_t n = 0;

	for (const char *c = path; *c && n + 4 < sizeof(shown); c++) {
		if ((unsigned char)*c >= ' ' && (unsigned char)*c < 0x7f)
			shown[n++] = *c;
		else
			n += (size_t)snprintf(
			        shown + n, sizeof(shown) - n, "\\%02x", (unsigned char)*c);
	}
	shown[n] = '\0';
	findings_add(f,
	        "%s: a name that is not allowed in a package: relative, without . and .. and "
	        "control "
	        "characters, UTF-8, at most %d bytes and %d folders deep",
	        *shown ? shown : "(empty)", PACKAGE_MAX_PATH, PACKAGE_MAX_DEPTH);
}

bool package_wants(const char *path)
{
	static const char *const files[] = {".timelimit", "problem.yaml", "domjudge-problem.ini",
	        "submissions.json", "problem.pdf", "problem.html", "problem.md", "problem.tex"};
	static const char *const folders[] = {"problem_statement", "statement", "data",
	        "attachments", "output_validators", "output_validator", "input_validators",
	        "input_format_validators", "answer_validators", "graders", "static_validator",
	        "include", "submissions"};
	size_t first = strcspn(path, "/");

	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		if (strcmp(path, files[i]) == 0)
			return true;
	}
	if (strchr(path, '\\'))
		return false;
	for (const char *p = path;; p += strcspn(p, "/") + 1) {
		if (*p == '.' || *p == '-')
			return false;
		if (!strchr(p, '/'))
			break;
	}
	for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
		if (path[first] && strlen(folders[i]) == first &&
		        memcmp(path, folders[i], first) == 0)
			return true;
	}
	return false;
}

bool package_take(struct package_tree *tree, struct package_file *file, struct findings *f)
{
	if (tree->n == PACKAGE_MAX_FILES || tree->bytes + file->len > PACKAGE_MAX_BYTES) {
		findings_add(f, "%s: the package is too large: at most %d files and %d MiB",
		        file->path, PACKAGE_MAX_FILES, PACKAGE_MAX_BYTES >> 20);
		free(file->path);
		if (!file->shared)
			free(file->data);
		return false;
	}
	if (tree->n == tree->cap) {
		tree->cap = tree->cap ? 2 * tree->cap : 64;
		tree->files = xreallocarray(tree->files, tree->cap, sizeof(*tree->files));
	}
	tree->bytes += file->shared ? 0 : file->len;
	tree->files[tree->n++] = *file;
	return true;
}

/* Takes the text over. */
static bool take_text(struct package_tree *tree, const char *path, struct buf *text, mode_t mode,
        struct findings *f)
{
	struct package_file file = {
	        .path = xstrdup(path), .len = text->len, .executable = (mode & S_IXUSR) != 0};

	file.data = xrealloc(buf_take(text), file.len + 1); /* many files are small */
	hash_sha256(file.data, file.len, file.hash);
	return package_take(tree, &file, f);
}

bool package_add(struct package_tree *tree, const char *path, const void *data, size_t len,
        struct findings *f)
{
	auto_buf struct buf copy = {0};

	if (!package_is_path(path)) {
		refuse_name(f, path);
		return false;
	}
	if (len > PACKAGE_MAX_FILE) {
		findings_add(f, "%s: larger than %d MiB", path, PACKAGE_MAX_FILE >> 20);
		return false;
	}
	buf_add(&copy, data, len);
	return take_text(tree, path, &copy, 0, f);
}

static bool add_link(struct package_tree *tree, const char *path, const char *target, bool from_top,
        struct findings *f)
{
	if (tree->nlinks == PACKAGE_MAX_LINKS) {
		findings_add(f, "%s: the package is too large: at most %d links", path,
		        PACKAGE_MAX_LINKS);
		return false;
	}
	if (strlen(target) > MAX_LINK || !is_plain_text(target)) {
		findings_add(f, "%s: a link to a name that is not allowed in a package", path);
		return true;
	}
	if (tree->nlinks == tree->linkcap) {
		tree->linkcap = tree->linkcap ? 2 * tree->linkcap : 64;
		tree->links = xreallocarray(tree->links, tree->linkcap, sizeof(*tree->links));
	}
	tree->links[tree->nlinks++] =
	        (struct package_link){xstrdup(path), xstrdup(target), from_top};
	return true;
}

void package_tree_free(struct package_tree *tree)
{
	for (size_t i = 0; i < tree->n + tree->nhidden; i++) {
		free(tree->files[i].path);
		free(tree->files[i].original);
		if (!tree->files[i].shared)
			free(tree->files[i].data);
	}
	for (size_t i = 0; i < tree->nlinks; i++) {
		free(tree->links[i].path);
		free(tree->links[i].target);
	}
	free(tree->files);
	free(tree->links);
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

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		findings_add(f, "%s: cannot be read: %s", path, strerrordesc_np(errno));
		return true;
	}
	if (buf_read_fd(&text, fd, PACKAGE_MAX_FILE, &err) < 0) {
		findings_add(f, "%s: %s", path, err.msg);
		return true;
	}
	return take_text(tree, path, &text, st.st_mode, f);
}

static bool read_link(
        struct package_tree *tree, const char *path, const FTSENT *e, struct findings *f)
{
	char target[MAX_LINK + 2];
	ssize_t n = readlink(e->fts_accpath, target, sizeof(target) - 1);

	if (n < 0) {
		findings_add(f, "%s: cannot be read: %s", path, strerrordesc_np(errno));
		return true;
	}
	target[n] = '\0';
	return add_link(tree, path, target, false, f);
}

/* A folder that is not wanted is not entered. */
static void enter(FTS *fts, FTSENT *e, const char *path, struct findings *f)
{
	auto_free char *inside = xasprintf("%s/x", path);

	if (!package_wants(inside)) {
		fts_set(fts, e, FTS_SKIP);
	} else if (e->fts_level >= PACKAGE_MAX_DEPTH) {
		findings_add(
		        f, "%s: folders are nested too deep: at most %d", path, PACKAGE_MAX_DEPTH);
		fts_set(fts, e, FTS_SKIP);
	}
}

/* One entry of the walk; false ends it. */
static bool visit(
        struct package_tree *tree, FTS *fts, FTSENT *e, const char *path, struct findings *f)
{
	if (e->fts_info == FTS_D) {
		enter(fts, e, path, f);
		return true;
	}
	if (e->fts_info == FTS_DP || !package_wants(path))
		return true;
	if (!package_is_path(path)) {
		refuse_name(f, path);
		return true;
	}
	if (e->fts_info == FTS_F)
		return read_file(tree, path, e, f);
	if (e->fts_info == FTS_SL || e->fts_info == FTS_SLNONE)
		return read_link(tree, path, e, f);
	findings_add(f, "%s: cannot be read: %s", path,
	        e->fts_errno ? strerrordesc_np(e->fts_errno) : "not a plain file");
	return true;
}

static int read_folder(
        struct package_tree *tree, const char *folder, struct findings *f, struct err *err)
{
	auto_free char *root = xstrdup(folder);
	char *const roots[] = {root, NULL};
	__attribute__((cleanup(auto_fts))) FTS *fts = NULL;
	FTSENT *e;

	for (size_t len = strlen(root); len > 1 && root[len - 1] == '/'; len--)
		root[len - 1] = '\0';
	fts = fts_open(roots, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR | FTS_XDEV, NULL);
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
	package_resolve_links(tree, f);
	return 0;
}

/* ---- archive */

/* The bytes of one entry, counted as they come. */
static int unpack(struct archive *a, const char *path, struct buf *out, struct findings *f)
{
	for (;;) {
		char *to = buf_reserve(out, BLOCK);
		la_ssize_t n = archive_read_data(a, to, BLOCK);

		if (n < 0) {
			findings_add(f, "%s: cannot be read: %s", path,
			        archive_error_string(a) ? archive_error_string(a) : "damaged");
			return -1;
		}
		if (n == 0) {
			*to = '\0';
			return 0;
		}
		out->len += (size_t)n;
		if (out->len > PACKAGE_MAX_FILE) {
			findings_add(f, "%s: larger than %d MiB", path, PACKAGE_MAX_FILE >> 20);
			return -1;
		}
	}
}

static const char *or_else(const char *a, const char *b)
{
	return a ? a : b;
}

static bool take_entry(
        struct package_tree *tree, struct archive *a, struct archive_entry *e, struct findings *f)
{
	const char *path = or_else(archive_entry_pathname_utf8(e), archive_entry_pathname(e));
	const char *hard = or_else(archive_entry_hardlink_utf8(e), archive_entry_hardlink(e));
	const char *soft = or_else(archive_entry_symlink_utf8(e), archive_entry_symlink(e));
	auto_buf struct buf data = {0};

	if (archive_entry_filetype(e) == AE_IFDIR)
		return true;
	while (path && path[0] == '.' && path[1] == '/') /* tar -C folder . */
		path += 2;
	if (!path || !package_is_path(path)) {
		refuse_name(f, path ? path : "(unreadable)");
		return true;
	}
	if (hard || archive_entry_filetype(e) == AE_IFLNK)
		return add_link(tree, path, or_else(hard, or_else(soft, "")), hard != NULL, f);
	if (archive_entry_filetype(e) != AE_IFREG) {
		findings_add(f, "%s: neither a file nor a folder", path);
		return true;
	}
	if (unpack(a, path, &data, f) < 0)
		return false;
	return take_text(tree, path, &data, archive_entry_perm(e), f);
}

/* The length of the folder, with its slash, that all files lie in; 0: there is none. */
static size_t common_folder(const struct package_tree *tree)
{
	const char *first = tree->n > 0 ? tree->files[0].path : "";
	size_t len = strcspn(first, "/") + 1;

	if (len > strlen(first))
		return 0;
	for (size_t i = 0; i < tree->n; i++) {
		if (strncmp(tree->files[i].path, first, len) != 0 &&
		        strncmp(tree->files[i].path, "__MACOSX/", strlen("__MACOSX/")) != 0)
			return 0;
	}
	for (size_t i = 0; i < tree->nlinks; i++) {
		if (strncmp(tree->links[i].path, first, len) != 0)
			return 0;
	}
	return len;
}

static void cut(char *path, size_t len)
{
	size_t n = strlen(path);

	if (n >= len)
		memmove(path, path + len, n - len + 1);
}

/* "addup/problem.yaml" and its like become "problem.yaml"; then what is not wanted goes. */
static void strip(struct package_tree *tree)
{
	size_t len = common_folder(tree);
	size_t kept = 0;

	for (size_t i = 0; i < tree->n; i++) {
		struct package_file *file = &tree->files[i];

		cut(file->path, len);
		if (package_wants(file->path)) {
			tree->files[kept++] = *file;
			continue;
		}
		free(file->path);
		free(file->data);
	}
	tree->n = kept;
	for (size_t i = 0; i < tree->nlinks; i++) {
		cut(tree->links[i].path, len);
		if (tree->links[i].from_top)
			cut(tree->links[i].target, len);
	}
}

/* A tar ends with blocks of zeros; one that was cut between two files lacks them, and nothing else.
 * (A zip is read by its directory, which is at its end; a compressed tar that was cut is an error
 * of its compression.) */
static bool is_cut(struct archive *a, const char *data, size_t len)
{
	static const char zeros[TAR_BLOCK];

	return (archive_format(a) & ARCHIVE_FORMAT_BASE_MASK) == ARCHIVE_FORMAT_TAR &&
	       archive_filter_code(a, 0) == ARCHIVE_FILTER_NONE &&
	       (len < TAR_BLOCK || memcmp(data + len - TAR_BLOCK, zeros, TAR_BLOCK) != 0);
}

static int read_entries(
        struct package_tree *tree, struct archive *a, size_t len, struct findings *f)
{
	size_t allowed = len > PACKAGE_MAX_BYTES / PACKAGE_MAX_RATIO ? PACKAGE_MAX_BYTES
	                                                             : len * PACKAGE_MAX_RATIO;
	struct archive_entry *e;
	int result;

	for (size_t n = 0;; n++) {
		result = archive_read_next_header(a, &e);
		if (result != ARCHIVE_OK && result != ARCHIVE_WARN)
			return result;
		if (n == MAX_ENTRIES) {
			findings_add(f, "the archive has more than %d entries", MAX_ENTRIES);
			return ARCHIVE_OK;
		}
		if (!take_entry(tree, a, e, f))
			return ARCHIVE_OK;
		if (tree->bytes > PACKAGE_RATIO_FREE && tree->bytes > allowed) {
			findings_add(
			        f, "unpacks to more than %d times its size", PACKAGE_MAX_RATIO);
			return ARCHIVE_OK;
		}
	}
}

int package_read_archive(struct package_tree *tree, const void *data, size_t len,
        struct findings *f, struct err *err)
{
	__attribute__((cleanup(auto_archive))) struct archive *a = archive_read_new();
	int result;

	if (!a || archive_read_support_format_zip_seekable(a) != ARCHIVE_OK ||
	        archive_read_support_format_tar(a) != ARCHIVE_OK ||
	        archive_read_support_filter_gzip(a) != ARCHIVE_OK ||
	        archive_read_support_filter_bzip2(a) != ARCHIVE_OK ||
	        archive_read_support_filter_xz(a) != ARCHIVE_OK ||
	        archive_read_open_memory(a, data, len) != ARCHIVE_OK)
		return err_set(err, ERR_INPUT, "neither a zip nor a tar file");
	result = read_entries(tree, a, len, f);
	if (result != ARCHIVE_EOF && result < ARCHIVE_WARN)
		return err_set(err, ERR_INPUT, "neither a zip nor a tar file, or damaged: %s",
		        archive_error_string(a) ? archive_error_string(a) : "unknown");
	if (result == ARCHIVE_EOF && is_cut(a, data, len))
		return err_set(err, ERR_INPUT, "the tar file has no end: it was cut off");
	strip(tree);
	package_resolve_links(tree, f);
	return 0;
}

int package_read(struct package_tree *tree, const char *path, struct findings *f, struct err *err)
{
	auto_buf struct buf archive = {0};
	struct stat st;

	if (stat(path, &st) < 0)
		return err_set(err, ERR_INPUT, "%s: %s", path, strerrordesc_np(errno));
	if (S_ISDIR(st.st_mode))
		return read_folder(tree, path, f, err);
	if (buf_read_file(&archive, path, PACKAGE_MAX_BYTES, err) < 0)
		return err_result(err);
	return package_read_archive(tree, archive.data ? archive.data : "", archive.len, f, err);
}
