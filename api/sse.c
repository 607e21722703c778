/* sse.c -- rings of frames, and the clients that read them.
 *
 * Life of a client: a handler calls sse_open, which fixes the cursor and gives libmicrohttpd a
 * response whose content reader suspends the connection in its first call; the head of the reply
 * is out by then. From there the socket is ours: it stands in the loop's epoll for EPOLLRDHUP
 * (libmicrohttpd does not see a suspended client leave), and one pass writes it everything between
 * its cursor and the head. To end it, the client leaves every list first, then the connection is
 * resumed; the reader's second call says end of stream, and `closed` frees the client.
 *
 * The body is not chunked (the connection closes behind it), so a frame is the same bytes for all.
 *
 * What must stay true: a frame that was begun is finished before anything else goes to that
 * socket; a client never owns more than MAX_PENDING references; a slow one falls out of the ring
 * and gets `reset` and a snapshot, or is ended where there is no snapshot. */
#include "api/sse.h"

#include "api/app.h"
#include "base/clock.h"
#include "base/log.h"

#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>

enum {
	BUCKETS = 1024,
	MAX_PENDING = 4,
	MAX_IOV = 64,
	SEND_BUFFER = 32 * 1024,
	USER_TIMEOUT_MS = 30000,
	HEARTBEAT_EVERY_MS = 15000,
	READER_BLOCK = 64,
	OWN_BYTES = 1 << 20,
};

struct sse_client;

/* A client's place in one channel; the list is the loop's thread's. */
struct cursor {
	struct channel *channel; /* NULL: none */
	uint64_t pos;
	struct sse_client *client;
	struct cursor *next, **prev;
};

struct channel {
	char name[CHANNEL_SIZE];
	struct ring ring;
	int users; /* cursors, and 1 for a kept one */
	bool dirty;
	struct cursor *cursors;
	struct channel *next; /* in its bucket */
};

struct sse_client {
	struct watch watch;
	struct sse *sse;
	struct request *rq;
	struct cursor cursors[2]; /* board, own */
	unsigned topics;
	bool attached, ended, waiting; /* waiting: for EPOLLOUT */
	struct frame *pending[MAX_PENDING];
	size_t npending, offset; /* offset: sent bytes of pending[0] */
	int64_t beat_ms;
	struct sse_client *next, **prev;
};

struct sse {
	struct app *app;
	sse_snapshot *snapshot;
	void *owner;
	pthread_mutex_t lock; /* buckets, rings, users, dirty, accounts */
	struct channel *buckets[BUCKETS];
	char (*accounts)[ID_SIZE];
	size_t naccounts;
	/* the loop's thread from here */
	struct sse_client *clients;
	size_t nclients;
	struct frame *reset;
	struct task pass;
};

/* ---------------------------------------------------------------- frames */

struct frame *frame_new(unsigned topic, int64_t number, const void *data, size_t len)
{
	struct frame *f = xmalloc(sizeof(*f) + len);

	atomic_init(&f->refs, 1);
	f->topic = topic;
	f->again = false;
	f->number = number;
	f->len = len;
	memcpy(f->data, data, len);
	return f;
}

struct frame *frame_hold(struct frame *f)
{
	atomic_fetch_add(&f->refs, 1);
	return f;
}

void frame_drop(struct frame *f)
{
	if (f && atomic_fetch_sub(&f->refs, 1) == 1)
		free(f);
}

void frame_clear(struct frame **f)
{
	frame_drop(*f);
	*f = NULL;
}

void sse_event(struct buf *out, const char *id, const char *event, const char *data, size_t len)
{
	if (id)
		buf_addf(out, "id: %s\n", id);
	buf_addf(out, "event: %s\n", event);
	for (;;) {
		const char *end = memchr(data, '\n', len);
		size_t line = end ? (size_t)(end - data) : len;

		buf_adds(out, "data: ");
		buf_add(out, data, line);
		buf_adds(out, "\n");
		if (!end)
			break;
		data += line + 1;
		len -= line + 1;
	}
	buf_adds(out, "\n");
}

