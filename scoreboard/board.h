/* board.h -- the state of one contest's board for one viewer class: the fold of the log's PARTs
 * (event.h). No I/O. Used by api (memory), by catch-up's verify and rebuild, by tests.
 *
 * struct board owns all its strings. Two boards per contest: fold "public" and fold "jury". */
#ifndef BOARD_H
#define BOARD_H
#include "base/buf.h"
#include "base/err.h"
#include "scoreboard/rules.h"

#include <jansson.h>

struct board_cell {
	struct cell cell;
	bool first; /* first to solve of its problem in its sort group */
};

enum { BOARD_ID_SIZE = 37 };

struct board_row {
	char team_id[BOARD_ID_SIZE];
	bool hidden, ranked; /* not ranked: hidden, unofficial or disqualified */
	int sort_group;
	int rank; /* 1..; shared by ties; 0 for teams that are not ranked */
	struct total total;
	struct board_cell *cells;              /* by position of the problem; nproblems of them */
	const char *name;                      /* display name, else name */
	const char *team;                      /* the member of "teams", canonical text */
	const char *organization_id, *country; /* NULL: none */
	const char *const *groups;             /* each once */
	size_t ngroups;
};

struct board;
struct board *board_new(void);
void board_free(struct board *b);
/* One PART of an event that has this number (public number on a public board). Numbers must go up
 * by exactly one, else ERR_CONFLICT and the board is unchanged (a hole: read the log). */
int board_apply(struct board *b, int64_t number, const json_t *part, struct err *err);
/* A PART as text, read once for both boards. The list of teams, which may be a hundred thousand,
 * stays text when it stands where canonical text has it. */
struct board_part {
	const json_t *json; /* borrowed; without the teams when they are text */
	const char *teams;  /* "[...]", borrowed; NULL: not text */
	size_t teams_len;
};
/* The JSON that *out borrows, for the caller to decref; NULL and *err when it is wrong. */
json_t *board_part_read(const char *text, size_t len, struct board_part *out, struct err *err);
int board_apply_part(
        struct board *b, int64_t number, const struct board_part *part, struct err *err);
/* Text of a whole event; takes "public" or "jury" from it. Jury boards count `number`. 1 applied, 0
 * when the event has nothing for this board (public null), negative as above. */
int board_apply_event(struct board *b, bool jury, const char *text, struct err *err);
int64_t board_number(const struct board *b);
enum rules_kind board_rules(const struct board *b);
size_t board_nproblems(const struct board *b);
const json_t *board_problems(const struct board *b); /* "problems", borrowed, maybe NULL */
const json_t *board_contest(const struct board *b);  /* "contest", borrowed */
const json_t *board_state(const struct board *b);    /* "state", borrowed */
/* The rows in order of the standings (sort group, rules, name), ranks set; borrowed until the next
 * apply. Lazily sorted. */
const struct board_row *const *board_rows(struct board *b, size_t *n);
const struct board_row *board_row_find(const struct board *b, const char *team_id);
/* The snapshot: one PART with everything (compact JSON) appended to out. */
void board_snapshot(struct board *b, struct buf *out);
/* The CCS scoreboard object (2023-06): {"time","contest_time","state","rows":[{rank,team_id,score,
 * problems}]}, state and times given by the caller as a JSON object without rows. */
void board_ccs(struct board *b, const json_t *head, struct buf *out);
/* Equal in everything a viewer can see? The first difference as a sentence in *err (ERR_CONFLICT).
 */
int board_compare(struct board *a, struct board *b, struct err *err);
/* A row as canonical JSON (all non-empty cells), what Redis holds per team. Caller frees. */
char *board_row_json(const struct board *b, const struct board_row *r);
#endif
