/* route.h -- the table of everything the API answers to: one row per method and path.
 *
 * A row's `work` runs on a pool thread and may block; its `loop` runs after it on the loop's thread
 * and may not. Either may be missing. `work` returns 0 (reply filled), REQUEST_LATER, or a
 * negative code. */
#ifndef API_ROUTE_H
#define API_ROUTE_H
#include "api/http.h"

typedef int handler(struct request *rq, struct reply *rp, struct err *err);

enum route_flag {
	ROUTE_PASSWORD = 1, /* `work` hashes passwords: the password pool */
	ROUTE_NO_AUTH = 2,  /* credentials are not looked at: who is the public */
	ROUTE_REST = 4,     /* the last parameter takes the rest of the path, slashes too */
	ROUTE_AT = 8,       /* only with the query ?at=... */
	ROUTE_UPLOAD = 16,  /* max_body is the setting upload_mib, for who comes with a token */
};

struct route {
	const char *method; /* GET answers HEAD too */
	const char *path;   /* "/api/contests/{cid}/problems/{pid}" */
	enum role least;
	unsigned flags;
	handler *work;
	handler *loop;
	size_t max_body; /* bytes; 0: none; SIZE_MAX: the setting max_body_kib */
};

enum route_result { ROUTE_FOUND, ROUTE_UNKNOWN, ROUTE_METHOD };
struct route_match {
	const struct route *route;
	const char *params[MAX_PARAMS]; /* arena */
	char allow[64];                 /* with ROUTE_METHOD: "GET, HEAD, POST" */
};
/* The first row that fits; a literal segment is tried before a {word} if it stands earlier. */
struct route_query {
	const struct route *table;
	size_t n;
	const char *method, *path;
	bool at; /* there is a query ?at=... */
};
enum route_result route_find(const struct route_query *q, struct arena *a, struct route_match *m);
extern const struct route route_table[];
extern const size_t route_count;

/* ---- the handlers, by file ---- */

/* handle_health.c: loop */
handler handle_healthz, handle_readyz, handle_api_root;
/* handle_web.c, handle_openapi.c: loop */
handler handle_web, handle_web_openapi;
/* handle_auth.c: work */
handler handle_login, handle_refresh, handle_logout, handle_register, handle_account;
/* handle_contest.c: work */
handler handle_contests, handle_contest, handle_state, handle_action, handle_judgement_types,
        handle_languages, handle_groups, handle_organizations, handle_teams, handle_team;
/* handle_problem.c: work */
handler handle_problems, handle_problem, handle_statement, handle_samples, handle_sample_file,
        handle_problem_file;
/* handle_import.c: work */
handler handle_import_create, handle_import, handle_imports;
/* handle_submission.c: work */
handler handle_submissions, handle_submission, handle_source, handle_judgements, handle_runs,
        handle_submission_own, handle_test_file, handle_rejudge;
/* handle_rejudging.c: work */
handler handle_rejudgings, handle_rejudging, handle_rejudging_create, handle_rejudging_apply,
        handle_rejudging_discard, handle_rejudging_undo;
/* handle_past.c: work */
handler handle_scoreboard_past, handle_history;
/* handle_reveal.c: work */
handler handle_reveal_get, handle_reveal_rehearsal, handle_reveal_post;
/* handle_life.c: work */
handler handle_ignore, handle_confirm, handle_override, handle_judging, handle_judging_pause,
        handle_blockers;
/* handle_log.c: work */
handler handle_log, handle_audit;
/* handle_submit.c: work; answers when the writer has committed */
handler handle_submit;
/* handle_clarification.c, handle_draft.c: work */
handler handle_clarifications, handle_clarify, handle_draft_get, handle_draft_put;
/* handle_scoreboard.c, handle_awards.c: loop */
handler handle_scoreboard_get, handle_scoreboard_own, handle_awards;
/* handle_stream.c: `prepare` is the work, `open` the loop part */
handler handle_stream_scoreboard;         /* loop */
handler handle_stream_submission_prepare; /* work: may this viewer see it; first body */
handler handle_stream_submission_open;    /* loop */
handler handle_stream_contest_prepare;    /* work */
handler handle_stream_contest_open;       /* loop */
/* handle_metrics.c */
handler handle_metrics_get; /* loop or work, as its row says */
#endif
