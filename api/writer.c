/* writer.c -- the batching writer.
 *
 * `lock` guards the queue and the list of contests being written. A contest is written by one
 * thread at a time: its row lock lets only one in anyway, and what arrives meanwhile makes the next
 * batch bigger. Once a request was finished nothing of it is touched: its arena may be gone.
 *
 * When a batch as a whole is refused (an error of one, or a broken connection), each is tried
 * alone, so that one bad row refuses itself only; a database that is away refuses all at once. */
#include "api/writer.h"

#include "api/shape.h"
#include "base/log.h"
#include "scoreboard/catchup.h"

#include <pthread.h>

enum { MAX_BATCH = 64, MAX_QUEUE = 4096, MAX_THREADS = 4 };

struct writer {
	const struct conf *conf;
	pthread_mutex_t lock;
	pthread_cond_t more;
	struct writing *first, **last;
	size_t waiting;
	bool stop;
	int nthreads;
	pthread_t threads[MAX_THREADS];
	const char *writing[MAX_THREADS]; /* contests; slots are taken and given back */
};

static bool is_being_written(const struct writer *w, const char *contest)
{
	for (int i = 0; i < MAX_THREADS; i++)
		if (w->writing[i] && strcmp(w->writing[i], contest) == 0)
			return true;
	return false;
}

/* With the lock: takes up to MAX_BATCH of one contest that nobody writes; their number. */
static size_t take_batch(struct writer *w, struct writing *batch[MAX_BATCH])
{
	size_t n = 0;
	struct writing **p = &w->first;

	while (*p && n < MAX_BATCH) {
		struct writing *one = *p;
		bool mine = n > 0 ? strcmp(one->contest_id, batch[0]->contest_id) == 0
		                  : !is_being_written(w, one->contest_id);

		if (!mine) {
			p = &one->next;
			continue;
		}
		*p = one->next;
		batch[n++] = one;
	}
	while (*p)
		p = &(*p)->next;
	w->last = p;
	w->waiting -= n;
	return n;
}

static void mark_written(struct writer *w, const char *contest)
{
	for (int i = 0; i < MAX_THREADS; i++) {
		if (!w->writing[i]) {
			w->writing[i] = contest;
			return;
		}
	}
}

static size_t wait_batch(struct writer *w, struct writing *batch[MAX_BATCH], char **contest)
{
	size_t n = 0;

	pthread_mutex_lock(&w->lock);
	for (;;) {
		n = take_batch(w, batch);
		if (n > 0 || (w->stop && !w->first))
			break;
		pthread_cond_wait(&w->more, &w->lock);
	}
	if (n > 0) {
		*contest = xstrdup(batch[0]->contest_id);
		mark_written(w, *contest);
	}
	pthread_mutex_unlock(&w->lock);
	return n;
}

static void give_back(struct writer *w, const char *contest)
{
	pthread_mutex_lock(&w->lock);
	for (int i = 0; i < MAX_THREADS; i++)
		if (w->writing[i] == contest)
			w->writing[i] = NULL;
	pthread_cond_broadcast(&w->more);
	pthread_mutex_unlock(&w->lock);
}

static void reply_accepted(struct writing *one)
{
	const struct new_submission *s = &one->sub;
	struct reply *rp = &one->rq->reply;
	json_t *o = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s?}", "id", s->id,
	        "contest_id", one->contest_id, "team_id", s->team_id, "problem_id", s->problem_id,
	        "language_id", s->language_id, "time", s->submitted_at, "state", "queued",
	        "entry_point", s->entry_point);

	shape_set(o, "contest_time", shape_reltime(s->contest_time_ms));
	shape_set(o, "files", shape_files(one->contest_id, s->id));
	shape_set(o, "practice", json_boolean(s->practice));
	shape_set(o, "message",
	        json_string(s->replayed ? "this submission was accepted before"
	                                : "the submission was accepted"));
	rp->status = MHD_HTTP_ACCEPTED;
	reply_header(one->rq, "Location", "/api/submissions/%s", s->id);
	reply_json(rp, o);
}