/* ---------------------------------------------------------------- ring */

void ring_init(struct ring *r, size_t capacity, size_t max_bytes)
{
	*r = (struct ring){.capacity = capacity, .max_bytes = max_bytes};
	r->slots = xcalloc(capacity, sizeof(struct frame *));
}

static void drop_oldest(struct ring *r)
{
	struct frame **slot = &r->slots[r->tail % r->capacity];

	if ((*slot)->number > r->floor)
		r->floor = (*slot)->number;
	r->bytes -= (*slot)->len;
	frame_clear(slot);
	r->tail++;
}

void ring_free(struct ring *r)
{
	while (r->tail < r->head)
		drop_oldest(r);
	free(r->slots);
	r->slots = NULL;
}

void ring_push(struct ring *r, struct frame *f)
{
	while (r->tail < r->head &&
	        (r->head - r->tail == r->capacity || r->bytes + f->len > r->max_bytes))
		drop_oldest(r);
	r->slots[r->head++ % r->capacity] = f;
	r->bytes += f->len;
	if (f->number > r->last)
		r->last = f->number;
}

void ring_restart(struct ring *r, int64_t number)
{
	while (r->tail < r->head)
		drop_oldest(r);
	r->floor = number;
	r->last = number;
}

bool ring_after(const struct ring *r, int64_t number, uint64_t *pos)
{
	if (number < r->floor || number > r->last)
		return false;
	for (uint64_t i = r->tail; i < r->head; i++) {
		const struct frame *f = r->slots[i % r->capacity];

		if (f->number > number || (f->number == number && f->again)) {
			*pos = i;
			return true;
		}
	}
	*pos = r->head;
	return true;
}

/* ---------------------------------------------------------------- channels */

static struct channel **bucket_of(struct sse *s, const char *name)
{
	uint32_t hash = 2166136261U; /* FNV-1a */

	for (const char *p = name; *p; p++)
		hash = (hash ^ (unsigned char)*p) * 16777619U;
	return &s->buckets[hash % BUCKETS];
}

/* With the lock. */
static struct channel *find(struct sse *s, const char *name)
{
	struct channel *c = *bucket_of(s, name);

	while (c && strcmp(c->name, name) != 0)
		c = c->next;
	return c;
}

/* With the lock. */
static struct channel *find_or_make(struct sse *s, const char *name, size_t frames)
{
	struct channel **bucket = bucket_of(s, name);
	struct channel *c = find(s, name);

	if (c)
		return c;
	c = xcalloc(1, sizeof(*c));
	snprintf(c->name, sizeof(c->name), "%s", name);
	ring_init(&c->ring, frames, frames == OWN_FRAMES ? OWN_BYTES : RING_BYTES);
	c->next = *bucket;
	*bucket = c;
	return c;
}

/* With the lock. */
static void release(struct sse *s, struct channel *c)
{
	struct channel **p = bucket_of(s, c->name);

	if (--c->users > 0)
		return;
	while (*p != c)
		p = &(*p)->next;
	*p = c->next;
	ring_free(&c->ring);
	free(c);
}

void sse_channel_keep(struct sse *s, const char *channel, int64_t number)
{
	pthread_mutex_lock(&s->lock);
	if (!find(s, channel)) {
		struct channel *c = find_or_make(s, channel, RING_FRAMES);

		c->users = 1;
		ring_restart(&c->ring, number);
	}
	pthread_mutex_unlock(&s->lock);
}

bool sse_publish(struct sse *s, const char *channel, struct frame *f)
{
	struct channel *c;

	pthread_mutex_lock(&s->lock);
	c = find(s, channel);
	if (c) {
		ring_push(&c->ring, f);
		c->dirty = true;
	}
	pthread_mutex_unlock(&s->lock);
	if (!c)
		frame_drop(f);
	else
		loop_post(s->app->loop, &s->pass);
	return c != NULL;
}

