/* event.c -- appending to, reading and verifying the log of a contest.
 *
 * The lock of the contest's counter gives number and head; text, salt and hash are made here and
 * checked again by the SQL function, which also refuses a number that does not follow. So a
 * failure in between leaves no hole, and two writers cannot fork the chain. Verifying needs no
 * lock: events are read until there is none, then the counter; one that has moved on means
 * reading further, one that stands behind the last event is a fault. */
#include "model/event.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"

#include <bsd/string.h>

enum { SALT_SIZE = 16, VERIFY_BATCH = 500, EVENT_DEPTH = 16 };

/* "\x..." as PostgreSQL writes a bytea, of exactly len bytes. */
static int take_bytes(const char *s, unsigned char *out, size_t len, struct err *err)
{
	if (s && strncmp(s, "\\x", 2) == 0 && hash_parse_hex(s + 2, out, len) == 0)
		return 0;
	return err_set(err, ERR_BUG, "not %zu bytes: %.80s", len, s ? s : "NULL");
}

static int take_head(struct arena *a, const PGresult *r, struct log_head *head, struct err *err)
{
	head->number = pg_int(r, 0, "number");
	head->public_number = pg_int(r, 0, "public_number");
	head->submission_ordinal = pg_int(r, 0, "submission_ordinal");
	head->now_ms = pg_int(r, 0, "now_ms");
	head->now = arena_strdup(a, pg_text(r, 0, "now_at"));
	return take_bytes(pg_text(r, 0, "head"), head->hash, HASH_SIZE, err);
}

int event_lock(struct pg *pg, struct arena *a, const char *contest_id, struct log_head *head,
        struct err *err)
{
	auto_pgresult PGresult *r = NULL;

	if (pg_run(pg, Q_EVENT_LOCK, &r, err, contest_id) < 0)
		return err_result(err);
	return take_head(a, r, head, err);
}

int event_head(struct pg *pg, struct arena *a, const char *contest_id, struct log_head *head,
        struct err *err)
{
	auto_pgresult PGresult *r = NULL;

	if (pg_run(pg, Q_EVENT_HEAD, &r, err, contest_id) < 0)
		return err_result(err);
	if (PQntuples(r) == 0)
		return err_set(err, ERR_NOT_FOUND, "no such contest: \"%.40s\"", contest_id);
	return take_head(a, r, head, err);
}

int event_incarnation(struct pg *pg, struct arena *a, const char **out, struct err *err)
{
	auto_pgresult PGresult *r = NULL;

	if (pg_run(pg, Q_EVENT_INCARNATION, &r, err) < 0)
		return err_result(err);
	if (PQntuples(r) == 0)
		return err_set(err, ERR_BUG, "the instance has no row");
	*out = arena_strdup(a, pg_text(r, 0, "incarnation"));
	return 0;
}

/* ---------------------------------------------------------------- append */

static json_t *part_or_null(json_t *part)
{
	return part ? json_incref(part) : json_null();
}

/* The canonical text; caller frees. */
static char *event_text(
        const char *contest_id, const struct log_head *head, const struct event_draft *d)
{
	json_auto_t *o = json_object();
	bool timed = d->contest_time_ms != INT64_MIN;
	char at[CLOCK_TEXT_SIZE];

	clock_format_time(head->now_ms, at);
	json_object_set_new(o, "at", json_string(at));
	json_object_set_new(o, "contest", json_string(contest_id));
	json_object_set_new(
	        o, "contest_time", timed ? json_integer(d->contest_time_ms) : json_null());
	json_object_set_new(o, "jury", part_or_null(d->jury));
	json_object_set_new(o, "kind", json_string(d->kind));
	json_object_set_new(o, "number", json_integer(head->number));
	json_object_set_new(o, "public", part_or_null(d->public_part));
	json_object_set_new(o, "public_number",
	        d->public_part ? json_integer(head->public_number) : json_null());
	json_object_set_new(o, "subject", d->subject ? json_incref(d->subject) : json_object());
	return json_text(o);
}

