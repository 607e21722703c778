/* sse.h -- Server-Sent Events: rings of frames, and clients that are cursors into them.
 *
 * A frame is the bytes of one or more SSE events, made once and never changed, counted by
 * reference. A channel is a name and a bounded ring of frames. A client reads one board channel
 * and one channel of its own (either may be missing), skips frames of topics it did not ask for,
 * and never holds memory of its own but for the frame it is in the middle of.
 *
 * Names: "public:<contest>", "jury:<contest>", "team:<contest>:<team>", "sub:<submission>:<view>".
 *
 * Threads: clients, their sockets and lists belong to the loop's thread. Rings and the table of
 * channels are guarded by one lock inside struct sse; sse_publish and sse_channels may be called
 * from any thread. Lock order: feed's lock, then this one. */
#ifndef API_SSE_H
#define API_SSE_H
#include "api/http.h"
#include "api/metrics.h"

#include <stdatomic.h>

enum topic {
	TOPIC_BOARD = 1,
	TOPIC_STATE = 2,
	TOPIC_CLARIFICATIONS = 4,
	TOPIC_OWN = 8,
	TOPIC_SUBMISSION = 16,
	TOPIC_END = 32, /* the stream ends behind this frame; everybody gets it */
};

enum { CHANNEL_SIZE = 96, RING_FRAMES = 4096, RING_BYTES = 8 << 20, OWN_FRAMES = 256 };

struct frame {
	atomic_int refs;
	unsigned topic;
	bool again; /* repeats its number with other bytes (reset): who has the number needs it */
	int64_t number; /* of a board frame; else 0 */
	size_t len;
	char data[];
};

struct frame *frame_new(unsigned topic, int64_t number, const void *data, size_t len);
struct frame *frame_hold(struct frame *f);
void frame_drop(struct frame *f); /* NULL is fine */
#define auto_frame __attribute__((cleanup(frame_clear)))
void frame_clear(struct frame **f);
/* Appends one event: `id:` (when id is not NULL), `event:`, and `data:` per line, then a blank. */
void sse_event(struct buf *out, const char *id, const char *event, const char *data, size_t len);

/* ---- a ring: positions only grow; [tail, head) are there */
struct ring {
	struct frame **slots;
	size_t capacity, max_bytes, bytes;
	uint64_t head, tail;
	int64_t floor; /* the highest board number that is no longer there, or came before the ring
	                */
	int64_t last;  /* the highest board number so far */
};
void ring_init(struct ring *r, size_t capacity, size_t max_bytes);
void ring_free(struct ring *r);
void ring_push(struct ring *r, struct frame *f); /* takes the reference; drops the oldest */
/* Everything goes: a new log whose board stands at this number. */
void ring_restart(struct ring *r, int64_t number);
/* Where a client goes on that has all board frames up to number; false: it needs a snapshot. */
bool ring_after(const struct ring *r, int64_t number, uint64_t *pos);

/* ---- the hub */
struct sse;
/* The whole board as a frame (a reference for the caller) and the position behind it, both of
 * one instant; NULL when there is no board. Called on the loop's thread without sse's lock. */
typedef struct frame *sse_snapshot(void *owner, const char *channel, uint64_t *pos);
struct sse *sse_new(struct app *app, sse_snapshot *snapshot, void *owner);
void sse_free(struct sse *s); /* no client may be left */

/* Any thread. Makes the channel that stays (boards); a ring that starts behind `number`. */
void sse_channel_keep(struct sse *s, const char *channel, int64_t number);
/* Any thread. Takes the reference; false when nobody has that channel. */
bool sse_publish(struct sse *s, const char *channel, struct frame *f);
/* Any thread: the position behind the last frame of a channel. */
uint64_t sse_head(struct sse *s, const char *channel);
void sse_restart(struct sse *s, const char *channel, int64_t number);
bool sse_has(struct sse *s, const char *channel);
/* Names that begin so, at most max, in the arena. */
size_t sse_channels(
        struct sse *s, struct arena *a, const char *prefix, const char **out, size_t max);
/* Any thread. Makes the channel stay until sse_open takes it over (spec.held): what is published
 * from now on is not lost while the caller reads what came before. Answers the position. */
uint64_t sse_hold(struct sse *s, const char *channel);
void sse_unhold(struct sse *s, const char *channel); /* when it does not come to sse_open */
/* The accounts behind the open streams, in the arena; at most max. */
size_t sse_accounts(struct sse *s, struct arena *a, const char **out, size_t max);

/* Loop thread: answers rq with a stream. `first` (may be NULL) is taken and sent before all. */
struct sse_spec {
	const char *board, *own; /* channels, or NULL */
	bool held;               /* sse_hold gave own_pos */
	uint64_t own_pos;
	unsigned topics;
	bool resume; /* the client has all board frames up to `after` */
	int64_t after;
	struct frame *first;
};
int sse_open(struct sse *s, struct request *rq, const struct sse_spec *spec, struct err *err);
void sse_end_all(struct sse *s);
size_t sse_clients(const struct sse *s);
/* Loop thread, each second: heartbeats, expired tokens, the list for sse_accounts. */
void sse_tick(struct sse *s);
#endif
