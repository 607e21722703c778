/* package.c -- what the files of a problem package mean: the order of the parts, and what they
 * share. Pure: files in, struct package and findings out (package.h).
 *
 * Reading goes on after each mistake, so that an author sees all of them at once; a part that needs
 * another finds defaults in its place. The hash covers names and contents of all files, as they
 * were read. */
#include "package/package_parse.h"

#include <math.h>

static int by_path(const void *a, const void *b)
{
	const struct package_file *fa = a, *fb = b;

	return strcmp(fa->path, fb->path);
}

const struct package_file *parse_find(const struct parser *s, const char *path)
{
	size_t n;
	const struct package_file *file = parse_folder(s, path, &n);

	return n > 0 && strcmp(file->path, path) == 0 ? file : NULL;
}

const struct package_file *parse_folder(const struct parser *s, const char *folder, size_t *n)
{
	const struct package_file *files = s->tree->files;
	size_t from = 0, to = s->tree->n;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (strcmp(files[middle].path, folder) < 0)
			from = middle + 1;
		else
			to = middle;
	}
	for (*n = 0; from + *n < s->tree->n && parse_starts(files[from + *n].path, folder);)
		++*n;
	return files ? &files[from] : NULL;
}

bool parse_starts(const char *s, const char *with)
{
	return strncmp(s, with, strlen(with)) == 0;
}

bool parse_ends(const char *s, const char *with)
{
	size_t n = strlen(s), m = strlen(with);

	return n > m && strcmp(s + n - m, with) == 0;
}

package_args parse_words(struct arena *a, const char *text)
{
	const char **list = arena_alloc(a, (strlen(text) / 2 + 2) * sizeof(*list));
	size_t n = 0;

	for (;;) {
		size_t len;

		text += strspn(text, " \t\r\n");
		len = strcspn(text, " \t\r\n");
		if (len == 0)
			return list;
		list[n++] = arena_strndup(a, text, len);
		text += len;
	}
}

static size_t count(package_args args)
{
	size_t n = 0;

	while (args[n])
		n++;
	return n;
}

package_args parse_join(struct arena *a, package_args first, package_args second)
{
	size_t n = count(first), m = count(second);
	const char **list;

	if (n == 0 || m == 0)
		return n == 0 ? second : first;
	list = arena_alloc(a, (n + m + 1) * sizeof(*list));
	memcpy(list, first, n * sizeof(*list));
	memcpy(list + n, second, m * sizeof(*list));
	return list;
}

/* Doubles at every power of two: the list is never much longer than twice what it holds. */
void *parse_grow(struct arena *a, void *list, size_t n, size_t size)
{
	void *more;

	if (n > 0 && (n & (n - 1)) != 0)
		return list;
	more = arena_alloc(a, (n ? 2 * n : 1) * size);
	if (n > 0)
		memcpy(more, list, n * size);
	return more;
}

static bool is_tolerance(const char *word)
{
	char *end = NULL;
	double v = word ? strtod(word, &end) : -1;

	return word && *word && !*end && isfinite(v) && v >= 0;
}

const char *parse_bad_flag(package_args args)
{
	static const char *const plain[] = {"case_sensitive", "space_change_sensitive"};
	static const char *const numbers[] = {
	        "float_tolerance", "float_absolute_tolerance", "float_relative_tolerance"};

	for (size_t i = 0; args[i]; i++) {
		const char *word = args[i];
		bool known = false;

		for (size_t j = 0; j < ARRAY_LEN(plain); j++)
			known = known || strcmp(word, plain[j]) == 0;
		for (size_t j = 0; j < ARRAY_LEN(numbers) && !known; j++) {
			known = strcmp(word, numbers[j]) == 0 && is_tolerance(args[i + 1]);
			i += known;
		}
		if (!known)
			return word;
	}
	return NULL;
}

