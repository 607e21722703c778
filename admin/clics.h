/* clics.h -- an ICPC Contest API event feed, read as a whole: what it says of each thing in the
 * end.
 *
 * One JSON object per line, of any of these shapes; empty lines only keep a connection alive.
 *   2020-03           {"id":EVENT,"type","op":"create|update|delete","data":{..}}
 *   2022-07, 2023-06, 2026-01
 *                     {"type","id":ID,"data":{..}}   data null: it is gone
 *                     {"type","id":null,"data":[..]} the whole list, data null: it is empty
 *                     {"type":"contest|state","id"?,"data":{..}}
 * The last line about a thing counts, so one that comes twice does no harm, and a thing may be
 * named before it is told of. */
#ifndef ADMIN_CLICS_H
#define ADMIN_CLICS_H
#include "admin/csv.h"

#include <jansson.h>

enum clics_type {
	CLICS_GROUPS,
	CLICS_ORGANIZATIONS,
	CLICS_TEAMS,
	CLICS_PROBLEMS,
	CLICS_LANGUAGES,
	CLICS_JUDGEMENT_TYPES,
	CLICS_SUBMISSIONS,
	CLICS_JUDGEMENTS,
	CLICS_TYPES
};

struct clics {
	json_t *contest, *state;     /* objects, empty when the feed has none */
	json_t *things[CLICS_TYPES]; /* id -> object, in the order in which they came first */
	json_t *unused;              /* type -> how many lines: what is not imported */
	size_t lines, broken;
	struct findings findings; /* what is wrong, `NAME:LINE: sentence` */
	const char *name;         /* borrowed */
};

enum { CLICS_LINE_MAX = 1 << 20, CLICS_THINGS_MAX = 1000000 };

/* Never fails: lines that make no sense are counted and named. clics_free afterwards. */
void clics_read(struct clics *f, const char *name, const char *text, size_t len);
void clics_free(struct clics *f);
/* Names something that was left out. */
void clics_complain(struct clics *f, const char *fmt, ...) PRINTF(2, 3);
const char *clics_type_name(enum clics_type t);
#endif
