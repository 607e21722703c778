/* yield.c -- see yield.h.
 *
 * What is kept is a help, never needed: the oldest makes room for the newest, and what does not fit
 * (KEPT_TESTS) is run again. A judgement's id and the version of its problem name it; both stay the
 * same over all its claims, or the entry is of no use and is dropped. */
#include "judge/yield.h"

#include "base/log.h"

#include <pthread.h>

enum { KEPT = 16, KEPT_TESTS = 1000, ID_SIZE = 64, POINTER_SIZE = sizeof(void *) };

/* The texts of an outcome are long and mostly empty. */
static const struct {
	size_t at, size;
} texts[] = {
        {offsetof(struct outcome, message), sizeof(((struct outcome *)0)->message)},
        {offsetof(struct outcome, team_message), sizeof(((struct outcome *)0)->team_message)},
        {offsetof(struct outcome, transcript), sizeof(((struct outcome *)0)->transcript)},
};
enum { HEAD_SIZE = offsetof(struct outcome, message) };

struct yield_outcome {
	unsigned char head[HEAD_SIZE];
	const char *texts[ARRAY_LEN(texts)];
};

struct entry {
	char judgement_id[ID_SIZE]; /* "": free */
	int problem_version;
	struct arena arena;
	struct yield_kept kept;
};

struct yield {
	pthread_mutex_t lock;
	size_t places; /* for low judgements */
	size_t held;
	int idle; /* slots that wait for work */
	struct entry entries[KEPT];
	size_t next; /* the oldest entry */
};

struct yield *yield_new(size_t slots)
{
	struct yield *y = xcalloc(1, sizeof(*y));

	y->places = slots > 1 ? slots - 1 : 1;
	pthread_mutex_init(&y->lock, NULL);
	return y;
}

void yield_free(struct yield *y)
{
	if (!y)
		return;
	for (size_t i = 0; i < KEPT; i++)
		arena_free(&y->entries[i].arena);
	pthread_mutex_destroy(&y->lock);
	free(y);
}

bool yield_enter(struct yield *y)
{
	bool free_place;

	pthread_mutex_lock(&y->lock);
	free_place = y->held < y->places;
	y->held += free_place;
	pthread_mutex_unlock(&y->lock);
	return free_place;
}

void yield_leave(struct yield *y)
{
	pthread_mutex_lock(&y->lock);
	y->held--;
	pthread_mutex_unlock(&y->lock);
}

void yield_idle(struct yield *y, int by)
{
	pthread_mutex_lock(&y->lock);
	y->idle += by;
	pthread_mutex_unlock(&y->lock);
}

bool yield_must(struct yield *y, struct pg *pg, const struct claim_want *want)
{
	struct err err = {0};
	int waiting, idle;

	if (submission_count_urgent(pg, want, &waiting, &err) < 0) {
		log_debug("yield.unknown", "why=\"%s\"", err.msg);
		return false;
	}
	pthread_mutex_lock(&y->lock);
	idle = y->idle;
	pthread_mutex_unlock(&y->lock);
	return waiting > idle;
}

/* ---------------------------------------------------------------- what is kept */

void yield_note(struct yield_kept *kept, struct arena *a, size_t i, const struct outcome *outcome)
{
	struct yield_outcome *o = arena_alloc(a, sizeof(*o));

	memcpy(o->head, outcome, HEAD_SIZE);
	for (size_t k = 0; k < ARRAY_LEN(texts); k++)
		o->texts[k] = arena_strdup(a, (const char *)outcome + texts[k].at);
	kept->outcomes[i] = o;
}

bool yield_knows(const struct yield_kept *kept, size_t i, struct outcome *out)
{
	const struct yield_outcome *o = i < kept->n ? kept->outcomes[i] : NULL;

	if (!o || !out)
		return o != NULL;
	memset(out, 0, sizeof(*out));
	memcpy(out, o->head, HEAD_SIZE);
	for (size_t k = 0; k < ARRAY_LEN(texts); k++)
		snprintf((char *)out + texts[k].at, texts[k].size, "%s", o->texts[k]);
	return true;
}

static struct yield_outcome *copy_one(struct arena *a, const struct yield_outcome *from)
{
	struct yield_outcome *o = arena_alloc(a, sizeof(*o));

	*o = *from;
	for (size_t k = 0; k < ARRAY_LEN(texts); k++)
		o->texts[k] = arena_strdup(a, from->texts[k]);
	return o;
}

/* Copies into the arena; at most `max` outcomes. */
static void copy(struct arena *a, const struct yield_kept *from, struct yield_kept *to, size_t max)
{
	size_t copied = 0;

	for (size_t i = 0; i < from->n && i < to->n && copied < max; i++) {
		if (!from->outcomes[i])
			continue;
		to->outcomes[i] = copy_one(a, from->outcomes[i]);
		copied++;
	}
}

static void drop(struct entry *e)
{
	arena_free(&e->arena);
	*e = (struct entry){0};
}

static bool is_of(const struct entry *e, const struct claim *c)
{
	return strcmp(e->judgement_id, c->judgement_id) == 0;
}

void yield_take(struct yield *y, struct arena *a, const struct claim *c, struct yield_kept *out)
{
	out->outcomes = arena_alloc(a, (out->n + 1) * POINTER_SIZE);
	pthread_mutex_lock(&y->lock);
	for (size_t i = 0; i < KEPT; i++) {
		struct entry *e = &y->entries[i];

		if (!is_of(e, c))
			continue;
		if (e->problem_version == c->problem_version && e->kept.n == out->n)
			copy(a, &e->kept, out, SIZE_MAX);
		drop(e);
	}
	pthread_mutex_unlock(&y->lock);
}

void yield_keep(struct yield *y, const struct claim *c, const struct yield_kept *kept)
{
	struct entry *e;

	if (strlen(c->judgement_id) >= ID_SIZE)
		return;
	pthread_mutex_lock(&y->lock);
	e = &y->entries[y->next];
	y->next = (y->next + 1) % KEPT;
	drop(e);
	snprintf(e->judgement_id, sizeof(e->judgement_id), "%s", c->judgement_id);
	e->problem_version = c->problem_version;
	e->kept.n = kept->n;
	e->kept.outcomes = arena_alloc(&e->arena, (kept->n + 1) * POINTER_SIZE);
	copy(&e->arena, kept, &e->kept, KEPT_TESTS);
	pthread_mutex_unlock(&y->lock);
}