/* SHA-256(previous || text || salt) */
static void chain(const unsigned char previous[HASH_SIZE], const char *text,
        const unsigned char salt[SALT_SIZE], unsigned char out[HASH_SIZE])
{
	auto_buf struct buf all = {0};

	buf_add(&all, previous, HASH_SIZE);
	buf_adds(&all, text);
	buf_add(&all, salt, SALT_SIZE);
	hash_sha256(all.data, all.len, out);
}

/* The event that follows *head: its text (caller frees), its salt, and the head it makes. */
static char *event_make(const char *contest_id, struct log_head *head, const struct event_draft *d,
        unsigned char salt[SALT_SIZE])
{
	unsigned char previous[HASH_SIZE];
	char *canonical;

	memcpy(previous, head->hash, HASH_SIZE);
	head->number++;
	head->public_number += d->public_part ? 1 : 0;
	canonical = event_text(contest_id, head, d);
	random_bytes(salt, SALT_SIZE);
	chain(previous, canonical, salt, head->hash);
	return canonical;
}

/* NOLINTNEXTLINE(readability-function-size): connection, arena and err are in every call */
int event_append(struct pg *pg, struct arena *a, const char *contest_id, struct log_head *head,
        const struct event_draft *d, const char **text, struct err *err)
{
	struct log_head next = *head;
	unsigned char salt[SALT_SIZE];
	auto_free char *canonical = event_make(contest_id, &next, d, salt);

	if (pg_run(pg, Q_EVENT_APPEND, NULL, err, contest_id, pg_arg_int(a, next.number),
	            d->public_part ? pg_arg_int(a, next.public_number) : NULL, d->kind, head->now,
	            d->submission_id, canonical, pg_arg_bytes(a, salt, sizeof(salt)),
	            pg_arg_bytes(a, next.hash, HASH_SIZE)) < 0)
		return err_result(err);
	*head = next;
	if (text)
		*text = arena_strdup(a, canonical);
	return 0;
}

/* ---------------------------------------------------------------- append many */

enum { WRITER_COLUMNS = 8, WRITER_MAX = 1000, WRITER_BYTES = 8 << 20 };

struct event_writer {
	const char *contest_id;
	struct log_head *head;
	struct arena a; /* of what is not sent yet */
	const char **columns[WRITER_COLUMNS];
	size_t n, bytes;
};

struct event_writer *event_writer_new(const char *contest_id, struct log_head *head)
{
	struct event_writer *w = xcalloc(1, sizeof(*w));

	w->contest_id = contest_id;
	w->head = head;
	for (size_t k = 0; k < WRITER_COLUMNS; k++)
		w->columns[k] = xcalloc(WRITER_MAX, sizeof(char *));
	return w;
}

void event_writer_free(struct event_writer *w)
{
	if (!w)
		return;
	for (size_t k = 0; k < WRITER_COLUMNS; k++)
		free(w->columns[k]);
	arena_free(&w->a);
	free(w);
}

int event_writer_flush(struct event_writer *w, struct pg *pg, struct err *err)
{
	auto_arena struct arena a = {0};
	const char *args[1 + WRITER_COLUMNS] = {w->contest_id};
	int failed;

	if (w->n == 0)
		return 0;
	for (size_t k = 0; k < WRITER_COLUMNS; k++)
		args[1 + k] = pg_arg_array(&a, w->columns[k], w->n);
	failed = pg_query(pg, Q_EVENT_APPEND_MANY, args, NULL, err);
	w->n = w->bytes = 0;
	arena_free(&w->a);
	return failed;
}

int event_writer_add(struct event_writer *w, struct pg *pg, const struct event_draft *d,
        int64_t at_ms, struct err *err)
{
	struct log_head *head = w->head;
	unsigned char salt[SALT_SIZE];
	char at[CLOCK_TEXT_SIZE];
	auto_free char *text = NULL;

	head->now_ms = at_ms;
	text = event_make(w->contest_id, head, d, salt);
	clock_format_time(at_ms, at);
	w->columns[0][w->n] = pg_arg_int(&w->a, head->number);
	w->columns[1][w->n] = d->public_part ? pg_arg_int(&w->a, head->public_number) : NULL;
	w->columns[2][w->n] = arena_strdup(&w->a, d->kind);
	w->columns[3][w->n] = arena_strdup(&w->a, at);
	w->columns[4][w->n] = d->submission_id ? arena_strdup(&w->a, d->submission_id) : NULL;
	w->columns[5][w->n] = arena_strdup(&w->a, text);
	w->columns[6][w->n] = pg_arg_bytes(&w->a, salt, sizeof(salt));
	w->columns[7][w->n] = pg_arg_bytes(&w->a, head->hash, HASH_SIZE);
	w->bytes += strlen(text);
	w->n++;
	if (w->n < WRITER_MAX && w->bytes < WRITER_BYTES)
		return 0;
	return event_writer_flush(w, pg, err);
}