uint64_t sse_head(struct sse *s, const char *channel)
{
	const struct channel *c;
	uint64_t head;

	pthread_mutex_lock(&s->lock);
	c = find(s, channel);
	head = c ? c->ring.head : 0;
	pthread_mutex_unlock(&s->lock);
	return head;
}

void sse_restart(struct sse *s, const char *channel, int64_t number)
{
	struct channel *c;

	pthread_mutex_lock(&s->lock);
	c = find(s, channel);
	if (c)
		ring_restart(&c->ring, number);
	pthread_mutex_unlock(&s->lock);
}

uint64_t sse_hold(struct sse *s, const char *channel)
{
	struct channel *c;
	uint64_t head;

	pthread_mutex_lock(&s->lock);
	c = find_or_make(s, channel, OWN_FRAMES);
	c->users++;
	head = c->ring.head;
	pthread_mutex_unlock(&s->lock);
	return head;
}

void sse_unhold(struct sse *s, const char *channel)
{
	struct channel *c;

	pthread_mutex_lock(&s->lock);
	c = find(s, channel);
	if (c)
		release(s, c);
	pthread_mutex_unlock(&s->lock);
}

bool sse_has(struct sse *s, const char *channel)
{
	bool has;

	pthread_mutex_lock(&s->lock);
	has = find(s, channel) != NULL;
	pthread_mutex_unlock(&s->lock);
	return has;
}

size_t sse_channels(
        struct sse *s, struct arena *a, const char *prefix, const char **out, size_t max)
{
	size_t n = 0;

	pthread_mutex_lock(&s->lock);
	for (size_t i = 0; i < BUCKETS; i++) {
		for (const struct channel *c = s->buckets[i]; c && n < max; c = c->next) {
			if (strncmp(c->name, prefix, strlen(prefix)) == 0)
				out[n++] = arena_strdup(a, c->name);
		}
	}
	pthread_mutex_unlock(&s->lock);
	return n;
}

size_t sse_accounts(struct sse *s, struct arena *a, const char **out, size_t max)
{
	size_t n = 0;

	pthread_mutex_lock(&s->lock);
	for (; n < s->naccounts && n < max; n++)
		out[n] = arena_strdup(a, s->accounts[n]);
	pthread_mutex_unlock(&s->lock);
	return n;
}

/* ---------------------------------------------------------------- clients */

static void join(struct cursor *cur)
{
	cur->next = cur->channel->cursors;
	if (cur->next)
		cur->next->prev = &cur->next;
	cur->prev = &cur->channel->cursors;
	cur->channel->cursors = cur;
}

static void leave(struct cursor *cur)
{
	if (!cur->prev)
		return;
	*cur->prev = cur->next;
	if (cur->next)
		cur->next->prev = cur->prev;
	cur->prev = NULL;
}

/* Out of every list; the socket is libmicrohttpd's again. */
static void detach(struct sse_client *c)
{
	leave(&c->cursors[0]);
	leave(&c->cursors[1]);
	if (!c->attached)
		return;
	c->attached = false;
	loop_remove(c->sse->app->loop, &c->watch);
	*c->prev = c->next;
	if (c->next)
		c->next->prev = c->prev;
	c->sse->nclients--;
	if (c->sse->app->metrics)
		metrics_streams(c->sse->app->metrics, -1);
}

static void end_client(struct sse_client *c)
{
	bool suspended = c->attached;

	c->ended = true;
	detach(c);
	if (!suspended)
		return;
	MHD_resume_connection(c->rq->conn);
	http_wake(c->sse->app->http);
}

/* What one send consists of: frames held here, and the cursors as they are once all of it is out.
 */
struct batch {
	struct frame *frames[MAX_IOV];
	uint64_t pos[MAX_IOV]; /* the position of a frame from a ring */
	int from[MAX_IOV];     /* its cursor; -1: from pending */
	size_t n;
	uint64_t after[2];
};

