/* board_ask.h -- the parameters of a request that name a part of a board (board_query.h). */
#ifndef API_BOARD_ASK_H
#define API_BOARD_ASK_H
#include "api/http.h"
#include "scoreboard/board_query.h"

/* 1: *q is what was asked for, its strings are the request's; 0: the whole board; negative: a
 * parameter that cannot be. */
int board_ask(const struct request *rq, struct board_query *q, struct err *err);
#endif
