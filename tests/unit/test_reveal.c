/* test_reveal.c -- the order of the resolver's steps, and that it ends at the final board. */
#include "tests/unit/test.h"

#include "base/buf.h"
#include "scoreboard/reveal.h"

#define MINUTE INT64_C(60000)

enum { TEAMS = 4, PROBLEMS = 3, ROUNDS = 300 };

static struct contest_problem problems[PROBLEMS] = {
        {.id = "pa", .label = "A"}, {.id = "pb", .label = "B"}, {.id = "pc", .label = "C"}};
static struct contest_team teams[TEAMS] = {{.id = "t1", .name = "one"}, {.id = "t2", .name = "two"},
        {.id = "t3", .name = "three"}, {.id = "t4", .name = "four"}};
static struct contest contest = {.rules = RULES_ICPC,
        .penalty_minutes = 20,
        .problems = problems,
        .nproblems = PROBLEMS,
        .teams = teams,
        .nteams = TEAMS};

static struct cell solved(int64_t minute)
{
	return (struct cell){.judged = 1,
	        .solved = true,
	        .time_ms = minute * MINUTE,
	        .penalty_minutes = (int)minute};
}

static struct cell pending(void)
{
	return (struct cell){.pending = 1, .time_ms = -1};
}

static struct cell failed(void)
{
	return (struct cell){.judged = 1, .wrong = 1, .time_ms = -1};
}

static struct cell empty(void)
{
	return (struct cell){.time_ms = -1};
}

/* Both views of all teams from the cells: public in a, jury in b. */
static void make_views(struct arena *a, struct view (*views)[VIEW_COUNT],
        struct cell (*shown)[PROBLEMS], struct cell (*final)[PROBLEMS])
{
	const struct rules *rules = rules_of(contest.rules);

	for (size_t t = 0; t < TEAMS; t++) {
		struct cell(*of[VIEW_COUNT])[PROBLEMS] = {
		        [VIEW_PUBLIC] = &shown[t], [VIEW_JURY] = &final[t]};

		for (int v = 0; v < VIEW_COUNT; v++) {
			views[t][v].cells = arena_alloc(a, sizeof(*of[v]));
			memcpy(views[t][v].cells, of[v], sizeof(*of[v]));
			views[t][v].total = rules->total(&contest, &teams[t], *of[v], PROBLEMS);
		}
	}
}

static void assert_steps(const struct reveal_step *s, size_t n, const char *expected)
{
	auto_buf struct buf said = {0};

	for (size_t i = 0; i < n; i++) {
		buf_adds(&said, i ? " " : "");
		buf_adds(&said, s[i].team->id);
		if (s[i].problem)
			buf_adds(&said, s[i].problem->label);
		else
			buf_addf(&said, "=%d", s[i].rank);
	}
	assert_string_equal(said.data ? said.data : "", expected);
}

static void the_walk_goes_up_from_the_last_row_and_from_the_left(void **state UNUSED)
{
	/* public order: t1 (2 solved), t2 (1), t3 (1, later), t4 (0) */
	struct cell shown[TEAMS][PROBLEMS] = {{solved(10), solved(20), pending()},
	        {solved(30), empty(), empty()}, {pending(), solved(40), pending()},
	        {pending(), pending(), empty()}};
	/* t4 solves A: 1 solved at 15, above t2 and t3; its B fails; t3 solves C: 2 solved */
	struct cell final[TEAMS][PROBLEMS] = {{solved(10), solved(20), failed()},
	        {solved(30), empty(), empty()}, {failed(), solved(40), solved(50)},
	        {solved(15), failed(), empty()}};
	/* the ranks are those of the final board */
	struct view views[TEAMS][VIEW_COUNT];
	auto_arena struct arena a = {0};
	size_t n;
	const struct reveal_step *s;

	make_views(&a, views, shown, final);
	s = reveal_steps(&contest, views, &a, &n);
	assert_steps(s, n, "t4A t3A t3C t2=4 t4B t4=3 t3=2 t1C t1=1");
}

