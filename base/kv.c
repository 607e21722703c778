/* kv.c -- Redis through hiredis.
 *
 * hiredis has two ways to fail: a NULL reply, after which the context is dead, and an error
 * reply, after which it is fine. Both are ERR_BUSY to callers; only the first drops the
 * connection. A connection is made at most once a second, so that a Redis that is away, or
 * that accepts and never answers, costs most callers a comparison and not a time-out. */
#include "base/kv.h"

#include "base/clock.h"
#include "base/fault.h"
#include "base/mem.h"

#include <bsd/stdlib.h>
#include <fcntl.h>
#include <poll.h>
#include <sha1.h>

enum { CALL_MS = 500, RETRY_MS = 1000, KEY_SLOTS = 8, SHA1_TEXT = 41 };

struct kv {
	const struct conf *conf;
	redisContext *ctx;
	int64_t not_before_ms; /* no new attempt to connect before */
	bool subscribed;
	unsigned ahead; /* commands that were sent and not answered */
	char *keys[KEY_SLOTS];
	unsigned next_key;
};

void kv_clear(redisReply **r)
{
	if (*r)
		freeReplyObject(*r);
	*r = NULL;
}

struct kv *kv_new(const struct conf *conf)
{
	struct kv *kv = xcalloc(1, sizeof(*kv));

	kv->conf = conf;
	return kv;
}

static void drop(struct kv *kv)
{
	if (kv->ctx)
		redisFree(kv->ctx);
	kv->ctx = NULL;
	kv->subscribed = false;
	kv->ahead = 0;
}

void kv_free(struct kv *kv)
{
	if (!kv)
		return;
	drop(kv);
	for (size_t i = 0; i < KEY_SLOTS; i++)
		free(kv->keys[i]);
	free(kv);
}

/* Puts s, which is the caller's no longer, into the ring of recent keys. */
static const char *keep_key(struct kv *kv, char *s)
{
	unsigned slot = kv->next_key++ % KEY_SLOTS;

	free(kv->keys[slot]);
	kv->keys[slot] = s;
	return s;
}

const char *kv_key(struct kv *kv, const char *fmt, ...)
{
	auto_free char *name = NULL;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&name, fmt, ap);
	va_end(ap);
	if (n < 0)
		abort(); /* no memory */
	return keep_key(kv, xasprintf("%s%s", kv->conf->redis_prefix, name));
}

/* The name with the instance's prefix, whether it has it already or not. */
static const char *with_prefix(struct kv *kv, const char *name)
{
	const char *prefix = kv->conf->redis_prefix;

	return strncmp(name, prefix, strlen(prefix)) == 0 ? name : kv_key(kv, "%s", name);
}

static struct timeval timeval_of_ms(int64_t ms)
{
	return (struct timeval){.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};
}

static int lost(struct kv *kv, const char *why, struct err *err)
{
	char text[128];

	snprintf(text, sizeof(text), "%s", why);
	drop(kv);
	return err_set(err, ERR_BUSY, "no connection to Redis: %s", text);
}

static redisContext *open_context(const char *place)
{
	struct timeval limit = timeval_of_ms(CALL_MS);
	const char *colon = strrchr(place, ':');
	auto_free char *host = NULL;
	const char *wrong = NULL;
	int port;

	if (*place == '/' || !colon)
		return redisConnectUnixWithTimeout(place, limit);
	host = strndup(place, (size_t)(colon - place));
	port = (int)strtonum(colon + 1, 1, 65535, &wrong);
	return host && !wrong ? redisConnectWithTimeout(host, port, limit) : NULL;
}

/* Sorts the outcome of a call: owns r, hands it out through out. */
static int sort_reply(struct kv *kv, void *r, redisReply **out, struct err *err)
{
	auto_reply redisReply *reply = r;

	if (!reply)
		return lost(kv, kv->ctx->err ? kv->ctx->errstr : "bad command", err);
	if (reply->type == REDIS_REPLY_ERROR)
		return err_set(err, ERR_BUSY, "Redis: %s", reply->str);
	if (out)
		*out = steal(&reply);
	return 0;
}

static int authenticate(struct kv *kv, struct err *err)
{
	const struct conf *c = kv->conf;
	auto_free char *password = NULL;
	void *reply;

	if (!*c->redis_password_file)
		return 0;
	password = conf_read_secret(c->redis_password_file, err);
	if (!password)
		return err_result(err);
	reply = redisCommand(kv->ctx, "AUTH %s %s", c->redis_user, password);
	explicit_bzero(password, strlen(password));
	return sort_reply(kv, reply, NULL, err);
}

