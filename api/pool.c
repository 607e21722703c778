/* pool.c -- threads that take jobs from one queue. `lock` guards the queue and `stop`. */
#include "api/pool.h"

#include "base/mem.h"

#include <pthread.h>

struct pool {
	const struct conf *conf;
	const char *name;
	size_t max_queue, waiting;
	pthread_mutex_t lock;
	pthread_cond_t more;
	struct job *first, **last;
	bool stop;
	int nthreads;
	pthread_t *threads;
};

static struct job *take(struct pool *p)
{
	struct job *j = NULL;

	pthread_mutex_lock(&p->lock);
	while (!p->first && !p->stop)
		pthread_cond_wait(&p->more, &p->lock);
	j = p->first;
	if (j) {
		p->first = j->next;
		if (!p->first)
			p->last = &p->first;
		p->waiting--;
	}
	pthread_mutex_unlock(&p->lock);
	return j;
}

static void *thread_main(void *data)
{
	struct pool *p = data;
	struct worker w = {.pg = pg_new(p->conf), .kv = kv_new(p->conf)};

	for (struct job *j = take(p); j; j = take(p))
		j->run(j, &w);
	pg_free(w.pg);
	kv_free(w.kv);
	return NULL;
}

struct pool *pool_new(const struct conf *conf, const char *name, int threads, size_t max_queue)
{
	struct pool *p = xcalloc(1, sizeof(*p));

	p->conf = conf;
	p->name = name;
	p->max_queue = max_queue;
	p->last = &p->first;
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->more, NULL);
	p->threads = xcalloc((size_t)threads, sizeof(*p->threads));
	while (p->nthreads < threads &&
	        pthread_create(&p->threads[p->nthreads], NULL, thread_main, p) == 0)
		p->nthreads++;
	assert(p->nthreads > 0);
	return p;
}

int pool_add(struct pool *p, struct job *j, struct err *err)
{
	bool full = false;

	pthread_mutex_lock(&p->lock);
	full = p->stop || p->waiting >= p->max_queue;
	if (!full) {
		j->next = NULL;
		*p->last = j;
		p->last = &j->next;
		p->waiting++;
		pthread_cond_signal(&p->more);
	}
	pthread_mutex_unlock(&p->lock);
	if (full)
		return err_set(
		        err, ERR_BUSY, "the server has too much to do (%s), try again", p->name);
	return 0;
}

size_t pool_waiting(struct pool *p)
{
	size_t n = 0;

	pthread_mutex_lock(&p->lock);
	n = p->waiting;
	pthread_mutex_unlock(&p->lock);
	return n;
}

void pool_finish(struct pool *p)
{
	pthread_mutex_lock(&p->lock);
	p->stop = true;
	pthread_cond_broadcast(&p->more);
	pthread_mutex_unlock(&p->lock);
	for (int i = 0; i < p->nthreads; i++)
		pthread_join(p->threads[i], NULL);
}

void pool_free(struct pool *p)
{
	if (!p)
		return;
	pthread_mutex_destroy(&p->lock);
	pthread_cond_destroy(&p->more);
	free(p->threads);
	free(p);
}
