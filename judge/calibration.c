/* calibration.c -- see calibration.h.
 *
 * One slot is measured at a time. Each run holds the host's lock `alone` for writing, but never
 * waits for it: when somebody is at work the measurement is given up and tried again soon, so
 * nobody waits for longer than one run, some 20 ms. What must stay true: at least one slot is
 * used. */
#include "judge/calibration.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "judge/worker.h"

enum {
	STRIKES = 2,       /* one bad measurement is chance */
	AGAIN_MS = 2000,   /* after the first of those, and after one that was given up */
	CALMER_MS = 10000, /* a slot that is not used is looked at so often */
	CALM_PART = 75,    /* percent of the limit below which it is used again */
	MAX_PROGRAM = 64 << 10,
	COMPILE_MS = 60000,
	CPU_MS = 5000,
	WALL_MS = 20000,
	MEMORY = 256 << 20,
	TMP = 16 << 20,
	MAX_OUTPUT = 4096,
	PATH_SIZE = 700,
	PERCENT = 100,
	QUARTER = 4,
	MS_PER_S = 1000,
	MIB = 1 << 20,
};

struct measured {
	struct calibration_figures figures;
	int strikes;
	int64_t due_ms;
};

struct calibration {
	struct calibration_setup setup;
	pthread_rwlock_t nobody; /* what runs take instead of `alone`, which is held already */
	const struct language *language; /* these three belong to the slot that is measured */
	char entry[LANGUAGE_NAME_SIZE];
	int artifact_fd;
	pthread_mutex_t lock; /* guards the rest */
	bool busy;            /* a slot is being measured */
	struct measured slots[WORKER_MAX_SLOTS];
};

struct calibration *calibration_new(const struct calibration_setup *setup)
{
	struct calibration *c = xcalloc(1, sizeof(*c));

	c->setup = *setup;
	c->artifact_fd = -1;
	pthread_rwlock_init(&c->nobody, NULL);
	pthread_mutex_init(&c->lock, NULL);
	for (size_t i = 0; i < setup->slots; i++)
		c->slots[i].figures.used = true;
	return c;
}

void calibration_free(struct calibration *c)
{
	if (!c)
		return;
	if (c->artifact_fd >= 0)
		close(c->artifact_fd);
	pthread_rwlock_destroy(&c->nobody);
	pthread_mutex_destroy(&c->lock);
	free(c);
}

struct calibration_figures calibration_get(struct calibration *c, int slot)
{
	struct calibration_figures f;

	pthread_mutex_lock(&c->lock);
	f = c->slots[slot].figures;
	pthread_mutex_unlock(&c->lock);
	return f;
}

bool calibration_is_used(struct calibration *c, int slot)
{
	return calibration_get(c, slot).used;
}

bool calibration_is_due(struct calibration *c, int slot)
{
	bool due;

	if (c->setup.every_s == 0)
		return false;
	pthread_mutex_lock(&c->lock);
	due = !c->busy && clock_mono_ms() >= c->slots[slot].due_ms;
	pthread_mutex_unlock(&c->lock);
	return due;
}

/* Deciding, with the lock held. */

