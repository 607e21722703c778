/* pg.c -- one connection to PostgreSQL.
 *
 * States: no connection; connected; in a transaction. `in_tx` belongs to the caller's
 * transaction, not to the connection: when the connection breaks inside it, every further
 * statement fails until the caller says pg_rollback, so nothing of a half-lost transaction is
 * ever written by a new connection.
 *
 * A call is sent and then awaited with poll and a deadline above the server's own
 * statement_timeout: a server that is stopped, or a network that swallows, cannot hold a thread
 * for ever. Whatever went wrong with the connection, it is closed at once and made anew by the
 * next use; statements are prepared per connection when first needed. */
#include "base/pg.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/fault.h"
#include "base/log.h"
#include "base/mem.h"
#include "queries-table.h"

#include <assert.h>
#include <bsd/stdlib.h>
#include <poll.h>

enum {
	STATEMENT_MS = 10 * 1000,
	SILENCE_MS = STATEMENT_MS + 5 * 1000,
	SQLSTATE_LEN = 5,
	TEXT_SIZE = 256,
};

static const char admin_program[] = "codearena";

struct pg {
	const struct conf *conf;
	PGconn *conn;
	bool in_tx;
	bool prepared[Q_COUNT + 1];
};

/* What the caller can do about an SQLSTATE; the first row that is a prefix counts. */
static const struct {
	const char *prefix;
	enum err_code code;
} states[] = {
        {"CA001", ERR_INPUT},
        {"CA002", ERR_DENIED},
        {"CA003", ERR_NOT_FOUND},
        {"CA004", ERR_CONFLICT},
        {"CA005", ERR_BUSY},
        {"23505", ERR_CONFLICT},
        {"23P01", ERR_CONFLICT},
        {"23502", ERR_INPUT},
        {"23503", ERR_INPUT},
        {"23514", ERR_INPUT},
        {"22001", ERR_INPUT},
        {"22003", ERR_INPUT},
        {"22007", ERR_INPUT},
        {"22008", ERR_INPUT},
        {"22021", ERR_INPUT},
        {"22023", ERR_INPUT},
        {"22P02", ERR_INPUT},
        {"22P03", ERR_INPUT},
        {"22P05", ERR_INPUT},
        {"42501", ERR_DENIED},
        {"08", ERR_BUSY},
        {"25006", ERR_BUSY},
        {"25P03", ERR_BUSY},
        {"40001", ERR_BUSY},
        {"40003", ERR_BUSY},
        {"40P01", ERR_BUSY},
        {"53", ERR_BUSY},
        {"55P03", ERR_BUSY},
        {"57", ERR_BUSY},
        {"58", ERR_BUSY},
        {"0A000", ERR_BUSY},
        {"26000", ERR_BUSY},
};

void pg_clear(PGresult **res)
{
	PQclear(*res);
	*res = NULL;
}

struct pg *pg_new(const struct conf *conf)
{
	struct pg *pg = xcalloc(1, sizeof(*pg));

	pg->conf = conf;
	return pg;
}

static void disconnect(struct pg *pg)
{
	PQfinish(pg->conn); /* may be NULL */
	pg->conn = NULL;
	memset(pg->prepared, 0, sizeof(pg->prepared));
}

void pg_free(struct pg *pg)
{
	if (!pg)
		return;
	disconnect(pg);
	free(pg);
}

bool pg_is_connected(const struct pg *pg)
{
	return pg->conn && PQstatus(pg->conn) == CONNECTION_OK;
}

int pg_fd(const struct pg *pg)
{
	return pg_is_connected(pg) ? PQsocket(pg->conn) : -1;
}

PGconn *pg_conn(struct pg *pg)
{
	return pg->conn;
}

/* libpq's messages end with a newline and may have several lines: the first one. */
static const char *first_line(const char *message, char text[TEXT_SIZE])
{
	snprintf(text, TEXT_SIZE, "%.*s", (int)strcspn(message, "\n"), message);
	return text;
}

static void take_notice(void *pg UNUSED, const char *message)
{
	char text[TEXT_SIZE];

	log_debug("pg.notice", "%s", first_line(message, text));
}

static int read_password(const struct conf *c, char **password, struct err *err)
{
	if (!*c->pg_password_file)
		return 0;
	*password = conf_read_secret(c->pg_password_file, err);
	return *password ? 0 : err_result(err);
}

