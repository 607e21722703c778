/* spread.c -- see spread.h.
 *
 * A *job* is one submission's tests at work. It lives on its owner's stack: the owner leaves
 * spread_run only when no helper is inside any more. Every test is OPEN, RUNNING (somebody has it)
 * or DONE (its outcome waits to be taken). Whoever is free picks the first that is open, at most
 * WINDOW beyond the one that is taken next. A helper that fails gives its test back and leaves.
 *
 * What must stay true: one lock guards all jobs; nobody runs or loads anything while holding it.
 * When a result ends the job, its helpers are stopped, not waited for: what they run is dropped. */
#include "judge/spread.h"

#include "base/mem.h"
#include "judge/worker.h"

#include <sys/eventfd.h>
#include <time.h>

enum {
	WINDOW = 256,
	MIN_OPEN = 2, /* fewer are not worth a load */
	LOOK_NS = 20000000,
	NS_PER_S = 1000000000,
};

enum state { OPEN, RUNNING, DONE };

struct test {
	enum state state;
	struct outcome *out; /* DONE */
};

struct job {
	const struct spread_work *work;
	struct test *tests;
	size_t taken;   /* in order, so far */
	size_t limit;   /* tests from here on are not needed */
	size_t helpers; /* inside */
	atomic_bool stop;
	struct job *next;
};

struct spread {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct job *jobs;            /* oldest first */
	int bells[WORKER_MAX_SLOTS]; /* -1: that slot has not joined */
};

struct spread *spread_new(void)
{
	struct spread *s = xcalloc(1, sizeof(*s));
	pthread_condattr_t a;

	pthread_condattr_init(&a);
	pthread_condattr_setclock(&a, CLOCK_MONOTONIC);
	pthread_cond_init(&s->changed, &a);
	pthread_condattr_destroy(&a);
	pthread_mutex_init(&s->lock, NULL);
	for (size_t i = 0; i < WORKER_MAX_SLOTS; i++)
		s->bells[i] = -1;
	return s;
}

void spread_free(struct spread *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < WORKER_MAX_SLOTS; i++)
		if (s->bells[i] >= 0)
			close(s->bells[i]);
	pthread_cond_destroy(&s->changed);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

int spread_join(struct spread *s, int slot)
{
	pthread_mutex_lock(&s->lock);
	if (s->bells[slot] < 0)
		s->bells[slot] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	pthread_mutex_unlock(&s->lock);
	return s->bells[slot];
}

/* Everything below is called with the lock held, but for the functions that say otherwise. */

static bool is_skipped(const struct job *j, size_t i)
{
	return j->work->skip && j->work->skip(j->work->ctx, i);
}

/* The first open test; j->work->n: none now. */
static size_t pick(const struct job *j)
{
	size_t end = j->taken + WINDOW < j->limit ? j->taken + WINDOW : j->limit;

	for (size_t i = j->taken; i < end; i++)
		if (j->tests[i].state == OPEN && !is_skipped(j, i))
			return i;
	return j->work->n;
}

static size_t count_open(const struct job *j)
{
	size_t n = 0;

	for (size_t i = j->taken; i < j->limit && n < MIN_OPEN; i++)
		n += j->tests[i].state == OPEN && !is_skipped(j, i);
	return n;
}

static void end_job(struct job *j, size_t limit)
{
	j->limit = limit;
	atomic_store(&j->stop, true);
}

/* Takes what has its turn. */
static void take_done(struct job *j)
{
	while (j->taken < j->limit) {
		struct test *t = &j->tests[j->taken];
		bool skipped = t->state != RUNNING && is_skipped(j, j->taken);
		bool go_on = true;

		if (t->state != DONE && !skipped)
			return;
		if (!skipped)
			go_on = j->work->take(j->work->ctx, j->taken, t->out);
		free(t->out);
		t->out = NULL;
		t->state = DONE;
		j->taken++;
		if (!go_on)
			end_job(j, j->taken);
	}
}

static void add_job(struct spread *s, struct job *j)
{
	const uint64_t one = 1;
	struct job **at = &s->jobs;

	while (*at)
		at = &(*at)->next;
	*at = j;
	/* a bell that is full rings anyway */
	for (size_t i = 0; i < WORKER_MAX_SLOTS && j->work->n >= MIN_OPEN; i++)
		if (s->bells[i] >= 0 && write(s->bells[i], &one, sizeof(one)) < 0)
			continue;
}

static void remove_job(struct spread *s, struct job *j)
{
	struct job **at = &s->jobs;

	while (*at && *at != j)
		at = &(*at)->next;
	if (*at)
		*at = j->next;
}

/* Until somebody changed something, or it is time to look at the owner's stop. */
static void wait_a_little(struct spread *s)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	t.tv_nsec += LOOK_NS;
	if (t.tv_nsec >= NS_PER_S) {
		t.tv_nsec -= NS_PER_S;
		t.tv_sec++;
	}
	(void)pthread_cond_timedwait(&s->changed, &s->lock, &t);
}

