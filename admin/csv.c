/* csv.c -- RFC 4180 with a header line, all mistakes reported.
 *
 * One pass over the text with a small state: cells are unquoted in place (they never grow), each
 * remembers line and column. The header line maps file columns to the caller's list; then each
 * record must have as many cells as the header. Pure but for csv_read. */
#include "admin/csv.h"

#include "base/mem.h"

enum { CELL_MAX = 64 * 1024 };

struct cell {
	char *text;
	int line, place;
};

struct reader {
	char *p, *end;
	int line;
	char *line_start;
	char separator;
};

static const char *path_of(const struct csv *csv)
{
	return csv->path ? csv->path : "input";
}

/* Reads a quoted cell in place; p stands after the opening quote. */
static void quoted(struct csv *csv, struct reader *r, const struct cell *c)
{
	char *to = r->p;

	while (r->p < r->end) {
		if (*r->p == '"' && r->p + 1 < r->end && r->p[1] == '"') {
			r->p++;
		} else if (*r->p == '"') {
			break;
		} else if (*r->p == '\n') {
			r->line++;
			r->line_start = r->p + 1;
		}
		*to++ = *r->p++;
	}
	if (r->p == r->end) {
		findings_add(&csv->findings, "%s:%d:%d: a quote is never closed", path_of(csv),
		        c->line, c->place);
	} else {
		r->p++;
	}
	if (r->p < r->end && *r->p != r->separator && *r->p != '\n' && *r->p != '\r')
		findings_add(&csv->findings, "%s:%d:%d: text after a closing quote", path_of(csv),
		        c->line, c->place);
	*to = '\0'; /* at the closing quote or before: never beyond p */
}

/* One cell; returns what ended it: the separator, '\n' or 0. */
static char read_cell(struct csv *csv, struct reader *r, struct cell *c)
{
	char *end;
	char ended;

	*c = (struct cell){r->p, r->line, (int)(r->p - r->line_start) + 1};
	if (r->p < r->end && *r->p == '"') {
		c->text = ++r->p;
		quoted(csv, r, c);
		end = NULL;
	} else {
		end = r->p;
	}
	while (r->p < r->end && *r->p != r->separator && *r->p != '\n')
		r->p++;
	if (end)
		end = r->p > c->text && r->p[-1] == '\r' && (r->p == r->end || *r->p == '\n')
		              ? r->p - 1
		              : r->p;
	ended = *r->p; /* NUL at the end */
	if (r->p < r->end)
		r->p++;
	if (ended == '\n') {
		r->line++;
		r->line_start = r->p;
	}
	if (end)
		*end = '\0'; /* the text has a NUL of its own at its end */
	if (strlen(c->text) > CELL_MAX) {
		findings_add(&csv->findings, "%s:%d:%d: the cell is too long", path_of(csv),
		        c->line, c->place);
		c->text[CELL_MAX] = '\0';
	}
	return ended;
}

/* The cells of a record; how many (those beyond the limit are dropped and reported). */
static size_t read_record(struct csv *csv, struct reader *r, struct cell cells[CSV_MAX_COLUMNS])
{
	size_t n = 0;
	struct cell c;
	char ended;

	do {
		ended = read_cell(csv, r, &c);
		if (n < CSV_MAX_COLUMNS)
			cells[n] = c;
		n++;
	} while (ended == r->separator);
	if (n > CSV_MAX_COLUMNS) {
		findings_add(&csv->findings, "%s:%d: more than %d columns", path_of(csv),
		        cells[0].line, CSV_MAX_COLUMNS);
		n = CSV_MAX_COLUMNS;
	}
	return n;
}

static int place_of(const struct csv_column *columns, const char *name)
{
	for (int i = 0; columns[i].name; i++) {
		if (strcmp(columns[i].name, name) == 0)
			return i;
	}
	return -1;
}

/* Header: which of the caller's columns each of the file's is. */
static size_t read_header(struct csv *csv, struct reader *r, const struct csv_column *columns,
        int map[CSV_MAX_COLUMNS])
{
	struct cell cells[CSV_MAX_COLUMNS] = {0};
	bool seen[CSV_MAX_COLUMNS] = {false};
	size_t n = read_record(csv, r, cells);

	for (size_t i = 0; i < n; i++) {
		int at = place_of(columns, cells[i].text);

		map[i] = at;
		if (at < 0)
			findings_add(&csv->findings, "%s:%d:%d: no such column: \"%s\"",
			        path_of(csv), cells[i].line, cells[i].place, cells[i].text);
		else if (seen[at])
			findings_add(&csv->findings, "%s:%d:%d: column \"%s\" twice", path_of(csv),
			        cells[i].line, cells[i].place, cells[i].text);
		if (at >= 0)
			seen[at] = true;
	}
	for (size_t i = 0; columns[i].name; i++) {
		if (columns[i].required && !seen[i])
			findings_add(&csv->findings, "%s:1:1: the header line has no column \"%s\"",
			        path_of(csv), columns[i].name);
	}
	return n;
}

