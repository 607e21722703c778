/* handle_auth.c -- log in, stay logged in, log out, register.
 *
 * An access token lives minutes; a refresh token days, is stored as its hash, and is used once: its
 * use makes the next of its family. One that comes again was stolen (from either side), so the
 * whole family ends and the account's epoch steps. Two tabs that refresh at the same moment are no
 * theft: within ten seconds the second is told that the first has done it (409). */
#include "api/app.h"
#include "api/limit.h"
#include "api/password.h"
#include "api/route.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/log.h"
#include "scoreboard/catchup.h"
#include "scoreboard/record.h"

enum {
	TOKEN_LEN = 52,
	FAMILY_LEN = 20,
	ID_LEN = 16,
	DAY_S = 86400,
	MINUTE_S = 60,
	NAME_MAX_ = 100
};

static const char *token_hash(struct request *rq, const char *token)
{
	unsigned char hash[HASH_SIZE];

	assert(token);
	hash_sha256(token, strlen(token), hash);
	return pg_arg_bytes(&rq->arena, hash, HASH_SIZE);
}

static void set_cookies(struct request *rq, const char *access, const char *refresh)
{
	const struct conf *conf = &rq->app->conf;
	const char *secure = conf->cookie_secure ? "; Secure" : "";

	reply_header(rq, "Set-Cookie",
	        "codearena_token=%s; HttpOnly; SameSite=Lax; Path=/api; Max-Age=%lld%s", access,
	        *access ? (long long)conf->jwt_minutes * MINUTE_S : 0LL, secure);
	reply_header(rq, "Set-Cookie",
	        "codearena_refresh=%s; HttpOnly; SameSite=Strict; Path=/api/refresh; "
	        "Max-Age=%lld%s",
	        refresh, *refresh ? (long long)conf->refresh_days * DAY_S : 0LL, secure);
}

/* A new refresh token of the family; the token is in the arena. */
static int add_refresh(struct request *rq, const char *account, const char *family,
        const char **token, struct err *err)
{
	char *text = arena_alloc(&rq->arena, TOKEN_LEN + 1);

	random_text(text, TOKEN_LEN);
	*token = text;
	return pg_run(rq->worker->pg, Q_AUTH_REFRESH_ADD, NULL, err, token_hash(rq, text), family,
	        account, pg_arg_int(&rq->arena, rq->app->conf.refresh_days));
}

static json_t *account_json(const PGresult *res)
{
	const char *role = pg_text(res, 0, "role");
	const char *name = pg_text(res, 0, "name");
	const char *team_name = pg_text(res, 0, "team_name");
	const char *shown = name ? name : team_name;
	const char *type = strcmp(role, "jury") == 0 ? "judge" : role;

	return json_pack("{s:s, s:s, s:s, s:s?, s:s, s:s?}", "id", pg_text(res, 0, "id"),
	        "username", pg_text(res, 0, "username"), "type", type, "name",
	        shown ? shown : pg_text(res, 0, "username"), "role", role, "team_id",
	        pg_text(res, 0, "team_id"));
}

static int read_account(struct request *rq, const char *id, json_t **out, struct err *err)
{
	auto_pgresult PGresult *res = NULL;

	if (pg_run(rq->worker->pg, Q_AUTH_ACCOUNT, &res, err, id) < 0)
		return err_result(err);
	if (PQntuples(res) != 1)
		return err_set(err, ERR_DENIED, "the account is gone");
	*out = account_json(res);
	return 0;
}

/* The answer to a login or a refresh. */
static int reply_session(
        struct request *rq, const struct identity *who, const char *refresh, struct err *err)
{
	auto_free char *access = auth_token(rq->app->auth, who, err);
	json_t *account = NULL;

	assert(refresh);
	if (!access || read_account(rq, who->account_id, &account, err) < 0)
		return err_result(err);
	set_cookies(rq, access, refresh);
	return reply_json(
	        &rq->reply, json_pack("{s:s, s:I, s:s, s:o}", "token", access, "expires_in",
	                            (json_int_t)rq->app->conf.jwt_minutes * MINUTE_S,
	                            "refresh_token", refresh, "account", account));
}

int handle_login(struct request *rq, struct reply *rp, struct err *err)
{
	json_auto_t *body = NULL;
	struct presented from = {.address = rq->address};
	struct login login = {.from = &from};
	struct identity who;
	char family[FAMILY_LEN + 1];
	const char *refresh = NULL;
	int result = 0;

	if (request_json(rq, &body, err) < 0 ||
	        json_get_string(body, "username", USERNAME_SIZE - 1, &login.username, err) < 0 ||
	        json_get_string(body, "password", PASSWORD_MAX, &login.password, err) < 0)
		return err_result(err);
	result = auth_login(rq->app->auth, rq->worker, &login, &who, err);
	rq->retry_after_s = from.retry_after_s;
	if (result < 0) {
		if (err->code == ERR_DENIED) {
			rp->status = MHD_HTTP_UNAUTHORIZED;
			log_info("login.refused", "address=%s", rq->address);
		}
		return result;
	}
	random_text(family, FAMILY_LEN);
	if (add_refresh(rq, who.account_id, family, &refresh, err) < 0)
		return err_result(err);
	log_info("login.done", "account=%s address=%s", who.account_id, rq->address);
	return reply_session(rq, &who, refresh, err);
}

