/* package_ini.c -- DOMjudge's additions beside problem.yaml: .timelimit, and domjudge-problem.ini
 * with lines `key = value`, the value perhaps in quotes, `;` and `#` before comments. The time
 * limit: .timelimit before the ini file before problem.yaml. */
#include "package/package_parse.h"

#include <math.h>

enum { MAX_LIMIT_S = 600, MAX_LINE = 400, INI_MAX = 64 << 10 };

/* Seconds, with or without quotes. */
static bool parse_seconds(const char *text, int64_t *ms)
{
	char *end;
	double v;

	text += strspn(text, " \t\r\n'\"");
	v = strtod(text, &end);
	if (end == text || end[strspn(end, " \t\r\n'\"")] || !(v >= 0.001 && v <= MAX_LIMIT_S))
		return false;
	*ms = (int64_t)ceil(v * 1000 - 1e-6);
	return true;
}

/* Cuts blanks and one pair of quotes off, in place. */
static char *trim(char *s)
{
	size_t n;

	s += strspn(s, " \t\r");
	for (n = strlen(s); n > 0 && strchr(" \t\r", s[n - 1]);)
		s[--n] = '\0';
	if (n >= 2 && (*s == '\'' || *s == '"') && s[n - 1] == *s) {
		s[n - 1] = '\0';
		s++;
	}
	return s;
}

struct place {
	const char *path;
	int line;
};

static void take(struct parser *s, const struct place *at, const char *key, const char *value)
{
	static const char *const other[] = {"externalid", "points", "allow-submit", "allow-judge",
	        "allow_submit", "allow_judge", "probid", "special_compare_args", "special-compare",
	        "special-run", "special_compare", "special_run"};
	struct package *p = s->p;

	if (strcmp(key, "timelimit") == 0) {
		if (!parse_seconds(value, &p->limits.time_ms))
			findings_add(s->f, "%s:%d: timelimit must be seconds, from 0.001 to %d",
			        at->path, at->line, MAX_LIMIT_S);
	} else if (strcmp(key, "name") == 0) {
		if (!p->name && *value)
			p->name = arena_strdup(s->a, value);
	} else if (strcmp(key, "short-name") == 0) {
		p->short_name = arena_strdup(s->a, value);
	} else if (strcmp(key, "color") == 0) {
		p->color = arena_strdup(s->a, value);
	} else {
		for (size_t i = 0; i < ARRAY_LEN(other); i++) {
			if (strcmp(key, other[i]) == 0)
				return;
		}
		findings_add(
		        &p->notes, "%s:%d: no such key, ignored: %.60s", at->path, at->line, key);
	}
}

static void take_line(struct parser *s, const struct place *at, char *line)
{
	char *text = trim(line);
	char *equals = strchr(text, '=');

	if (!*text || *text == ';' || *text == '#' || *text == '[')
		return;
	if (!equals) {
		findings_add(s->f, "%s:%d: must be key = value", at->path, at->line);
		return;
	}
	*equals = '\0';
	take(s, at, trim(text), trim(equals + 1));
}

static void read_ini(struct parser *s, const struct package_file *file)
{
	struct place at = {file->path, 1};

	if (file->len > INI_MAX || strlen(file->data) != file->len) {
		findings_add(s->f, "%s: no text of at most %d KiB", file->path, INI_MAX >> 10);
		return;
	}
	for (const char *p = file->data; *p; at.line++) {
		size_t len = strcspn(p, "\n");
		char line[MAX_LINE];

		snprintf(line, sizeof(line), "%.*s", (int)len, p);
		take_line(s, &at, line);
		p += len + (p[len] == '\n');
	}
}

void parse_limit_files(struct parser *s)
{
	const struct package_file *plain = parse_find(s, ".timelimit");
	const struct package_file *ini = parse_find(s, "domjudge-problem.ini");

	if (ini)
		read_ini(s, ini);
	if (plain && !parse_seconds(plain->data, &s->p->limits.time_ms))
		findings_add(s->f, ".timelimit:1: must be seconds, from 0.001 to %d", MAX_LIMIT_S);
}
