/* limit.c -- a counter per rule and user that Redis forgets after the window: SET key 0 EX window
 * NX, then INCR, so that no counter can stay without an end. The local table has as many slots as
 * it needs to make collisions rare; a collision makes the limit stricter, never looser. `lock`
 * guards the table. */
#include "api/limit.h"

#include "base/clock.h"
#include "base/hash.h"
#include "base/mem.h"

#include <pthread.h>

enum { SLOTS = 8192, KEY_SIZE = 128, MS = 1000 };

struct slot {
	int64_t ends_ms; /* monotonic */
	int count;
};

struct limit {
	pthread_mutex_t lock;
	struct slot slots[SLOTS];
};

struct limit *limit_new(void)
{
	struct limit *l = xcalloc(1, sizeof(*l));

	pthread_mutex_init(&l->lock, NULL);
	return l;
}

void limit_free(struct limit *l)
{
	if (!l)
		return;
	pthread_mutex_destroy(&l->lock);
	free(l);
}

static void make_key(
        const struct limit_rule *rule, const char *who, char key[KEY_SIZE], size_t *slot)
{
	unsigned char hash[HASH_SIZE];
	char hex[HASH_HEX_SIZE];

	hash_sha256(who, strlen(who), hash);
	hash_hex(hash, hex);
	snprintf(key, KEY_SIZE, "limit:%s:%s", rule->name, hex);
	*slot = ((size_t)hash[0] << 8 | hash[1]) % SLOTS;
}

static int take_local(struct limit *l, const struct limit_rule *rule, size_t slot, int64_t *left_ms)
{
	struct slot *s = &l->slots[slot];
	int64_t now = clock_mono_ms();
	int count = 0;

	pthread_mutex_lock(&l->lock);
	if (s->ends_ms <= now)
		*s = (struct slot){.ends_ms = now + (int64_t)rule->window_s * MS};
	count = ++s->count;
	*left_ms = s->ends_ms - now;
	pthread_mutex_unlock(&l->lock);
	return count;
}

/* The count, or negative while Redis is away. */
static int take_shared(
        struct kv *kv, const struct limit_rule *rule, const char *key, int64_t *left_ms)
{
	struct err err = {0};
	auto_reply redisReply *count = NULL;
	auto_reply redisReply *left = NULL;

	if (kv_command(kv, NULL, &err, "SET %s 0 EX %d NX", key, rule->window_s) < 0 ||
	        kv_command(kv, &count, &err, "INCR %s", key) < 0 ||
	        count->type != REDIS_REPLY_INTEGER)
		return -1;
	*left_ms = (int64_t)rule->window_s * MS;
	if (count->integer <= rule->max)
		return (int)count->integer;
	if (kv_command(kv, &left, &err, "PTTL %s", key) == 0 && left->type == REDIS_REPLY_INTEGER &&
	        left->integer > 0)
		*left_ms = left->integer;
	return rule->max + 1;
}

int limit_take(struct limit *l, struct kv *kv, const struct limit_rule *rule, const char *who)
{
	char key[KEY_SIZE];
	size_t slot = 0;
	int64_t left_ms = 0;
	int count = 0;

	make_key(rule, who, key, &slot);
	count = take_shared(kv, rule, kv_key(kv, "%s", key), &left_ms);
	if (count < 0)
		count = take_local(l, rule, slot, &left_ms);
	return count <= rule->max ? 0 : (int)((left_ms + MS - 1) / MS);
}

void limit_clear(struct limit *l, struct kv *kv, const struct limit_rule *rule, const char *who)
{
	char key[KEY_SIZE];
	size_t slot = 0;
	struct err err = {0};

	make_key(rule, who, key, &slot);
	kv_command(kv, NULL, &err, "DEL %s", kv_key(kv, "%s", key));
	pthread_mutex_lock(&l->lock);
	l->slots[slot] = (struct slot){0};
	pthread_mutex_unlock(&l->lock);
}
