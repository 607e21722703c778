/* The language table: rows, entry points, commands. */
#include "tests/unit/test.h"

#include "base/mem.h"
#include "judge/language.h"

static const char row[] = "languages:\n"
                          "  - id: %s\n"
                          "    name: A\n"
                          "    extensions: [a, aa]\n"
                          "    source: main.a\n"
                          "    run: %s\n"
                          "    version: /usr/bin/a\n"
                          "%s";

static int parse(struct languages *t, const char *id, const char *run, const char *more)
{
	char text[1024];
	struct err err = {0};
	int n = snprintf(text, sizeof(text), row, id, run, more);
	int r = languages_parse(t, text, (size_t)n, &err);

	if (r < 0)
		assert_int_equal(err.code, ERR_INPUT);
	return r;
}

static void the_shipped_table_is_valid(void **state)
{
	struct languages t;
	struct err err = {0};
	const char *const wanted[] = {"c", "cpp", "python3", "pypy3", "java", "kotlin",
	        "javascript", "typescript", "rust", "go", "pascal", "csharp"};

	(void)state;
	assert_int_equal(languages_load(&t, "judge/languages.yaml", &err), 0);
	for (size_t i = 0; i < ARRAY_LEN(wanted); i++)
		assert_non_null(language_find(&t, wanted[i]));
	assert_null(language_find(&t, "cobol"));
	assert_string_equal(language_by_file(&t, "x.cc")->id, "cpp");
	assert_null(language_by_file(&t, "README"));
	languages_free(&t);
}

static void a_bad_row_is_refused(void **state)
{
	struct languages t;

	(void)state;
	assert_int_equal(parse(&t, "a", "./main", ""), 0);
	languages_free(&t);
	assert_true(parse(&t, "'-a'", "./main", "") < 0);
	assert_true(parse(&t, "a", "main", "") < 0);
	assert_true(parse(&t, "a", "./main {what}", "") < 0);
	assert_true(parse(&t, "a", "./main", "    colour: red\n") < 0);
	assert_true(parse(&t, "a", "./main", "    entry: magic\n") < 0);
	assert_true(parse(&t, "a", "./main", "    time_factor: 0\n") < 0);
	assert_true(parse(&t, "a", "./main", "    pids: -1\n") < 0);
	assert_true(parse(&t, "a", "./main", "    compile: gcc x\n") < 0);
	assert_true(parse(&t, "a", "./main", "    precompiled: {file: a}\n") < 0);
	assert_true(parse(&t, "a", "./main",
	                    "    precompiled: {file: ../a, source: x, compile: /b}\n") < 0);
	assert_true(parse(&t, "a", "./main",
	                    "    precompiled: {file: /a, source: x, compile: /b}\n") < 0);
	assert_true(parse(&t, "a", "./main",
	                    "    precompiled: {file: a, source: x, compile: b}\n") < 0);
}

/* Else the compiler takes the header for unfit, and every submission waits for the difference. */
static void the_precompiled_header_has_the_flags_of_the_compiler(void **state)
{
	struct languages t;
	struct err err = {0};
	const struct language *l;
	const char *sources[] = {"main.cpp"};
	struct language_values v = {
	        .entry = "main.cpp", .sources = sources, .nsources = 1, .precompiled = "/pre/x"};
	auto_buf struct buf words = {0};

	(void)state;
	assert_int_equal(languages_load(&t, "judge/languages.yaml", &err), 0);
	l = language_find(&t, "cpp");
	assert_non_null(l->precompiled.file);
	for (const char *f = strstr(l->compile[0], " -std"); f && strncmp(f, " -o ", 4) != 0;
	        f = strchr(f + 1, ' ')) {
		auto_free char *flag = xasprintf("%.*s", (int)strcspn(f + 1, " ") + 1, f);

		assert_non_null(strstr(l->precompiled.compile, flag));
	}
	assert_int_equal(language_expand(l, l->compile[0], &v, &words, &err), 0);
	assert_string_equal(words.data + strlen("/usr/bin/g++") + 1, "-I");
	assert_string_equal(words.data + strlen("/usr/bin/g++") + 1 + 3, "/pre/x");
	languages_free(&t);
}

static void the_time_limit_is_stretched(void **state)
{
	struct languages t;

	(void)state;
	assert_int_equal(
	        parse(&t, "a", "./main", "    time_factor: 1.5\n    time_extra_ms: 200\n"), 0);
	assert_int_equal(language_time_ms(&t.rows[0], 1000), 1700);
	languages_free(&t);
}

static void names_are_plain(void **state)
{
	static const char *const good[] = {"main.c", "Main", "a-b_c$d+.x", "A"};
	static const char *const bad[] = {
	        "", "-o", ".hidden", "..", "a/b", "a b", "a;b", "\xc3\xa9"};
	char text[LANGUAGE_NAME_SIZE + 1];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		assert_true(language_is_name(good[i]));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(language_is_name(bad[i]));
	memset(text, 'x', sizeof(text));
	text[LANGUAGE_NAME_SIZE] = 0;
	assert_false(language_is_name(text));
}

