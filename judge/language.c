/* language.c -- see language.h. Reading is strict: an unknown member, a command that is no path
 * or an unknown placeholder stops the start, with the row's id. */
#include "judge/language.h"

#include "base/json.h"
#include "base/yaml.h"

#include <ctype.h>

enum {
	MAX_FILE_BYTES = 256 << 10,
	MAX_DEPTH = 5,
	MAX_TEXT = 400,
	MAX_FILE = 100,
	MAX_EXTRA_MS = 60000,
	MAX_EXTRA_MIB = 4096,
	MAX_PIDS = 1024,
	MAX_FACTOR = 100,
	DEFAULT_PIDS = 64,
};

static const char *const members[] = {"id", "name", "extensions", "source", "entry", "compile",
        "run", "version", "time_factor", "time_extra_ms", "memory_extra_mib", "pids", "env",
        "precompiled", "memory_signs", NULL};

static const char *const placeholders[] = {
        "{source}", "{sources}", "{entry}", "{stem}", "{memory_mib}", "{precompiled}"};

/* {...} in a word must be one of ours. */
static int check_placeholders(const char *command, struct err *err)
{
	for (const char *p = strchr(command, '{'); p; p = strchr(p + 1, '{')) {
		bool known = false;

		for (size_t i = 0; i < ARRAY_LEN(placeholders); i++)
			known |= strncmp(p, placeholders[i], strlen(placeholders[i])) == 0;
		if (!known)
			return err_set(err, ERR_INPUT, "unknown placeholder in \"%s\"", command);
	}
	return 0;
}

static int check_command(const char *command, struct err *err)
{
	if (command[0] != '/' && strncmp(command, "./", 2) != 0)
		return err_set(err, ERR_INPUT, "\"%s\" must begin with / or ./", command);
	return check_placeholders(command, err);
}

struct list {
	const char *name;
	const char **out;
	size_t *n;
	size_t max;
};

/* A list of strings, or one string; a missing one is empty. */
static int read_list(const json_t *row, struct list list, struct err *err)
{
	const json_t *v = json_object_get(row, list.name);

	*list.n = 0;
	if (!v || json_is_null(v))
		return 0;
	if (json_is_string(v)) {
		list.out[(*list.n)++] = json_string_value(v);
		return 0;
	}
	if (!json_is_array(v) || json_array_size(v) > list.max)
		return err_set(err, ERR_INPUT, "\"%s\" must be a list of at most %zu", list.name,
		        list.max);
	for (size_t i = 0; i < json_array_size(v); i++) {
		const char *s = json_string_value(json_array_get(v, i));

		if (!s || !*s || strlen(s) > MAX_TEXT)
			return err_set(err, ERR_INPUT, "\"%s\" must hold texts", list.name);
		list.out[(*list.n)++] = s;
	}
	return 0;
}

static int read_factor(const json_t *row, double *out, struct err *err)
{
	const json_t *v = json_object_get(row, "time_factor");

	*out = v ? json_number_value(v) : 1.0;
	if ((v && !json_is_number(v)) || !(*out >= 0.1) || !(*out <= MAX_FACTOR))
		return err_set(err, ERR_INPUT, "\"time_factor\" must be a number from 0.1 to 100");
	return 0;
}

static int read_numbers(const json_t *row, struct language *l, struct err *err)
{
	int r = read_factor(row, &l->time_factor, err);

	if (r < 0)
		return r;
	r = json_opt_int(row, "time_extra_ms", 0, MAX_EXTRA_MS, 0, &l->time_extra_ms, err);
	if (r < 0)
		return r;
	r = json_opt_int(row, "memory_extra_mib", 0, MAX_EXTRA_MIB, 0, &l->memory_extra_mib, err);
	if (r < 0)
		return r;
	return json_opt_int(row, "pids", 1, MAX_PIDS, DEFAULT_PIDS, &l->pids, err);
}

