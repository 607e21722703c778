/* fold.c -- a whole log into boards: what a rebuild, a started api, time travel and the verifiers
 * do.
 *
 * The events are taken while the server is still sending, and nearly all of them are read by
 * board_quick.c; so the fold is not much slower than a bare COPY of the rows (make bench-board). A
 * statement reads a page of the log, so that none meets the time limit of a statement, however long
 * the log is. */
#include "base/json.h"
#include "model/event.h"
#include "scoreboard/board_quick.h"
#include "scoreboard/catchup.h"

#include <inttypes.h>

enum { PAGE = 100000, EVENT_DEPTH = 16 };

void boards_free(struct boards *b)
{
	board_free(b->jury);
	board_free(b->public_board);
	*b = (struct boards){0};
}

/* `open`: the public's part. */
static int apply_parts(const struct boards *b, const struct event *e, const json_t *jury,
        const json_t *open, struct err *err)
{
	if (b->jury && board_apply(b->jury, e->number, jury, err) < 0)
		return err_wrap(err, "event %" PRId64, e->number);
	if (b->public_board && e->public_number > 0 &&
	        board_apply(b->public_board, e->public_number, open, err) < 0)
		return err_wrap(err, "public part of event %" PRId64, e->number);
	return 0;
}

static int fold_event(void *data, const struct event *e, struct err *err)
{
	const struct boards *b = data;
	size_t len = 0;
	const char *same;
	json_auto_t *event = NULL;

	if (board_quick(b->jury, b->public_board, e->number, e->public_number, e->text))
		return 0;
	/* The list of a hundred thousand teams is read, and kept, once for both boards. */
	same = board_quick_same(e->text, e->number, &len);
	event = same ? json_parse(same, len, EVENT_DEPTH - 1, err)
	             : json_parse(e->text, strlen(e->text), EVENT_DEPTH, err);
	if (!event)
		return err_wrap(err, "event %" PRId64, e->number);
	if (same)
		return apply_parts(b, e, event, event, err);
	return apply_parts(
	        b, e, json_object_get(event, "jury"), json_object_get(event, "public"), err);
}

/* Folds into the boards that are not NULL. */
static int fold_log(
        struct pg *pg, const char *contest_id, int64_t until, struct boards *b, struct err *err)
{
	auto_arena struct arena a = {0};
	struct event_span span = {.contest_id = contest_id, .take = fold_event, .data = b};
	struct log_head head;

	if (event_head(pg, &a, contest_id, &head, err) < 0)
		return err_result(err);
	if (until == 0 || until > head.number)
		until = head.number;
	for (; span.after < until; span.after = span.until) {
		span.until = until - span.after < PAGE ? until : span.after + PAGE;
		if (event_each(pg, &span, err) < 0)
			return err_wrap(err, "contest %s", contest_id);
	}
	return 0;
}

int catchup_fold_both(
        struct pg *pg, const char *contest_id, int64_t until, struct boards *out, struct err *err)
{
	auto_boards struct boards b = {board_new(), board_new()};

	if (fold_log(pg, contest_id, until, &b, err) < 0)
		return err_result(err);
	*out = b;
	b = (struct boards){0};
	return 0;
}

/* NOLINTNEXTLINE(readability-function-size): one log, one board; its callers read it so */
int catchup_fold(struct pg *pg, const char *contest_id, bool jury, int64_t until,
        struct board **board, struct err *err)
{
	auto_boards struct boards b = {jury ? board_new() : NULL, jury ? NULL : board_new()};

	if (fold_log(pg, contest_id, until, &b, err) < 0)
		return err_result(err);
	*board = jury ? steal(&b.jury) : steal(&b.public_board);
	return 0;
}