static void check_java(const char *text, const char *want)
{
	const struct language java = {.name = "Java",
	        .extensions = {"java"},
	        .nextensions = 1,
	        .entry_rule = LANGUAGE_ENTRY_JAVA_CLASS};
	struct language_file f = {"Some.java", text, strlen(text)};
	struct language_files files = {&f, 1};
	char out[LANGUAGE_NAME_SIZE];
	struct err err = {0};

	assert_int_equal(language_entry(&java, &files, NULL, out, &err), 0);
	assert_string_equal(out, want);
}

static void the_java_class_with_main_is_found(void **state)
{
	(void)state;
	check_java("public class Foo { public static void main(String[] a) {} }", "Foo");
	check_java("class A {} // class B { void main\nclass C { static void main(String[] a) {} }",
	        "C");
	check_java("/* class X { void main( */ class Y { String s = \"class Z { void main\"; "
	           "public static void main(String... a) {} }",
	        "Y");
	check_java("package p; class Q { public static void main(String[] a) {} }", "p.Q");
	check_java(
	        "package p.q_1.r; class Q { public static void main(String[] a) {} }", "p.q_1.r.Q");
	check_java("class R { static class In { int x; } public static void main(String[] a) {} }",
	        "R");
	check_java("class Nothing {}", "Some");
	check_java("class", "Some");
	check_java("'\\", "Some");
}

static void a_pascal_unit_is_no_program(void **state)
{
	static const char unit[] = "{ adds }\n(* unit *) // unit\nUNIT calc;\ninterface\n";
	static const char program[] = "{ unit calc; }\nuses calc;\nbegin\nend.\n";
	static const char open[] = "{ unit calc;";
	const struct language l = {.name = "Pascal",
	        .extensions = {"pas"},
	        .nextensions = 1,
	        .source = "main.pas",
	        .entry_rule = LANGUAGE_ENTRY_PASCAL_PROGRAM};
	const struct language_file list[] = {{"calc.pas", unit, sizeof(unit) - 1},
	        {"solve.pas", program, sizeof(program) - 1}, {"main.pas", unit, sizeof(unit) - 1},
	        {"open.pas", open, sizeof(open) - 1}, {"none.pas", "", 0}};
	const struct {
		size_t from, n;
		const char *wanted;
	} cases[] = {{0, 1, "calc.pas"}, {0, 2, "solve.pas"}, {1, 1, "solve.pas"},
	        {0, 3, "main.pas"}, {3, 1, "open.pas"}, {4, 1, "none.pas"}};
	char out[LANGUAGE_NAME_SIZE];
	struct err err = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct language_files files = {&list[cases[i].from], cases[i].n};

		assert_int_equal(language_entry(&l, &files, NULL, out, &err), 0);
		assert_string_equal(out, cases[i].wanted);
	}
}

static void a_wanted_entry_point_is_checked(void **state)
{
	const struct language l = {
	        .name = "C", .source = "main.c", .extensions = {"c"}, .nextensions = 1};
	struct language_file f[] = {{"x.h", "", 0}, {"y.c", "", 0}, {"main.c", "", 0}};
	struct language_files both = {f, 2}, first = {f, 1}, all = {f, 3};
	char out[LANGUAGE_NAME_SIZE];
	struct err err = {0};

	(void)state;
	assert_int_equal(language_entry(&l, &both, NULL, out, &err), 0);
	assert_string_equal(out, "y.c");
	assert_int_equal(language_entry(&l, &all, NULL, out, &err), 0);
	assert_string_equal(out, "main.c"); /* the language's own name goes before the order */
	assert_int_equal(language_entry(&l, &both, "z.c", out, &err), 0);
	assert_string_equal(out, "z.c");
	assert_true(language_entry(&l, &both, "-o", out, &err) < 0);
	assert_true(language_entry(&l, &first, NULL, out, &err) < 0);
}

static void commands_become_words(void **state)
{
	const struct language l = {.name = "C", .extensions = {"c"}, .nextensions = 1};
	const char *const sources[] = {"b.h", "a.c", "b.c"};
	struct language_values v = {
	        .entry = "b.c", .sources = sources, .nsources = 3, .memory_mib = 64};
	auto_buf struct buf words = {0};
	static const char want[] = "/cc|-o{|b.c|a.c|b.c|x64m|b|b.c||";
	struct err err = {0};

	(void)state;
	assert_int_equal(
	        language_expand(&l, "/cc -o{  {source} {sources} x{memory_mib}m {stem} {entry}", &v,
	                &words, &err),
	        0);
	for (size_t i = 0; i < words.len; i++)
		if (words.data[i] == 0)
			words.data[i] = '|';
	assert_string_equal(words.data, want);
	v.entry = "-oops";
	assert_true(language_expand(&l, "/cc", &v, &words, &err) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(the_shipped_table_is_valid),
	        cmocka_unit_test(a_bad_row_is_refused),
	        cmocka_unit_test(the_precompiled_header_has_the_flags_of_the_compiler),
	        cmocka_unit_test(the_time_limit_is_stretched),
	        cmocka_unit_test(names_are_plain),
	        cmocka_unit_test(the_java_class_with_main_is_found),
	        cmocka_unit_test(a_pascal_unit_is_no_program),
	        cmocka_unit_test(a_wanted_entry_point_is_checked),
	        cmocka_unit_test(commands_become_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