static bool last_ends(const struct batch *b)
{
	return b->n > 0 && (b->frames[b->n - 1]->topic & TOPIC_END);
}

static void add_frame(struct batch *b, struct frame *f, int from, uint64_t pos)
{
	b->frames[b->n] = frame_hold(f);
	b->from[b->n] = from;
	b->pos[b->n++] = pos;
}

/* From the rings, after what is pending. False: the client fell out of this cursor's ring. */
static bool gather_ring(struct sse_client *c, int which, struct batch *b)
{
	const struct cursor *cur = &c->cursors[which];
	const struct ring *r;
	bool there;

	b->after[which] = cur->pos;
	if (!cur->channel)
		return true;
	pthread_mutex_lock(&c->sse->lock);
	r = &cur->channel->ring;
	there = cur->pos >= r->tail;
	for (uint64_t i = cur->pos; there && i < r->head && b->n < MAX_IOV && !last_ends(b); i++) {
		struct frame *f = r->slots[i % r->capacity];

		if (f->topic & (c->topics | TOPIC_END))
			add_frame(b, f, which, i);
		b->after[which] = i + 1;
	}
	pthread_mutex_unlock(&c->sse->lock);
	return there;
}

/* Fell out of the ring: the board anew. False when there is none to send. */
static bool resync(struct sse_client *c, int which)
{
	struct cursor *cur = &c->cursors[which];
	struct frame *f = NULL;

	if (which == 0)
		f = c->sse->snapshot(c->sse->owner, cur->channel->name, &cur->pos);
	if (!f)
		return false;
	c->pending[c->npending++] = frame_hold(c->sse->reset);
	c->pending[c->npending++] = f;
	return true;
}

/* False: the client must be ended. */
static bool gather(struct sse_client *c, struct batch *b)
{
	bool was_pending = c->npending > 0;

	b->n = 0;
	for (int which = 0; which < 2 && !was_pending; which++) {
		const struct cursor *cur = &c->cursors[which];
		bool there;

		if (!cur->channel)
			continue;
		pthread_mutex_lock(&c->sse->lock);
		there = cur->pos >= cur->channel->ring.tail;
		pthread_mutex_unlock(&c->sse->lock);
		if (!there && !resync(c, which))
			return false;
	}
	for (size_t i = 0; i < c->npending; i++)
		add_frame(b, c->pending[i], -1, 0);
	b->after[0] = c->cursors[0].pos;
	b->after[1] = c->cursors[1].pos;
	if (!last_ends(b) && gather_ring(c, 0, b) && !last_ends(b))
		(void)gather_ring(c, 1, b);
	return true;
}

/* Books what was sent: whole frames are done, a begun one becomes pending[0], those of the rings
 * that were not begun are read again from there. */
static void book(struct sse_client *c, const struct batch *b, size_t sent)
{
	struct frame *left[MAX_PENDING + 1] = {NULL};
	size_t nleft = 0;
	bool rewound[2] = {false, false};
	size_t skip = c->offset;

	c->offset = 0;
	c->cursors[0].pos = b->after[0];
	c->cursors[1].pos = b->after[1];
	for (size_t i = 0; i < b->n; i++) {
		size_t rest = b->frames[i]->len - (i == 0 ? skip : 0);
		bool begun = sent > 0 || (i == 0 && skip > 0);

		if (sent >= rest) {
			sent -= rest;
			continue;
		}
		if (begun)
			c->offset = b->frames[i]->len - rest + sent;
		if (begun || b->from[i] < 0)
			left[nleft++] = frame_hold(b->frames[i]);
		else if (!rewound[b->from[i]]) {
			rewound[b->from[i]] = true;
			c->cursors[b->from[i]].pos = b->pos[i];
		}
		sent = 0;
	}
	for (size_t i = 0; i < c->npending; i++)
		frame_drop(c->pending[i]);
	for (size_t i = 0; i < nleft; i++)
		c->pending[i] = left[i];
	c->npending = nleft;
}

