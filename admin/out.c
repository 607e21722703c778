/* out.c -- results as tables for people or JSON for programs, on stdout. */
#include "admin/admin.h"
#include "base/mem.h"

enum { MAX_COLUMNS = 32 };
/* pg_type.oid of the types that have a JSON form of their own. */
enum { OID_BOOL = 16, OID_INT8 = 20, OID_INT2 = 21, OID_INT4 = 23, OID_FLOAT8 = 701 };

size_t out_width(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += ((unsigned char)*text & 0xC0) != 0x80;
	return n;
}

/* Control characters could move the cursor or forge lines: they are shown as `?`. */
static void put(const char *text)
{
	for (; *text; text++)
		putchar((unsigned char)*text < ' ' || *text == 0x7f ? '?' : *text);
}

void out_text(const char *text)
{
	for (; *text; text++)
		putchar(((unsigned char)*text < ' ' && *text != '\n' && *text != '\t') ||
		                        *text == 0x7f
		                ? '?'
		                : *text);
	putchar('\n');
}

void out_cell(const char *text, size_t width, bool right)
{
	size_t n = out_width(text);
	int pad = n < width ? (int)(width - n) : 0;

	if (right)
		printf("%*s", pad, "");
	put(text);
	if (!right)
		printf("%*s", pad, "");
	printf("  ");
}

static bool is_number(const PGresult *res, int col)
{
	Oid t = PQftype(res, col);

	return t == OID_INT8 || t == OID_INT4 || t == OID_INT2 || t == OID_FLOAT8;
}

static const char *cell_text(const PGresult *res, int row, int col)
{
	if (PQgetisnull(res, row, col))
		return "-";
	if (PQftype(res, col) == OID_BOOL)
		return *PQgetvalue(res, row, col) == 't' ? "yes" : "no";
	return PQgetvalue(res, row, col);
}

static json_t *cell_json(const PGresult *res, int row, int col)
{
	const char *text = PQgetvalue(res, row, col);

	if (PQgetisnull(res, row, col))
		return json_null();
	if (PQftype(res, col) == OID_BOOL)
		return json_boolean(*text == 't');
	if (PQftype(res, col) == OID_FLOAT8)
		return json_real(strtod(text, NULL));
	return is_number(res, col) ? json_integer(strtoll(text, NULL, 10)) : json_string(text);
}

static void result_json(const PGresult *res)
{
	json_t *rows = json_array();

	for (int r = 0; r < PQntuples(res); r++) {
		json_t *o = json_object();

		for (int c = 0; c < PQnfields(res); c++)
			json_object_set_new(o, PQfname(res, c), cell_json(res, r, c));
		json_array_append_new(rows, o);
	}
	out_json(rows);
}

static void header_cell(const char *name, size_t width, bool right)
{
	auto_free char *title = xstrdup(name);

	for (char *p = title; (p = strchr(p, '_')); p++)
		*p = ' ';
	out_cell(title, width, right);
}

void out_result(const struct admin *admin, const PGresult *res)
{
	size_t widths[MAX_COLUMNS] = {0};
	int columns = PQnfields(res);

	assert(columns <= MAX_COLUMNS);
	if (admin->json) {
		result_json(res);
		return;
	}
	for (int c = 0; c < columns; c++) {
		widths[c] = out_width(PQfname(res, c));
		for (int r = 0; r < PQntuples(res); r++) {
			size_t w = out_width(cell_text(res, r, c));

			widths[c] = w > widths[c] ? w : widths[c];
		}
		header_cell(PQfname(res, c), widths[c], is_number(res, c));
	}
	putchar('\n');
	for (int r = 0; r < PQntuples(res); r++) {
		for (int c = 0; c < columns; c++)
			out_cell(cell_text(res, r, c), widths[c], is_number(res, c));
		putchar('\n');
	}
	if (PQntuples(res) == 0)
		puts("(none)");
}

void out_json(json_t *v)
{
	auto_free char *text = json_dumps(v, JSON_INDENT(2) | JSON_ENCODE_ANY);

	assert(text);
	puts(text);
	json_decref(v);
}

void out_say(const struct admin *admin, json_t *o, const char *fmt, ...)
{
	va_list args;

	if (admin->json) {
		out_json(o);
		return;
	}
	json_decref(o);
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	putchar('\n');
}
