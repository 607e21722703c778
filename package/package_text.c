/* package_text.c -- what contestants read: statements in several languages and formats, the figures
 * beside them, attachments; and the name of a problem whose problem.yaml has none.
 *
 * LaTeX is stored like the others; as nothing shows it yet, that is a note. A language may have
 * several formats: who shows it chooses. */
#include "package/package_parse.h"

#include <ctype.h>

enum { STATEMENT_MAX = 32 << 20, NAME_MAX_LEN = 200 };

/* The names that the database and the URLs take. */
static bool is_plain_name(const char *name)
{
	size_t len = strlen(name);

	return len >= 1 && len <= 100 &&
	       strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	                    "0123456789_.-") == len;
}

/* "en", "fil", "pt-BR" */
static bool is_language(const char *s, size_t len)
{
	size_t n = 0;

	while (n < len && islower((unsigned char)s[n]))
		n++;
	if (n == len)
		return n == 2 || n == 3;
	return (n == 2 || n == 3) && s[n] == '-' && len - n == 3 &&
	       isupper((unsigned char)s[n + 1]) && isupper((unsigned char)s[n + 2]);
}

/* "problem.en.md", "problem.md" (English): language and format. */
static bool statement_name(const char *name, struct package_statement *out)
{
	static const char *const formats[] = {"md", "tex", "pdf", "html"};
	const char *dot = strrchr(name, '.');
	const char *language = name + strlen("problem.");
	size_t len;

	if (!parse_starts(name, "problem.") || !dot)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(formats); i++)
		out->format = strcmp(dot + 1, formats[i]) == 0 ? formats[i] : out->format;
	if (!out->format)
		return false;
	len = dot >= language ? (size_t)(dot - language) : 0;
	if (len == 0) {
		language = "en";
		len = 2;
	}
	if (!is_language(language, len))
		return false;
	snprintf(out->language, sizeof(out->language), "%.*s", (int)len, language);
	return true;
}

static void add_statement(struct parser *s, struct package_statement *new)
{
	struct package *p = s->p;
	const struct package_file *file = new->file;
	int line = strcmp(new->format, "pdf") != 0 ? parse_bad_line(file) : 0;

	for (size_t i = 0; i < p->nstatements; i++) {
		const struct package_statement *old = &p->statements[i];

		if (strcmp(old->language, new->language) != 0 || old->format != new->format)
			continue;
		findings_add(&p->notes, "%s: %s has the same language and format, ignored",
		        file->path, old->file->path);
		return;
	}
	if (line > 0)
		findings_add(s->f, "%s:%d: must be UTF-8", file->path, line);
	if (strcmp(new->format, "tex") == 0)
		findings_add(&p->notes,
		        "%s: stored; a LaTeX statement cannot be shown yet, a PDF or Markdown can",
		        file->path);
	p->statements = parse_grow(s->a, p->statements, p->nstatements, sizeof(*p->statements));
	p->statements[p->nstatements++] = *new;
}

static void add_extra(struct parser *s, const char *kind, const struct package_file *file)
{
	const char *slash = strchr(file->path, '/');
	const char *name = slash + 1;
	struct package *p = s->p;

	if (!is_plain_name(name)) {
		findings_add(&p->notes,
		        "%s: not offered: %s needs a name of 1 to 100 of A-Z a-z 0-9 _ . -, in no "
		        "folder of its own",
		        file->path, strcmp(kind, "figure") == 0 ? "a figure" : "an attachment");
		return;
	}
	p->extras = parse_grow(s->a, p->extras, p->nextras, sizeof(*p->extras));
	p->extras[p->nextras++] = (struct package_extra){kind, name, file};
}

static bool is_too_large(struct parser *s, const struct package_file *file)
{
	if (file->len > STATEMENT_MAX)
		findings_add(s->f, "%s: larger than %d MiB", file->path, STATEMENT_MAX >> 20);
	return file->len > STATEMENT_MAX;
}

/* A file of the folder of statements, or of the top. */
static void take_statement(struct parser *s, const struct package_file *file)
{
	const char *slash = strchr(file->path, '/');
	struct package_statement new = {.file = file};

	if (is_too_large(s, file))
		return;
	if (statement_name(slash ? slash + 1 : file->path, &new))
		add_statement(s, &new);
	else if (slash && parse_starts(slash + 1, "problem."))
		findings_add(&s->p->notes,
		        "%s: ignored: a statement is problem.LANGUAGE.md, .tex, .pdf or .html, "
		        "with a language such as en or pt-BR",
		        file->path);
	else if (slash)
		add_extra(s, "figure", file);
}

/* Copies what stands between braces, which may nest; false: no name in it. */
static bool inside_braces(const char *from, char out[NAME_MAX_LEN + 1])
{
	int depth = 0;
	size_t n = 0;

	for (const char *c = from; *c && n < NAME_MAX_LEN; c++) {
		depth += (*c == '{') - (*c == '}');
		if (depth == 0)
			break;
		if (*c != '{' && *c != '}' && *c != '$' && *c != '\n')
			out[n++] = *c;
	}
	out[n] = '\0';
	return depth == 0 && n > 0;
}

/* \problemname{...}, or the comment that says it without markup. */
static bool name_in_tex(const struct package_file *file, char out[NAME_MAX_LEN + 1])
{
	static const char plain[] = "plainproblemname:", marked[] = "\\problemname{";
	const char *at = strstr(file->data, plain);

	if (at) {
		at += strlen(plain);
		at += strspn(at, " \t");
		snprintf(out, NAME_MAX_LEN + 1, "%.*s", (int)strcspn(at, "\r\n"), at);
		return *out != '\0';
	}
	at = strstr(file->data, marked);
	return at && inside_braces(at + strlen(marked) - 1, out);
}

static void find_name(struct parser *s)
{
	struct package *p = s->p;
	char name[NAME_MAX_LEN + 1];

	for (size_t i = 0; i < p->nstatements; i++) {
		const struct package_statement *one = &p->statements[i];
		json_t *text;

		if (strcmp(one->format, "tex") != 0 || !name_in_tex(one->file, name))
			continue;
		text = json_string(name);
		if (!text)
			continue;
		if (!p->name || strcmp(one->language, "en") == 0)
			p->name = arena_strdup(s->a, name);
		json_object_set_new(p->names, one->language, text);
	}
	if (!p->name && p->short_name && *p->short_name)
		p->name = p->short_name;
	if (!p->name)
		findings_add(s->f,
		        "problem.yaml:1: name: is missing, and no statement in LaTeX has "
		        "\\problemname{...}");
}

void parse_statements(struct parser *s)
{
	static const char *const folders[] = {"statement/", "problem_statement/", "problem."};
	bool named = s->p->name != NULL;
	const struct package_file *file;
	size_t n;

	for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
		file = parse_folder(s, folders[i], &n);
		for (size_t j = 0; j < n; j++)
			take_statement(s, &file[j]);
	}
	file = parse_folder(s, "attachments/", &n);
	for (size_t j = 0; j < n; j++) {
		if (!is_too_large(s, &file[j]))
			add_extra(s, "attachment", &file[j]);
	}
	if (!named)
		find_name(s);
	if (s->p->nstatements == 0)
		findings_add(&s->p->notes, "no statement: problem_statement/problem.en.md and its "
		                           "like are missing");
}