static void watch_for(struct sse_client *c, bool room)
{
	struct err err = {0};
	uint32_t events = EPOLLRDHUP | (room ? EPOLLOUT : 0U);

	if (c->waiting == room)
		return;
	c->waiting = room;
	if (loop_change(c->sse->app->loop, &c->watch, events, &err) < 0)
		log_warn("stream.watch", "why=\"%s\"", err.msg);
}

static ssize_t send_batch(const struct sse_client *c, const struct batch *b)
{
	struct iovec iov[MAX_IOV];
	struct msghdr msg = {.msg_iov = iov, .msg_iovlen = b->n};

	for (size_t i = 0; i < b->n; i++) {
		size_t skip = i == 0 ? c->offset : 0;

		iov[i].iov_base = b->frames[i]->data + skip;
		iov[i].iov_len = b->frames[i]->len - skip;
	}
	return sendmsg(c->watch.fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static size_t batch_bytes(const struct batch *b, size_t skip)
{
	size_t total = 0;

	for (size_t i = 0; i < b->n; i++)
		total += b->frames[i]->len;
	return total - (b->n > 0 ? skip : 0);
}

enum step { STEP_MORE, STEP_IDLE, STEP_END };

/* One send. */
static enum step step(struct sse_client *c)
{
	struct batch b = {.n = 0};
	enum step next = STEP_MORE;
	size_t total;
	ssize_t sent = 0;

	bool had_pending = c->npending > 0;

	if (!gather(c, &b))
		return STEP_END;
	total = batch_bytes(&b, c->offset);
	if (b.n > 0)
		sent = send_batch(c, &b);
	if (sent < 0 && errno != EAGAIN && errno != EINTR)
		next = STEP_END;
	if (sent < 0)
		sent = 0;
	if (c->sse->app->metrics && sent > 0)
		metrics_frames(c->sse->app->metrics, (int64_t)b.n, sent);
	book(c, &b, (size_t)sent);
	if ((size_t)sent < total && next == STEP_MORE) {
		watch_for(c, true);
		next = STEP_IDLE;
	} else if (next == STEP_MORE) {
		watch_for(c, false);
		next = last_ends(&b)                   ? STEP_END
		       : b.n < MAX_IOV && !had_pending ? STEP_IDLE
		                                       : STEP_MORE;
	}
	for (size_t i = 0; i < b.n; i++)
		frame_drop(b.frames[i]);
	return next;
}

/* Sends what there is; the client may be gone (ended) afterwards. */
static void pump(struct sse_client *c)
{
	enum step next = STEP_MORE;

	while (next == STEP_MORE)
		next = step(c);
	if (next == STEP_END)
		end_client(c);
}

static void client_ready(struct watch *w, uint32_t events)
{
	struct sse_client *c = w->data;

	if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR))
		end_client(c);
	else
		pump(c);
}

/* The first dirty channel, no longer dirty; NULL when all are done. */
static struct channel *take_dirty(struct sse *s)
{
	struct channel *found = NULL;

	pthread_mutex_lock(&s->lock);
	for (size_t i = 0; i < BUCKETS && !found; i++) {
		for (struct channel *c = s->buckets[i]; c && !found; c = c->next)
			found = c->dirty ? c : NULL;
	}
	if (found)
		found->dirty = false;
	pthread_mutex_unlock(&s->lock);
	return found;
}

static void run_pass(struct task *t)
{
	struct sse *s = t->data;
	struct channel *ch;

	while ((ch = take_dirty(s)) != NULL) {
		struct cursor *next;

		for (struct cursor *cur = ch->cursors; cur; cur = next) {
			next = cur->next;
			if (cur->client->attached && !cur->client->waiting)
				pump(cur->client);
		}
	}
}

