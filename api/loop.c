/* loop.c -- epoll, timers and the mailbox of tasks from other threads.
 *
 * One eventfd wakes the loop for tasks. Tasks are taken out as a whole list before they run, so
 * one that posts itself again runs in the next turn. A watch that is removed while its event
 * waits in the current turn is struck out of that turn. `lock` guards the list of tasks and
 * nothing else. */
#include "api/loop.h"

#include "base/clock.h"
#include "base/mem.h"

#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

enum { EVENTS_PER_TURN = 256, LONGEST_SLEEP_MS = 1000 };

struct loop {
	int epoll_fd;
	bool stop;
	struct watch mailbox;
	struct timer *timers;
	struct epoll_event events[EVENTS_PER_TURN];
	int nevents;
	pthread_mutex_t lock;
	struct task *first, **last;
};

static void mailbox_ready(struct watch *w, UNUSED uint32_t events)
{
	struct loop *l = w->data;
	uint64_t count = 0;
	struct task *t = NULL;

	if (read(w->fd, &count, sizeof(count)) < 0)
		return;
	pthread_mutex_lock(&l->lock);
	t = l->first;
	l->first = NULL;
	l->last = &l->first;
	pthread_mutex_unlock(&l->lock);
	while (t) {
		struct task *next = t->next;

		pthread_mutex_lock(&l->lock);
		t->posted = false;
		pthread_mutex_unlock(&l->lock);
		t->run(t);
		t = next;
	}
}

struct loop *loop_new(struct err *err)
{
	struct loop *l = xcalloc(1, sizeof(*l));

	l->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	l->mailbox = (struct watch){
	        .fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), .ready = mailbox_ready, .data = l};
	l->last = &l->first;
	pthread_mutex_init(&l->lock, NULL);
	if (l->epoll_fd < 0 || l->mailbox.fd < 0) {
		err_say(err, ERR_BUSY, "event loop: %s", strerrordesc_np(errno));
		loop_free(l);
		return NULL;
	}
	if (loop_add(l, &l->mailbox, EPOLLIN, err) < 0) {
		loop_free(l);
		return NULL;
	}
	return l;
}

void loop_free(struct loop *l)
{
	if (!l)
		return;
	if (l->epoll_fd >= 0)
		close(l->epoll_fd);
	if (l->mailbox.fd >= 0)
		close(l->mailbox.fd);
	pthread_mutex_destroy(&l->lock);
	free(l);
}

static int control(struct loop *l, int op, struct watch *w, uint32_t events, struct err *err)
{
	struct epoll_event ev = {.events = events, .data = {.ptr = w}};

	if (epoll_ctl(l->epoll_fd, op, w->fd, &ev) < 0)
		return err_set(
		        err, ERR_BUSY, "watch descriptor %d: %s", w->fd, strerrordesc_np(errno));
	return 0;
}

int loop_add(struct loop *l, struct watch *w, uint32_t events, struct err *err)
{
	return control(l, EPOLL_CTL_ADD, w, events, err);
}

int loop_change(struct loop *l, struct watch *w, uint32_t events, struct err *err)
{
	return control(l, EPOLL_CTL_MOD, w, events, err);
}

void loop_remove(struct loop *l, struct watch *w)
{
	epoll_ctl(l->epoll_fd, EPOLL_CTL_DEL, w->fd, NULL);
	for (int i = 0; i < l->nevents; i++)
		if (l->events[i].data.ptr == w)
			l->events[i].data.ptr = NULL;
}

void loop_timer(struct loop *l, struct timer *t)
{
	t->at_ms = clock_mono_ms() + t->every_ms;
	t->next = l->timers;
	l->timers = t;
}

void loop_timer_stop(struct loop *l, struct timer *t)
{
	for (struct timer **p = &l->timers; *p; p = &(*p)->next) {
		if (*p == t) {
			*p = t->next;
			return;
		}
	}
}

void loop_post(struct loop *l, struct task *t)
{
	uint64_t one = 1;
	bool first = false;

	pthread_mutex_lock(&l->lock);
	if (!t->posted) {
		first = l->first == NULL;
		t->posted = true;
		t->next = NULL;
		*l->last = t;
		l->last = &t->next;
	}
	pthread_mutex_unlock(&l->lock);
	/* An eventfd of this use cannot be full: one write per emptying of the list. */
	if (first && write(l->mailbox.fd, &one, sizeof(one)) < 0)
		return;
}

/* Runs what is due; answers how long until the next, at most LONGEST_SLEEP_MS. */
static int timers_run(struct loop *l)
{
	int64_t now = clock_mono_ms();
	int64_t wait = LONGEST_SLEEP_MS;

	for (struct timer *t = l->timers, *next = NULL; t; t = next) {
		next = t->next;
		if (t->at_ms > now)
			continue;
		t->at_ms = now + t->every_ms;
		t->run(t);
	}
	for (const struct timer *t = l->timers; t; t = t->next)
		if (t->at_ms - now < wait)
			wait = t->at_ms - now;
	return wait < 0 ? 0 : (int)wait;
}

void loop_run(struct loop *l, int (*before_wait)(void *data), void *data)
{
	l->stop = false;
	while (!l->stop) {
		int wait = timers_run(l);
		int other = before_wait(data);

		if (other >= 0 && other < wait)
			wait = other;
		l->nevents = epoll_wait(l->epoll_fd, l->events, EVENTS_PER_TURN, wait);
		for (int i = 0; i < l->nevents; i++) {
			struct watch *w = l->events[i].data.ptr;

			if (w)
				w->ready(w, l->events[i].events);
		}
		l->nevents = 0;
	}
}

void loop_stop(struct loop *l)
{
	l->stop = true;
}
