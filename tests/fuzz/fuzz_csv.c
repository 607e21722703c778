/* fuzz_csv.c -- files out of spreadsheets. Every cell that was read is a string inside a table of
 * the caller's width; complaints about any of them can be made. */
#include "admin/csv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct csv_column columns[] = {
	        {"id", true}, {"name", true}, {"x", false}, {NULL, false}};
	__attribute__((cleanup(csv_free))) struct csv csv = {0};
	size_t bytes = 0;

	csv_parse(&csv, (const char *)data, size, columns);
	for (size_t i = 0; i < csv.nrows; i++) {
		for (size_t k = 0; k < 3; k++)
			bytes += strlen(csv_cell(&csv, i, k));
		csv_complain(&csv, i, 2, "%s", csv_cell(&csv, i, 0));
	}
	if (bytes > size)
		abort(); /* a cell was counted twice */
	return 0;
}
