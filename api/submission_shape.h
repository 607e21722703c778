/* submission_shape.h -- rows of submissions, judgements and runs as JSON, for a viewer. Pure. */
#ifndef API_SUBMISSION_SHAPE_H
#define API_SUBMISSION_SHAPE_H
#include "api/shape.h"
#include "base/pg.h"
#include "scoreboard/freeze.h"

/* Whose eyes: decides on each row whether its verdict may be known. */
struct eyes {
	const struct contest *contest;
	enum viewer viewer;
	const char *team_id; /* "" for none */
};

/* May the verdict of this row's submission be known? The row has submitted_ms and team_id. JE is
 * for the jury only. */
bool eyes_see_verdict(const struct eyes *e, const PGresult *res, int row);
json_t *shape_submission(const struct eyes *e, const PGresult *res, int row);
/* A row of api_judgements. */
json_t *shape_judgement(const struct eyes *e, const PGresult *res, int row);
/* A row of api_runs; the verdict may be known. */
json_t *shape_run(const struct eyes *e, const PGresult *res, int row);
#endif