static PGconn *open_connection(const struct conf *c, const char *password)
{
	bool admin = strcmp(log_program(), admin_program) == 0;
	auto_free char *port = xasprintf("%lld", (long long)c->pg_port);
	auto_free char *name = xasprintf("%s/%s", c->instance, log_program());
	auto_free char *options = xasprintf("-c TimeZone=UTC -c statement_timeout=%d"
	                                    " -c idle_in_transaction_session_timeout=%d",
	        admin ? 0 : STATEMENT_MS, admin ? 0 : STATEMENT_MS);
	const char *const settings[][2] = {
	        {"host", c->pg_socket_dir},
	        {"port", port},
	        {"dbname", c->pg_database},
	        {"user", c->pg_user},
	        {"password", password},
	        {"sslmode", c->pg_sslmode},
	        {"application_name", name},
	        {"connect_timeout", admin ? "15" : "3"}, /* a server tries again by itself */
	        {"tcp_user_timeout", "10000"},
	        {"client_encoding", "UTF8"},
	        {"options", options},
	};
	const char *keys[ARRAY_LEN(settings) + 1] = {0};
	const char *values[ARRAY_LEN(settings) + 1] = {0};

	for (size_t i = 0; i < ARRAY_LEN(settings); i++) {
		keys[i] = settings[i][0];
		values[i] = settings[i][1];
	}
	return PQconnectdbParams(keys, values, 0);
}

int pg_connect(struct pg *pg, struct err *err)
{
	auto_free char *password = NULL;
	char text[TEXT_SIZE];

	if (pg_is_connected(pg))
		return 0;
	disconnect(pg);
	if (read_password(pg->conf, &password, err) < 0) {
		err->code = ERR_BUSY; /* the file may come */
		return err_wrap(err, "no connection to PostgreSQL");
	}
	pg->conn = open_connection(pg->conf, password);
	if (password)
		explicit_bzero(password, strlen(password));
	if (PQstatus(pg->conn) == CONNECTION_OK) {
		PQsetNoticeProcessor(pg->conn, take_notice, NULL);
		return 0;
	}
	err_set(err, ERR_BUSY, "no connection to PostgreSQL: %s",
	        first_line(PQerrorMessage(pg->conn), text));
	disconnect(pg);
	return -ERR_BUSY;
}

/* Waits for the server's next bytes: 0, or -1 when the connection is lost or silent. */
static int wait_input(PGconn *conn, int64_t deadline)
{
	struct pollfd p = {.fd = PQsocket(conn), .events = POLLIN};
	int64_t left = deadline - clock_mono_ms();
	int ready = poll(&p, 1, left > 0 ? (int)left : 0);

	if (ready < 0 && errno == EINTR)
		return 0;
	return ready > 0 && PQconsumeInput(conn) ? 0 : -1;
}

static bool is_copy(ExecStatusType s)
{
	return s == PGRES_COPY_IN || s == PGRES_COPY_OUT || s == PGRES_COPY_BOTH;
}

static int64_t deadline_from_now(void)
{
	bool admin = strcmp(log_program(), admin_program) == 0;

	return admin ? INT64_MAX : clock_mono_ms() + SILENCE_MS;
}

/* The last result of what was sent; NULL when the connection is lost. */
static PGresult *await(PGconn *conn)
{
	int64_t deadline = deadline_from_now();
	auto_pgresult PGresult *last = NULL;

	for (;;) {
		PGresult *res;

		while (PQisBusy(conn)) {
			if (wait_input(conn, deadline) < 0)
				return NULL;
		}
		res = PQgetResult(conn);
		if (!res)
			return steal(&last);
		PQclear(last);
		last = res;
		if (is_copy(PQresultStatus(res)))
			return steal(&last); /* the caller goes on with pg_conn */
	}
}

static int lost(struct pg *pg, const char *what, struct err *err)
{
	char text[TEXT_SIZE] = "";

	if (pg->conn)
		first_line(PQerrorMessage(pg->conn), text);
	disconnect(pg);
	return err_set(err, ERR_BUSY, "%s: connection to PostgreSQL lost%s%s", what,
	        *text ? ": " : "", text);
}

