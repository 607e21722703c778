/* conductor.h -- makes the steps of reveals that run by themselves. One thread, which asks
 * PostgreSQL only while a contest's reveal is open. Several nodes may do it: a step that one has
 * made is not due any more for the others. */
#ifndef API_CONDUCTOR_H
#define API_CONDUCTOR_H
#include "base/base.h"

struct app;
struct conductor;
struct conductor *conductor_start(struct app *app); /* never NULL; after app->feed is set */
void conductor_stop(struct conductor *c);           /* joins and frees; NULL is fine */
#endif
