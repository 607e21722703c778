/* board_quick.h -- the plain events of a log, read without making JSON of them. */
#ifndef BOARD_QUICK_H
#define BOARD_QUICK_H
#include "scoreboard/board.h"

/* Applies the event's parts to the boards that are not NULL, as board_apply would: true. False:
 * this is no plain event, or something is wrong with it; nothing was changed, board_apply is to do
 * it. */
bool board_quick(struct board *jury, struct board *public_board, int64_t number,
        int64_t public_number, const char *text);
/* Where the jury's part of the event stands in its text, when the public's is the same bytes: one
 * JSON serves both boards. NULL: it is not, or this is no canonical event of that number. */
const char *board_quick_same(const char *text, int64_t number, size_t *len);
#endif
