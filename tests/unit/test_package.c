/* test_package.c -- problem packages: what they mean, and that a bad one gets a list of all its
 * mistakes. The eight packages of problems/ are the good examples. */
#include "tests/unit/test.h"

#include "package/package.h"

#include <archive.h>
#include <archive_entry.h>

enum { ZIP_MAX = 1 << 20 };

#define auto_tree     __attribute__((cleanup(package_tree_free)))
#define auto_package  __attribute__((cleanup(package_free)))
#define auto_findings __attribute__((cleanup(findings_free)))

struct file {
	const char *path, *text;
};

static const struct file good[] = {
        {"problem.yaml", "problem_format_version: legacy\nname: Sum\nvalidation: default\n"
                         "validator_flags: case_sensitive float_tolerance 1e-6\n"
                         "limits:\n  memory: 256\n  output: 8\n"},
        {".timelimit", "1.5\n"},
        {"problem_statement/problem.en.md", "# Sum"},
        {"problem_statement/problem.de.pdf", "%PDF"},
        {"problem_statement/figure.png", "png"},
        {"attachments/start.py", "print()"},
        {"data/secret/b/1.in", "1"},
        {"data/secret/b/1.ans", "2"},
        {"data/secret/a.in", "1"},
        {"data/secret/a.ans", "2"},
        {"data/sample/1.in", "1"},
        {"data/sample/1.ans", "2"},
        {NULL, NULL},
};

/* The good package, but `path` has another text (NULL: it is missing). */
static void build(struct package_tree *tree, struct findings *f, const char *path, const char *text)
{
	for (const struct file *g = good; g->path; g++) {
		if (!path || strcmp(path, g->path) != 0)
			assert_true(package_add(tree, g->path, g->text, strlen(g->text), f));
	}
	if (path && text)
		package_add(tree, path, text, strlen(text), f);
}

static void assert_found(const char *path, const char *text, const char *expected)
{
	auto_tree struct package_tree tree = {0};
	auto_package struct package p = {0};
	auto_findings struct findings f = {0};

	build(&tree, &f, path, text);
	package_parse(&tree, &p, &f);
	if (f.n == 0)
		fail_msg("no finding for %s: %s", path, text ? text : "(missing)");
	if (!strstr(f.text.data, expected))
		fail_msg("found: %s", f.text.data);
}

static void a_good_package_is_understood(void **state UNUSED)
{
	auto_tree struct package_tree tree = {0};
	auto_package struct package p = {0};
	auto_findings struct findings f = {0};

	build(&tree, &f, NULL, NULL);
	package_parse(&tree, &p, &f);
	if (f.n > 0)
		fail_msg("%s", f.text.data);
	assert_string_equal(p.name, "Sum");
	assert_int_equal(p.limits.time_ms, 1500);
	assert_int_equal(p.limits.memory_kib, 256 * 1024);
	assert_int_equal(p.limits.output_kib, 8 * 1024);
	assert_int_equal(p.limits.code_kib, 128);
	assert_int_equal(p.limits.compile_ms, 60000);
	assert_string_equal(p.validator_args[0], "case_sensitive");
	assert_string_equal(p.validator_args[2], "1e-6");
	assert_int_equal(p.nstatements, 2);
	assert_int_equal(p.nextras, 2);
}

static void samples_come_first_then_secret_by_name(void **state UNUSED)
{
	static const char *const names[] = {"sample/1", "secret/a", "secret/b/1"};
	auto_tree struct package_tree tree = {0};
	auto_package struct package p = {0};
	auto_findings struct findings f = {0};

	build(&tree, &f, NULL, NULL);
	package_parse(&tree, &p, &f);
	assert_int_equal(p.ncases, 3);
	for (size_t i = 0; i < 3; i++)
		assert_string_equal(p.cases[i].name, names[i]);
	assert_true(p.cases[0].sample);
	assert_false(p.cases[1].sample);
}