/* ---------------------------------------------------------------- read */

static int take_event(struct arena *a, const PGresult *r, int row, struct event *e, struct err *err)
{
	e->number = pg_int(r, row, "number");
	e->public_number = pg_int(r, row, "public_number");
	e->kind = arena_strdup(a, pg_text(r, row, "kind"));
	e->text = arena_strdup(a, pg_text(r, row, "text"));
	if (take_bytes(pg_text(r, row, "salt"), e->salt, sizeof(e->salt), err) < 0)
		return err_result(err);
	return take_bytes(pg_text(r, row, "hash"), e->hash, HASH_SIZE, err);
}

struct page {
	const char *contest_id;
	int64_t after;
	size_t max;
};

static int read_page(struct pg *pg, const struct page *p, PGresult **r, struct err *err)
{
	auto_arena struct arena a = {0};

	return pg_run(pg, Q_EVENT_READ, r, err, p->contest_id, pg_arg_int(&a, p->after),
	        pg_arg_int(&a, (int64_t)p->max));
}

/* NOLINTNEXTLINE(readability-function-size): connection, arena and err are in every call */
int event_read(struct pg *pg, struct arena *a, const char *contest_id, int64_t after, size_t max,
        struct event **out, size_t *n, struct err *err)
{
	struct page page = {contest_id, after, max};
	auto_pgresult PGresult *r = NULL;
	size_t count;

	if (read_page(pg, &page, &r, err) < 0)
		return err_result(err);
	count = (size_t)PQntuples(r);
	*out = arena_alloc(a, count * sizeof(**out) + 1);
	for (size_t i = 0; i < count; i++) {
		if (take_event(a, r, (int)i, &(*out)[i], err) < 0)
			return err_result(err);
	}
	*n = count;
	return 0;
}

static int take_text(void *data, const struct pg_field *fields, struct err *err)
{
	const struct event_span *span = data;
	struct event e = {.kind = ""};

	e.number = pg_field_int(&fields[0]);
	e.public_number = pg_field_int(&fields[1]);
	e.text = fields[2].data;
	return span->take(span->data, &e, err);
}

int event_each(struct pg *pg, const struct event_span *span, struct err *err)
{
	auto_arena struct arena a = {0};
	struct event_span copy = *span;
	const struct pg_sink sink = {.nfields = 3, .row = take_text, .data = &copy};
	const char *const args[] = {
	        span->contest_id, pg_arg_int(&a, span->after), pg_arg_int(&a, span->until), NULL};

	return pg_each(pg, Q_EVENT_TEXTS, args, &sink, err);
}

/* ---------------------------------------------------------------- verify */

struct walk {
	const char *contest_id;
	int64_t number, public_number;
	unsigned char hash[HASH_SIZE];
	int64_t anchor_number;
	const unsigned char *anchor;
};

static int wrong(const struct walk *w, int64_t number, const char *what, struct err *err)
{
	return err_set(err, ERR_CONFLICT, "event %lld of contest %.40s: %s", (long long)number,
	        w->contest_id, what);
}

static bool same_string(const json_t *o, const char *name, const char *value)
{
	const char *s = json_string_value(json_object_get(o, name));

	return s && value && strcmp(s, value) == 0;
}

