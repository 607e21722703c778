/* conductor.h -- does what the clock says: the steps of reveals that run by themselves, and thaw
 * and finalize at the times they were scheduled for. One thread. Several nodes may do it: what one
 * has done is not due any more for the others. */
#ifndef API_CONDUCTOR_H
#define API_CONDUCTOR_H
#include "base/base.h"

struct app;
struct conductor;
struct conductor *conductor_start(struct app *app); /* never NULL; after app->feed is set */
void conductor_stop(struct conductor *c);           /* joins and frees; NULL is fine */
#endif
