/* record.h -- the one way a board changes. Every function here is one transaction:
 * (1) lock the contest's counter row, (2) fencing check, (3) read the facts, (4) compute with the
 * pure rules, (5) write submissions by id, then cells, then events. DESIGN.md section 5.
 * After success the caller calls catchup_run and rings what is to be rung. */
#ifndef RECORD_H
#define RECORD_H
#include "base/pg.h"
#include "model/event.h"
#include "model/submission.h"

struct new_submission {
	/* in; borrowed */
	const char *account_id, *team_id, *problem_id, *language_id, *entry_point /* or NULL */;
	const struct submission_file *files;
	size_t nfiles;
	const char *idempotency_key; /* or NULL */
	unsigned char body_hash[HASH_SIZE];
	/* out; strings in the arena */
	struct err err;    /* code ERR_NONE: accepted */
	bool replayed;     /* the key was used before with the same body: its submission */
	int retry_after_s; /* with ERR_BUSY for a rate limit; else 0 */
	const char *id;
	const char *submitted_at; /* ICPC TIME */
	int64_t contest_time_ms;
	bool practice;
};
/* One batch for one contest. Returns < 0 only when nothing at all was committed; otherwise each
 * one's own err says accepted or why not: contest not started (ERR_DENIED), over, unknown problem
 * or language, team not in the contest, too many per minute, source too large, key reused with
 * another body (ERR_CONFLICT). */
int record_submissions(struct pg *pg, struct arena *a, const char *contest_id,
        struct new_submission *batch, size_t n, struct err *err);

struct run {
	int ordinal; /* of the test case */
	enum verdict verdict;
	int time_ms, wall_ms;
	int64_t memory_kib;
	int exit_code, signal;
	const char *message;      /* for the jury, or NULL */
	const char *team_message; /* or NULL */
	const char *transcript;   /* of a run that failed, or NULL */
	bool transcript_cut;
	int first_time_ms; /* 0, or: it ran twice, and this is the other time */
};
/* What came of a test group. */
struct group_result {
	const char *name;     /* "secret/group1" */
	enum verdict verdict; /* VERDICT_NONE: nothing of it was run */
	bool scored, bounded; /* has points; the package says how many there may be */
	int64_t points_milli, max_milli;
};
struct decision {
	enum verdict verdict;
	int64_t points_milli;
	int time_ms;        /* slowest run */
	int64_t memory_kib; /* largest run */
	int tests_total;
	const struct run *runs;
	size_t nruns;
	const struct group_result *groups; /* in order; 0: the problem has none */
	size_t ngroups;
	const char *compile_output; /* or NULL */
	size_t compile_output_len;
	bool compile_output_cut;
	const char *fault; /* with JE: why */
};
/* 1 recorded, 0 refused: the attempt is not the current one, or it is final. */
int record_judgement(struct pg *pg, struct arena *a, const struct claim *claim,
        const struct decision *d, struct err *err);

/* Buttons and settings; actor is an account id or the shell user's name, reason may be NULL. The
 * audit row is written in the same transaction. */
enum contest_action {
	ACTION_START,
	ACTION_FREEZE,
	ACTION_THAW,
	ACTION_END,
	ACTION_FINALIZE,
	ACTION_END_UPDATES, /* the last of all: nothing follows that a reader must wait for */
	ACTION_UNFINALIZE   /* until then; with a reason: ERR_INPUT without one */
};
int record_action(struct pg *pg, const char *contest_id, enum contest_action action,
        const char *actor, const char *reason, struct err *err);
/* After the rows of contests, contest_problems or contest_teams were changed: one bulk event with
 * everything. The first event of a contest is made by it. */
int record_contest(struct pg *pg, const char *contest_id, const char *kind, const char *actor,
        struct err *err);
/* Judge one submission anew; the board shows it pending at once. *judgement_id in the arena. */
int record_rejudge(struct pg *pg, struct arena *a, const char *submission_id, const char *actor,
        const char *reason, const char **judgement_id, struct err *err);
#endif