static package_args input_words(struct arena *a, const json_t *args, const char *validator)
{
	const json_t *list = json_is_object(args) ? json_object_get(args, validator) : args;
	const char **out;
	const json_t *one;
	size_t i;

	if (json_is_string(list))
		return parse_words(a, json_string_value(list));
	out = arena_alloc(a, (json_array_size(list) + 1) * sizeof(*out));
	json_array_foreach (list, i, one)
		out[i] = arena_strdup(a, json_is_string(one) ? json_string_value(one) : "");
	return out;
}

package_args package_input_args(
        struct arena *a, const json_t *args, package_args own, const char *validator)
{
	return parse_join(a, input_words(a, args, validator), own);
}

/* No character of several bytes has a newline in it: line by line is enough. */
int parse_bad_line(const struct package_file *file)
{
	const char *p = file->data, *end = file->data + file->len;

	for (int line = 1; p < end; line++) {
		const char *newline = memchr(p, '\n', (size_t)(end - p));
		const char *stop = newline ? newline : end;
		json_auto_t *text = json_stringn(p, (size_t)(stop - p));

		if (!text)
			return line;
		p = stop + 1;
	}
	return 0;
}

static void hash_tree(const struct package_tree *tree, unsigned char out[HASH_SIZE])
{
	auto_buf struct buf all = {0};

	for (size_t i = 0; i < tree->n; i++) {
		buf_add(&all, tree->files[i].path, strlen(tree->files[i].path) + 1);
		buf_add(&all, tree->files[i].hash, HASH_SIZE);
	}
	hash_sha256(all.data ? all.data : "", all.len, out);
}

/* A plain name in the new formats' sense, part by part; our reader has dropped hidden ones. */
static bool is_named_well(const char *path)
{
	static const char plain[] =
	        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-/";

	return path[strspn(path, plain)] == '\0';
}

/* The new formats want a file with another name to count as absent. */
static void hide_bad_names(struct parser *s)
{
	struct package_tree *tree = s->tree;
	auto_free struct package_file *hidden = xcalloc(tree->n + 1, sizeof(*hidden));
	size_t kept = 0, nhidden = 0;

	for (size_t i = 0; i < tree->n; i++) {
		struct package_file *file = &tree->files[i];

		if (is_named_well(file->path)) {
			tree->files[kept++] = *file;
			continue;
		}
		findings_add(&s->p->notes,
		        "%s: ignored: a name in this format has A-Z a-z 0-9 _ . - alone",
		        file->path);
		hidden[nhidden++] = *file;
	}
	memcpy(tree->files + kept, hidden, nhidden * sizeof(*hidden));
	tree->nhidden = nhidden;
	tree->n = kept;
}

static void find_twins(struct parser *s)
{
	const struct package_tree *tree = s->tree;

	for (size_t i = 1; i < tree->n; i++) {
		if (strcmp(tree->files[i].path, tree->files[i - 1].path) == 0)
			findings_add(s->f, "%s: twice in the package", tree->files[i].path);
	}
}

void package_parse(struct package_tree *tree, struct package *p, struct findings *f)
{
	static const char *const none[] = {NULL};
	struct parser s = {.tree = tree, .p = p, .f = f, .a = &p->arena};

	p->languages = none;
	p->validator_args = none;
	if (tree->n > 0)
		qsort(tree->files, tree->n, sizeof(*tree->files), by_path);
	hash_tree(tree, p->hash);
	find_twins(&s);
	if (!parse_problem_yaml(&s))
		return; /* probably another kind of folder: one finding says it all */
	if (parse_is_new(p) && tree->n > 0)
		hide_bad_names(&s);
	parse_limit_files(&s);
	parse_statements(&s);
	parse_programs(&s);
	parse_groups(&s);
	parse_cases(&s);
	parse_scores(&s);
	parse_submissions(&s);
	parse_domjudge_scores(&s);
	parse_groups_free(&s);
}

void package_free(struct package *p)
{
	for (size_t i = 0; i < p->ncases; i++)
		json_decref(p->cases[i].input_validator_args);
	for (size_t i = 0; i < p->nprobes; i++)
		json_decref(p->probes[i].input_validator_args);
	json_decref(p->settings);
	json_decref(p->names);
	findings_free(&p->notes);
	arena_free(&p->arena);
	*p = (struct package){0};
}
