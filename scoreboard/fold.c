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

enum { PAGE = 100000 };

void boards_free(struct boards *b)
{
	board_free(b->jury);
	board_free(b->public_board);
	*b = (struct boards){0};
}

/* The event's parts by JSON; one JSON, when they are the same bytes. */
static int fold_parts(const struct boards *b, const struct event *e, struct err *err)
{
	struct board_word jury, open;
	struct board_part part;
	json_auto_t *json = NULL, *open_json = NULL;
	bool same;

	if (!board_quick_parts(e->text, &jury, &open))
		return err_set(err, ERR_INPUT, "its text is no event's");
	same = b->jury && jury.len == open.len && memcmp(jury.s, open.s, jury.len) == 0;
	json = b->jury ? board_part_read(jury.s, jury.len, &part, err) : NULL;
	if (b->jury && (!json || board_apply_part(b->jury, e->number, &part, err) < 0))
		return err_result(err);
	if (!b->public_board || e->public_number == 0)
		return 0;
	open_json = same ? NULL : board_part_read(open.s, open.len, &part, err);
	if ((!same && !open_json) ||
	        board_apply_part(b->public_board, e->public_number, &part, err) < 0)
		return err_wrap(err, "public part");
	return 0;
}

static int fold_event(void *data, const struct event *e, struct err *err)
{
	const struct boards *b = data;

	if (board_quick(b->jury, b->public_board, e->number, e->public_number, e->text))
		return 0;
	if (fold_parts(b, e, err) < 0)
		return err_wrap(err, "event %" PRId64, e->number);
	return 0;
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
