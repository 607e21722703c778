/* config.json: what a container must and must not have. */
#include "tests/unit/test.h"

#include "judge/bundle.h"

static json_t *make(struct bundle_root *root)
{
	struct bundle b = {.root = root,
	        .cgroup_path = "/codearena/x/1",
	        .first_uid = 2065536,
	        .memory_bytes = 1 << 30,
	        .pids = 100};
	json_t *c = bundle_config(&b);

	assert_non_null(c);
	return c;
}

static json_t *at(json_t *o, const char *a, const char *b)
{
	json_t *v = json_object_get(json_object_get(o, a), b);

	assert_non_null(v);
	return v;
}

static void the_agent_has_three_capabilities(void **state)
{
	struct bundle_root root = {.path = "/r"};
	json_auto_t *c = make(&root);
	json_t *caps = at(c, "process", "capabilities");
	const char *name;
	json_t *set;

	(void)state;
	json_object_foreach (caps, name, set) {
		assert_int_equal(json_array_size(set), 3);
		assert_string_equal(json_string_value(json_array_get(set, 0)), "CAP_SYS_ADMIN");
	}
	assert_true(json_is_true(at(c, "process", "noNewPrivileges")));
	assert_true(json_is_false(at(c, "process", "terminal")));
}

static void all_namespaces_are_fresh_and_uids_its_own(void **state)
{
	struct bundle_root root = {.path = "/r"};
	json_auto_t *c = make(&root);
	const json_t *map = json_array_get(at(c, "linux", "uidMappings"), 0);

	(void)state;
	assert_int_equal(json_array_size(at(c, "linux", "namespaces")), 7);
	assert_int_equal(json_integer_value(json_object_get(map, "hostID")), 2065536);
	assert_int_equal(json_integer_value(json_object_get(map, "size")), 65536);
	assert_true(json_is_true(at(c, "root", "readonly")));
}

static void every_bind_is_read_only(void **state)
{
	struct bundle_root root = {.path = "/r", .nbinds = 1};
	json_auto_t *c = NULL;
	const json_t *mounts, *bind;

	(void)state;
	snprintf(root.binds[0].from, sizeof(root.binds[0].from), "/usr");
	snprintf(root.binds[0].to, sizeof(root.binds[0].to), "/usr");
	c = make(&root);
	mounts = json_object_get(c, "mounts");
	bind = json_array_get(mounts, json_array_size(mounts) - 1);
	assert_string_equal(json_string_value(json_object_get(bind, "type")), "bind");
	assert_string_equal(
	        json_string_value(json_array_get(json_object_get(bind, "options"), 1)), "ro");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(the_agent_has_three_capabilities),
	        cmocka_unit_test(all_namespaces_are_fresh_and_uids_its_own),
	        cmocka_unit_test(every_bind_is_read_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
