/* auditor.h -- asks again and again whether the logs and the boards can be believed: log verify and
 * board verify for each contest, by one api node at a time. What was found stands in
 * contest_checks, where /metrics and `codearena doctor` read it; what is wrong is an ERROR in the
 * log as well. */
#ifndef API_AUDITOR_H
#define API_AUDITOR_H
#include "base/err.h"
#include "base/pg.h"

struct app;
struct auditor;
/* NULL when the setting verify_seconds is 0; after app->feed is set. */
struct auditor *auditor_start(struct app *app);
void auditor_stop(struct auditor *a); /* joins and frees; NULL is fine */

/* One row of contest_checks; why NULL: all is well. */
struct contest_check {
	const char *contest_id, *what; /* log | board | apply */
	int64_t number;
	const char *why;
};
int auditor_tell(struct pg *pg, const struct contest_check *c, struct err *err);
#endif