static void attach(struct sse_client *c)
{
	const union MHD_ConnectionInfo *info =
	        MHD_get_connection_info(c->rq->conn, MHD_CONNECTION_INFO_CONNECTION_FD);
	struct err err = {0};
	int size = SEND_BUFFER;
	unsigned timeout = USER_TIMEOUT_MS;

	c->watch = (struct watch){.fd = info->connect_fd, .ready = client_ready, .data = c};
	setsockopt(c->watch.fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	setsockopt(c->watch.fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &timeout, sizeof(timeout));
	MHD_suspend_connection(c->rq->conn);
	if (loop_add(c->sse->app->loop, &c->watch, EPOLLRDHUP, &err) < 0) {
		log_warn("stream.watch", "why=\"%s\"", err.msg);
		c->ended = true;
		MHD_resume_connection(c->rq->conn);
		http_wake(c->sse->app->http);
		return;
	}
	c->attached = true;
	c->beat_ms = clock_mono_ms() + HEARTBEAT_EVERY_MS;
	c->next = c->sse->clients;
	if (c->next)
		c->next->prev = &c->next;
	c->prev = &c->sse->clients;
	c->sse->clients = c;
	c->sse->nclients++;
	if (c->sse->app->metrics)
		metrics_streams(c->sse->app->metrics, 1);
	pump(c);
}

/* The content reader: takes the connection over in its first call, ends it in the second. */
static ssize_t reader(void *data, uint64_t pos UNUSED, char *to UNUSED, size_t max UNUSED)
{
	struct sse_client *c = data;

	if (c->ended)
		return MHD_CONTENT_READER_END_OF_STREAM;
	if (!c->attached)
		attach(c);
	return 0;
}

static void closed(struct request *rq)
{
	struct sse_client *c = rq->data;

	detach(c);
	pthread_mutex_lock(&c->sse->lock);
	for (size_t i = 0; i < ARRAY_LEN(c->cursors); i++) {
		if (c->cursors[i].channel)
			release(c->sse, c->cursors[i].channel);
	}
	pthread_mutex_unlock(&c->sse->lock);
	for (size_t i = 0; i < c->npending; i++)
		frame_drop(c->pending[i]);
	rq->data = NULL;
	free(c);
}

/* Cursor `which` onto a channel, at its head. */
static void subscribe(struct sse_client *c, int which, const char *name)
{
	struct cursor *cur = &c->cursors[which];

	cur->client = c;
	if (!name)
		return;
	pthread_mutex_lock(&c->sse->lock);
	cur->channel = find_or_make(c->sse, name, which == 0 ? RING_FRAMES : OWN_FRAMES);
	cur->channel->users++;
	cur->pos = cur->channel->ring.head;
	pthread_mutex_unlock(&c->sse->lock);
	join(cur);
}

/* Where the board begins for this client: behind what it has, or with a snapshot. */
static void begin_board(struct sse_client *c, const struct sse_spec *spec)
{
	struct cursor *cur = &c->cursors[0];
	struct frame *snapshot;
	bool found = false;

	if (!(spec->topics & TOPIC_BOARD))
		return;
	pthread_mutex_lock(&c->sse->lock);
	if (spec->resume)
		found = ring_after(&cur->channel->ring, spec->after, &cur->pos);
	pthread_mutex_unlock(&c->sse->lock);
	if (found)
		return;
	snapshot = c->sse->snapshot(c->sse->owner, cur->channel->name, &cur->pos);
	if (spec->resume)
		c->pending[c->npending++] = frame_hold(c->sse->reset);
	if (snapshot)
		c->pending[c->npending++] = snapshot;
}

int sse_open(struct sse *s, struct request *rq, const struct sse_spec *spec, struct err *err)
{
	struct sse_client *c;
	struct MHD_Response *response;

	c = xcalloc(1, sizeof(*c));
	c->sse = s;
	c->rq = rq;
	c->topics = spec->topics;
	response =
	        MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, READER_BLOCK, reader, c, NULL);
	if (!response) {
		frame_drop(spec->first);
		if (spec->held)
			sse_unhold(s, spec->own);
		free(c);
		return err_set(err, ERR_BUSY, "no memory for a stream");
	}
	/* No chunks, and the connection closes behind it: our frames are the body as they are. */
	MHD_set_response_options(response, MHD_RF_HTTP_1_0_COMPATIBLE_STRICT, MHD_RO_END);
	MHD_add_response_header(response, "Content-Type", "text/event-stream");
	MHD_add_response_header(response, "Cache-Control", "no-store");
	MHD_add_response_header(response, "X-Accel-Buffering", "no");
	rq->reply.response = response;
	rq->data = c;
	rq->closed = closed;
	if (spec->first)
		c->pending[c->npending++] = spec->first;
	subscribe(c, 0, spec->board);
	subscribe(c, 1, spec->own);
	if (spec->held) {
		c->cursors[1].pos = spec->own_pos;
		sse_unhold(s, spec->own);
	}
	if (spec->board)
		begin_board(c, spec);
	return 0;
}