static void a_hidden_team_has_no_row_and_a_disqualified_one_no_rank(void **state UNUSED)
{
	struct cell shown[TEAMS][PROBLEMS] = {{solved(10), empty(), empty()},
	        {solved(20), empty(), empty()}, {pending(), empty(), empty()},
	        {empty(), empty(), empty()}};
	struct view views[TEAMS][VIEW_COUNT];
	auto_arena struct arena a = {0};
	size_t n;
	const struct reveal_step *s;

	make_views(&a, views, shown, shown);
	teams[2].hidden = true;
	teams[0].disqualified = true;
	s = reveal_steps(&contest, views, &a, &n);
	teams[2].hidden = teams[0].disqualified = false;
	assert_steps(s, n, "t4=2 t2=1 t1=0");
}

static void a_pause_is_behind_a_final_row_of_the_first_ranks(void **state UNUSED)
{
	assert_true(reveal_stops(&(struct reveal_step){.rank = 3}, 3));
	assert_false(reveal_stops(&(struct reveal_step){.rank = 4}, 3));
	assert_false(reveal_stops(&(struct reveal_step){.rank = 0}, 3));
	assert_false(reveal_stops(&(struct reveal_step){.problem = &problems[0], .rank = 1}, 3));
}

static unsigned next_random(unsigned *seed)
{
	*seed = *seed * 1103515245U + 12345U;
	return *seed >> 16;
}

static void random_board(unsigned *seed, struct cell shown[TEAMS][PROBLEMS],
        struct cell final[TEAMS][PROBLEMS], size_t *npending)
{
	for (size_t i = 0; i < (size_t)TEAMS * PROBLEMS; i++) {
		size_t t = i / PROBLEMS, p = i % PROBLEMS;
		bool good = next_random(seed) % 2, hidden = next_random(seed) % 2;
		int64_t minute = (int64_t)(next_random(seed) % 9);

		final[t][p] = good ? solved(minute) : failed();
		shown[t][p] = hidden ? pending() : final[t][p];
		*npending += hidden;
	}
}

/* Takes the steps on `shown`: a cell's step must meet it pending, a row's never a better rank than
 * the rows below it have. Returns the number of rows called final. */
static size_t walk(const struct reveal_step *s, size_t n, struct cell shown[TEAMS][PROBLEMS],
        struct cell final[TEAMS][PROBLEMS])
{
	size_t rows = 0;
	int last = TEAMS;

	for (size_t i = 0; i < n; i++) {
		ptrdiff_t t = s[i].team - teams;

		if (s[i].problem) {
			ptrdiff_t p = s[i].problem - problems;

			assert_int_equal(shown[t][p].pending, 1);
			shown[t][p] = final[t][p];
			continue;
		}
		rows++;
		assert_true(s[i].rank <= last);
		last = s[i].rank;
	}
	return rows;
}

/* Each pending cell once, each row final once, in order of ranks from the last to the first. */
static void every_board_is_revealed_whole(void **state UNUSED)
{
	unsigned seed = 7;

	for (int round = 0; round < ROUNDS; round++) {
		struct cell shown[TEAMS][PROBLEMS], final[TEAMS][PROBLEMS];
		struct view views[TEAMS][VIEW_COUNT];
		auto_arena struct arena a = {0};
		size_t n, npending = 0;
		const struct reveal_step *s;

		random_board(&seed, shown, final, &npending);
		make_views(&a, views, shown, final);
		s = reveal_steps(&contest, views, &a, &n);
		assert_int_equal(n, npending + TEAMS);
		assert_int_equal(walk(s, n, shown, final), TEAMS);
		assert_memory_equal(shown, final, sizeof(shown));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(the_walk_goes_up_from_the_last_row_and_from_the_left),
	        cmocka_unit_test(a_hidden_team_has_no_row_and_a_disqualified_one_no_rank),
	        cmocka_unit_test(a_pause_is_behind_a_final_row_of_the_first_ranks),
	        cmocka_unit_test(every_board_is_revealed_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