static int read_lists(const json_t *row, struct language *l, struct err *err)
{
	const struct list extensions = {
	        "extensions", l->extensions, &l->nextensions, LANGUAGE_MAX_EXTENSIONS};
	const struct list compile = {"compile", l->compile, &l->ncompile, LANGUAGE_MAX_COMMANDS};
	const struct list env = {"env", l->env, &l->nenv, LANGUAGE_MAX_ENV};
	const struct list signs = {
	        "memory_signs", l->memory_signs, &l->nmemory_signs, LANGUAGE_MAX_SIGNS};
	int r = read_list(row, extensions, err);

	if (r == 0 && l->nextensions == 0)
		return err_set(err, ERR_INPUT, "\"extensions\" is empty");
	if (r == 0)
		r = read_list(row, compile, err);
	for (size_t i = 0; r == 0 && i < l->ncompile; i++)
		r = check_command(l->compile[i], err);
	if (r == 0)
		r = read_list(row, env, err);
	return r < 0 ? r : read_list(row, signs, err);
}

static int read_entry_rule(const json_t *row, struct language *l, struct err *err)
{
	const char *rule = NULL;
	int r = json_opt_string(row, "entry", MAX_TEXT, "source", &rule, err);

	if (r < 0)
		return r;
	if (strcmp(rule, "source") == 0)
		l->entry_rule = LANGUAGE_ENTRY_SOURCE;
	else if (strcmp(rule, "java-class") == 0)
		l->entry_rule = LANGUAGE_ENTRY_JAVA_CLASS;
	else if (strcmp(rule, "pascal-program") == 0)
		l->entry_rule = LANGUAGE_ENTRY_PASCAL_PROGRAM;
	else
		return err_set(err, ERR_INPUT, "no such entry point rule: \"%s\"", rule);
	return 0;
}

static bool is_relative_path(const char *s)
{
	return s[0] != '/' && !strstr(s, "..") && !strstr(s, "//") && s[strlen(s) - 1] != '/';
}

static int read_precompiled(const json_t *row, struct language *l, struct err *err)
{
	static const char *const known[] = {"file", "source", "compile", NULL};
	const json_t *p = json_object_get(row, "precompiled");
	int r;

	if (!p)
		return 0;
	if (!json_is_object(p))
		return err_set(err, ERR_INPUT, "\"precompiled\" must be a mapping");
	r = json_only(p, known, err);
	if (r == 0)
		r = json_get_string(p, "file", MAX_FILE, &l->precompiled.file, err);
	if (r == 0)
		r = json_get_string(p, "source", MAX_TEXT, &l->precompiled.source, err);
	if (r == 0)
		r = json_get_string(p, "compile", MAX_TEXT, &l->precompiled.compile, err);
	if (r == 0)
		r = check_command(l->precompiled.compile, err);
	if (r == 0 && !is_relative_path(l->precompiled.file))
		r = err_set(err, ERR_INPUT, "\"file\" must be a relative path");
	return r < 0 ? err_wrap(err, "precompiled") : 0;
}

static int read_row(const json_t *row, struct language *l, struct err *err)
{
	const struct {
		const char *name;
		size_t max;
		const char **out;
	} texts[] = {
	        {"id", 36, &l->id},
	        {"name", MAX_TEXT, &l->name},
	        {"source", LANGUAGE_NAME_SIZE - 1, &l->source},
	        {"run", MAX_TEXT, &l->run},
	        {"version", MAX_TEXT, &l->version},
	};
	int r;

	if (!json_is_object(row))
		return err_set(err, ERR_INPUT, "a row must be a mapping");
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		r = json_get_string(row, texts[i].name, texts[i].max, texts[i].out, err);
		if (r < 0)
			return r;
	}
	r = json_only(row, members, err);
	if (r == 0)
		r = read_entry_rule(row, l, err);
	if (r == 0)
		r = read_numbers(row, l, err);
	if (r == 0)
		r = read_lists(row, l, err);
	if (r == 0)
		r = read_precompiled(row, l, err);
	if (r == 0)
		r = check_command(l->run, err);
	if (r == 0)
		r = check_command(l->version, err);
	if (r == 0 && (!language_is_name(l->id) || !language_is_name(l->source)))
		return err_set(err, ERR_INPUT, "\"id\" and \"source\" must be plain names");
	return r;
}