static void add_row(struct csv *csv, const struct cell *cells, const int *map, size_t n)
{
	size_t base = csv->nrows * csv->ncolumns, total = base + csv->ncolumns;

	/* In steps of powers of two: cells, lines and places grow together. */
	if ((csv->nrows & (csv->nrows - 1)) == 0) {
		size_t rows = csv->nrows ? 2 * csv->nrows : 1;

		csv->cells = xreallocarray(csv->cells, rows * csv->ncolumns, sizeof(*csv->cells));
		csv->lines = xreallocarray(csv->lines, rows * csv->ncolumns, sizeof(*csv->lines));
		csv->places =
		        xreallocarray(csv->places, rows * csv->ncolumns, sizeof(*csv->places));
	}
	for (size_t i = base; i < total; i++) {
		csv->cells[i] = "";
		csv->lines[i] = cells[0].line;
		csv->places[i] = 1;
	}
	for (size_t i = 0; i < n; i++) {
		if (map[i] < 0)
			continue;
		csv->cells[base + (size_t)map[i]] = cells[i].text;
		csv->lines[base + (size_t)map[i]] = cells[i].line;
		csv->places[base + (size_t)map[i]] = cells[i].place;
	}
	csv->nrows++;
}

/* How many bytes a UTF-8 character that begins so has; 0: none begins so. */
static size_t utf8_promise(unsigned char first)
{
	static const struct {
		unsigned char mask, bits;
	} forms[] = {{0x80, 0x00}, {0xE0, 0xC0}, {0xF0, 0xE0}, {0xF8, 0xF0}};

	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		if ((first & forms[i].mask) == forms[i].bits)
			return i + 1;
	}
	return 0;
}

/* Length of the UTF-8 character at p, 0 when there is none (overlong forms, surrogates, NUL). */
static size_t utf8_length(const unsigned char *p, size_t left)
{
	static const unsigned least[5] = {0, 1, 0x80, 0x800, 0x10000};
	size_t n = utf8_promise(*p);
	unsigned code = n == 1 ? *p : *p & (0x7FU >> n);

	if (n == 0 || n > left)
		return 0;
	for (size_t k = 1; k < n; k++) {
		if ((p[k] & 0xC0) != 0x80)
			return 0;
		code = code << 6 | (p[k] & 0x3FU);
	}
	if (code < least[n] || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000))
		return 0;
	return n;
}

static void check_text(struct csv *csv, const char *text, size_t len)
{
	const unsigned char *p = (const unsigned char *)text;
	int line = 1;

	for (size_t i = 0, n; i < len; i += n) {
		n = utf8_length(p + i, len - i);
		if (n == 0) {
			findings_add(&csv->findings, "%s:%d: not UTF-8 text", path_of(csv), line);
			return;
		}
		line += p[i] == '\n';
	}
}

static char guess_separator(const char *text)
{
	const char *p = text + strcspn(text, ",;\t\n");

	if (*p == ';' || *p == '\t')
		return *p;
	return ',';
}

void csv_parse(struct csv *csv, const char *text, size_t len, const struct csv_column *columns)
{
	int map[CSV_MAX_COLUMNS];
	struct cell cells[CSV_MAX_COLUMNS];
	struct reader r = {.line = 1};
	size_t n, width;

	if (len >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) {
		text += 3;
		len -= 3;
	}
	csv->text = xmalloc(len + 1);
	memcpy(csv->text, text, len);
	csv->text[len] = '\0';
	for (csv->ncolumns = 0; columns[csv->ncolumns].name; csv->ncolumns++)
		;
	assert(csv->ncolumns <= CSV_MAX_COLUMNS);
	check_text(csv, csv->text, len);
	if (csv->findings.n > 0)
		return;
	r.p = r.line_start = csv->text;
	r.end = csv->text + len;
	r.separator = guess_separator(csv->text);
	width = read_header(csv, &r, columns, map);
	while (r.p < r.end && csv->nrows < CSV_MAX_ROWS) {
		n = read_record(csv, &r, cells);
		if (n == 1 && !*cells[0].text)
			continue; /* an empty line */
		if (n != width)
			findings_add(&csv->findings,
			        "%s:%d: %zu cells where the header line has %zu", path_of(csv),
			        cells[0].line, n, width);
		add_row(csv, cells, map, n < width ? n : width);
	}
	if (r.p < r.end)
		findings_add(&csv->findings, "%s:%d: more than %d rows", path_of(csv), r.line,
		        CSV_MAX_ROWS);
}

int csv_read(struct csv *csv, const char *path, const struct csv_column *columns, struct err *err)
{
	auto_buf struct buf text = {0};

	csv->path = path;
	if (buf_read_file(&text, path, CSV_MAX_BYTES, err) < 0)
		return err_result(err);
	csv_parse(csv, text.data ? text.data : "", text.len, columns);
	return 0;
}

void csv_free(struct csv *csv)
{
	free(csv->text);
	free(csv->cells);
	free(csv->lines);
	free(csv->places);
	findings_free(&csv->findings);
	*csv = (struct csv){0};
}

const char *csv_cell(const struct csv *csv, size_t row, size_t column)
{
	assert(row < csv->nrows && column < csv->ncolumns);
	return csv->cells[row * csv->ncolumns + column];
}

void csv_complain(struct csv *csv, size_t row, size_t column, const char *fmt, ...)
{
	size_t at = row * csv->ncolumns + column;
	auto_free char *text = NULL;
	va_list args;

	va_start(args, fmt);
	if (vasprintf(&text, fmt, args) < 0)
		abort(); /* no memory */
	va_end(args);
	findings_add(&csv->findings, "%s:%d:%d: %s", path_of(csv), csv->lines[at], csv->places[at],
	        text);
}
