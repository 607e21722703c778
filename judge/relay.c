/* relay.c -- see relay.h.
 *
 * A way holds at most one buffer; it is filled only when it is empty. Where the two sides differ:
 * the submission's way stops when its reader, the validator, is gone; the validator's way goes on,
 * into nothing. */
#include "judge/relay.h"

#include <fcntl.h>

static const char cut_words[] = "\n= the rest is left out\n";

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static enum box_lane other(enum box_lane who)
{
	return who == BOX_LANE_JURY ? BOX_LANE_SUBMISSION : BOX_LANE_JURY;
}

/* The transcript. */

static void put(struct relay *r, const char *s, size_t n)
{
	const size_t room = sizeof(r->text) - sizeof(cut_words) - r->text_len;
	const size_t take = n < room ? n : room;

	if (r->cut)
		return;
	memcpy(r->text + r->text_len, s, take);
	r->text_len += take;
	if (take == n)
		return;
	r->cut = true;
	memcpy(r->text + r->text_len, cut_words, sizeof(cut_words) - 1);
	r->text_len += sizeof(cut_words) - 1;
}

static void end_line(struct relay *r)
{
	if (r->in_line)
		put(r, "\n", 1);
	r->in_line = false;
}

/* A piece that `who` wrote: line by line, each behind its mark. */
static void note(struct relay *r, enum box_lane who, const char *s, size_t n)
{
	if (r->last != who)
		end_line(r);
	r->last = who;
	while (n > 0 && !r->cut) {
		const char *end = memchr(s, '\n', n);
		size_t len = end ? (size_t)(end - s) + 1 : n;

		if (!r->in_line)
			put(r, who == BOX_LANE_JURY ? "<" : ">", 1);
		put(r, s, len);
		r->in_line = !end;
		s += len;
		n -= len;
	}
}

static void note_end(struct relay *r, enum box_lane who)
{
	static const char *const words[] = {"= the submission ended\n", "= the validator ended\n"};

	end_line(r);
	put(r, words[who], strlen(words[who]));
}

/* Moving. */

void relay_init(struct relay *r, const int fds[RELAY_FDS], int64_t limit)
{
	r->limit = limit;
	r->over = r->in_line = r->cut = false;
	r->text_len = 0;
	r->last = BOX_LANE_SUBMISSION;
	for (size_t i = 0; i < BOX_LANES; i++) {
		struct relay_way *w = &r->ways[i];

		w->from = fds[2 * i];
		w->to = fds[2 * i + 1];
		w->pos = w->len = 0;
		w->bytes = w->eof_ms = w->broken_ms = 0;
		r->ended[i] = false;
		(void)fcntl(w->from, F_SETFL, O_NONBLOCK);
		(void)fcntl(w->to, F_SETFL, O_NONBLOCK);
	}
}

/* Its reader takes nothing more: the validator's words are dropped then, the submission's stay. */
static bool is_held(const struct relay *r, enum box_lane who)
{
	return who == BOX_LANE_SUBMISSION && (r->over || r->ways[who].to < 0);
}

static bool may_read(const struct relay *r, enum box_lane who)
{
	const struct relay_way *w = &r->ways[who];

	return w->from >= 0 && w->len == 0 && !is_held(r, who);
}

static void fill(struct relay *r, enum box_lane who, int64_t now_ms)
{
	struct relay_way *w = &r->ways[who];
	ssize_t n = read(w->from, w->data, sizeof(w->data));

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		close_fd(&w->from);
		w->eof_ms = now_ms;
		return;
	}
	w->pos = 0;
	w->len = (size_t)n;
	w->bytes += n;
	note(r, who, w->data, w->len);
	if (who == BOX_LANE_SUBMISSION && w->bytes > r->limit) {
		r->over = true;
		w->len = 0;
	}
}