static int read_rows(struct languages *t, struct err *err)
{
	const json_t *rows = json_object_get(t->root, "languages");

	if (!json_is_array(rows) || json_array_size(rows) == 0)
		return err_set(err, ERR_INPUT, "\"languages\" must be a list of rows");
	if (json_array_size(rows) > LANGUAGE_MAX_ROWS)
		return err_set(err, ERR_INPUT, "more than %d languages", LANGUAGE_MAX_ROWS);
	for (size_t i = 0; i < json_array_size(rows); i++) {
		struct language *l = &t->rows[t->n];

		if (read_row(json_array_get(rows, i), l, err) < 0)
			return err_wrap(err, "language %zu (%s)", i + 1, l->id ? l->id : "?");
		if (language_find(t, l->id))
			return err_set(err, ERR_INPUT, "language \"%s\" is there twice", l->id);
		t->n++;
	}
	return 0;
}

static int take_root(struct languages *t, json_t *root, struct err *err)
{
	int r;

	memset(t, 0, sizeof(*t));
	if (!root)
		return -(int)err->code;
	t->root = root;
	r = read_rows(t, err);
	if (r < 0)
		languages_free(t);
	return r;
}

int languages_load(struct languages *t, const char *path, struct err *err)
{
	if (take_root(t, yaml_parse_file(path, MAX_FILE_BYTES, err), err) < 0)
		return err_wrap(err, "%s", path);
	return 0;
}

int languages_parse(struct languages *t, const char *text, size_t len, struct err *err)
{
	return take_root(t, yaml_parse(text, len, MAX_DEPTH, err), err);
}

void languages_free(struct languages *t)
{
	json_decref(t->root);
	memset(t, 0, sizeof(*t));
}

const struct language *language_find(const struct languages *t, const char *id)
{
	for (size_t i = 0; i < t->n; i++)
		if (strcmp(t->rows[i].id, id) == 0)
			return &t->rows[i];
	return NULL;
}

bool language_has_file(const struct language *l, const char *file)
{
	const char *dot = strrchr(file, '.');

	if (!dot)
		return false;
	for (size_t i = 0; i < l->nextensions; i++)
		if (strcmp(l->extensions[i], dot + 1) == 0)
			return true;
	return false;
}

const struct language *language_by_file(const struct languages *t, const char *file)
{
	for (size_t i = 0; i < t->n; i++)
		if (language_has_file(&t->rows[i], file))
			return &t->rows[i];
	return NULL;
}

int64_t language_time_ms(const struct language *l, int64_t limit_ms)
{
	return (int64_t)((double)limit_ms * l->time_factor) + l->time_extra_ms;
}

bool language_is_name(const char *s)
{
	size_t len = strlen(s);

	if (len == 0 || len >= LANGUAGE_NAME_SIZE || s[0] == '-' || s[0] == '.')
		return false;
	return strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.$+-") ==
	       len;
}

/* Entry points. */

/* The text without comments and the inside of literals, so that words found are code. */
static void strip_java(const struct language_file *f, struct buf *out)
{
	char quote = 0;
	bool line = false, block = false;

	for (size_t i = 0; i < f->len; i++) {
		char c = f->text[i], next = '\0';

		if (i + 1 < f->len)
			next = f->text[i + 1];

		if (line) {
			line = c != '\n';
		} else if (block) {
			block = !(c == '*' && next == '/');
			i += !block;
		} else if (quote) {
			i += c == '\\';
			if (c == quote || c == '\n')
				quote = 0;
		} else if (c == '/' && (next == '/' || next == '*')) {
			line = next == '/';
			block = next == '*';
			i++;
			buf_add(out, " ", 1);
		} else {
			if (c == '"' || c == '\'')
				quote = c;
			buf_add(out, &c, 1);
		}
	}
}

/* The next identifier at *pos, copied to word (cut off when longer); depth: braces that are open.
 */
static bool next_word(const struct buf *b, size_t *pos, int *depth, char word[LANGUAGE_NAME_SIZE])
{
	size_t n = 0;

	while (*pos < b->len && !isalnum((unsigned char)b->data[*pos]) && b->data[*pos] != '_') {
		*depth += (b->data[*pos] == '{') - (b->data[*pos] == '}');
		(*pos)++;
	}
	while (*pos < b->len && (isalnum((unsigned char)b->data[*pos]) || b->data[*pos] == '_' ||
	                                b->data[*pos] == '$')) {
		if (n + 1 < LANGUAGE_NAME_SIZE)
			word[n++] = b->data[*pos];
		(*pos)++;
	}
	word[n] = 0;
	return n > 0;
}

