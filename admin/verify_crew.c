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
#include <sys/ioctl.h>
#include <time.h>

enum {
	LOOK_MS = 20,
	LOOK_NS = 20000000,
	LOOKS_PER_BAR = 5,
	BAR_WIDTH = 40,
	BAR_LEAST = 5,
	MAX_LINE = 80,
	MAX_NOTES = 40
};

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

/* ---- the progress bar: one line on a terminal, wiped when its round is over */

static bool has_bar(const struct verify *v)
{
	const char *term = getenv("TERM"); // NOLINT(concurrency-mt-unsafe): nobody sets it

	return isatty(STDERR_FILENO) && !v->admin->json && term && strcmp(term, "dumb") != 0;
}

/* Asked each time: windows change their size. A line never fills the last column. */
static int columns(void)
{
	struct winsize w = {0};

	return ioctl(STDERR_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col > 0 ? w.ws_col - 1 : MAX_LINE;
}

static void show_bar(struct verify *v)
{
	static const char full[] = "########################################";
	static const char empty[] = "........................................";
	char count[48], line[MAX_LINE * 2];
	int room, done;

	if (!has_bar(v))
		return;
	pthread_mutex_lock(&v->lock);
	snprintf(count, sizeof(count), "%zu/%zu", v->done, v->total);
	room = columns() - (int)strlen(v->doing) - (int)strlen(count) - (int)strlen(" [] ");
	room = room < BAR_WIDTH ? room : BAR_WIDTH;
	done = v->total ? (int)((size_t)(room > 0 ? room : 0) * v->done / v->total) : 0;
	if (room < BAR_LEAST)
		snprintf(line, sizeof(line), "%s %s", v->doing, count);
	else
		snprintf(line, sizeof(line), "%s [%.*s%.*s] %s", v->doing, done, full, room - done,
		        empty, count);
	pthread_mutex_unlock(&v->lock);
	fprintf(stderr, "\r%.*s\033[K", columns(), line);
	fflush(stderr);
}

static void wipe_bar(const struct verify *v)
{
	if (!has_bar(v))
		return;
	fprintf(stderr, "\r\033[K");
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
	for (int looks = 0; atomic_load(&c.running) > 0; looks++) {
		if (looks % LOOKS_PER_BAR == 0)
			show_bar(v);
		nap();
	}
	for (size_t i = 0; i < v->box->n; i++)
		pthread_join(c.members[i].thread, NULL);
	wipe_bar(v);
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
	show_bar(v); /* a round that has no crew is seen as well */
}

void verify_advance(struct verify *v, size_t steps, int64_t cpu_us)
{
	pthread_mutex_lock(&v->lock);
	v->done += steps;
	v->cpu_us += cpu_us;
	pthread_mutex_unlock(&v->lock);
}

/* What a validator said may have many. */
static void one_line(char *text)
{
	size_t len = strlen(text);

	while (len > 0 && strchr(" \t\r\n", text[len - 1]))
		text[--len] = 0;
	for (char *c = strchr(text, '\n'); c; c = strchr(c, '\n'))
		*c = '|';
}

void verify_complain(struct verify *v, const char *fmt, ...)
{
	char text[VERIFY_WHY];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	one_line(text);
	pthread_mutex_lock(&v->lock);
	if (v->findings.n < MAX_NOTES)
		findings_add(&v->findings, "%s", text);
	else
		v->findings.n++;
	pthread_mutex_unlock(&v->lock);
}