static void what_is_not_supported_is_said(void **state UNUSED)
{
	assert_found("problem.yaml", "name: x\nvalidation: custom interactive\n",
	        "output_validators: no program, but problem.yaml has validation: custom\n");
	assert_found("problem.yaml", "name: x\n\ntype: essay\n",
	        "problem.yaml:3: type: \"essay\" is not known: pass-fail, scoring, multi-pass, "
	        "interactive or submit-answer\n");
}

static void all_mistakes_are_listed(void **state UNUSED)
{
	assert_found("problem.yaml",
	        "limits:\n  memory: many\n  code: 0\nvalidator_flags: float_tolerance x\n",
	        "problem.yaml:4: validator_flags: no such flag of the default validator, or its "
	        "number is missing: \"float_tolerance\"\n"
	        "problem.yaml:2: limits.memory: must be a number\n"
	        "problem.yaml:3: limits.code: must be a number from 1 to 65536\n"
	        "problem.yaml:1: name: is missing, and no statement in LaTeX has "
	        "\\problemname{...}\n");
	assert_found("data/secret/c.in", "1", "data/secret/c.in: has no .ans\n");
	assert_found("data/secret/c.ans", "1", "data/secret/c.ans: has no .in\n");
	assert_found("problem.yaml", NULL, "problem.yaml: missing: this is no problem package\n");
	assert_found(".timelimit", "soon", ".timelimit:1: must be seconds, from 0.001 to 600\n");
	assert_found("../x", "1", "../x: a name that is not allowed in a package: ");
}

static void domjudges_time_limit_is_read(void **state UNUSED)
{
	auto_tree struct package_tree tree = {0};
	auto_package struct package p = {0};
	auto_findings struct findings f = {0};

	build(&tree, &f, ".timelimit", NULL);
	package_add(&tree, "domjudge-problem.ini", "short-name = A\ntimelimit='2'\n", 29, &f);
	package_parse(&tree, &p, &f);
	if (f.n > 0)
		fail_msg("%s", f.text.data);
	assert_int_equal(p.limits.time_ms, 2000);
}

static void the_new_formats_leave_out_files_with_other_names(void **state UNUSED)
{
	static const char yaml[] = "problem_format_version: 2025-09\nname: Sum\nuuid: a\n"
	                           "limits:\n  time_limit: 1\n";
	static const char *const odd[] = {"data/secret/a copy.in", "data/secret/\xc3\xa9.in",
	        "attachments/a+b", "data/sample/1 .ans"};
	auto_tree struct package_tree tree = {0};
	auto_package struct package p = {0};
	auto_findings struct findings f = {0};

	build(&tree, &f, "problem.yaml", yaml);
	for (size_t i = 0; i < ARRAY_LEN(odd); i++)
		package_add(&tree, odd[i], "1", 1, &f);
	package_parse(&tree, &p, &f);
	if (f.n > 0)
		fail_msg("%s", f.text.data);
	assert_int_equal(p.ncases, 3);
	for (size_t i = 0; i < ARRAY_LEN(odd); i++)
		assert_non_null(strstr(p.notes.text.data, odd[i]));
}

static void what_this_judge_cannot_do_is_refused_in_the_new_formats(void **state UNUSED)
{
	static const char yaml[] = "problem_format_version: 2025-09\nname: Sum\nuuid: a\n"
	                           "limits:\n  time_limit: 1\n  validation_output: 65\n";
	auto_tree struct package_tree tree = {0};
	auto_package struct package p = {0};
	auto_findings struct findings f = {0};

	build(&tree, &f, "problem.yaml", yaml);
	package_parse(&tree, &p, &f);
	assert_int_equal(f.n, 1);
	assert_non_null(strstr(f.text.data,
	        "problem.yaml:6: limits.validation_output: must be a number from 0.001 to 64\n"));
}