/* Runs test i with the lock released; its outcome is kept, or the test is open again. */
static int run_test(
        struct spread *s, struct job *j, const struct spread_hands *h, size_t i, struct err *err)
{
	struct outcome *out = xcalloc(1, sizeof(*out));
	int r;

	j->tests[i].state = RUNNING;
	pthread_mutex_unlock(&s->lock);
	r = j->work->run(j->work->ctx, h, i, out, err);
	pthread_mutex_lock(&s->lock);
	j->tests[i].state = r < 0 ? OPEN : DONE;
	if (r < 0)
		free(out);
	else
		j->tests[i].out = out;
	pthread_cond_broadcast(&s->changed);
	return r;
}

/* The owner. */

static int run_job(
        struct spread *s, struct job *j, const struct spread_hands *mine, struct err *err)
{
	int r = 0;

	for (take_done(j); r == 0 && j->taken < j->limit; take_done(j)) {
		size_t i = pick(j);

		if (i < j->work->n) {
			r = run_test(s, j, mine, i, err);
			continue;
		}
		wait_a_little(s);
		if (atomic_load(mine->stop))
			r = err_set(err, ERR_CONFLICT, "stopped");
	}
	return r;
}

static void job_free(struct job *j)
{
	for (size_t i = 0; i < j->work->n; i++)
		free(j->tests[i].out);
	free(j->tests);
}

static int run_spread(struct spread *s, const struct spread_hands *mine,
        const struct spread_work *w, struct err *err)
{
	struct job j = {.work = w, .limit = w->n};
	int r;

	j.tests = xcalloc(w->n, sizeof(*j.tests));
	pthread_mutex_lock(&s->lock);
	add_job(s, &j);
	r = run_job(s, &j, mine, err);
	end_job(&j, 0);
	remove_job(s, &j);
	while (j.helpers > 0)
		pthread_cond_wait(&s->changed, &s->lock);
	pthread_mutex_unlock(&s->lock);
	job_free(&j);
	return r;
}

/* One after the other. */
static int run_alone(const struct spread_hands *mine, const struct spread_work *w, struct err *err)
{
	auto_free struct outcome *out = xcalloc(1, sizeof(*out));
	bool go_on = true;
	int r = 0;

	for (size_t i = 0; i < w->n && go_on && r == 0; i++) {
		if (w->skip && w->skip(w->ctx, i))
			continue;
		*out = (struct outcome){0};
		r = w->run(w->ctx, mine, i, out, err);
		if (r == 0)
			go_on = w->take(w->ctx, i, out);
	}
	return r;
}

int spread_run(struct spread *s, const struct spread_hands *mine, const struct spread_work *w,
        struct err *err)
{
	if (w->n == 0)
		return 0;
	return s ? run_spread(s, mine, w, err) : run_alone(mine, w, err);
}

/* Helpers. */

static struct job *find_job(const struct spread *s)
{
	for (struct job *j = s->jobs; j; j = j->next)
		if (count_open(j) >= MIN_OPEN)
			return j;
	return NULL;
}

/* Called with the lock held; without it while it works. */
static int help_job(struct spread *s, struct job *j, const struct spread_helper *h, struct err *err)
{
	struct spread_hands hands = {h->hands.box, h->hands.pg, &j->stop};
	size_t i;
	int r;

	pthread_mutex_unlock(&s->lock);
	r = j->work->load(j->work->ctx, &hands, err);
	pthread_mutex_lock(&s->lock);
	while (r == 0 && (i = pick(j)) < j->work->n) {
		bool go_on;

		r = run_test(s, j, &hands, i, err);
		pthread_mutex_unlock(&s->lock);
		go_on = h->may_go_on(h->arg);
		pthread_mutex_lock(&s->lock);
		if (!go_on)
			break;
	}
	return r;
}

int spread_help(struct spread *s, const struct spread_helper *h, struct err *err)
{
	uint64_t rung;
	struct job *j;
	int r = 0;

	while (r == 0 && h->may_go_on(h->arg)) {
		struct err mine = {0};

		pthread_mutex_lock(&s->lock);
		(void)!read(s->bells[h->slot], &rung, sizeof(rung));
		j = find_job(s);
		if (!j) {
			pthread_mutex_unlock(&s->lock);
			return 0;
		}
		j->helpers++;
		r = help_job(s, j, h, &mine);
		j->helpers--;
		pthread_cond_broadcast(&s->changed);
		pthread_mutex_unlock(&s->lock);
		if (r < 0 && mine.code == ERR_CONFLICT)
			r = 0; /* the owner did not need it any more */
		if (r < 0)
			*err = mine;
	}
	return r;
}
