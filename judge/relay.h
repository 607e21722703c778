/* relay.h -- what stands between a submission and its interactive validator: two ways, each from
 * one program's stdout to the other's stdin.
 *
 * It is there for the order of ends. That a program has ended is told by relay_ended; only then
 * does the other see it: end of file, and of the validator's end also SIGPIPE. A validator that has
 * closed its stdout and lived on for RELAY_GRACE_MS is seen to have done so; a submission that has
 * may still crash or hang, and its validator hears of its end alone (as with Kattis). So who ended
 * first is a cause, never an effect. A validator is never ended by a pipe: what it says to a
 * submission that has left is dropped.
 *
 * The transcript is text: `>` begins a line of the submission, `<` one of the validator, `=` a
 * word of ours; bytes as they were, cut off with a word at BOX_MAX_TRANSCRIPT_BYTES.
 *
 * Descriptors are ours from relay_init on, and never block. Needs no library: the agent links it.
 */
#ifndef RELAY_H
#define RELAY_H

#include "judge/box.h"

#include <poll.h>

enum { RELAY_GRACE_MS = 1000, RELAY_BUFFER = 64 << 10, RELAY_FDS = 2 * BOX_LANES };

/* One way. */
struct relay_way {
	int from, to; /* -1: closed */
	size_t pos, len;
	int64_t bytes;
	int64_t eof_ms, broken_ms; /* since when; 0: not */
	char data[RELAY_BUFFER];
};

struct relay {
	struct relay_way ways[BOX_LANES]; /* by who writes */
	bool ended[BOX_LANES];
	enum box_lane first;
	int64_t limit;      /* of the submission's bytes */
	bool over;          /* it was reached; nothing more is taken from the submission */
	enum box_lane last; /* whose line the transcript is in */
	bool in_line, cut;
	size_t text_len;
	char text[BOX_MAX_TRANSCRIPT_BYTES];
};

/* fds: the submission's stdout and the validator's stdin, the validator's stdout and the
 * submission's stdin. */
void relay_init(struct relay *r, const int fds[RELAY_FDS], int64_t limit);
/* What to wait for: fills p (unused ones have fd -1). */
void relay_poll(const struct relay *r, struct pollfd p[RELAY_FDS]);
/* Milliseconds until something is due, at most `most`. */
int relay_timeout(const struct relay *r, int64_t now_ms, int most);
/* Moves what can be moved. */
void relay_move(struct relay *r, int64_t now_ms);
void relay_ended(struct relay *r, enum box_lane who, int64_t now_ms);
/* Both have ended, or the validator has and the submission has all that it said. */
bool relay_is_done(const struct relay *r);
void relay_close(struct relay *r);

#endif
