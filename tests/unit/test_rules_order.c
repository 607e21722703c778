/* test_rules_order.c -- properties of all three rules, over random facts. The seed is printed; SEED
 * in the environment repeats a run, LONG makes more of it.
 *
 * The oracle for ICPC cells is written anew here, from the sentences of the rules: it goes through
 * the submissions once for each question instead of once for all. */
#include "tests/unit/test.h"

#include "scoreboard/rules.h"

enum { FACTS_MAX = 12, ROUNDS = 3000, ROUNDS_LONG = 300000, MINUTE = 60000 };
static const enum rules_kind kinds[] = {RULES_ICPC, RULES_IOI, RULES_POINTS};
static uint64_t random_state;

static uint32_t random_below(uint32_t n)
{
	random_state = random_state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (uint32_t)(random_state >> 33) % n;
}

static int rounds(void)
{
	return getenv("LONG") ? ROUNDS_LONG : ROUNDS;
}

static size_t random_facts(struct fact *facts)
{
	size_t n = random_below(FACTS_MAX + 1);
	int64_t at = 0;

	for (size_t i = 0; i < n; i++) {
		at += random_below(10 * MINUTE);
		facts[i] = (struct fact){.ordinal = (int64_t)i + 1,
		        .contest_time_ms = at,
		        .verdict = (enum verdict)random_below(VERDICT_COUNT),
		        .points_milli = INT64_C(1000) * random_below(101)};
	}
	return n;
}

static bool rejected_with_penalty(enum verdict v, bool compile_penalty)
{
	return v == VERDICT_WA || v == VERDICT_TLE || v == VERDICT_RTE || v == VERDICT_MLE ||
	       v == VERDICT_OLE || v == VERDICT_SV || (v == VERDICT_CE && compile_penalty);
}

/* The index of the first AC, or n. */
static size_t first_ac(const struct fact *facts, size_t n)
{
	size_t i = 0;

	while (i < n && facts[i].verdict != VERDICT_AC)
		i++;
	return i;
}

static void an_icpc_cell_says_what_the_sentences_say(void **state UNUSED)
{
	for (int round = 0; round < rounds(); round++) {
		struct fact facts[FACTS_MAX];
		size_t n = random_facts(facts), ac = first_ac(facts, n);
		struct contest c = {.penalty_minutes = (int)random_below(30),
		        .compile_penalty = random_below(2) == 0};
		struct contest_problem p = {.points_milli = 100000};
		struct cell cell = rules_of(RULES_ICPC)->cell(&c, &p, facts, n);
		int64_t penalty = 0;
		int pending = 0;

		for (size_t i = 0; i < ac; i++) {
			pending +=
			        facts[i].verdict == VERDICT_NONE || facts[i].verdict == VERDICT_JE;
			if (rejected_with_penalty(facts[i].verdict, c.compile_penalty))
				penalty += c.penalty_minutes;
		}
		if (ac < n)
			penalty += facts[ac].contest_time_ms / MINUTE;
		assert_int_equal(cell.solved, ac < n);
		assert_int_equal(cell.pending, pending);
		assert_int_equal(cell.judged, (int)(ac < n ? ac + 1 : n) - pending);
		assert_int_equal(cell.penalty_minutes, ac < n ? penalty : 0);
	}
}

static void shuffle(size_t *order, size_t n)
{
	for (size_t i = 0; i < n; i++)
		order[i] = i;
	for (size_t i = n; i > 1; i--) {
		size_t k = random_below((uint32_t)i), t = order[i - 1];

		order[i - 1] = order[k];
		order[k] = t;
	}
}

/* What the cell is after the verdicts came in this order, computed at each of them. */
static struct cell arrive(enum rules_kind kind, const struct fact *facts, size_t n)
{
	struct contest c = {.rules = kind, .penalty_minutes = 20};
	struct contest_problem p = {.points_milli = 100000};
	struct fact known[FACTS_MAX];
	size_t order[FACTS_MAX];
	struct cell cell = {0};

	memcpy(known, facts, sizeof(known));
	for (size_t i = 0; i < n; i++)
		known[i].verdict = VERDICT_NONE;
	cell = rules_of(kind)->cell(&c, &p, known, n);
	shuffle(order, n);
	for (size_t i = 0; i < n; i++) {
		known[order[i]].verdict = facts[order[i]].verdict;
		cell = rules_of(kind)->cell(&c, &p, known, n);
	}
	return cell;
}

static void verdicts_in_any_order_give_the_same_cells(void **state UNUSED)
{
	for (int round = 0; round < rounds(); round++) {
		enum rules_kind kind = kinds[round % 3];
		struct fact facts[FACTS_MAX] = {0};
		size_t n = random_facts(facts);
		struct cell a = arrive(kind, facts, n), b = arrive(kind, facts, n);

		assert_int_equal(a.judged, b.judged);
		assert_int_equal(a.pending, b.pending);
		assert_int_equal(a.solved, b.solved);
		assert_int_equal(a.time_ms, b.time_ms);
		assert_int_equal(a.points_milli, b.points_milli);
		assert_int_equal(a.penalty_minutes, b.penalty_minutes);
		assert_int_equal(a.wrong, b.wrong);
	}
}

/* Totals close to each other, so that each criterion decides often. */
static struct total random_total(void)
{
	int64_t last = (int64_t)random_below(5) * MINUTE + random_below(MINUTE);

	return (struct total){.solved = (int)random_below(4),
	        .penalty_minutes = (int64_t)random_below(7) - 3,
	        .points_milli = random_below(4),
	        .wrong = (int)random_below(4),
	        .last_ms = random_below(9) == 0 ? -1 : last};
}

static int sign(int v)
{
	return (v > 0) - (v < 0);
}

static void the_key_orders_as_the_rules_do(void **state UNUSED)
{
	for (int round = 0; round < rounds(); round++) {
		const struct rules *rules = rules_of(kinds[round % 3]);
		struct total a = random_total(), b = random_total();
		double ka = rules->key(&a), kb = rules->key(&b);

		assert_int_equal(sign(rules->compare(&a, &b)), (ka < kb) - (ka > kb));
		assert_int_equal(sign(rules->compare(&b, &a)), (ka > kb) - (ka < kb));
		assert_int_equal(rules->compare(&a, &a), 0);
	}
}

static int seed(void **state UNUSED)
{
	const char *given = getenv("SEED");

	random_state = given ? (uint64_t)strtoull(given, NULL, 10) : (uint64_t)getpid();
	print_message("# SEED=%llu\n", (unsigned long long)random_state);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(an_icpc_cell_says_what_the_sentences_say),
	        cmocka_unit_test(verdicts_in_any_order_give_the_same_cells),
	        cmocka_unit_test(the_key_orders_as_the_rules_do),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, seed, NULL);
}