static int by_size(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static size_t count_used(const struct calibration *c)
{
	size_t n = 0;

	for (size_t i = 0; i < c->setup.slots; i++)
		n += c->slots[i].figures.used;
	return n;
}

static bool is_noisy(const struct calibration *c, const struct measured *m)
{
	double limit = (double)c->setup.limit_percent;

	if (!m->figures.used)
		limit = limit * CALM_PART / PERCENT;
	return limit > 0 && m->figures.jitter_percent > limit;
}

static void take_out(struct calibration *c, int slot, struct measured *m)
{
	bool last = count_used(c) == 1;

	m->strikes = last ? 0 : m->strikes;
	m->figures.used = last;
	log_warn("slot.noisy", "slot=%d jitter_percent=%.1f limit=%lld used=%s", slot,
	        m->figures.jitter_percent, (long long)c->setup.limit_percent,
	        last ? "true why=\"it is the last one\"" : "false");
}

static void put_back(int slot, struct measured *m)
{
	m->figures.used = true;
	log_info("slot.calm", "slot=%d jitter_percent=%.1f used=true", slot,
	        m->figures.jitter_percent);
}

static void decide(struct calibration *c, int slot, struct measured *m)
{
	bool noisy = is_noisy(c, m);

	m->strikes = noisy ? m->strikes + 1 : 0;
	if (noisy && m->figures.used && m->strikes >= STRIKES)
		take_out(c, slot, m);
	else if (!noisy && !m->figures.used)
		put_back(slot, m);
}

static int64_t next_look_ms(const struct calibration *c, const struct measured *m)
{
	int64_t every_ms = c->setup.every_s * MS_PER_S;
	int64_t soon_ms = !m->figures.used ? CALMER_MS : m->strikes > 0 ? AGAIN_MS : every_ms;

	return clock_mono_ms() + (soon_ms < every_ms ? soon_ms : every_ms);
}

void calibration_note(struct calibration *c, int slot, int64_t *us, size_t n)
{
	struct measured *m = &c->slots[slot];
	int64_t fastest, slower;

	qsort(us, n, sizeof(*us), by_size);
	fastest = us[0] > 0 ? us[0] : 1;
	slower = us[n - 1 - n / QUARTER];
	pthread_mutex_lock(&c->lock);
	m->figures.measured = true;
	m->figures.fastest_us = fastest;
	m->figures.jitter_percent = (double)(slower - fastest) * PERCENT / (double)fastest;
	decide(c, slot, m);
	m->due_ms = next_look_ms(c, m);
	pthread_mutex_unlock(&c->lock);
	log_debug("slot.calibrated", "slot=%d jitter_percent=%.1f fastest_us=%lld", slot,
	        m->figures.jitter_percent, (long long)fastest);
}

/* Measuring. */

static bool is_on(const struct calibration_hands *h, const char *id)
{
	for (size_t i = 0; i < h->non; i++)
		if (strcmp(h->on[i], id) == 0)
			return true;
	return false;
}

/* The first language that works and has a program for it; NULL: none. */
static const struct language *find_program(
        const struct calibration *c, const struct calibration_hands *h, struct buf *text)
{
	char path[PATH_SIZE];

	for (size_t i = 0; i < c->setup.languages->n; i++) {
		const struct language *l = &c->setup.languages->rows[i];
		struct err ignored = {0};

		snprintf(path, sizeof(path), "%s/%s/calibrate.%s", c->setup.folder, l->id,
		        l->extensions[0]);
		if (is_on(h, l->id) && access(path, R_OK) == 0 &&
		        buf_read_file(text, path, MAX_PROGRAM, &ignored) == 0)
			return l;
	}
	return NULL;
}

static struct execution execution_of(struct calibration *c, const struct calibration_hands *h)
{
	return (struct execution){.box = h->box,
	        .language = c->language,
	        .alone = c->setup.alone,
	        .stop = h->stop,
	        .compile_ms = COMPILE_MS};
}

/* 1: its artifact is there; 0: this host has none. */
static int compile(struct calibration *c, const struct calibration_hands *h, struct err *err)
{
	auto_buf struct buf text = {0};
	struct box_compiled out = {.artifact_fd = -1};
	struct box_source source;
	struct execution x;
	int r;

	if (c->artifact_fd >= 0)
		return 1;
	c->language = find_program(c, h, &text);
	if (!c->language)
		return 0;
	snprintf(c->entry, sizeof(c->entry), "%s", c->language->source);
	source = (struct box_source){c->language->source, text.data, text.len};
	x = execution_of(c, h);
	r = execute_compile(&x, &(struct program){&source, 1, c->entry}, &out, err);
	if (r == 0)
		log_warn("calibration.compile", "language=%s why=\"%.200s\"", c->language->id,
		        out.output);
	if (r > 0)
		c->artifact_fd = steal_fd(&out.artifact_fd);
	box_compiled_free(&out);
	return r;
}

static int run_once(struct calibration *c, const struct calibration_hands *h, int input_fd,
        struct box_result *out, struct err *err)
{
	auto_buf struct buf said = {0};
	struct execution x = execution_of(c, h);
	const struct language *l = c->language;
	struct plain_run p = {.run = {.language = l->id,
	                              .limits = {.cpu_ms = CPU_MS,
	                                      .wall_ms = WALL_MS,
	                                      .memory_bytes = MEMORY + l->memory_extra_mib * MIB,
	                                      .tmp_bytes = TMP,
	                                      .file_bytes = TMP,
	                                      .pids = l->pids},
	                              .stdin_fd = input_fd},
	        .max = MAX_OUTPUT,
	        .out = &said};

	x.alone = &c->nobody;
	return execute_plain(&x, &p, out, err);
}

/* The number of runs that were measured: all, or fewer when somebody was at work. */
static int measure(struct calibration *c, const struct calibration_hands *h,
        int64_t us[CALIBRATION_RUNS], struct err *err)
{
	auto_close int input = box_memfd("", 0, err);
	int n = 0, r = input < 0 ? input : 0;

	while (r == 0 && n < CALIBRATION_RUNS && h->may_go_on(h->arg)) {
		struct box_result result;

		if (pthread_rwlock_trywrlock(c->setup.alone) != 0)
			break;
		r = run_once(c, h, input, &result, err);
		pthread_rwlock_unlock(c->setup.alone);
		if (r == 0 && (result.end != BOX_END_EXITED || result.exit_code != 0))
			r = err_set(err, ERR_BUSY, "calibration: %s, exit code %d",
			        box_end_name(result.end), result.exit_code);
		if (r == 0)
			us[n++] = result.cpu_us;
	}
	return r < 0 ? r : n;
}

static int calibrate(struct calibration *c, const struct calibration_hands *h, struct err *err)
{
	int64_t us[CALIBRATION_RUNS];
	int r = compile(c, h, err);

	if (r == 0) { /* not possible here: as if all were well */
		pthread_mutex_lock(&c->lock);
		c->slots[h->slot].due_ms = clock_mono_ms() + c->setup.every_s * MS_PER_S;
		pthread_mutex_unlock(&c->lock);
	}
	if (r > 0)
		r = box_load(h->box, c->language->id, c->entry, c->artifact_fd, err);
	else
		return r;
	if (r == 0)
		r = measure(c, h, us, err);
	if (r == CALIBRATION_RUNS)
		calibration_note(c, h->slot, us, CALIBRATION_RUNS);
	return r < 0 ? r : 0;
}

int calibration_run(struct calibration *c, const struct calibration_hands *h, struct err *err)
{
	struct measured *m = &c->slots[h->slot];
	struct err mine = {0};
	int r;

	pthread_mutex_lock(&c->lock);
	if (c->busy) {
		pthread_mutex_unlock(&c->lock);
		return 0;
	}
	c->busy = true;
	m->due_ms = clock_mono_ms() + AGAIN_MS;
	pthread_mutex_unlock(&c->lock);
	r = calibrate(c, h, &mine);
	pthread_mutex_lock(&c->lock);
	c->busy = false;
	pthread_mutex_unlock(&c->lock);
	if (r < 0 && mine.code != ERR_CONFLICT) {
		*err = mine;
		return err_result(err);
	}
	return 0;
}