/* "a.b.c." of `package a.b.c;`, whose first word has just been read. */
static void take_package(
        const struct buf *b, size_t *pos, const char *word, char out[LANGUAGE_NAME_SIZE])
{
	size_t from = *pos;

	while (*pos < b->len &&
	        (isalnum((unsigned char)b->data[*pos]) || strchr("_$.", b->data[*pos]) != NULL))
		(*pos)++;
	snprintf(out, LANGUAGE_NAME_SIZE, "%s%.*s.", word, (int)(*pos - from), b->data + from);
}

/* The class of the file's top that `main` stands in, and its package; classes inside of it do not
 * count. */
static bool find_java_main(const struct language_file *f, char out[LANGUAGE_NAME_SIZE])
{
	auto_buf struct buf b = {0};
	char word[LANGUAGE_NAME_SIZE], before[LANGUAGE_NAME_SIZE] = "";
	char class[LANGUAGE_NAME_SIZE] = "", package[LANGUAGE_NAME_SIZE] = "";
	size_t pos = 0;
	int depth = 0;

	strip_java(f, &b);
	while (next_word(&b, &pos, &depth, word)) {
		bool is_main = strcmp(word, "main") == 0 && strcmp(before, "void") == 0;

		if (strcmp(before, "package") == 0 && !*package)
			take_package(&b, &pos, word, package);
		if (strcmp(before, "class") == 0 && depth == 0)
			snprintf(class, sizeof(class), "%s", word);
		if (is_main && *class) {
			int n = snprintf(out, LANGUAGE_NAME_SIZE, "%s%s", package, class);

			return n > 0 && n < LANGUAGE_NAME_SIZE;
		}
		snprintf(before, sizeof(before), "%s", word);
	}
	return false;
}

static void copy_stem(const char *file, char out[LANGUAGE_NAME_SIZE])
{
	const char *dot = strrchr(file, '.');

	snprintf(
	        out, LANGUAGE_NAME_SIZE, "%.*s", dot ? (int)(dot - file) : (int)strlen(file), file);
}

/* Where the comment at pos ends; 0: there is none. */
static size_t pascal_comment(const struct language_file *f, size_t pos)
{
	static const char *const comments[][2] = {{"{", "}"}, {"(*", "*)"}, {"//", "\n"}};

	for (size_t i = 0; i < ARRAY_LEN(comments); i++) {
		const char *begin = comments[i][0], *end = comments[i][1], *found = NULL;
		size_t left = f->len - pos, n = strlen(begin);

		if (left >= n && memcmp(f->text + pos, begin, n) == 0)
			found = memmem(f->text + pos + n, left - n, end, strlen(end));
		if (found)
			return (size_t)(found - f->text) + strlen(end);
	}
	return 0;
}

/* A unit is compiled for others, and makes no program. */
static bool is_pascal_unit(const struct language_file *f)
{
	static const char word[] = "unit";
	size_t pos = 0, n = strlen(word), end;

	while (pos < f->len &&
	        (isspace((unsigned char)f->text[pos]) || pascal_comment(f, pos) > 0)) {
		end = pascal_comment(f, pos);
		pos = end > 0 ? end : pos + 1;
	}
	return f->len - pos > n && strncasecmp(f->text + pos, word, n) == 0 &&
	       isspace((unsigned char)f->text[pos + n]);
}

/* The file with the language's own name (main.py), else the first one that may be it. */
static const struct language_file *main_file(
        const struct language *l, const struct language_files *files)
{
	const struct language_file *first = NULL, *unit = NULL;

	for (size_t i = 0; i < files->n; i++) {
		const struct language_file *f = &files->list[i];

		if (l->source && strcmp(f->name, l->source) == 0)
			return f;
		if (!language_has_file(l, f->name))
			continue;
		if (l->entry_rule == LANGUAGE_ENTRY_PASCAL_PROGRAM && is_pascal_unit(f))
			unit = unit ? unit : f;
		else
			first = first ? first : f;
	}
	return first ? first : unit;
}

