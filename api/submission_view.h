/* submission_view.h -- one submission as one viewer may see it: the body of
 * GET /api/submissions/{sid} and of the stream's `submission` event. Blocks (PostgreSQL). */
#ifndef API_SUBMISSION_VIEW_H
#define API_SUBMISSION_VIEW_H
#include "api/auth.h"
#include "base/buf.h"
#include "base/pg.h"

struct submission_view {
	struct buf body; /* JSON; buf_free */
	bool final;      /* judged: nothing more comes, unless it is judged anew */
};
/* *v is filled on success. Teams see their own, jury
 * and admins all; anything else is ERR_NOT_FOUND, as if it were not there. */
int submission_view(struct pg *pg, const struct identity *who, const char *submission_id,
        struct submission_view *v, struct err *err);

/* The data of a test case that was failed and that its package shows (full_feedback); only to who
 * sees that run, anything else is ERR_NOT_FOUND. */
struct submission_test_file {
	const char *submission, *ordinal, *part; /* part: input or answer */
};
int submission_test_file(struct pg *pg, const struct identity *who,
        const struct submission_test_file *f, struct buf *body, struct err *err);
#endif
