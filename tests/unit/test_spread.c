/* The order in which results are taken, whoever ran the tests. */
#include "tests/unit/test.h"

#include "base/mem.h"
#include "judge/spread.h"

#include <poll.h>
#include <time.h>

enum { TESTS = 40, HELPERS = 3, WAIT_MS = 5000, SHORT_NS = 200000, MANY = 20 };

/* What the tests of one made-up submission are. */
struct plan {
	size_t fails;     /* the first that fails; TESTS: none */
	size_t skipped;   /* not needed; TESTS: none */
	int taken[TESTS]; /* in this order */
	size_t ntaken;
	atomic_int ran[TESTS];
	atomic_int loads;
	bool helper_breaks; /* each helper's first run fails */
	const atomic_bool *owner;
};

static int load(void *ctx, const struct spread_hands *h, struct err *err)
{
	struct plan *p = ctx;

	(void)h;
	(void)err;
	atomic_fetch_add(&p->loads, 1);
	return 0;
}

static int run(
        void *ctx, const struct spread_hands *h, size_t i, struct outcome *out, struct err *err)
{
	const struct timespec nap = {.tv_nsec = SHORT_NS * (long)(1 + (i * 7) % 5)};
	struct plan *p = ctx;

	if (p->helper_breaks && h->stop != p->owner)
		return err_set(err, ERR_BUSY, "a box is gone");
	(void)nanosleep(&nap, NULL);
	if (atomic_load(h->stop))
		return err_set(err, ERR_CONFLICT, "stopped");
	atomic_fetch_add(&p->ran[i], 1);
	out->verdict = i >= p->fails ? VERDICT_WA : VERDICT_AC;
	out->exit_code = (int)i;
	return 0;
}

static bool take(void *ctx, size_t i, const struct outcome *out)
{
	struct plan *p = ctx;

	assert_int_equal(out->exit_code, (int)i);
	p->taken[p->ntaken++] = (int)i;
	return out->verdict == VERDICT_AC;
}

static bool is_skipped(void *ctx, size_t i)
{
	const struct plan *p = ctx;

	return i == p->skipped;
}

struct helper {
	struct spread *s;
	int slot;
	atomic_bool *over;
	pthread_t thread;
};

static bool go_on(void *arg)
{
	const struct helper *h = arg;

	return !atomic_load(h->over);
}

static void *help(void *arg)
{
	struct helper *h = arg;
	struct pollfd p = {.fd = spread_join(h->s, h->slot), .events = POLLIN};

	while (!atomic_load(h->over)) {
		struct spread_helper me = {.slot = h->slot, .may_go_on = go_on, .arg = h};
		struct err err = {0};

		(void)spread_help(h->s, &me, &err);
		(void)poll(&p, 1, 1);
	}
	return NULL;
}

static void run_plan(struct plan *p, size_t nhelpers)
{
	struct helper helpers[HELPERS];
	struct spread *s = nhelpers ? spread_new() : NULL;
	atomic_bool stop = false, over = false;
	struct spread_hands mine = {.stop = &stop};
	struct spread_work w = {p, TESTS, load, run, take, is_skipped};
	struct err err = {0};

	p->owner = &stop;
	for (size_t i = 0; i < nhelpers; i++) {
		helpers[i] = (struct helper){.s = s, .slot = (int)i, .over = &over};
		assert_int_equal(pthread_create(&helpers[i].thread, NULL, help, &helpers[i]), 0);
	}
	assert_int_equal(spread_run(s, &mine, &w, &err), 0);
	atomic_store(&over, true);
	for (size_t i = 0; i < nhelpers; i++)
		pthread_join(helpers[i].thread, NULL);
	spread_free(s);
}

static void check_taken(const struct plan *p, size_t last)
{
	size_t n = 0;

	for (size_t i = 0; i <= last; i++)
		if (i != p->skipped)
			assert_int_equal(p->taken[n++], (int)i);
	assert_int_equal(p->ntaken, n);
}

static void every_test_runs_once_and_is_taken_in_order(void **state)
{
	(void)state;
	for (size_t helpers = 0; helpers <= HELPERS; helpers++) {
		struct plan p = {.fails = TESTS, .skipped = TESTS};

		run_plan(&p, helpers);
		check_taken(&p, TESTS - 1);
		for (size_t i = 0; i < TESTS; i++)
			assert_int_equal(atomic_load(&p.ran[i]), 1);
	}
}

static void the_first_that_fails_in_order_is_the_last_that_is_taken(void **state)
{
	(void)state;
	for (size_t i = 0; i < MANY; i++) {
		struct plan p = {.fails = i, .skipped = TESTS};

		run_plan(&p, i % (HELPERS + 1));
		check_taken(&p, i);
	}
}

static void a_test_that_is_not_needed_is_not_taken(void **state)
{
	(void)state;
	for (size_t helpers = 0; helpers <= HELPERS; helpers++) {
		struct plan p = {.fails = TESTS, .skipped = TESTS / 2};

		run_plan(&p, helpers);
		check_taken(&p, TESTS - 1);
	}
}

static void what_a_helper_cannot_run_the_owner_runs(void **state)
{
	struct plan p = {.fails = TESTS, .skipped = TESTS, .helper_breaks = true};

	(void)state;
	run_plan(&p, 2);
	check_taken(&p, TESTS - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(every_test_runs_once_and_is_taken_in_order),
	        cmocka_unit_test(the_first_that_fails_in_order_is_the_last_that_is_taken),
	        cmocka_unit_test(a_test_that_is_not_needed_is_not_taken),
	        cmocka_unit_test(what_a_helper_cannot_run_the_owner_runs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