static int entry_by_rule(const struct language *l, const struct language_files *files,
        char out[LANGUAGE_NAME_SIZE], struct err *err)
{
	const struct language_file *list = files->list;
	const struct language_file *first = main_file(l, files);

	if (!first)
		return err_set(err, ERR_INPUT, "no file has an extension of %s (.%s)", l->name,
		        l->extensions[0]);
	if (l->entry_rule != LANGUAGE_ENTRY_JAVA_CLASS) {
		snprintf(out, LANGUAGE_NAME_SIZE, "%s", first->name);
		return 0;
	}
	if (find_java_main(first, out))
		return 0;
	for (size_t i = 0; i < files->n; i++)
		if (language_has_file(l, list[i].name) && find_java_main(&list[i], out))
			return 0;
	copy_stem(first->name, out);
	return 0;
}

int language_entry(const struct language *l, const struct language_files *files, const char *wanted,
        char out[LANGUAGE_NAME_SIZE], struct err *err)
{
	if (!wanted || !*wanted)
		return entry_by_rule(l, files, out, err);
	if (!language_is_name(wanted))
		return err_set(err, ERR_INPUT, "no entry point: \"%.60s\"", wanted);
	snprintf(out, LANGUAGE_NAME_SIZE, "%s", wanted);
	return 0;
}

/* Commands. */

/* {source}: the file that the entry point means, else the first of the language. */
static const char *main_source(const struct language *l, const struct language_values *v)
{
	for (size_t i = 0; i < v->nsources; i++)
		if (strcmp(v->sources[i], v->entry) == 0)
			return v->sources[i];
	for (size_t i = 0; i < v->nsources; i++)
		if (language_has_file(l, v->sources[i]))
			return v->sources[i];
	return v->entry;
}

static void add_placeholder(const struct language *l, const char *name,
        const struct language_values *v, struct buf *out)
{
	char stem[LANGUAGE_NAME_SIZE];

	if (strncmp(name, "{source}", 8) == 0) {
		buf_adds(out, main_source(l, v));
	} else if (strncmp(name, "{entry}", 7) == 0) {
		buf_adds(out, v->entry);
	} else if (strncmp(name, "{stem}", 6) == 0) {
		copy_stem(v->entry, stem);
		buf_adds(out, stem);
	} else if (strncmp(name, "{precompiled}", 13) == 0) {
		buf_adds(out, v->precompiled ? v->precompiled : "/nowhere");
	} else {
		buf_addf(out, "%lld", (long long)v->memory_mib);
	}
}

/* One word of a command; {sources} stands alone. */
static void add_word(const struct language *l, const char *word, size_t len,
        const struct language_values *v, struct buf *out)
{
	if (len == 9 && strncmp(word, "{sources}", 9) == 0) {
		for (size_t i = 0; i < v->nsources; i++)
			if (language_has_file(l, v->sources[i]))
				buf_add(out, v->sources[i], strlen(v->sources[i]) + 1);
		return;
	}
	for (size_t i = 0; i < len; i++) {
		const char *end = word[i] == '{' ? memchr(word + i, '}', len - i) : NULL;

		if (end) {
			add_placeholder(l, word + i, v, out);
			i = (size_t)(end - word);
		} else {
			buf_add(out, word + i, 1);
		}
	}
	buf_add(out, "", 1);
}

int language_expand(const struct language *l, const char *command, const struct language_values *v,
        struct buf *words, struct err *err)
{
	for (size_t i = 0; i < v->nsources; i++)
		if (!language_is_name(v->sources[i]))
			return err_set(err, ERR_INPUT, "no file name: \"%.60s\"", v->sources[i]);
	if (!language_is_name(v->entry))
		return err_set(err, ERR_INPUT, "no entry point: \"%.60s\"", v->entry);
	while (*command) {
		size_t len = strcspn(command, " ");

		if (len > 0)
			add_word(l, command, len, v, words);
		command += len;
		command += *command == ' ';
	}
	buf_add(words, "", 1);
	return 0;
}
