/* verify_crew.c -- a round of `problem verify` on all slots at once.
 *
 * Threads: one per slot for each round (run_crew). A round is a list of items that anybody may
 * take; whoever finds none left helps those that still judge a submission (judge/spread.h), so the
 * last submission does not leave slots idle. Shared is struct verify: v->lock guards what its
 * header says; an item's result is written by the one thread that took it.
 *
 * A fault (of the sandbox, or of the package's own validator) is noted with the item, and the
 * slot's box is opened anew. */
#include "admin/verify.h"

#include <poll.h>
#include <time.h>

enum { LOOK_MS = 20, LOOK_NS = 20000000, BAR_WIDTH = 30, MAX_NOTES = 40 };

struct crew;

/* One thread. */
struct member {
	struct crew *crew;
	size_t slot;
	pthread_t thread;
	bool broken; /* its box could not be opened anew */
};

struct crew {
	struct verify *v;
	void (*step)(struct verify *v, size_t slot, size_t i);
	size_t n;
	atomic_size_t next, done;
	atomic_int running;
	struct member members[VERIFY_MAX_SLOTS];
};

/* ---- a crew */

static bool go_on_helping(void *arg)
{
	const struct crew *c = arg;

	return atomic_load(&c->done) < c->n && !atomic_load(c->v->stop);
}

static void help_others(struct member *m)
{
	struct crew *c = m->crew;
	struct verify *v = c->v;
	struct spread_helper helper = {.slot = (int)m->slot,
	        .hands = {.box = v->box->boxes[m->slot], .stop = v->stop},
	        .may_go_on = go_on_helping,
	        .arg = c};
	struct pollfd p = {.fd = spread_join(v->spread, (int)m->slot), .events = POLLIN};

	while (go_on_helping(c) && helper.hands.box) {
		struct err err = {0};

		(void)poll(&p, 1, LOOK_MS);
		if (spread_help(v->spread, &helper, &err) == 0)
			continue;
		(void)verify_box_again(v->box, m->slot, &err);
		helper.hands.box = v->box->boxes[m->slot];
	}
}

static void *run_member(void *arg)
{
	struct member *m = arg;
	struct crew *c = m->crew;

	while (!atomic_load(c->v->stop) && c->v->box->boxes[m->slot]) {
		size_t i = atomic_fetch_add(&c->next, 1);

		if (i >= c->n)
			break;
		c->step(c->v, m->slot, i);
		atomic_fetch_add(&c->done, 1);
	}
	if (c->v->spread)
		help_others(m);
	atomic_fetch_sub(&c->running, 1);
	return NULL;
}

static void show_bar(struct verify *v, bool end)
{
	size_t full, done, total;

	if (!isatty(STDERR_FILENO) || v->admin->json)
		return;
	pthread_mutex_lock(&v->lock);
	done = v->done;
	total = v->total ? v->total : 1;
	pthread_mutex_unlock(&v->lock);
	done = done < total ? done : total;
	full = done * BAR_WIDTH / total;
	if (end)
		fprintf(stderr, "\r\033[K");
	else
		fprintf(stderr, "\r%-12s [%.*s%.*s] %zu/%zu ", v->doing, (int)full,
		        "##############################", (int)(BAR_WIDTH - full),
		        "                              ", done, total);
	fflush(stderr);
}

static void nap(void)
{
	const struct timespec t = {.tv_nsec = LOOK_NS};

	(void)nanosleep(&t, NULL);
}

int verify_crew(
        struct verify *v, size_t n, void (*step)(struct verify *, size_t, size_t), struct err *err)
{
	struct crew c = {.v = v, .step = step, .n = n};

	atomic_store(&c.running, (int)v->box->n);
	for (size_t i = 0; i < v->box->n; i++) {
		c.members[i] = (struct member){.crew = &c, .slot = i};
		if (pthread_create(&c.members[i].thread, NULL, run_member, &c.members[i]) != 0)
			return err_set(err, ERR_BUSY, "cannot start a thread");
	}
	while (atomic_load(&c.running) > 0) {
		show_bar(v, false);
		nap();
	}
	for (size_t i = 0; i < v->box->n; i++)
		pthread_join(c.members[i].thread, NULL);
	show_bar(v, true);
	if (atomic_load(v->stop))
		return err_set(err, ERR_CONFLICT, "stopped");
	if (atomic_load(&c.done) < n)
		return err_set(err, ERR_BUSY, "the sandbox failed");
	return 0;
}

void verify_begin(struct verify *v, const char *doing, size_t total)
{
	pthread_mutex_lock(&v->lock);
	v->doing = doing;
	v->done = 0;
	v->total = total;
	pthread_mutex_unlock(&v->lock);
}

void verify_advance(struct verify *v, int64_t cpu_us)
{
	pthread_mutex_lock(&v->lock);
	v->done++;
	v->cpu_us += cpu_us;
	pthread_mutex_unlock(&v->lock);
}

void verify_complain(struct verify *v, const char *fmt, ...)
{
	char text[VERIFY_WHY];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	pthread_mutex_lock(&v->lock);
	if (v->findings.n < MAX_NOTES)
		findings_add(&v->findings, "%s", text);
	else
		v->findings.n++;
	pthread_mutex_unlock(&v->lock);
}