static int open_connection(struct kv *kv, struct err *err)
{
	kv->ctx = open_context(kv->conf->redis_socket);
	if (!kv->ctx)
		return err_set(err, ERR_BUSY, "no connection to Redis: bad address \"%s\"",
		        kv->conf->redis_socket);
	if (kv->ctx->err)
		return lost(kv, kv->ctx->errstr, err);
	if (fcntl(kv->ctx->fd, F_SETFD, FD_CLOEXEC) < 0 ||
	        redisSetTimeout(kv->ctx, timeval_of_ms(CALL_MS)) != REDIS_OK)
		return lost(kv, "cannot set up the socket", err);
	return authenticate(kv, err);
}

static int connected(struct kv *kv, struct err *err)
{
	int64_t now = clock_mono_ms();

	if (fault_now("redis")) {
		drop(kv);
		return err_set(err, ERR_BUSY, "no connection to Redis: fault");
	}
	if (kv->ctx)
		return 0;
	if (now < kv->not_before_ms)
		return err_set(err, ERR_BUSY, "no connection to Redis: tried a moment ago");
	kv->not_before_ms = now + RETRY_MS;
	if (open_connection(kv, err) < 0) {
		drop(kv);
		err->code = ERR_BUSY; /* a missing password file as well: it may come */
		return -ERR_BUSY;
	}
	return 0;
}

int kv_command(struct kv *kv, redisReply **r, struct err *err, const char *fmt, ...)
{
	va_list ap;
	void *reply;

	if (connected(kv, err) < 0)
		return err_result(err);
	va_start(ap, fmt);
	reply = redisvCommand(kv->ctx, fmt, ap);
	va_end(ap);
	return sort_reply(kv, reply, r, err);
}

/* NOLINTNEXTLINE(readability-function-size): the arguments of a command and nothing else */
int kv_argv(struct kv *kv, redisReply **r, struct err *err, int argc, const char **argv,
        const size_t *len)
{
	if (connected(kv, err) < 0)
		return err_result(err);
	return sort_reply(kv, redisCommandArgv(kv->ctx, argc, argv, len), r, err);
}

/* Sends what was appended. */
static int flush(struct kv *kv, struct err *err)
{
	int done = 0;

	while (!done) {
		if (redisBufferWrite(kv->ctx, &done) != REDIS_OK)
			return lost(kv, kv->ctx->errstr, err);
	}
	return 0;
}

/* Takes answers until so few are missing. */
static int take_answers(struct kv *kv, unsigned left, struct err *err)
{
	struct err first = {0};

	while (kv->ahead > left) {
		void *reply = NULL;

		if (redisGetReply(kv->ctx, &reply) != REDIS_OK)
			return lost(kv, kv->ctx->errstr, err);
		kv->ahead--;
		if (sort_reply(kv, reply, NULL, first.code ? err : &first) < 0 && !kv->ctx)
			break;
	}
	if (!first.code)
		return 0;
	*err = first;
	return err_result(err);
}

int kv_send(struct kv *kv, int argc, const char **argv, struct err *err)
{
	if (connected(kv, err) < 0)
		return err_result(err);
	if (redisAppendCommandArgv(kv->ctx, argc, argv, NULL) != REDIS_OK)
		return lost(kv, kv->ctx->errstr, err);
	kv->ahead++;
	if (flush(kv, err) < 0)
		return err_result(err);
	return take_answers(kv, KV_AHEAD, err);
}

int kv_settle(struct kv *kv, struct err *err)
{
	return take_answers(kv, 0, err);
}

/* NOLINTNEXTLINE(readability-function-size): one command line, its count of keys in front */
int kv_eval(struct kv *kv, const struct kv_script *script, redisReply **r, struct err *err,
        int nkeys, int argc, const char **argv, const size_t *len)
{
	size_t n = (size_t)argc + 3;
	auto_free const char **words = xcalloc(n, sizeof(*words));
	auto_free size_t *lens = xcalloc(n, sizeof(*lens));
	struct err first = {0};
	char sha[SHA1_TEXT];
	char count[16];

	SHA1Data((const unsigned char *)script->text, strlen(script->text), sha);
	snprintf(count, sizeof(count), "%d", nkeys);
	words[0] = "EVALSHA";
	words[1] = sha;
	words[2] = count;
	for (size_t i = 3; i < n; i++)
		words[i] = argv[i - 3];
	for (size_t i = 0; i < n; i++)
		lens[i] = i >= 3 && len ? len[i - 3] : strlen(words[i]);
	if (kv_argv(kv, r, &first, (int)n, words, lens) == 0)
		return 0;
	if (!strstr(first.msg, "NOSCRIPT")) {
		*err = first;
		return err_wrap(err, "script %s", script->name);
	}
	words[0] = "EVAL";
	words[1] = script->text;
	lens[0] = strlen(words[0]);
	lens[1] = strlen(words[1]);
	if (kv_argv(kv, r, err, (int)n, words, lens) < 0)
		return err_wrap(err, "script %s", script->name);
	return 0;
}

