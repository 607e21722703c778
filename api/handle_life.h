/* handle_life.h -- the actions of a contest that are no buttons, for handle_contest.c. */
#ifndef API_HANDLE_LIFE_H
#define API_HANDLE_LIFE_H
#include "api/http.h"

/* 1: done; 0: there is no such action. */
int life_action(struct request *rq, const char *name, const json_t *body, struct err *err);
#endif
