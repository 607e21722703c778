/* board_quick.h -- the plain events of a log, read without making JSON of them. */
#ifndef BOARD_QUICK_H
#define BOARD_QUICK_H
#include "scoreboard/board_state.h"

/* Applies the event's parts to the boards that are not NULL, as board_apply would: true. False:
 * this is no plain event, or something is wrong with it; nothing was changed, board_apply is to do
 * it. */
bool board_quick(struct board *jury, struct board *public_board, int64_t number,
        int64_t public_number, const char *text);
/* The text of an object's member. The rest of the object is only looked at as far as it stands
 * before it, and not checked. */
bool board_quick_member(const char *text, size_t len, const char *name, struct board_word *out);
/* The parts of an event's text; two of the same bytes are looked at once. */
bool board_quick_parts(const char *text, struct board_word *jury, struct board_word *open);
/* The team that *at begins with, as canonical text has it; *at goes behind it. False: not plain,
 * and *text is all of it, for JSON (s NULL: it does not end). */
bool board_quick_team(
        const char **at, const char *end, struct board_team *out, struct board_word *text);
#endif
