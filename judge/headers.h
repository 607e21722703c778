/* headers.h -- when the precompiled headers of the language table are made (box_store.h says how):
 * by a slot that has nothing to do, behind the self-tests, so that no start and no submission
 * waits. Without them the languages work as well, only slower. One of these per host; thread-safe.
 */
#ifndef HEADERS_H
#define HEADERS_H

#include "judge/box_client.h"
#include "judge/language.h"

struct headers;

struct headers *headers_new(const struct languages *languages, bool enabled);
void headers_free(struct headers *h);

/* The language works here: its header, if the table names one, is wanted. */
void headers_want(struct headers *h, const struct language *l);
/* Box may have been started anew, and then knows nothing of those that lie there. */
void headers_doubt(struct headers *h);
struct headers_hands {
	struct box *box;
	bool (*go_on)(void *arg); /* asked a few times a second; false: not now */
	void *arg;
};
/* Makes what is wanted, unless another slot is at it. Told not to go on it ends, three times; then
 * the header is made in spite. Negative: the box must be opened anew. */
int headers_make(struct headers *h, const struct headers_hands *by, struct err *err);

#endif
