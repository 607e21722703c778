/* feed_inside.h -- what the files of the feed share: feed.c the thread and the boards,
 * feed_submission.c what is told of submissions, feed_clarification.c clarifications. All of it but
 * feed.h's functions runs on the feed's thread. */
#ifndef API_FEED_INSIDE_H
#define API_FEED_INSIDE_H
#include "api/app.h"
#include "api/feed.h"
#include "api/feed_board.h"

#include <pthread.h>

enum { EVENT_DEPTH = 16, SEEN_CLARIFICATIONS = 512, KNOWN_SUBMISSIONS = 4096 };

/* Whose a submission is, for its progress. */
struct owner {
	char submission_id[ID_SIZE], contest_id[ID_SIZE], team_id[ID_SIZE];
};

struct feed {
	struct app *app;
	struct sse *sse;
	struct timer timer; /* loop: sse_tick */
	pthread_t thread;
	int wake_fd;
	atomic_bool stop;
	pthread_mutex_t lock;
	struct feed_board *boards; /* guarded */
	char incarnation[ID_SIZE]; /* guarded; "" until known */
	bool complete;             /* guarded; every contest has been read once */
	atomic_llong skew_ms;      /* the database's clock minus ours */
	/* the thread's own from here */
	struct pg *pg;
	struct kv *messages;
	struct mirror *mirror;
	struct conductor *conductor;
	bool subscribed, pg_up;
	bool look_boards, look_submissions, look_clarifications;
	int64_t tick_ms, accounts_ms;
	char seen[SEEN_CLARIFICATIONS][ID_SIZE];
	size_t nseen;
	bool seen_any;
	struct owner *owners;
};

/* The database's clock. */
int64_t feed_now_ms(const struct feed *f);
/* With the lock, or on the feed's thread, which alone changes the list. */
struct feed_board *feed_find(const struct feed *f, const char *contest_id);
/* Takes the frame. */
void feed_publish(struct feed *f, const char *contest_id, enum feed_view v, struct frame *frame);

/* feed_submission.c. An event of a contest's log: tells the teams it is about, if they listen. */
void feed_tell_own(struct feed *f, const char *contest_id, const json_t *event);
/* A message of a judge about a submission. */
void feed_progress(struct feed *f, const char *submission_id, const char *payload);
/* Ends the streams of what has become final, whether or not a message said so. */
int feed_look_at_submissions(struct feed *f, struct err *err);

/* feed_clarification.c. Those of the last seconds that were not sent yet; at the start they count
 * as sent. */
int feed_look_at_clarifications(struct feed *f, struct err *err);
#endif
