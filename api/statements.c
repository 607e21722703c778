/* statements.c -- see statements.h. A list behind a lock: a contest has some ten statements, and a
 * walk costs less than the copy that follows. When the kept bytes are more than a bound all of them
 * are dropped: what is asked for again comes back. */
#include "api/statements.h"

#include "base/hash.h"
#include "base/mem.h"

#include <bsd/string.h>
#include <pthread.h>
#define ZLIB_CONST
#include <zlib.h>

enum { MAX_BYTES = 64 << 20, GZIP_BITS = 15 + 16, GZIP_MEMORY = 8, TAG_DIGITS = 16 };

struct entry {
	struct entry *next;
	char *key;
	struct statement_found found;
	struct buf plain, packed; /* packed empty: not smaller */
};

struct statements {
	pthread_mutex_t lock;
	struct entry *first; /* guarded, as all in it */
	size_t bytes;
};

static char *key_of(const struct statement_ask *ask)
{
	return xasprintf("%s %d %s %s", ask->problem_id, ask->version, ask->language,
	        ask->format ? ask->format : "");
}

static void entry_free(struct entry *e)
{
	free(e->key);
	buf_free(&e->plain);
	buf_free(&e->packed);
	free(e);
}

static void drop_all(struct statements *s)
{
	while (s->first) {
		struct entry *e = s->first;

		s->first = e->next;
		entry_free(e);
	}
	s->bytes = 0;
}

struct statements *statements_new(void)
{
	struct statements *s = xcalloc(1, sizeof(*s));

	pthread_mutex_init(&s->lock, NULL);
	return s;
}

void statements_free(struct statements *s)
{
	if (!s)
		return;
	drop_all(s);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

static const struct entry *find(const struct statements *s, const char *key)
{
	const struct entry *e = s->first;

	while (e && strcmp(e->key, key) != 0)
		e = e->next;
	return e;
}

bool statements_get(struct statements *s, const struct statement_ask *ask, bool packed,
        struct statement_found *found, struct buf *out)
{
	auto_free char *key = key_of(ask);
	const struct entry *e;

	pthread_mutex_lock(&s->lock);
	e = find(s, key);
	if (e) {
		const struct buf *b = packed && e->packed.len > 0 ? &e->packed : &e->plain;

		*found = e->found;
		found->packed = b == &e->packed;
		buf_add(out, b->data ? b->data : "", b->len);
	}
	pthread_mutex_unlock(&s->lock);
	return e != NULL;
}

/* Empty when it cannot be compressed, or is no smaller then. */
static void pack(const struct buf *plain, struct buf *out)
{
	z_stream z = {.next_in = (const Bytef *)plain->data, .avail_in = (unsigned)plain->len};
	size_t room;

	if (plain->len == 0 || deflateInit2(&z, Z_BEST_COMPRESSION, Z_DEFLATED, GZIP_BITS,
	                               GZIP_MEMORY, Z_DEFAULT_STRATEGY) != Z_OK)
		return;
	room = deflateBound(&z, plain->len);
	z.next_out = (unsigned char *)buf_reserve(out, room);
	z.avail_out = (unsigned)room;
	if (deflate(&z, Z_FINISH) == Z_STREAM_END && z.total_out < plain->len)
		out->len = z.total_out;
	deflateEnd(&z);
}

void statements_put(struct statements *s, const struct statement_ask *ask,
        const struct statement_found *found, const void *bytes, size_t len)
{
	struct entry *e = xcalloc(1, sizeof(*e));
	unsigned char hash[HASH_SIZE];
	char hex[HASH_HEX_SIZE];

	e->key = key_of(ask);
	e->found = *found;
	hash_sha256(bytes, len, hash);
	hash_hex(hash, hex);
	snprintf(e->found.tag, sizeof(e->found.tag), "%.*s", (int)TAG_DIGITS, hex);
	buf_add(&e->plain, bytes, len);
	pack(&e->plain, &e->packed);
	pthread_mutex_lock(&s->lock);
	if (s->bytes + e->plain.len + e->packed.len > MAX_BYTES)
		drop_all(s);
	if (find(s, e->key)) { /* two asked at once */
		entry_free(e);
	} else {
		s->bytes += e->plain.len + e->packed.len;
		e->next = s->first;
		s->first = e;
	}
	pthread_mutex_unlock(&s->lock);
}
