/* limit.h -- how often in a window: counted in Redis for all nodes together, here alone
 * while Redis is away. Thread-safe. Limits of submissions are PostgreSQL's, see record.h. */
#ifndef API_LIMIT_H
#define API_LIMIT_H
#include "base/kv.h"

struct limit;
struct limit *limit_new(void);
void limit_free(struct limit *l);

struct limit_rule {
	const char *name; /* "login" */
	int max;
	int window_s;
};
/* Counts one use for `who` (hashed into the key). 0, or the seconds to wait: refused. */
int limit_take(struct limit *l, struct kv *kv, const struct limit_rule *rule, const char *who);
/* Forgives what was counted; after a success. */
void limit_clear(struct limit *l, struct kv *kv, const struct limit_rule *rule, const char *who);
#endif
