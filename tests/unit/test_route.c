/* test_route.c -- the search in the table of routes, and the table itself. */
#include "tests/unit/test.h"

#include "api/route.h"

static const struct route table[] = {
        {"GET", "/api/things", ROLE_PUBLIC, 0, NULL, NULL, 0},
        {"POST", "/api/things", ROLE_TEAM, 0, NULL, NULL, 100},
        {"GET", "/api/things/new", ROLE_PUBLIC, 0, NULL, NULL, 0},
        {"GET", "/api/things/{a}/parts/{b}", ROLE_PUBLIC, 0, NULL, NULL, 0},
        {"GET", "/api/things/{a}", ROLE_PUBLIC, 0, NULL, NULL, 0},
        {"GET", "/{rest}", ROLE_PUBLIC, ROUTE_REST, NULL, NULL, 0},
};

static const struct route *found(const char *method, const char *path)
{
	auto_arena struct arena a = {0};
	struct route_match m;

	return route_find(&(struct route_query){table, ARRAY_LEN(table), method, path, false}, &a,
	               &m) == ROUTE_FOUND
	               ? m.route
	               : NULL;
}

static void a_path_finds_its_row(void **state UNUSED)
{
	assert_ptr_equal(found("GET", "/api/things"), &table[0]);
	assert_ptr_equal(found("POST", "/api/things"), &table[1]);
	assert_ptr_equal(found("GET", "/api/things/new"), &table[2]);
	assert_ptr_equal(found("GET", "/api/things/7"), &table[4]);
	assert_ptr_equal(found("GET", "/index.html"), &table[5]);
	assert_ptr_equal(found("GET", "/"), &table[5]);
}

static void head_is_answered_where_get_is(void **state UNUSED)
{
	assert_ptr_equal(found("HEAD", "/api/things"), &table[0]);
}

static void parameters_come_in_order(void **state UNUSED)
{
	auto_arena struct arena a = {0};
	struct route_match m;

	assert_int_equal(route_find(&(struct route_query){table, ARRAY_LEN(table), "GET",
	                                    "/api/things/x-1/parts/y.z", false},
	                         &a, &m),
	        ROUTE_FOUND);
	assert_string_equal(m.params[0], "x-1");
	assert_string_equal(m.params[1], "y.z");
}

static void what_is_no_id_is_no_parameter(void **state UNUSED)
{
	static const char *const paths[] = {"/api/things/", "/api/things/a b", "/api/things/a%2f",
	        "/api/things/\xc3\xa4", "/api/things//parts/b", "/api/things/a/parts/",
	        "/api/thingsx", "/api/thing", "/api/things/7/"};

	for (size_t i = 0; i < ARRAY_LEN(paths); i++)
		assert_null(found("GET", paths[i]));
}

static void another_method_is_told_which_there_are(void **state UNUSED)
{
	auto_arena struct arena a = {0};
	struct route_match m;

	assert_int_equal(route_find(&(struct route_query){table, ARRAY_LEN(table), "DELETE",
	                                    "/api/things", false},
	                         &a, &m),
	        ROUTE_METHOD);
	assert_string_equal(m.allow, "GET, HEAD, POST");
}

static void the_api_never_falls_through_to_the_pages(void **state UNUSED)
{
	assert_null(found("GET", "/api"));
	assert_null(found("GET", "/api/other"));
	assert_ptr_equal(found("GET", "/apis"), &table[5]);
}

/* A path of the table with an `x` for each parameter. */
static void fill_in(const char *pattern, char *path)
{
	while (*pattern) {
		*path = *pattern;
		if (*pattern == '{') {
			*path = 'x';
			pattern = strchr(pattern, '}');
		}
		path++;
		pattern++;
	}
	*path = '\0';
}

static void each_row_of_the_table_finds_itself(void **state UNUSED)
{
	auto_arena struct arena a = {0};

	for (size_t i = 0; i < route_count; i++) {
		struct route_match m;
		char path[200];

		fill_in(route_table[i].path, path);
		assert_int_equal(route_find(&(struct route_query){route_table, route_count,
		                                    route_table[i].method, path,
		                                    (route_table[i].flags & ROUTE_AT) != 0},
		                         &a, &m),
		        ROUTE_FOUND);
		assert_ptr_equal(m.route, &route_table[i]);
		assert_true(route_table[i].work || route_table[i].loop);
	}
}

static void what_changes_something_is_never_open_to_the_public(void **state UNUSED)
{
	static const char *const open[] = {
	        "/api/login", "/api/refresh", "/api/logout", "/api/register"};

	for (size_t i = 0; i < route_count; i++) {
		bool known = strcmp(route_table[i].method, "GET") == 0;

		for (size_t k = 0; k < ARRAY_LEN(open); k++)
			known = known || strcmp(route_table[i].path, open[k]) == 0;
		assert_true(known || route_table[i].least > ROLE_PUBLIC);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_path_finds_its_row),
	        cmocka_unit_test(head_is_answered_where_get_is),
	        cmocka_unit_test(parameters_come_in_order),
	        cmocka_unit_test(what_is_no_id_is_no_parameter),
	        cmocka_unit_test(another_method_is_told_which_there_are),
	        cmocka_unit_test(the_api_never_falls_through_to_the_pages),
	        cmocka_unit_test(each_row_of_the_table_finds_itself),
	        cmocka_unit_test(what_changes_something_is_never_open_to_the_public),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