/* Answers one; true when a new submission was accepted. */
static bool finish(struct writing *one)
{
	struct err err = one->sub.err;
	bool accepted = err.code == ERR_NONE;
	bool new = accepted && !one->sub.replayed;

	if (accepted) {
		log_info("submission.accepted", "id=%s contest=%s team=%s problem=%s language=%s",
		        one->sub.id, one->contest_id, one->sub.team_id, one->sub.problem_id,
		        one->sub.language_id);
		reply_accepted(one);
	} else {
		one->rq->retry_after_s = one->sub.retry_after_s;
	}
	request_finish(one->rq, &err);
	return new;
}

static int record(struct pg *pg, struct arena *a, struct writing **batch, size_t n, struct err *err)
{
	struct new_submission *subs = xcalloc(n, sizeof(*subs));
	int result = 0;

	for (size_t i = 0; i < n; i++)
		subs[i] = batch[i]->sub;
	result = record_submissions(pg, a, batch[0]->contest_id, subs, n, err);
	for (size_t i = 0; i < n; i++)
		batch[i]->sub = subs[i];
	free(subs);
	return result;
}

static void record_each(struct pg *pg, struct arena *a, struct writing **batch, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct err err = {0};

		if (record(pg, a, &batch[i], 1, &err) < 0)
			batch[i]->sub.err = err;
	}
}

/* Writes a batch and finishes its requests; the number of new submissions. */
static size_t write_batch(struct pg *pg, struct writing **batch, size_t n)
{
	auto_arena struct arena a = {0};
	struct err err = {0};
	size_t accepted = 0;

	if (record(pg, &a, batch, n, &err) < 0) {
		if (err.code == ERR_BUSY || n == 1) {
			for (size_t i = 0; i < n; i++)
				batch[i]->sub.err = err;
		} else {
			record_each(pg, &a, batch, n);
		}
	}
	for (size_t i = 0; i < n; i++)
		accepted += finish(batch[i]);
	return accepted;
}

/* What may fail: others catch up and ring again. */
static void after(struct pg *pg, struct kv *kv, const char *contest, size_t accepted)
{
	struct err err = {0};

	if (submission_ring(kv, accepted, &err) < 0)
		log_warn("doorbell.failed", "contest=%s error=\"%s\"", contest, err.msg);
	err = (struct err){0};
	if (catchup_run(pg, kv, contest, &err) < 0)
		log_warn("catchup.failed", "contest=%s error=\"%s\"", contest, err.msg);
}

static void *thread_main(void *data)
{
	struct writer *w = data;
	struct pg *pg = pg_new(w->conf);
	struct kv *kv = kv_new(w->conf);
	struct writing *batch[MAX_BATCH];
	char *contest = NULL;

	for (size_t n = wait_batch(w, batch, &contest); n > 0; n = wait_batch(w, batch, &contest)) {
		size_t accepted = write_batch(pg, batch, n);

		if (accepted > 0)
			after(pg, kv, contest, accepted);
		give_back(w, contest);
		free(contest);
	}
	pg_free(pg);
	kv_free(kv);
	return NULL;
}

struct writer *writer_new(const struct conf *conf, int threads)
{
	struct writer *w = xcalloc(1, sizeof(*w));

	assert(threads >= 1 && threads <= MAX_THREADS);
	w->conf = conf;
	w->last = &w->first;
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->more, NULL);
	while (w->nthreads < threads &&
	        pthread_create(&w->threads[w->nthreads], NULL, thread_main, w) == 0)
		w->nthreads++;
	assert(w->nthreads > 0);
	return w;
}

int writer_add(struct writer *w, struct writing *one, struct err *err)
{
	bool full = false;

	pthread_mutex_lock(&w->lock);
	full = w->stop || w->waiting >= MAX_QUEUE;
	if (!full) {
		one->next = NULL;
		*w->last = one;
		w->last = &one->next;
		w->waiting++;
		pthread_cond_signal(&w->more);
	}
	pthread_mutex_unlock(&w->lock);
	if (full)
		return err_set(err, ERR_BUSY, "too many submissions are waiting to be written");
	return 0;
}

void writer_finish(struct writer *w)
{
	pthread_mutex_lock(&w->lock);
	w->stop = true;
	pthread_cond_broadcast(&w->more);
	pthread_mutex_unlock(&w->lock);
	for (int i = 0; i < w->nthreads; i++)
		pthread_join(w->threads[i], NULL);
}

void writer_free(struct writer *w)
{
	if (!w)
		return;
	pthread_mutex_destroy(&w->lock);
	pthread_cond_destroy(&w->more);
	free(w);
}