/* The token of the body, else of the cookie. */
static int presented_refresh(
        struct request *rq, const json_t *body, const char **token, struct err *err)
{
	const char *in_body = NULL;

	if (body && json_opt_string(body, "refresh_token", TOKEN_LEN, NULL, &in_body, err) < 0)
		return err_result(err);
	*token = in_body ? arena_strdup(&rq->arena, in_body)
	                 : auth_cookie(
	                           &rq->arena, request_header(rq, "Cookie"), "codearena_refresh");
	if (!*token || !**token)
		return err_set(err, ERR_DENIED, "there is no refresh token, log in again");
	return 0;
}

/* Ends a family that was used twice. */
static int end_family(struct request *rq, const PGresult *row, struct err *err)
{
	const char *account = pg_text(row, 0, "account_id");

	if (pg_run(rq->worker->pg, Q_AUTH_REFRESH_REVOKE, NULL, err, pg_text(row, 0, "family")) <
	                0 ||
	        pg_run(rq->worker->pg, Q_AUTH_LOGOUT, NULL, err, account) < 0 ||
	        pg_commit(rq->worker->pg, err) < 0)
		return err_result(err);
	auth_forget(rq->app->auth, account);
	log_warn("refresh.reused", "account=%s address=%s", account, rq->address);
	return err_set(err, ERR_DENIED, "the refresh token was used before; all sessions ended");
}

/* In a transaction: checks and uses the token, makes the next one. */
static int rotate(struct request *rq, const char *token, struct identity *who, const char **next,
        struct err *err)
{
	auto_pgresult PGresult *row = NULL;
	auto_pgresult PGresult *account = NULL;
	struct pg *pg = rq->worker->pg;
	const char *hash = token_hash(rq, token);
	const char *id = NULL;

	if (pg_run(pg, Q_AUTH_REFRESH_LOCK, &row, err, hash) < 0)
		return err_result(err);
	if (PQntuples(row) != 1 || pg_bool(row, 0, "revoked") || pg_bool(row, 0, "expired"))
		return err_set(err, ERR_DENIED, "the refresh token is not good, log in again");
	if (pg_bool(row, 0, "just_used"))
		return err_set(err, ERR_CONFLICT, "the refresh token was used just now");
	if (pg_bool(row, 0, "used"))
		return end_family(rq, row, err);
	id = pg_text(row, 0, "account_id");
	if (pg_run(pg, Q_AUTH_REFRESH_USE, NULL, err, hash) < 0 ||
	        add_refresh(rq, id, pg_text(row, 0, "family"), next, err) < 0 ||
	        pg_run(pg, Q_AUTH_ACCOUNTS, &account, err, pg_arg_array(&rq->arena, &id, 1)) < 0)
		return err_result(err);
	return auth_read_account(account, who, err);
}

int handle_refresh(struct request *rq, struct reply *rp, struct err *err)
{
	json_auto_t *body = NULL;
	struct identity who = {0};
	const char *token = NULL;
	const char *next = NULL;
	int result = 0;

	if (rq->body.len > 0 && request_json(rq, &body, err) < 0)
		return err_result(err);
	if (presented_refresh(rq, body, &token, err) < 0) {
		rp->status = err->code == ERR_DENIED ? MHD_HTTP_UNAUTHORIZED : 0;
		return err_result(err);
	}
	if (pg_begin(rq->worker->pg, err) < 0)
		return err_result(err);
	result = rotate(rq, token, &who, &next, err);
	if (result == 0)
		result = pg_commit(rq->worker->pg, err);
	pg_rollback(rq->worker->pg);
	if (result < 0) {
		rp->status = err->code == ERR_DENIED ? MHD_HTTP_UNAUTHORIZED : 0;
		return result;
	}
	return reply_session(rq, &who, next, err);
}

int handle_logout(struct request *rq, struct reply *rp, struct err *err)
{
	const char *id = rq->who.account_id;

	if (*id) {
		if (pg_run(rq->worker->pg, Q_AUTH_LOGOUT, NULL, err, id) < 0)
			return err_result(err);
		auth_forget(rq->app->auth, id);
		if (auth_refresh(rq->app->auth, rq->worker->pg, &id, 1, err) < 0)
			*err = (struct err){0}; /* open streams see it at their next check */
		log_info("logout.done", "account=%s", id);
	}
	set_cookies(rq, "", "");
	return reply_json(rp, json_pack("{s:s}", "message", "logged out"));
}

