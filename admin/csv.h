/* csv.h -- tables that people made in a spreadsheet: RFC 4180 with a header line, UTF-8 (a byte
 * order mark is skipped), `,` or `;` or a tab between cells (the header line decides).
 *
 * Reading never stops at the first mistake: all of them are collected as findings
 * `FILE:line:column: sentence`, for the author to mend at once. */
#ifndef ADMIN_CSV_H
#define ADMIN_CSV_H
#include "base/base.h"
#include "base/err.h"
#include "base/findings.h"

struct csv_column {
	const char *name; /* NULL ends the list */
	bool required;    /* in the header line */
};

enum { CSV_MAX_COLUMNS = 24, CSV_MAX_ROWS = 100000, CSV_MAX_BYTES = 16 << 20 };

struct csv {
	const char *path; /* borrowed, for the findings */
	char *text;       /* owns all cells */
	const char *
	        *cells; /* nrows x ncolumns, in the order of the caller's list; "" when missing */
	int *lines, *places; /* where each cell began, from 1 */
	size_t nrows, ncolumns;
	struct findings findings;
};

/* Reads a file. Negative only when it cannot be read at all; mistakes are in csv->findings.
 * csv_free either way. */
int csv_read(struct csv *csv, const char *path, const struct csv_column *columns, struct err *err);
/* The same from text, which is copied. */
void csv_parse(struct csv *csv, const char *text, size_t len, const struct csv_column *columns);
void csv_free(struct csv *csv);
const char *csv_cell(const struct csv *csv, size_t row, size_t column);
/* Adds a finding about a cell. */
void csv_complain(struct csv *csv, size_t row, size_t column, const char *fmt, ...) PRINTF(4, 5);
#endif