static enum err_code code_of(const char *state)
{
	for (size_t i = 0; i < ARRAY_LEN(states); i++) {
		if (strncmp(state, states[i].prefix, strlen(states[i].prefix)) == 0)
			return states[i].code;
	}
	return ERR_BUG;
}

/* Turns an error result into err. A connection that ended with it, or whose prepared statements
 * no longer fit the schema, is closed. */
static int fail(struct pg *pg, const PGresult *res, const char *what, struct err *err)
{
	const char *state = PQresultErrorField(res, PG_DIAG_SQLSTATE);
	const char *message = PQresultErrorField(res, PG_DIAG_MESSAGE_PRIMARY);
	const char *severity = PQresultErrorField(res, PG_DIAG_SEVERITY_NONLOCALIZED);
	enum err_code code;

	if (!state || strlen(state) != SQLSTATE_LEN || !message)
		return lost(pg, what, err);
	code = code_of(state);
	if (strncmp(state, "CA0", 3) != 0 && (code == ERR_BUG || code == ERR_BUSY))
		err_set(err, code, "%s: %s (%s)", what, message, state);
	else
		err_set(err, code, "%s", message); /* people read it */
	if ((severity && strcmp(severity, "ERROR") != 0) || strcmp(state, "0A000") == 0 ||
	        strcmp(state, "26000") == 0)
		disconnect(pg);
	return -(int)code;
}

/* Awaits what was sent (0: it was not) and sorts its outcome. */
static int finish(struct pg *pg, int sent, const char *what, PGresult **out, struct err *err)
{
	auto_pgresult PGresult *res = sent ? await(pg->conn) : NULL;

	if (!res)
		return lost(pg, what, err);
	switch (PQresultStatus(res)) {
	case PGRES_EMPTY_QUERY:
	case PGRES_COMMAND_OK:
	case PGRES_TUPLES_OK:
	case PGRES_SINGLE_TUPLE:
	case PGRES_COPY_OUT:
	case PGRES_COPY_IN:
	case PGRES_COPY_BOTH:
	case PGRES_PIPELINE_SYNC:
		break;
	case PGRES_BAD_RESPONSE:
	case PGRES_NONFATAL_ERROR:
	case PGRES_FATAL_ERROR:
	case PGRES_PIPELINE_ABORTED:
		return fail(pg, res, what, err);
	}
	if (out)
		*out = steal(&res);
	return 0;
}

/* Transaction control, the only SQL text in C. */
static int simple(struct pg *pg, const char *sql, PGresult **res, struct err *err)
{
	return finish(pg, PQsendQuery(pg->conn, sql), sql, res, err);
}

/* A connection to run the next statement on. */
static int ready(struct pg *pg, const char *what, struct err *err)
{
	if (pg_is_connected(pg))
		return 0;
	if (pg->in_tx)
		return lost(pg, what, err);
	return pg_connect(pg, err);
}

int pg_begin(struct pg *pg, struct err *err)
{
	assert(!pg->in_tx);
	if (pg_connect(pg, err) < 0 || simple(pg, "BEGIN", NULL, err) < 0)
		return err_result(err);
	pg->in_tx = true;
	return 0;
}

int pg_commit(struct pg *pg, struct err *err)
{
	auto_pgresult PGresult *res = NULL;

	assert(pg->in_tx);
	if (fault_now("commit"))
		disconnect(pg);
	if (!pg_is_connected(pg)) {
		pg->in_tx = false;
		return lost(pg, "COMMIT", err);
	}
	pg->in_tx = false;
	if (simple(pg, "COMMIT", &res, err) < 0)
		return err_result(err);
	if (strcmp(PQcmdStatus(res), "COMMIT") != 0) /* the server's word for: it had failed */
		return err_set(err, ERR_BUG, "commit of a failed transaction");
	return 0;
}

void pg_rollback(struct pg *pg)
{
	struct err ignored = {0};

	pg->in_tx = false;
	if (pg_is_connected(pg) && PQtransactionStatus(pg->conn) != PQTRANS_IDLE &&
	        simple(pg, "ROLLBACK", NULL, &ignored) < 0)
		disconnect(pg);
}

