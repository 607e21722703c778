/* worker.h -- this judge host: its slots and what they share.
 *
 * Threads: one per slot (worker.c), one for heartbeats (heartbeat.c), one sweeper (sweeper.c), one
 * importer (importer.c), and main, which waits for signals. Each has its own connections to
 * PostgreSQL and Redis. Shared is struct worker; who guards what stands beside each member. */
#ifndef WORKER_H
#define WORKER_H

#include "judge/calibration.h"
#include "judge/headers.h"
#include "judge/judging.h"

enum { WORKER_MAX_SLOTS = 64, WORKER_FAULT_SIZE = 200, WORKER_ID_SIZE = 64 };

struct worker;

struct worker_slot {
	struct worker *worker;
	int index;
	pthread_t thread;
	uint32_t core;        /* that box gave it; under the worker's lock */
	atomic_bool stop;     /* the claim was lost, or the time to drain is over: stop judging */
	pthread_mutex_t lock; /* guards the rest */
	bool judging;         /* holds this claim and has no decision yet */
	bool busy;            /* holds this claim: its lease is extended */
	char judgement_id[WORKER_ID_SIZE];
	int attempt;
	char fault[WORKER_FAULT_SIZE]; /* why it claims nothing; "" when all is well */
};

struct worker {
	const struct conf *conf; /* these four: read only once threads run */
	const char *name;
	struct languages languages;
	char selftest_folder[512];
	struct testdata *data;           /* has its own lock */
	struct artifacts *artifacts;     /* likewise */
	struct jury *jury;               /* likewise */
	struct spread *spread;           /* likewise; NULL: slots do not help each other */
	struct calibration *calibration; /* likewise */
	struct headers *headers;         /* likewise */
	struct yield *yield;             /* likewise */
	pthread_rwlock_t alone; /* steps hold it for reading; a step that must be alone writes */
	atomic_bool draining;   /* claim nothing more */
	atomic_bool abandon;    /* give back what is being judged */
	atomic_bool done;       /* all slots have ended: heartbeat and sweeper end too */
	atomic_int running;     /* slots that have not ended */
	size_t nslots;
	struct worker_slot slots[WORKER_MAX_SLOTS];
	pthread_mutex_t lock;              /* guards the rest */
	bool testing;                      /* a slot is at it */
	bool tested[LANGUAGE_MAX_ROWS];    /* by row of the table; false again when in doubt */
	const char *on[LANGUAGE_MAX_ROWS]; /* ids that passed their self-test */
	size_t non;
	bool has_info;
	struct box_info info; /* what box said of itself */
};

/* Learns the languages and opens the cache; dies with the reason. */
void worker_init(struct worker *w, const struct conf *conf);
void worker_free(struct worker *w);
/* Starts the slots' threads. */
void worker_start(struct worker *w);
/* The languages that can be judged here now; out has room for LANGUAGE_MAX_ROWS. */
size_t worker_languages(struct worker *w, const char **out);
/* "running", "draining" or "fault: ..." of the first slot that has one. */
void worker_status(struct worker *w, char out[WORKER_FAULT_SIZE + 16]);
/* Sleeps that long, shorter once what is judged has to be given up. */
void worker_nap(struct worker *w, int ms);

/* The threads of heartbeat.c and sweeper.c; arg is the worker. */
void *heartbeat_run(void *arg);
void *sweeper_run(void *arg);

#endif
