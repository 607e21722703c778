/* package_link.c -- links inside a package, without a file system: a link is a path and a text, and
 * means the files of the same package that the text leads to, one file or a whole folder.
 *
 * Rounds: in each, every link whose target is complete (nothing in it is a link itself) becomes
 * files, which later rounds may point to. When a round changes nothing, what is left points to
 * nothing, out of the package, or round in a circle, and each of these is a finding. As nothing but
 * files already read can come out, a link cannot reach anything else. */
#include "package/package_tree.h"

enum { MAX_ROUNDS = 16, JOINED_SIZE = 2 * PACKAGE_MAX_PATH + 1100 };

static int by_path(const void *a, const void *b)
{
	const struct package_file *fa = a, *fb = b;

	return strcmp(fa->path, fb->path);
}

static void sort(struct package_tree *tree)
{
	if (tree->n > 0)
		qsort(tree->files, tree->n, sizeof(*tree->files), by_path);
}

/* The first file whose path is not before s. */
static size_t lower_bound(const struct package_tree *tree, const char *s)
{
	size_t from = 0, to = tree->n;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (strcmp(tree->files[middle].path, s) < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

/* Walks one part of a target; false: above the top. */
static bool step(char *path, size_t *len, const char *part, size_t n)
{
	if (n == 0 || (n == 1 && *part == '.'))
		return true;
	if (n == 2 && part[0] == '.' && part[1] == '.') {
		if (*len == 0)
			return false;
		while (*len > 0 && path[*len - 1] != '/')
			(*len)--;
		*len -= *len > 0;
		return true;
	}
	if (*len > 0)
		path[(*len)++] = '/';
	memcpy(path + *len, part, n);
	*len += n;
	return true;
}

/* Where the link leads, from the top; false: outside. */
static bool destination(const struct package_link *l, char out[JOINED_SIZE])
{
	const char *slash = strrchr(l->path, '/');
	size_t len = slash && !l->from_top ? (size_t)(slash - l->path) : 0;

	if (l->target[0] == '/')
		return false;
	memcpy(out, l->path, len);
	for (const char *p = l->target; *p;) {
		size_t n = strcspn(p, "/");

		if (!step(out, &len, p, n))
			return false;
		p += n + (p[n] == '/');
	}
	out[len] = '\0';
	return true;
}

static bool is_inside(const char *path, const char *folder)
{
	size_t n = strlen(folder);

	return strncmp(path, folder, n) == 0 && (path[n] == '/' || n == 0);
}

/* Whether a link that waits lies in the folder, or is a part of the way to it. */
static bool waits(const struct package_tree *tree, const char *to)
{
	for (size_t i = 0; i < tree->nlinks; i++) {
		const char *path = tree->links[i].path;

		if (path && (strcmp(path, to) == 0 || is_inside(path, to) || is_inside(to, path)))
			return true;
	}
	return false;
}

static bool add_copy(struct package_tree *tree, const char *path, size_t from, struct findings *f)
{
	struct package_file copy = tree->files[from];

	copy.path = xstrdup(path);
	copy.shared = true;
	if (!package_is_path(path)) {
		findings_add(f, "%s: a link makes a path that is too long or deep", path);
		free(copy.path);
		return true;
	}
	return package_take(tree, &copy, f);
}

/* True: the link became files (behind the first n, which stay sorted), or is done for. */
static bool resolve(
        struct package_tree *tree, size_t n, const struct package_link *l, struct findings *f)
{
	char to[JOINED_SIZE];
	size_t at, len;

	if (!destination(l, to)) {
		findings_add(f,
		        "%s: a link that leaves the package: %.100s (put the file itself there)",
		        l->path, l->target);
		return true;
	}
	if (is_inside(l->path, to)) {
		findings_add(f, "%s: a link to a folder it lies in", l->path);
		return true;
	}
	at = lower_bound(&(struct package_tree){.files = tree->files, .n = n}, to);
	if (at < n && strcmp(tree->files[at].path, to) == 0)
		return add_copy(tree, l->path, at, f);
	if (waits(tree, to))
		return false;
	len = strlen(to);
	to[len] = '/';
	to[len + 1] = '\0';
	at = lower_bound(&(struct package_tree){.files = tree->files, .n = n}, to);
	to[len] = '\0';
	if (at == n || !is_inside(tree->files[at].path, to))
		return false;
	for (; at < n && is_inside(tree->files[at].path, to); at++) {
		auto_free char *path = xasprintf("%s%s", l->path, tree->files[at].path + len);

		if (!add_copy(tree, path, at, f))
			break;
	}
	return true;
}

/* One round; false: nothing changed. */
static bool resolve_round(struct package_tree *tree, struct findings *f)
{
	size_t n = tree->n;
	bool changed = false;

	for (size_t i = 0; i < tree->nlinks; i++) {
		struct package_link *l = &tree->links[i];

		if (!l->path || !resolve(tree, n, l, f))
			continue;
		free(l->path);
		l->path = NULL;
		changed = true;
	}
	sort(tree);
	return changed;
}

static void drop_unwanted(struct package_tree *tree)
{
	for (size_t i = 0; i < tree->nlinks; i++) {
		struct package_link *l = &tree->links[i];
		auto_free char *inside = xasprintf("%s/x", l->path);

		if (package_wants(l->path) || package_wants(inside))
			continue;
		free(l->path);
		l->path = NULL;
	}
}

void package_resolve_links(struct package_tree *tree, struct findings *f)
{
	sort(tree);
	drop_unwanted(tree);
	for (int i = 0; i < MAX_ROUNDS && resolve_round(tree, f); i++) {
	}
	for (size_t i = 0; i < tree->nlinks; i++) {
		struct package_link *l = &tree->links[i];

		if (l->path)
			findings_add(f,
			        "%s: a link to nothing in the package, or round in a circle: "
			        "%.100s",
			        l->path, l->target);
		free(l->path);
		free(l->target);
	}
	free(tree->links);
	tree->links = NULL;
	tree->nlinks = tree->linkcap = 0;
}
