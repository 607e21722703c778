/* pg.h -- PostgreSQL through libpq: one connection per thread, every statement by the name
 * it has in sql/queries.sql, one transaction at a time.
 *
 * Each connection: TimeZone UTC, statements at most 10 s (the program "codearena", which makes
 * backups and imports, has no limit), a transaction idle for 10 s is ended by the server. A
 * server that is silent for longer than that counts as lost.
 *
 * Parameters and results are text. Statements are prepared on first use of a connection.
 * A lost connection makes the running call fail with ERR_BUSY; the next pg_begin or
 * pg_query outside a transaction reconnects. Error classes: unique and exclusion violations
 * -> ERR_CONFLICT; check, not-null, foreign key, invalid text -> ERR_INPUT; SQLSTATE CA001..
 * raised by our own functions: CA001 -> ERR_INPUT, CA002 -> ERR_DENIED, CA003 ->
 * ERR_NOT_FOUND, CA004 -> ERR_CONFLICT, CA005 -> ERR_BUSY (message text as raised);
 * insufficient_privilege -> ERR_DENIED; connection, deadlock, serialization, disk full,
 * shutdown -> ERR_BUSY; everything else -> ERR_BUG. */
#ifndef PG_H
#define PG_H
#include "base/base.h"
#include "base/conf.h"
#include "base/err.h"

#include <libpq-fe.h>

#include "queries.h" /* enum query; made from sql/queries.sql */

struct pg;

#define auto_pgresult __attribute__((cleanup(pg_clear)))
void pg_clear(PGresult **res);

/* Never fails: connects when first used. The conf is borrowed for the life of the pg. */
struct pg *pg_new(const struct conf *conf);
void pg_free(struct pg *pg);
bool pg_is_connected(const struct pg *pg);
/* Connects now if not connected. */
int pg_connect(struct pg *pg, struct err *err);
/* The socket, or -1; and the raw connection for COPY, borrowed. */
int pg_fd(const struct pg *pg);
PGconn *pg_conn(struct pg *pg);

int pg_begin(struct pg *pg, struct err *err);
int pg_commit(struct pg *pg, struct err *err);
/* Also after an error; harmless outside a transaction. */
void pg_rollback(struct pg *pg);

/* Runs statement q with the text parameters args[0..nargs) (NULL = SQL NULL). nargs must be
 * the number the statement has. *res (may be NULL) gets the rows; clear with pg_clear. */
int pg_query(struct pg *pg, enum query q, const char *const *args, PGresult **res, struct err *err);
/* pg_run(pg, Q_X, &res, err, "a", "b"): the same with the parameters in the call, whose number
 * is checked. err is the first of the variable arguments, because C17 wants at least one; the
 * list of parameters ends with a NULL of its own. */
#define pg_run(pg, q, res, ...)                                                                    \
	pg_query((pg), (q), PG_ARGS_((q), PG_REST_(__VA_ARGS__, NULL)), (res),                     \
	        PG_FIRST_(__VA_ARGS__, NULL))
#define PG_FIRST_(first, ...) first
#define PG_REST_(first, ...)                                                                       \
	(const char *const[])                                                                      \
	{                                                                                          \
		__VA_ARGS__                                                                        \
	}
#define PG_ARGS_(q, ...) pg_args((q), sizeof(__VA_ARGS__) / sizeof(char *) - 1, __VA_ARGS__)
/* Returns args; asserts that statement q has n parameters. */
const char *const *pg_args(enum query q, size_t n, const char *const *args);

/* The same for many rows: statement q is a COPY ... TO STDOUT (FORMAT binary); calls `row` with the
 * fields of each as it comes, while the server goes on. A negative answer of it, with *err set,
 * ends the statement. `row` may not use this pg. The last field of a row is followed by a NUL. */
struct pg_field {
	const char *data;
	int len; /* -1: SQL NULL */
};
typedef int pg_row(void *data, const struct pg_field *fields, struct err *err);
struct pg_sink {
	size_t nfields; /* at most PG_FIELDS_MAX */
	pg_row *row;
	void *data;
};
enum { PG_FIELDS_MAX = 8 };
int pg_each(struct pg *pg, enum query q, const char *const *args, const struct pg_sink *sink,
        struct err *err);
/* A bigint of such a row; 0 when NULL. */
int64_t pg_field_int(const struct pg_field *f);

/* Cells of a result. Column by name; a missing column is our own mistake (assert). */
const char *pg_text(const PGresult *res, int row, const char *col); /* NULL when SQL NULL */
int64_t pg_int(const PGresult *res, int row, const char *col);      /* 0 when NULL */
bool pg_bool(const PGresult *res, int row, const char *col);
bool pg_null(const PGresult *res, int row, const char *col);
/* bytea -> bytes; caller frees; *len set. NULL when SQL NULL. */
unsigned char *pg_bytes(const PGresult *res, int row, const char *col, size_t *len);

/* Text parameters made from values: an arena string. */
struct arena;
const char *pg_arg_int(struct arena *a, int64_t v);
const char *pg_arg_bool(bool v);
const char *pg_arg_bytes(struct arena *a, const void *data, size_t len); /* "\\x..." */
/* A text[] literal from n strings (NULL elements become NULL). */
const char *pg_arg_array(struct arena *a, const char *const *items, size_t n);

/* Tests: FAULT_AT=n makes a statement or commit fail as if the connection broke (fault.h). */
#endif