/* A 2025-09 package of that type with a static validator and one more file. */
static void parse_static(struct package *p, struct package_tree *tree, struct findings *f,
        const char *type, const struct file *more)
{
	char yaml[200];

	snprintf(yaml, sizeof(yaml),
	        "problem_format_version: 2025-09\nname: Sum\nuuid: a\nlimits:\n  time_limit: 1\n"
	        "type: %s\n",
	        type);
	build(tree, f, "problem.yaml", yaml);
	package_add(tree, "static_validator/check.py", "1", 1, f);
	package_add(tree, more->path, more->text, strlen(more->text), f);
	package_parse(tree, p, f);
}

static void a_static_validation_is_the_first_case_of_its_group(void **state UNUSED)
{
	static const struct file group = {"data/secret/test_group.yaml",
	        "max_score: 50\nstatic_validation_score: 10\nstatic_validator_args: [x, y]\n"};
	static const char *const names[] = {
	        "sample/1", "secret/static_validation", "secret/a", "secret/b/1"};
	auto_tree struct package_tree tree = {0};
	auto_package struct package p = {0};
	auto_findings struct findings f = {0};

	parse_static(&p, &tree, &f, "scoring", &group);
	if (f.n > 0)
		fail_msg("%s", f.text.data);
	assert_int_equal(p.ncases, 4);
	for (size_t i = 0; i < 4; i++)
		assert_string_equal(p.cases[i].name, names[i]);
	assert_true(p.cases[1].is_static && p.cases[1].scored && p.cases[1].max == 10);
	assert_string_equal(p.cases[1].validator_args[1], "y");
	assert_null(p.cases[1].input);
	assert_false(p.cases[2].is_static);
	assert_true(p.groups[p.cases[2].group].case_max == 20);
	assert_int_equal(p.nsamples, 1);
	assert_int_equal(p.nstatic_validators, 1);
}

static void a_pass_fail_problem_may_have_a_static_validation(void **state UNUSED)
{
	static const struct file groups[] = {
	        {"data/sample/test_group.yaml", "static_validation_score: pass-fail\n"},
	        {"data/secret/test_group.yaml", "static_validation_score: pass-fail\n"}};

	for (size_t i = 0; i < ARRAY_LEN(groups); i++) {
		auto_tree struct package_tree tree = {0};
		auto_package struct package p = {0};
		auto_findings struct findings f = {0};

		parse_static(&p, &tree, &f, "pass-fail", &groups[i]);
		if (f.n > 0)
			fail_msg("%s", f.text.data);
		assert_int_equal(p.ncases, 4);
		assert_true(p.cases[i].is_static && !p.cases[i].scored);
		assert_int_equal(p.nsamples, 1);
	}
}

static void assert_static_found(const char *type, const struct file *more, const char *expected)
{
	auto_tree struct package_tree tree = {0};
	auto_package struct package p = {0};
	auto_findings struct findings f = {0};

	parse_static(&p, &tree, &f, type, more);
	assert_int_equal(f.n, 1);
	if (!strstr(f.text.data, expected))
		fail_msg("%s: %s", expected, f.text.data);
}

static void mistakes_about_static_validation_are_said(void **state UNUSED)
{
	static const char secret[] = "data/secret/test_group.yaml";
	static const struct {
		const char *type;
		struct file more;
		const char *expected;
	} wrong[] = {
	        {"pass-fail", {secret, "static_validation_score: 5\n"},
	                "data/secret/test_group.yaml:1: static_validation_score: must be "
	                "pass-fail, "
	                "as the group is in a problem that is not scoring\n"},
	        {"scoring", {secret, "score_aggregation: pass-fail\nstatic_validation_score: 5\n"},
	                "data/secret/test_group.yaml:2: static_validation_score: must be "
	                "pass-fail, "
	                "as the group is\n"},
	        {"scoring", {"data/sample/test_group.yaml", "static_validation_score: 5\n"},
	                "data/sample/test_group.yaml:1: static_validation_score: must be "
	                "pass-fail, "
	                "as the group is\n"},
	        {"scoring", {secret, "static_validation_score: pass-fail\n"},
	                "data/secret/test_group.yaml:1: static_validation_score: must be a number, "
	                "as the group gives points\n"},
	        {"scoring", {secret, "static_validation_score: 101\n"},
	                "static_validation_score: is more than the group's max_score\n"},
	        {"scoring", {secret, "static_validation_score: -1\n"},
	                "static_validation_score: must be a number from 0 to 1e+09\n"},
	        {"scoring", {secret, "static_validation_score: 0.5\n"},
	                "static_validation_score: must be a whole number or pass-fail\n"},
	        {"pass-fail", {secret, "\nstatic_validator_args: [x]\n"},
	                "data/secret/test_group.yaml:2: static_validator_args: needs a "
	                "static_validation_score\n"},
	        {"pass-fail", {"data/test_group.yaml", "static_validation_score: pass-fail\n"},
	                "data/test_group.yaml:1: static_validation_score: is for sample, secret "
	                "and "
	                "its groups\n"},
	        {"submit-answer", {secret, "static_validation_score: pass-fail\n"},
	                "static_validator: a submit-answer problem has no programs that it could "
	                "look at\n"},
	};

	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		assert_static_found(wrong[i].type, &wrong[i].more, wrong[i].expected);
}

