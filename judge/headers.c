/* headers.c -- see headers.h. A header that could not be made is not tried again until the language
 * or the box is doubted: the submissions do not need it. */
#include "judge/headers.h"

#include "base/log.h"
#include "base/mem.h"

#include <pthread.h>

enum { LOOK_MS = 200, PATIENCE = 3 };

enum state { UNWANTED, WANTED, MADE, FAILED };

struct headers {
	const struct languages *languages;
	bool enabled;
	pthread_mutex_t lock; /* guards the rest */
	bool busy;            /* a slot is at it */
	int interrupted, faults;
	enum state states[LANGUAGE_MAX_ROWS]; /* by row of the table */
};

struct headers *headers_new(const struct languages *languages, bool enabled)
{
	struct headers *h = xcalloc(1, sizeof(*h));

	h->languages = languages;
	h->enabled = enabled;
	pthread_mutex_init(&h->lock, NULL);
	return h;
}

void headers_free(struct headers *h)
{
	if (!h)
		return;
	pthread_mutex_destroy(&h->lock);
	free(h);
}

void headers_want(struct headers *h, const struct language *l)
{
	if (!h->enabled || !l->precompiled.file)
		return;
	pthread_mutex_lock(&h->lock);
	h->states[l - h->languages->rows] = WANTED;
	pthread_mutex_unlock(&h->lock);
}

void headers_doubt(struct headers *h)
{
	pthread_mutex_lock(&h->lock);
	for (size_t i = 0; i < h->languages->n; i++)
		if (h->states[i] == MADE || (h->states[i] == FAILED && h->faults < PATIENCE))
			h->states[i] = WANTED;
	pthread_mutex_unlock(&h->lock);
}

/* The row that this slot makes now; -1: none, or another slot is at it. */
static int begin(struct headers *h)
{
	int row = -1;

	pthread_mutex_lock(&h->lock);
	for (size_t i = 0; i < h->languages->n && row < 0 && !h->busy; i++)
		if (h->states[i] == WANTED)
			row = (int)i;
	h->busy = h->busy || row >= 0;
	pthread_mutex_unlock(&h->lock);
	return row;
}

static void end(struct headers *h, int row, enum state state, bool interrupted)
{
	pthread_mutex_lock(&h->lock);
	h->busy = false;
	h->states[row] = state;
	h->interrupted += interrupted;
	h->faults += state == FAILED;
	pthread_mutex_unlock(&h->lock);
}

/* 1: it is there. 0: ended before, for somebody waits for this slot. */
static int make(const struct headers *h, const struct headers_hands *by, struct err *err)
{
	bool killed = false;
	int r = 0;

	while (r == 0) {
		r = box_precompile_wait(by->box, LOOK_MS, err);
		if (r != 0 || killed || h->interrupted >= PATIENCE || by->go_on(by->arg))
			continue;
		killed = true;
		r = box_kill(by->box, err);
	}
	return killed && r == -ERR_NOT_FOUND ? 0 : r;
}

/* The version first: by it box knows which header it is. */
static int ask(const struct headers *h, const struct language *l, const struct headers_hands *by,
        struct err *err)
{
	auto_free char *version = NULL;
	int r = box_version(by->box, l->id, &version, err);

	if (r == 0)
		r = box_precompile_start(by->box, l->id, err);
	return r < 0 ? r : make(h, by, err);
}

int headers_make(struct headers *h, const struct headers_hands *by, struct err *err)
{
	int row = begin(h);
	const struct language *l = row < 0 ? NULL : &h->languages->rows[row];
	struct err why = {0};
	int r;

	if (!l)
		return 0;
	r = ask(h, l, by, &why);
	if (r > 0) {
		log_info("language.precompiled", "id=%s", l->id);
		end(h, row, MADE, false);
	} else if (r == 0) {
		end(h, row, WANTED, true);
	} else if (why.code == ERR_CONFLICT) { /* being stored: the next time it is there */
		end(h, row, WANTED, false);
	} else {
		log_warn("language.precompiled", "id=%s why=\"%s\"", l->id, why.msg);
		end(h, row, FAILED, false);
		if (why.code == ERR_NOT_FOUND)
			return 0;
		*err = why;
		return err_result(err);
	}
	return 0;
}