static int copy_popped(const redisReply *reply, char **value)
{
	if (reply && reply->type == REDIS_REPLY_ARRAY && reply->elements == 2)
		*value = xstrdup(reply->element[1]->str);
	return 0;
}

int kv_pop_begin(struct kv *kv, const char *key, int timeout_s, struct err *err)
{
	if (connected(kv, err) < 0)
		return err_result(err);
	redisSetTimeout(kv->ctx, timeval_of_ms((int64_t)timeout_s * 1000 + CALL_MS));
	redisAppendCommand(kv->ctx, "BRPOP %s %d", with_prefix(kv, key), timeout_s);
	return flush(kv, err);
}

int kv_pop_finish(struct kv *kv, char **value, struct err *err)
{
	auto_reply redisReply *reply = NULL;
	void *next = NULL;
	int rc;

	*value = NULL;
	if (!kv->ctx)
		return err_set(err, ERR_BUSY, "no connection to Redis: it was lost");
	if (redisGetReply(kv->ctx, &next) != REDIS_OK)
		next = NULL;
	rc = sort_reply(kv, next, &reply, err);
	if (kv->ctx)
		redisSetTimeout(kv->ctx, timeval_of_ms(CALL_MS));
	return rc < 0 ? rc : copy_popped(reply, value);
}

int kv_pop(struct kv *kv, const char *key, int timeout_s, char **value, struct err *err)
{
	int rc = kv_pop_begin(kv, key, timeout_s, err);

	*value = NULL;
	return rc < 0 ? rc : kv_pop_finish(kv, value, err);
}

int kv_subscribe(struct kv *kv, const char *pattern, struct err *err)
{
	const char *full = with_prefix(kv, pattern);

	if (connected(kv, err) < 0)
		return err_result(err);
	if (!kv->subscribed) {
		int rc = sort_reply(kv, redisCommand(kv->ctx, "PSUBSCRIBE %s", full), NULL, err);

		kv->subscribed = rc == 0;
		return rc;
	}
	/* Messages may come before the answer: kv_message skips the answer among them. */
	redisAppendCommand(kv->ctx, "PSUBSCRIBE %s", full);
	return flush(kv, err);
}

int kv_fd(const struct kv *kv)
{
	return kv->ctx ? kv->ctx->fd : -1;
}

/* 1 when reply is ["pmessage", pattern, channel, payload], which is handed out. */
static int take_message(
        const struct kv *kv, const redisReply *reply, char **channel, char **payload)
{
	size_t prefix = strlen(kv->conf->redis_prefix);

	if (reply->type != REDIS_REPLY_ARRAY || reply->elements != 4 ||
	        strcmp(reply->element[0]->str, "pmessage") != 0 || reply->element[2]->len < prefix)
		return 0;
	*channel = xstrdup(reply->element[2]->str + prefix);
	*payload = xstrdup(reply->element[3]->str);
	return 1;
}

/* Reads what the socket has: 1 when there was something, 0 not, negative at the end. */
static int read_socket(struct kv *kv, struct err *err)
{
	struct pollfd p = {.fd = kv->ctx->fd, .events = POLLIN};

	if (poll(&p, 1, 0) <= 0)
		return 0;
	if (redisBufferRead(kv->ctx) != REDIS_OK)
		return lost(kv, kv->ctx->errstr, err);
	return 1;
}

int kv_message(struct kv *kv, char **channel, char **payload, struct err *err)
{
	if (!kv->ctx || !kv->subscribed)
		return err_set(err, ERR_BUSY, "no connection to Redis: not subscribed");
	for (;;) {
		auto_reply redisReply *reply = NULL;
		void *next = NULL;
		int rc;

		if (redisGetReplyFromReader(kv->ctx, &next) != REDIS_OK)
			return lost(kv, kv->ctx->errstr, err);
		reply = next;
		if (reply && reply->type == REDIS_REPLY_ERROR)
			return lost(kv, reply->str, err);
		if (reply && take_message(kv, reply, channel, payload))
			return 1;
		if (reply)
			continue;
		rc = read_socket(kv, err);
		if (rc <= 0)
			return rc;
	}
}