static void a_static_validator_that_never_runs_is_noted(void **state UNUSED)
{
	static const struct file other = {"data/secret/test_group.yaml", "full_feedback: true\n"};
	auto_tree struct package_tree tree = {0};
	auto_package struct package p = {0};
	auto_findings struct findings f = {0};

	parse_static(&p, &tree, &f, "pass-fail", &other);
	assert_int_equal(f.n, 0);
	assert_non_null(strstr(p.notes.text.data, "static_validator: never run: "));
}

static void a_static_validation_needs_its_program_and_a_place_among_the_cases(void **state UNUSED)
{
	static const char yaml[] = "problem_format_version: 2025-09\nname: Sum\nuuid: a\n"
	                           "limits:\n  time_limit: 1\n";
	static const char static_yaml[] = "static_validation_score: pass-fail\n";
	static const char *const same[] = {
	        "data/secret/b/static_validation.in", "data/secret/b/static_validation.ans"};
	auto_tree struct package_tree tree = {0};
	auto_package struct package p = {0};
	auto_findings struct findings f = {0};

	build(&tree, &f, "problem.yaml", yaml);
	package_add(&tree, "data/secret/test_group.yaml", static_yaml, strlen(static_yaml), &f);
	package_add(&tree, "data/secret/b/test_group.yaml", static_yaml, strlen(static_yaml), &f);
	for (size_t i = 0; i < ARRAY_LEN(same); i++)
		package_add(&tree, same[i], "1", 1, &f);
	package_parse(&tree, &p, &f);
	assert_non_null(
	        strstr(f.text.data, "data/secret/test_group.yaml:1: static_validation_score: "
	                            "there is no program in static_validator\n"));
	assert_non_null(
	        strstr(f.text.data, "data/secret/test_group.yaml:1: static_validation_score: "
	                            "data/secret has test groups: it belongs into one of "
	                            "them\n"));
	assert_non_null(
	        strstr(f.text.data, "data/secret/b/static_validation.in: has the name of the "
	                            "group's static validation\n"));
}

static void names_that_leave_the_package_are_refused(void **state UNUSED)
{
	static const char *const bad[] = {"", "/etc/passwd", "../x", "a/../b", "a//b", "a/", "./a",
	        "a\nb", "a\xffz", "1/2/3/4/5/6/7/8/9/10/11/12/13"};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(package_is_path(bad[i]));
	assert_true(package_is_path("data/secret/..3.in"));
}

/* A zip of the good package below `top`. */
static size_t make_zip(unsigned char *to, const char *top, const char *link)
{
	struct archive *a = archive_write_new();
	size_t used = 0;

	archive_write_set_format_zip(a);
	archive_write_open_memory(a, to, ZIP_MAX, &used);
	for (const struct file *g = good; g->path; g++) {
		struct archive_entry *e = archive_entry_new();
		char path[200];

		snprintf(path, sizeof(path), "%s%s", top, g->path);
		archive_entry_set_pathname(e, path);
		archive_entry_set_size(e, (la_int64_t)strlen(g->text));
		archive_entry_set_filetype(e, AE_IFREG);
		archive_entry_set_perm(e, 0644);
		if (link && strcmp(link, g->path) == 0) {
			archive_entry_set_filetype(e, AE_IFLNK);
			archive_entry_set_symlink(e, "/etc/passwd");
		}
		archive_write_header(a, e);
		archive_write_data(a, g->text, strlen(g->text));
		archive_entry_free(e);
	}
	archive_write_close(a);
	archive_write_free(a);
	return used;
}