/* The columns beside the text, which are for finding, must say what the text says. */
static const char *columns_differ(
        const struct walk *w, const PGresult *r, int row, const struct event *e)
{
	struct err ignored = {0};
	json_auto_t *o = json_parse(e->text, strlen(e->text), EVENT_DEPTH, &ignored);
	auto_free char *again = o ? json_text(o) : NULL;
	const json_t *submission = json_object_get(json_object_get(o, "subject"), "submission");
	const char *column = pg_text(r, row, "submission_id");
	char at[CLOCK_TEXT_SIZE];

	clock_format_time(pg_int(r, row, "at_ms"), at);
	if (!again || strcmp(again, e->text) != 0)
		return "its text is not canonical";
	if (!same_string(o, "contest", w->contest_id) || !same_string(o, "kind", e->kind))
		return "contest or kind differ from its text";
	if (json_integer_value(json_object_get(o, "number")) != e->number ||
	        json_integer_value(json_object_get(o, "public_number")) != e->public_number)
		return "its numbers differ from its text";
	if (!same_string(o, "at", at))
		return "its time differs from its text";
	if (column &&
	        (!submission || !same_string(json_object_get(o, "subject"), "submission", column)))
		return "its submission differs from its text";
	if (json_is_null(json_object_get(o, "public")) != (e->public_number == 0))
		return "public part and public number do not agree";
	return NULL;
}

static int check_event(
        struct walk *w, const PGresult *r, int row, const struct event *e, struct err *err)
{
	unsigned char hash[HASH_SIZE];
	const char *differ;

	if (e->number != w->number + 1)
		return wrong(w, w->number + 1, "missing", err);
	if (e->public_number && e->public_number != w->public_number + 1)
		return wrong(w, e->number, "its public number does not follow", err);
	chain(w->hash, e->text, e->salt, hash);
	if (!hash_equal(hash, e->hash, HASH_SIZE))
		return wrong(w, e->number, "its hash does not fit", err);
	differ = columns_differ(w, r, row, e);
	if (differ)
		return wrong(w, e->number, differ, err);
	if (e->number == w->anchor_number && !hash_equal(hash, w->anchor, HASH_SIZE))
		return wrong(w, e->number, "its hash is not the anchor's", err);
	w->number = e->number;
	if (e->public_number)
		w->public_number = e->public_number;
	memcpy(w->hash, hash, HASH_SIZE);
	return 0;
}

/* One batch; *n of it, 0 at the end. */
static int check_batch(struct pg *pg, struct walk *w, int *n, struct err *err)
{
	auto_arena struct arena a = {0};
	struct page page = {w->contest_id, w->number, VERIFY_BATCH};
	auto_pgresult PGresult *r = NULL;

	if (read_page(pg, &page, &r, err) < 0)
		return err_result(err);
	*n = PQntuples(r);
	for (int row = 0; row < *n; row++) {
		struct event e;

		if (take_event(&a, r, row, &e, err) < 0 || check_event(w, r, row, &e, err) < 0)
			return err_result(err);
	}
	return 0;
}

/* 1: the counter has moved on, read further. */
static int check_head(struct pg *pg, const struct walk *w, struct err *err)
{
	auto_arena struct arena a = {0};
	struct page page = {w->contest_id, w->number, 1};
	auto_pgresult PGresult *next = NULL;
	struct log_head head;

	if (event_head(pg, &a, w->contest_id, &head, err) < 0)
		return err_result(err);
	if (head.number > w->number) {
		if (read_page(pg, &page, &next, err) < 0)
			return err_result(err);
		return PQntuples(next) ? 1 : wrong(w, w->number + 1, "missing at the end", err);
	}
	if (head.number < w->number)
		return wrong(w, w->number, "the counter stands before it", err);
	if (head.public_number != w->public_number || !hash_equal(head.hash, w->hash, HASH_SIZE))
		return wrong(w, w->number, "the counter's head is another", err);
	if (w->anchor_number > w->number)
		return wrong(w, w->anchor_number, "missing, the anchor names it", err);
	return 0;
}

/* NOLINTNEXTLINE(readability-function-size): number and hash of the anchor belong together */
int event_verify(struct pg *pg, const char *contest_id, int64_t anchor_number,
        const unsigned char anchor[HASH_SIZE], int64_t *n, struct err *err)
{
	struct walk w = {
	        .contest_id = contest_id, .anchor_number = anchor_number, .anchor = anchor};
	int more = 1;

	while (more > 0) {
		int count = 1;

		while (count > 0) {
			if (check_batch(pg, &w, &count, err) < 0)
				return err_result(err);
		}
		more = check_head(pg, &w, err);
	}
	*n = w.number;
	return more;
}
