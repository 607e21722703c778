/* mirror.h -- keeps the boards in Redis up with the logs: catch-up for each contest, each second.
 * Whoever records an event runs catch-up itself; this repairs what a crash or a wiped Redis left.
 */
#ifndef API_MIRROR_H
#define API_MIRROR_H
#include "base/base.h"

struct app;
struct mirror;
struct mirror *mirror_start(struct app *app); /* never NULL; after app->feed is set */
void mirror_stop(struct mirror *m);           /* joins and frees; NULL is fine */
#endif