static void drain(struct relay_way *w, int64_t now_ms)
{
	ssize_t n = w->to < 0 ? (ssize_t)w->len : write(w->to, w->data + w->pos, w->len);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n < 0) { /* nobody reads it any more */
		close_fd(&w->to);
		w->broken_ms = now_ms;
		n = (ssize_t)w->len;
	}
	w->pos += (size_t)n;
	w->len -= (size_t)n;
}

/* A submission's closed stdout says nothing as long as it lives: it may still crash, or hang. */
static bool is_due(const struct relay *r, enum box_lane who, int64_t now_ms)
{
	return r->ended[who] ||
	       (who == BOX_LANE_JURY && now_ms - r->ways[who].eof_ms >= RELAY_GRACE_MS);
}

/* Lets the other side see an end that has been noted, or was waited for long enough. */
static void pass_on(struct relay *r, enum box_lane who, int64_t now_ms)
{
	struct relay_way *w = &r->ways[who];
	const bool eof = w->from < 0 && w->len == 0;

	if (eof && is_due(r, who, now_ms))
		close_fd(&w->to);
	if (is_held(r, who) && !r->over &&
	        (r->ended[other(who)] || now_ms - w->broken_ms >= RELAY_GRACE_MS))
		close_fd(&w->from);
}

static void move_way(struct relay *r, enum box_lane who, int64_t now_ms)
{
	if (may_read(r, who))
		fill(r, who, now_ms);
	if (r->ways[who].len > 0)
		drain(&r->ways[who], now_ms);
	pass_on(r, who, now_ms);
}

void relay_move(struct relay *r, int64_t now_ms)
{
	move_way(r, BOX_LANE_SUBMISSION, now_ms);
	move_way(r, BOX_LANE_JURY, now_ms);
}

void relay_poll(const struct relay *r, struct pollfd p[RELAY_FDS])
{
	for (size_t i = 0; i < BOX_LANES; i++) {
		const struct relay_way *w = &r->ways[i];
		bool in = may_read(r, (enum box_lane)i);

		p[2 * i] = (struct pollfd){.fd = in ? w->from : -1, .events = POLLIN};
		p[2 * i + 1] = (struct pollfd){.fd = w->len > 0 ? w->to : -1, .events = POLLOUT};
	}
}

/* Since when an end waits to be passed on; 0: none does. */
static int64_t waits_since(const struct relay *r, enum box_lane who)
{
	const struct relay_way *w = &r->ways[who];

	if (w->from < 0)
		return who == BOX_LANE_JURY && w->to >= 0 && w->len == 0 ? w->eof_ms : 0;
	return is_held(r, who) && !r->over ? w->broken_ms : 0;
}

int relay_timeout(const struct relay *r, int64_t now_ms, int most)
{
	int64_t left = most;

	for (int i = 0; i < BOX_LANES; i++) {
		int64_t since = waits_since(r, (enum box_lane)i);

		if (since > 0 && since + RELAY_GRACE_MS - now_ms < left)
			left = since + RELAY_GRACE_MS - now_ms;
	}
	return left < 0 ? 0 : (int)left;
}

void relay_ended(struct relay *r, enum box_lane who, int64_t now_ms)
{
	if (r->ended[who])
		return;
	if (!r->ended[other(who)])
		r->first = who;
	r->ended[who] = true;
	/* what it has said before is still to come, and stands before its end in the transcript */
	relay_move(r, now_ms);
	note_end(r, who);
	/* nobody reads what is meant for it */
	close_fd(&r->ways[other(who)].to);
	r->ways[other(who)].broken_ms = now_ms;
	relay_move(r, now_ms);
}

bool relay_is_done(const struct relay *r)
{
	const struct relay_way *w = &r->ways[BOX_LANE_JURY];

	return r->ended[BOX_LANE_JURY] &&
	       (r->ended[BOX_LANE_SUBMISSION] || (w->from < 0 && w->len == 0));
}

void relay_close(struct relay *r)
{
	for (int i = 0; i < BOX_LANES; i++) {
		close_fd(&r->ways[i].from);
		close_fd(&r->ways[i].to);
	}
}
