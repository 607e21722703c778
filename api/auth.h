/* auth.h -- who asks: Bearer token, cookie codearena_token, or Basic.
 *
 * A token is checked by signature (token.h), expiry and the account's token_epoch, which a logout,
 * a new password or a changed role steps; the epoch known here is at most EPOCH_FRESH_MS old.
 * Thread-safe. */
#ifndef API_AUTH_H
#define API_AUTH_H
#include "api/pool.h"
#include "base/conf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/pg.h"

enum role { ROLE_PUBLIC, ROLE_TEAM, ROLE_JURY, ROLE_ADMIN }; /* each may what the former may */
enum { ID_SIZE = 37, USERNAME_SIZE = 65, EPOCH_FRESH_MS = 3000 };

struct identity {
	enum role role;
	char account_id[ID_SIZE]; /* "" for the public */
	char team_id[ID_SIZE];    /* "" for none */
	char username[USERNAME_SIZE];
	int epoch;
	int64_t expires_ms; /* wall; INT64_MAX: does not */
	bool by_cookie;
};

const char *role_name(enum role r);            /* "public", "team", "jury", "admin" */
int role_parse(const char *s, enum role *out); /* of an account: team, jury, admin; 0 or -1 */

struct auth;
struct limit;
struct auth *auth_new(const struct conf *conf, struct limit *limit, struct err *err); /* borrows */
void auth_free(struct auth *a);

/* What came with a request; members may be NULL. */
struct presented {
	const char *authorization, *cookie; /* the headers */
	const char *address;                /* of the client: tries are counted by it */
	int retry_after_s;                  /* out: > 0 with ERR_BUSY: too many tries */
};

/* Who is it? From memory alone: 1 and *who (the public when there are no credentials), 0 when
 * auth_identify must look, negative when they are refused (ERR_DENIED). Does not block. */
int auth_recall(struct auth *a, const struct presented *p, struct identity *who, struct err *err);
/* The same, asking PostgreSQL. Blocks, with Basic for 20 ms and more. While PostgreSQL is away
 * an account that was seen in the last ten minutes is still believed; others get ERR_BUSY. */
int auth_identify(struct auth *a, struct worker *w, struct presented *p, struct identity *who,
        struct err *err);
/* Username and password; counts tries per username and address. p->address and retry_after_s of
 * *p are used. Takes the same time whether the user exists or not. */
struct login {
	const char *username, *password;
	struct presented *from;
};
int auth_login(struct auth *a, struct worker *w, const struct login *login, struct identity *who,
        struct err *err);
bool auth_is_basic(const char *authorization);
/* The value of a cookie; arena string or NULL. */
const char *auth_cookie(struct arena *a, const char *cookie, const char *name);
/* The first row of Q_AUTH_ACCOUNTS; ERR_DENIED when there is none or it is disabled. */
int auth_read_account(const PGresult *res, struct identity *who, struct err *err);
/* Forgets what is known of an account here; after a logout or a new password. */
void auth_forget(struct auth *a, const char *account_id);
/* A new access token for the account; caller frees. */
char *auth_token(const struct auth *a, const struct identity *who, struct err *err);

/* For open streams: reads epoch, role and state of these accounts anew (blocks: a worker). */
int auth_refresh(
        struct auth *a, struct pg *pg, const char *const *account_ids, size_t n, struct err *err);
/* Not expired, and nothing known that ended it. The public is always current. Does not block. */
bool auth_is_current(struct auth *a, const struct identity *who);
#endif