static int prepare(struct pg *pg, enum query q, struct err *err)
{
	const char *name = queries[q].name;

	if (pg->prepared[q])
		return 0;
	if (finish(pg, PQsendPrepare(pg->conn, name, queries[q].sql, 0, NULL), name, NULL, err) < 0)
		return err_result(err);
	pg->prepared[q] = true;
	return 0;
}

int pg_query(struct pg *pg, enum query q, const char *const *args, PGresult **res, struct err *err)
{
	const char *name = queries[q].name;
	int sent;

	assert((unsigned)q < Q_COUNT);
	if (fault_now(name)) {
		disconnect(pg);
		return lost(pg, name, err);
	}
	if (ready(pg, name, err) < 0 || prepare(pg, q, err) < 0)
		return err_result(err);
	sent = PQsendQueryPrepared(pg->conn, name, queries[q].nargs, args, NULL, NULL, 0);
	return finish(pg, sent, name, res, err);
}

/* ---------------------------------------------------------------- many rows */

/* The statement with its parameters as literals, for COPY takes none; caller frees. */
static char *with_literals(struct pg *pg, const char *sql, const char *const *args)
{
	auto_buf struct buf out = {0};
	const char *at;

	for (; (at = strchr(sql, '$')); sql = at + 2) {
		const char *arg = args[at[1] - '1'];
		char *literal = PQescapeLiteral(pg->conn, arg, strlen(arg));

		buf_add(&out, sql, (size_t)(at - sql));
		buf_adds(&out, literal ? literal : "");
		PQfreemem(literal);
	}
	buf_adds(&out, sql);
	return buf_take(&out);
}

static uint64_t big_endian(const char *p, size_t n)
{
	uint64_t v = 0;

	for (size_t i = 0; i < n; i++)
		v = v << 8 | (unsigned char)p[i];
	return v;
}

/* Behind the header, which comes in front of the first row; NULL: not what it should be. */
static const char *skip_header(const char *p, const char *end)
{
	static const char signature[] = "PGCOPY\n\377\r\n"; /* and its NUL */
	enum { FLAGS = 4, EXTRA = 4 };
	size_t extra;

	if ((size_t)(end - p) < sizeof(signature) + FLAGS + EXTRA ||
	        memcmp(p, signature, sizeof(signature)) != 0)
		return NULL;
	p += sizeof(signature) + FLAGS;
	extra = big_endian(p, EXTRA);
	p += EXTRA;
	return extra <= (size_t)(end - p) ? p + extra : NULL;
}

/* The fields of one row; false: not what it should be. */
static bool read_fields(const char *p, const char *end, size_t n, struct pg_field *fields)
{
	for (size_t i = 0; i < n; i++) {
		int len;

		if (end - p < 4)
			return false;
		len = (int)(int32_t)big_endian(p, 4);
		p += 4;
		if (len > end - p)
			return false;
		fields[i] = (struct pg_field){p, len};
		p += len > 0 ? len : 0;
	}
	return p == end;
}

int64_t pg_field_int(const struct pg_field *f)
{
	return f->len == 8 ? (int64_t)big_endian(f->data, 8) : 0;
}

/* One message of the COPY: perhaps the header, then a row, or the -1 that ends them. */
static int take_message(
        const char *p, const char *end, bool first, const struct pg_sink *sink, struct err *err)
{
	struct pg_field fields[PG_FIELDS_MAX];
	const char *row = first ? skip_header(p, end) : p;
	int16_t n;

	if (row && row == end)
		return 0; /* the header alone */
	if (!row || end - row < 2)
		return err_set(err, ERR_BUG, "not the binary format of COPY");
	n = (int16_t)big_endian(row, 2);
	if (n == -1)
		return 0;
	if (n != (int)sink->nfields || !read_fields(row + 2, end, sink->nfields, fields))
		return err_set(err, ERR_BUG, "a row of COPY is not of %zu fields", sink->nfields);
	return sink->row(sink->data, fields, err);
}

/* The COPY has begun: its rows one by one, to the end, though only up to one that fails matter. */
static int take_rows(struct pg *pg, const char *name, const struct pg_sink *sink, struct err *err)
{
	int failed = 0;

	for (bool first = true;; first = false) {
		char *message = NULL;
		int len;

		while ((len = PQgetCopyData(pg->conn, &message, 1)) == 0) {
			if (wait_input(pg->conn, deadline_from_now()) < 0)
				return lost(pg, name, err);
		}
		if (len == -1)
			return failed;
		if (len < 0)
			return lost(pg, name, err);
		if (failed == 0)
			failed = take_message(message, message + len, first, sink, err);
		PQfreemem(message);
	}
}

