/* kv.h -- Redis through hiredis. Redis is a helper that may be gone at any moment: every call
 * returns ERR_BUSY then, reconnects at its next use (at most once a second), and no caller
 * may treat that as more than "later". Not thread-safe: one kv per thread.
 *
 * Keys are given without the instance's prefix; kv_key adds it. Calls have a time-out of
 * 500 ms (a blocking pop: its own time-out and 500 ms). */
#ifndef KV_H
#define KV_H
#include "base/base.h"
#include "base/conf.h"
#include "base/err.h"

#include <hiredis/hiredis.h>

struct kv;
#define auto_reply __attribute__((cleanup(kv_clear)))
void kv_clear(redisReply **r);

struct kv *kv_new(const struct conf *conf); /* borrows conf; connects when first used */
void kv_free(struct kv *kv);
/* "<prefix><fmt...>"; valid until the 8th next call on this kv. */
const char *kv_key(struct kv *kv, const char *fmt, ...) PRINTF(2, 3);
/* hiredis format. An error reply is ERR_BUSY as well, with its text. *r may be NULL. */
int kv_command(struct kv *kv, redisReply **r, struct err *err, const char *fmt, ...);
int kv_argv(struct kv *kv, redisReply **r, struct err *err, int argc, const char **argv,
        const size_t *len);
/* Sends a command without waiting for its answer; at most KV_AHEAD are on their way. kv_settle
 * takes all the answers: the first of an error. In between no other call may be made with this kv.
 */
enum { KV_AHEAD = 4 };
int kv_send(struct kv *kv, int argc, const char **argv, struct err *err);
int kv_settle(struct kv *kv, struct err *err);
/* EVALSHA, and the script itself on NOSCRIPT. argv: keys then arguments. */
struct kv_script {
	const char *name;
	const char *text;
};
int kv_eval(struct kv *kv, const struct kv_script *script, redisReply **r, struct err *err,
        int nkeys, int argc, const char **argv, const size_t *len);
/* BRPOP; 0 with *value NULL on time-out; caller frees *value. The key here and the pattern
 * below may come from kv_key or be without the prefix. */
int kv_pop(struct kv *kv, const char *key, int timeout_s, char **value, struct err *err);
/* The same in two calls. In between kv_fd is readable when the answer is there, and nothing else
 * may be done with this kv. */
int kv_pop_begin(struct kv *kv, const char *key, int timeout_s, struct err *err);
int kv_pop_finish(struct kv *kv, char **value, struct err *err);

/* A second kind of connection, for an event loop: subscribe, then read what is there. */
int kv_subscribe(struct kv *kv, const char *pattern, struct err *err); /* PSUBSCRIBE */
int kv_fd(const struct kv *kv);                                        /* -1 while not connected */
/* Takes one message if one is there: 1 and channel (without prefix) and payload (caller frees
 * both), 0 none, negative: connection lost (subscribe again). Never blocks. */
int kv_message(struct kv *kv, char **channel, char **payload, struct err *err);
#endif
