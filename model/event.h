/* event.h -- the log of a contest: leaderboard_events.
 *
 * The text of an event is canonical JSON (sorted keys, no spaces):
 *   {"at":TIME,"contest":ID,"contest_time":MS|null,"jury":PART,"kind":KIND,"number":N,
 *    "public":PART|null,"public_number":P|null,"subject":{...}}
 * hash = SHA-256(previous hash || text || salt); the first previous hash is 32 zero bytes.
 * `subject` (ids of submission, judgement, team, problem, language, verdict, actor, reason) and
 * `jury` are for the jury only. `public` alone reaches the public; it is null, and the event has no
 * public number, when the public's bytes do not change.
 *
 * PART holds absolute values, any member may be missing:
 *   "contest": {"id","name","formal_name","rules","start_time":TIME|null,"duration":MS,
 *       "freeze_duration":MS|null,"clock_rate","penalty_time":MIN,"show_runs","after_end"}; with
 * "removed_intervals":
 *       [{"id","from":TIME,"to":TIME}] when there are any
 *   "state": {"started","frozen","ended","thawed","finalized","end_of_updates": TIME|null}
 *       only buttons and schedule; what the passing of time brings each reader computes from
 *       "contest" and "freezes"
 *   "freezes": [{"from":TIME,"to":TIME|null,"thawed":TIME|null}]
 *   "problems": [{"id","label","name","rgb","color","ordinal","points":MILLI}] the whole list;
 *       in the public part only once the contest has started (see freeze.h)
 *   "teams": [{"id","name","display_name","organization","organization_id","country",
 *       "groups":[..],"sort_group","hidden"}] the whole list (hidden teams not in public);
 *       "ranked": false with those that have no rank
 *   "rows": [{"team","solved","penalty":MIN,"points":MILLI,"last":MS|null,"wrong",
 *       "cells":[{"problem","judged","pending","solved":BOOL,"time":MS|null,"points":MILLI,
 *       "penalty":MIN}]}]   cells that changed; totals always whole
 *   "first": [{"problem","sort_group","team":ID|null}]
 *   "reveal": {"position","steps","last":{"team","problem":ID|null}|null,"next":{"team",
 *       "problem":ID|null}|null}  the resolver is open (scoreboard/reveal.h); problem null: the
 *       row is final. A bulk part without it: it is closed
 *   "bulk": true    more than 200 rows, or names changed: viewers get `reset` and one snapshot
 * A snapshot is one PART with everything in it. */
#ifndef EVENT_H
#define EVENT_H
#include "base/hash.h"
#include "base/mem.h"
#include "base/pg.h"

#include <jansson.h>

/* What contest_lock gave; event_append moves it on. */
struct log_head {
	int64_t number, public_number, submission_ordinal;
	unsigned char hash[HASH_SIZE];
	int64_t now_ms;  /* the database's time under the lock, wall ms */
	const char *now; /* the same as PostgreSQL's text with microseconds; arena */
};

/* First call of every transaction that changes a board. */
int event_lock(struct pg *pg, struct arena *a, const char *contest_id, struct log_head *head,
        struct err *err);

struct event_draft {
	const char *kind;
	const char *submission_id; /* or NULL */
	int64_t contest_time_ms;   /* or INT64_MIN: null */
	json_t *subject, *jury,
	        *public_part; /* borrowed; public_part NULL: hidden from the public */
};
/* Numbers, salts, hashes and writes it; head moves on. *text (may be NULL) gets an arena copy. */
int event_append(struct pg *pg, struct arena *a, const char *contest_id, struct log_head *head,
        const struct event_draft *d, const char **text, struct err *err);

/* The past of a contest, brought in from elsewhere (role codearena_admin only): events with times
 * of their own, which never go back, sent many at a time. head moves on with each; what is left is
 * written by event_writer_flush. Inside the transaction of event_lock. */
struct event_writer;
struct event_writer *event_writer_new(const char *contest_id, struct log_head *head);
void event_writer_free(struct event_writer *w);
int event_writer_add(struct event_writer *w, struct pg *pg, const struct event_draft *d,
        int64_t at_ms, struct err *err);
int event_writer_flush(struct event_writer *w, struct pg *pg, struct err *err);

/* One event as read back; strings in the arena. */
struct event {
	int64_t number, public_number; /* 0: none */
	const char *kind, *text;
	unsigned char salt[16], hash[HASH_SIZE];
};
/* Events with number > after, at most max; in order. */
int event_read(struct pg *pg, struct arena *a, const char *contest_id, int64_t after, size_t max,
        struct event **out, size_t *n, struct err *err);
/* Calls `take` with each event of numbers (after, until], in order, without waiting for all of
 * them; salt, hash and kind are not given. A negative answer of it, with *err set, ends the
 * reading. */
typedef int event_taker(void *data, const struct event *e, struct err *err);
struct event_span {
	const char *contest_id;
	int64_t after, until;
	event_taker *take;
	void *data;
};
int event_each(struct pg *pg, const struct event_span *span, struct err *err);
/* The numbers and the head now (no lock). */
int event_head(struct pg *pg, struct arena *a, const char *contest_id, struct log_head *head,
        struct err *err);
/* "<incarnation>" of the log: enters every SSE id. Arena string. */
int event_incarnation(struct pg *pg, struct arena *a, const char **out, struct err *err);

/* codearena log verify: chain, both numberings, columns against text, counter against last event.
 * 0 when all is well; ERR_CONFLICT names the first event that is wrong. *n: events checked.
 * anchor_number > 0: the hash of that event must be anchor. */
int event_verify(struct pg *pg, const char *contest_id, int64_t anchor_number,
        const unsigned char anchor[HASH_SIZE], int64_t *n, struct err *err);
#endif