int handle_account(struct request *rq, struct reply *rp, struct err *err)
{
	json_t *account = NULL;

	if (read_account(rq, rq->who.account_id, &account, err) < 0)
		return err_result(err);
	return reply_json(rp, account);
}

/* ---- registration ---- */

static const char *const username_letters =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.@+-";

struct registration {
	const char *username, *password, *name, *code, *contest;
};

static int read_registration(const json_t *body, struct registration *r, struct err *err)
{
	if (json_get_string(body, "username", USERNAME_SIZE - 1, &r->username, err) < 0 ||
	        json_get_string(body, "password", PASSWORD_MAX, &r->password, err) < 0 ||
	        json_opt_string(body, "name", NAME_MAX_, r->username, &r->name, err) < 0 ||
	        json_opt_string(body, "code", NAME_MAX_, "", &r->code, err) < 0 ||
	        json_opt_string(body, "contest_id", ID_SIZE - 1, NULL, &r->contest, err) < 0)
		return err_result(err);
	if (r->username[strspn(r->username, username_letters)])
		return err_set(err, ERR_INPUT,
		        "no good username: \"%s\" (letters, digits, _ . @ + -)", r->username);
	if (strlen(r->password) < PASSWORD_MIN)
		return err_set(err, ERR_INPUT, "the password must have at least %d characters",
		        PASSWORD_MIN);
	return 0;
}

static int check_open(struct request *rq, const struct registration *r, struct err *err)
{
	static const struct limit_rule rule = {"register", 10, 600};
	const struct conf *conf = &rq->app->conf;
	auto_free char *code = NULL;

	if (strcmp(conf->registration, "closed") == 0)
		return err_set(err, ERR_DENIED, "registration is closed");
	rq->retry_after_s = limit_take(rq->app->limit, rq->worker->kv, &rule, rq->address);
	if (rq->retry_after_s > 0)
		return err_set(err, ERR_BUSY,
		        "too many accounts from your address, wait %d seconds", rq->retry_after_s);
	if (strcmp(conf->registration, "code") != 0)
		return 0;
	code = conf_read_secret(conf->registration_code_file, err);
	if (!code)
		return err_result(err);
	if (strlen(code) != strlen(r->code) || !hash_equal(code, r->code, strlen(code)))
		return err_set(err, ERR_DENIED, "the registration code is wrong");
	return 0;
}

static int create_account(
        struct request *rq, const struct registration *r, const char *id, struct err *err)
{
	char hash[PASSWORD_HASH_SIZE];

	if (password_hash(r->password, hash, err) < 0)
		return err_result(err);
	if (pg_run(rq->worker->pg, Q_ACCOUNT_REGISTER, NULL, err, id, r->username, hash, r->name) <
	        0) {
		if (err->code == ERR_CONFLICT)
			return err_set(
			        err, ERR_CONFLICT, "the username \"%s\" is taken", r->username);
		return err_result(err);
	}
	return 0;
}

/* Into a contest that takes anybody: the board gets its row by the event of record_contest. */
static int join(struct request *rq, const char *contest, const char *id, struct err *err)
{
	auto_pgresult PGresult *res = NULL;
	struct err later = {0};

	if (pg_run(rq->worker->pg, Q_ACCOUNT_JOIN, &res, err, contest, id) < 0)
		return err_result(err);
	if (PQntuples(res) == 0)
		return err_set(err, ERR_NOT_FOUND, "no open contest \"%s\"", contest);
	if (record_contest(rq->worker->pg, contest, "teams", id, err) < 0)
		return err_result(err);
	if (catchup_run(rq->worker->pg, rq->worker->kv, contest, &later) < 0)
		log_warn("catchup.failed", "contest=%s error=\"%s\"", contest, later.msg);
	return 0;
}

int handle_register(struct request *rq, struct reply *rp, struct err *err)
{
	json_auto_t *body = NULL;
	json_t *account = NULL;
	struct registration r = {0};
	char id[ID_LEN + 1];

	if (request_json(rq, &body, err) < 0 || read_registration(body, &r, err) < 0 ||
	        check_open(rq, &r, err) < 0)
		return err_result(err);
	random_text(id, ID_LEN);
	if (create_account(rq, &r, id, err) < 0)
		return err_result(err);
	if (r.contest && join(rq, r.contest, id, err) < 0)
		return err_wrap(err, "the account was made, but");
	if (read_account(rq, id, &account, err) < 0)
		return err_result(err);
	log_info("account.registered", "account=%s address=%s", id, rq->address);
	rp->status = MHD_HTTP_CREATED;
	return reply_json(rp, account);
}
