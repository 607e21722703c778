/* Which cgroup hierarchies a machine has, from the text of mountinfo. */
#include "tests/unit/test.h"

#include "judge/cgroup.h"

static const char v2[] = "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 "
                         "rw,nsdelegate,memory_recursiveprot\n"
                         "31 23 8:1 / / rw - ext4 /dev/sda1 rw\n";
static const char hybrid[] =
        "25 18 0:22 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755\n"
        "26 25 0:23 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n"
        "27 25 0:24 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,name=systemd\n"
        "28 25 0:25 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n"
        "29 25 0:26 / /sys/fs/cgroup/memory rw shared:9 - cgroup cgroup rw,memory\n"
        "30 25 0:27 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids\n";
static const char v1[] = "28 25 0:25 / /c/cpuacct rw - cgroup cgroup rw,cpuacct\n"
                         "29 25 0:26 / /c/memory rw - cgroup cgroup rw,memory\n"
                         "30 25 0:27 / /c/pids rw - cgroup cgroup rw,pids";

static void each_kind_of_machine_is_told(void **state)
{
	struct cgroup_host h = {0};
	struct err err = {0};

	(void)state;
	assert_int_equal(cgroup_parse_mounts(&h, v2, &err), 0);
	assert_int_equal(h.mode, CGROUP_V2);
	assert_string_equal(h.memory, "/sys/fs/cgroup");
	assert_int_equal(h.nall, 1);
	memset(&h, 0, sizeof(h));
	assert_int_equal(cgroup_parse_mounts(&h, hybrid, &err), 0);
	assert_int_equal(h.mode, CGROUP_HYBRID);
	assert_string_equal(h.cpu, "/sys/fs/cgroup/cpu,cpuacct");
	assert_string_equal(h.memory, "/sys/fs/cgroup/memory");
	assert_int_equal(h.nall, 5);
	memset(&h, 0, sizeof(h));
	assert_int_equal(cgroup_parse_mounts(&h, v1, &err), 0);
	assert_int_equal(h.mode, CGROUP_V1);
	assert_string_equal(h.pids, "/c/pids");
}

static void a_missing_controller_is_named(void **state)
{
	struct cgroup_host h = {0};
	struct err err = {0};

	(void)state;
	assert_int_equal(
	        cgroup_parse_mounts(&h, "29 25 0:26 / /m rw - cgroup cgroup rw,memory\n", &err),
	        -ERR_BUSY);
	assert_non_null(strstr(err.msg, "pids"));
	memset(&h, 0, sizeof(h));
	assert_int_equal(cgroup_parse_mounts(&h, "", &err), -ERR_BUSY);
}

static void a_container_has_its_path(void **state)
{
	struct cgroup_host h = {.instance = "ca"};
	char path[CGROUP_PATH_SIZE];

	(void)state;
	cgroup_cell_path(&h, 3, path);
	assert_string_equal(path, "/codearena/ca/3");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(each_kind_of_machine_is_told),
	        cmocka_unit_test(a_missing_controller_is_named),
	        cmocka_unit_test(a_container_has_its_path),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