/* ---------------------------------------------------------------- the hub */

struct sse *sse_new(struct app *app, sse_snapshot *snapshot, void *owner)
{
	static const char reset[] = "event: reset\ndata: {}\n\n";
	struct sse *s = xcalloc(1, sizeof(*s));

	s->app = app;
	s->snapshot = snapshot;
	s->owner = owner;
	s->reset = frame_new(TOPIC_BOARD, 0, reset, sizeof(reset) - 1);
	s->pass = (struct task){.run = run_pass, .data = s};
	pthread_mutex_init(&s->lock, NULL);
	return s;
}

void sse_free(struct sse *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < BUCKETS; i++) {
		while (s->buckets[i]) {
			struct channel *c = s->buckets[i];

			s->buckets[i] = c->next;
			ring_free(&c->ring);
			free(c);
		}
	}
	frame_drop(s->reset);
	free(s->accounts);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

void sse_end_all(struct sse *s)
{
	while (s->clients)
		end_client(s->clients);
}

size_t sse_clients(const struct sse *s)
{
	return s->nclients;
}

static int compare_ids(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* The accounts of all streams, each once. */
static void list_accounts(struct sse *s)
{
	char(*ids)[ID_SIZE] = s->nclients > 0 ? xcalloc(s->nclients, ID_SIZE) : NULL;
	size_t n = 0;
	size_t kept = 0;

	for (const struct sse_client *c = s->clients; c && ids; c = c->next) {
		if (*c->rq->who.account_id)
			memcpy(ids[n++], c->rq->who.account_id, ID_SIZE);
	}
	if (n > 0)
		qsort(ids, n, ID_SIZE, compare_ids);
	for (size_t i = 0; i < n; i++) {
		if (kept == 0 || strcmp(ids[kept - 1], ids[i]) != 0)
			memmove(ids[kept++], ids[i], ID_SIZE);
	}
	pthread_mutex_lock(&s->lock);
	free(s->accounts);
	s->accounts = ids;
	s->naccounts = kept;
	pthread_mutex_unlock(&s->lock);
}

void sse_tick(struct sse *s)
{
	auto_frame struct frame *beat = NULL;
	struct sse_client *next;
	int64_t now = clock_mono_ms();
	char time[CLOCK_TEXT_SIZE];
	char text[CLOCK_TEXT_SIZE + 8];

	clock_format_time(clock_wall_ms(), time);
	snprintf(text, sizeof(text), ": %s\n\n", time);
	beat = frame_new(TOPIC_END - 1, 0, text, strlen(text));
	for (struct sse_client *c = s->clients; c; c = next) {
		next = c->next;
		if (!auth_is_current(s->app->auth, &c->rq->who)) {
			end_client(c);
			continue;
		}
		if (now < c->beat_ms)
			continue;
		c->beat_ms = now + HEARTBEAT_EVERY_MS;
		if (c->npending > 0)
			continue; /* busy with more than a heartbeat */
		c->pending[c->npending++] = frame_hold(beat);
		pump(c);
	}
	list_accounts(s);
}