static void a_zip_means_what_its_folder_means(void **state UNUSED)
{
	static unsigned char zip[ZIP_MAX];
	auto_tree struct package_tree tree = {0}, unpacked = {0};
	auto_package struct package p = {0}, q = {0};
	auto_findings struct findings f = {0};
	struct err err = {0};
	size_t len = make_zip(zip, "sum/", NULL);

	build(&tree, &f, NULL, NULL);
	package_parse(&tree, &p, &f);
	assert_int_equal(package_read_archive(&unpacked, zip, len, &f, &err), 0);
	package_parse(&unpacked, &q, &f);
	if (f.n > 0)
		fail_msg("%s", f.text.data);
	assert_memory_equal(p.hash, q.hash, HASH_SIZE);
}

static void links_in_a_zip_and_damaged_zips_are_refused(void **state UNUSED)
{
	static unsigned char zip[ZIP_MAX];
	auto_tree struct package_tree tree = {0}, other = {0};
	auto_findings struct findings f = {0}, none = {0};
	struct err err = {0};
	size_t len = make_zip(zip, "", "data/secret/a.in");

	assert_int_equal(package_read_archive(&tree, zip, len, &f, &err), 0);
	assert_string_equal(f.text.data,
	        "data/secret/a.in: a link that leaves the package: /etc/passwd (put the file "
	        "itself there)\n");
	assert_int_equal(package_read_archive(&other, "PK nothing", 10, &none, &err), -ERR_INPUT);
}

static void our_own_packages_have_no_mistakes(void **state UNUSED)
{
	static const char *const ids[] = {"addup", "awnings", "banner", "conveyor", "ferries",
	        "festival", "meeting", "refrain"};

	for (size_t i = 0; i < ARRAY_LEN(ids); i++) {
		auto_tree struct package_tree tree = {0};
		auto_package struct package p = {0};
		auto_findings struct findings f = {0};
		struct err err = {0};
		char path[64];

		snprintf(path, sizeof(path), "problems/%s", ids[i]);
		assert_int_equal(package_read(&tree, path, &f, &err), 0);
		package_parse(&tree, &p, &f);
		if (f.n > 0)
			fail_msg("%s: %s", ids[i], f.text.data);
		assert_true(p.ncases >= 7);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_good_package_is_understood),
	        cmocka_unit_test(samples_come_first_then_secret_by_name),
	        cmocka_unit_test(what_is_not_supported_is_said),
	        cmocka_unit_test(all_mistakes_are_listed),
	        cmocka_unit_test(domjudges_time_limit_is_read),
	        cmocka_unit_test(the_new_formats_leave_out_files_with_other_names),
	        cmocka_unit_test(what_this_judge_cannot_do_is_refused_in_the_new_formats),
	        cmocka_unit_test(a_static_validation_is_the_first_case_of_its_group),
	        cmocka_unit_test(a_pass_fail_problem_may_have_a_static_validation),
	        cmocka_unit_test(mistakes_about_static_validation_are_said),
	        cmocka_unit_test(a_static_validator_that_never_runs_is_noted),
	        cmocka_unit_test(a_static_validation_needs_its_program_and_a_place_among_the_cases),
	        cmocka_unit_test(names_that_leave_the_package_are_refused),
	        cmocka_unit_test(a_zip_means_what_its_folder_means),
	        cmocka_unit_test(links_in_a_zip_and_damaged_zips_are_refused),
	        cmocka_unit_test(our_own_packages_have_no_mistakes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