int pg_each(struct pg *pg, enum query q, const char *const *args, const struct pg_sink *sink,
        struct err *err)
{
	const char *name = queries[q].name;
	auto_free char *sql = NULL;
	struct err ignored = {0};
	int failed;

	assert((unsigned)q < Q_COUNT && queries[q].nargs <= 9 && sink->nfields <= PG_FIELDS_MAX);
	if (fault_now(name)) {
		disconnect(pg);
		return lost(pg, name, err);
	}
	if (ready(pg, name, err) < 0)
		return err_result(err);
	sql = with_literals(pg, queries[q].sql, args);
	if (finish(pg, PQsendQuery(pg->conn, sql), name, NULL, err) < 0)
		return err_result(err);
	failed = take_rows(pg, name, sink, err);
	if (pg->conn && finish(pg, 1, name, NULL, failed < 0 ? &ignored : err) < 0 && failed == 0)
		return err_result(err);
	return failed;
}

const char *const *pg_args(enum query q, size_t n, const char *const *args)
{
	assert((unsigned)q < Q_COUNT && (size_t)queries[q].nargs == n);
	return args;
}

static int column(const PGresult *res, int row, const char *col)
{
	int c = PQfnumber(res, col);

	assert(c >= 0 && row >= 0 && row < PQntuples(res));
	return c;
}

bool pg_null(const PGresult *res, int row, const char *col)
{
	return PQgetisnull(res, row, column(res, row, col));
}

const char *pg_text(const PGresult *res, int row, const char *col)
{
	int c = column(res, row, col);

	return PQgetisnull(res, row, c) ? NULL : PQgetvalue(res, row, c);
}

int64_t pg_int(const PGresult *res, int row, const char *col)
{
	const char *s = pg_text(res, row, col);
	const char *wrong = NULL;
	int64_t v = s ? strtonum(s, INT64_MIN, INT64_MAX, &wrong) : 0;

	assert(!wrong);
	return v;
}

bool pg_bool(const PGresult *res, int row, const char *col)
{
	const char *s = pg_text(res, row, col);

	return s && *s == 't';
}

unsigned char *pg_bytes(const PGresult *res, int row, const char *col, size_t *len)
{
	const char *s = pg_text(res, row, col);
	unsigned char *raw, *copy;

	*len = 0;
	if (!s)
		return NULL;
	raw = PQunescapeBytea((const unsigned char *)s, len);
	if (!raw)
		die("out of memory");
	copy = xmalloc(*len + 1);
	memcpy(copy, raw, *len);
	copy[*len] = '\0';
	PQfreemem(raw);
	return copy;
}

const char *pg_arg_int(struct arena *a, int64_t v)
{
	return arena_printf(a, "%lld", (long long)v);
}

const char *pg_arg_bool(bool v)
{
	return v ? "t" : "f";
}

const char *pg_arg_bytes(struct arena *a, const void *data, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	const unsigned char *p = data;
	char *text = arena_alloc(a, 2 * len + 3);

	text[0] = '\\';
	text[1] = 'x';
	for (size_t i = 0; i < len; i++) {
		text[2 * i + 2] = digits[p[i] >> 4];
		text[2 * i + 3] = digits[p[i] & 15];
	}
	return text;
}

/* Writes s as an element of an array, quoted: the byte after it. */
static char *put_item(char *to, const char *s)
{
	if (!s)
		return stpcpy(to, "NULL");
	*to++ = '"';
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			*to++ = '\\';
		*to++ = *s;
	}
	*to++ = '"';
	return to;
}

const char *pg_arg_array(struct arena *a, const char *const *items, size_t n)
{
	size_t size = 3;
	char *text, *to;

	for (size_t i = 0; i < n; i++)
		size += items[i] ? 2 * strlen(items[i]) + 3 : sizeof("NULL,");
	text = arena_alloc(a, size);
	to = text;
	*to++ = '{';
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			*to++ = ',';
		to = put_item(to, items[i]);
	}
	*to++ = '}';
	return text;
}
