/* test_csv.c -- tables that people made. Cases of RFC 4180, and each mistake with its place. */
#include "tests/unit/test.h"

#include "admin/csv.h"

#define auto_csv __attribute__((cleanup(csv_free)))

static const struct csv_column columns[] = {
        {"id", true}, {"name", true}, {"country", false}, {NULL, false}};

static void read_text(struct csv *csv, const char *text)
{
	csv->path = "f";
	csv_parse(csv, text, strlen(text), columns);
}

static void assert_clean(const struct csv *csv, size_t rows)
{
	if (csv->findings.n > 0)
		fail_msg("%s", csv->findings.text.data);
	assert_int_equal(csv->nrows, rows);
}

static void assert_finding(const char *text, const char *expected)
{
	auto_csv struct csv csv = {0};

	read_text(&csv, text);
	assert_non_null(csv.findings.text.data);
	assert_string_equal(csv.findings.text.data, expected);
}

static void cells_come_in_the_order_of_the_callers_list(void **state UNUSED)
{
	auto_csv struct csv csv = {0};

	read_text(&csv, "name,id\r\nOne,t1\r\n\r\nTwo,t2");
	assert_clean(&csv, 2);
	assert_string_equal(csv_cell(&csv, 0, 0), "t1");
	assert_string_equal(csv_cell(&csv, 0, 1), "One");
	assert_string_equal(csv_cell(&csv, 1, 1), "Two");
	assert_string_equal(csv_cell(&csv, 1, 2), "");
}

static void quoted_cells_hold_separators_quotes_and_lines(void **state UNUSED)
{
	auto_csv struct csv csv = {0};

	read_text(&csv, "id,name\n1,\"a \"\"b\"\", c\nd\"\n2,\"\"\n");
	assert_clean(&csv, 2);
	assert_string_equal(csv_cell(&csv, 0, 1), "a \"b\", c\nd");
	assert_string_equal(csv_cell(&csv, 1, 1), "");
	assert_int_equal(csv.lines[csv.ncolumns], 4);
}

static void semicolons_tabs_and_a_byte_order_mark_are_read(void **state UNUSED)
{
	auto_csv struct csv semicolons = {0}, tabs = {0};

	read_text(&semicolons, "\xEF\xBB\xBFid;name\n1;a,b\n");
	assert_clean(&semicolons, 1);
	assert_string_equal(csv_cell(&semicolons, 0, 1), "a,b");
	read_text(&tabs, "id\tname\n1\tZw\xC3\xABi\n");
	assert_clean(&tabs, 1);
	assert_string_equal(csv_cell(&tabs, 0, 1), "Zw\xC3\xABi");
}

static void the_header_line_is_checked(void **state UNUSED)
{
	assert_finding("id,nome\n", "f:1:4: no such column: \"nome\"\n"
	                            "f:1:1: the header line has no column \"name\"\n");
	assert_finding("id,name,id\n", "f:1:9: column \"id\" twice\n");
	assert_finding("", "f:1:1: no such column: \"\"\n"
	                   "f:1:1: the header line has no column \"id\"\n"
	                   "f:1:1: the header line has no column \"name\"\n");
}

static void every_mistake_is_found_with_its_place(void **state UNUSED)
{
	assert_finding("id,name\n1\n2,b,c\n3,\"c\"d\n4,\"e\n",
	        "f:2: 1 cells where the header line has 2\n"
	        "f:3: 3 cells where the header line has 2\n"
	        "f:4:3: text after a closing quote\n"
	        "f:5:3: a quote is never closed\n");
}

static void bytes_that_are_no_text_are_refused(void **state UNUSED)
{
	auto_csv struct csv csv = {0};

	assert_finding("id,name\n1,\xFF\n", "f:2: not UTF-8 text\n");
	assert_finding("id,name\n1,\xC0\xAF\n", "f:2: not UTF-8 text\n");
	assert_finding("id,name\n1,\xED\xA0\x80\n", "f:2: not UTF-8 text\n");
	assert_finding("id,name\n1,\xE2\x82", "f:2: not UTF-8 text\n");
	csv.path = "f";
	csv_parse(&csv, "id,name\n1,a\0b\n", 14, columns);
	assert_string_equal(csv.findings.text.data, "f:2: not UTF-8 text\n");
}

static void a_complaint_names_line_and_column(void **state UNUSED)
{
	auto_csv struct csv csv = {0};

	read_text(&csv, "id,name\n1,a\n2,b\n");
	assert_clean(&csv, 2);
	csv_complain(&csv, 1, 1, "bad: %d", 7);
	assert_string_equal(csv.findings.text.data, "f:3:3: bad: 7\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(cells_come_in_the_order_of_the_callers_list),
	        cmocka_unit_test(quoted_cells_hold_separators_quotes_and_lines),
	        cmocka_unit_test(semicolons_tabs_and_a_byte_order_mark_are_read),
	        cmocka_unit_test(the_header_line_is_checked),
	        cmocka_unit_test(every_mistake_is_found_with_its_place),
	        cmocka_unit_test(bytes_that_are_no_text_are_refused),
	        cmocka_unit_test(a_complaint_names_line_and_column),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
