/* auth.c -- credentials to identities, with two small memories.
 *
 * `known` remembers which Authorization text or cookie token belongs to whom: by a hash keyed with
 * random bytes of this process, a token until it expires, Basic for a minute. `accounts` remembers
 * the epoch, role and state of accounts for EPOCH_FRESH_MS; while PostgreSQL is away for up to
 * STALE_MS. Both are set-associative and of fixed size: what falls out is looked up again.
 * `lock` guards both. Passwords are never compared with the lock held. */
#include "api/auth.h"

#include "api/base64.h"
#include "api/limit.h"
#include "api/password.h"
#include "api/token.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/log.h"

#include <pthread.h>

enum {
	WAYS = 4,
	SETS = 4096,
	BASIC_MS = 60 * 1000,
	STALE_MS = 10 * 60 * 1000,
	MAX_CREDENTIALS = 2048,
	MINUTE_MS = 60 * 1000,
	LOGIN_TRIES = 10,
	LOGIN_WINDOW_S = 60,
};

struct known {
	unsigned char hash[HASH_SIZE];
	int64_t until_ms; /* wall; 0: free */
	struct identity who;
};

struct account {
	struct identity who; /* epoch, role, team, username as the database has them */
	int64_t seen_ms;     /* monotonic; 0: free */
	bool enabled;
};

struct auth {
	const struct conf *conf;
	struct limit *limit;
	char *secret;
	unsigned char pepper[HASH_SIZE];
	pthread_mutex_t lock;
	struct known known[SETS][WAYS];
	struct account accounts[SETS][WAYS];
};

const char *role_name(enum role r)
{
	static const char *const names[] = {"public", "team", "jury", "admin"};

	return names[r];
}

int role_parse(const char *s, enum role *out)
{
	for (enum role r = ROLE_TEAM; r <= ROLE_ADMIN; r++) {
		if (strcmp(s, role_name(r)) == 0) {
			*out = r;
			return 0;
		}
	}
	return -1;
}

struct auth *auth_new(const struct conf *conf, struct limit *limit, struct err *err)
{
	struct auth *a = NULL;
	auto_free char *secret = conf_read_secret(conf->jwt_key_file, err);

	if (!secret)
		return NULL;
	if (strlen(secret) < HASH_SIZE) {
		err_say(err, ERR_INPUT, "jwt_key_file %s: the key has fewer than %d characters",
		        conf->jwt_key_file, HASH_SIZE);
		return NULL;
	}
	a = xcalloc(1, sizeof(*a));
	a->conf = conf;
	a->limit = limit;
	a->secret = steal(&secret);
	random_bytes(a->pepper, sizeof(a->pepper));
	pthread_mutex_init(&a->lock, NULL);
	return a;
}

void auth_free(struct auth *a)
{
	if (!a)
		return;
	pthread_mutex_destroy(&a->lock);
	explicit_bzero(a->secret, strlen(a->secret));
	free(a->secret);
	free(a);
}

/* ---- the two memories ---- */

static size_t set_of(const unsigned char hash[HASH_SIZE])
{
	return ((size_t)hash[0] << 8 | hash[1]) % SETS;
}

static size_t set_of_text(const char *s)
{
	unsigned char hash[HASH_SIZE];

	hash_sha256(s, strlen(s), hash);
	return set_of(hash);
}

static bool recall_known(struct auth *a, const unsigned char hash[HASH_SIZE], struct identity *who)
{
	const struct known *set = a->known[set_of(hash)];
	int64_t now = clock_wall_ms();
	bool found = false;

	pthread_mutex_lock(&a->lock);
	for (int i = 0; i < WAYS && !found; i++) {
		if (set[i].until_ms > now && hash_equal(set[i].hash, hash, HASH_SIZE)) {
			*who = set[i].who;
			found = true;
		}
	}
	pthread_mutex_unlock(&a->lock);
	return found;
}

static void remember_known(struct auth *a, const unsigned char hash[HASH_SIZE],
        const struct identity *who, int64_t until_ms)
{
	struct known *set = a->known[set_of(hash)];
	struct known *oldest = &set[0];

	pthread_mutex_lock(&a->lock);
	for (int i = 0; i < WAYS; i++)
		if (set[i].until_ms < oldest->until_ms)
			oldest = &set[i];
	memcpy(oldest->hash, hash, HASH_SIZE);
	oldest->who = *who;
	oldest->until_ms = until_ms;
	pthread_mutex_unlock(&a->lock);
}

static bool recall_account(struct auth *a, const char *id, struct account *out)
{
	const struct account *set = a->accounts[set_of_text(id)];
	bool found = false;

	pthread_mutex_lock(&a->lock);
	for (int i = 0; i < WAYS && !found; i++) {
		if (set[i].seen_ms && strcmp(set[i].who.account_id, id) == 0) {
			*out = set[i];
			found = true;
		}
	}
	pthread_mutex_unlock(&a->lock);
	return found;
}

static void remember_account(struct auth *a, const struct account *account)
{
	struct account *set = a->accounts[set_of_text(account->who.account_id)];
	struct account *place = &set[0];

	pthread_mutex_lock(&a->lock);
	for (int i = 0; i < WAYS; i++) {
		if (set[i].seen_ms && strcmp(set[i].who.account_id, account->who.account_id) == 0) {
			place = &set[i];
			break;
		}
		if (set[i].seen_ms < place->seen_ms)
			place = &set[i];
	}
	*place = *account;
	pthread_mutex_unlock(&a->lock);
}

void auth_forget(struct auth *a, const char *account_id)
{
	pthread_mutex_lock(&a->lock);
	for (int s = 0; s < SETS * WAYS; s++) {
		struct known *k = &a->known[s / WAYS][s % WAYS];
		struct account *c = &a->accounts[s / WAYS][s % WAYS];

		if (strcmp(k->who.account_id, account_id) == 0)
			*k = (struct known){0};
		if (strcmp(c->who.account_id, account_id) == 0)
			*c = (struct account){0};
	}
	pthread_mutex_unlock(&a->lock);
}

/* ---- accounts in PostgreSQL ---- */

static void read_account(const PGresult *res, int row, struct account *out)
{
	const char *team = pg_text(res, row, "team_id");

	*out = (struct account){
	        .seen_ms = clock_mono_ms(), .enabled = pg_bool(res, row, "enabled")};
	snprintf(out->who.account_id, ID_SIZE, "%s", pg_text(res, row, "id"));
	snprintf(out->who.team_id, ID_SIZE, "%s", team ? team : "");
	snprintf(out->who.username, USERNAME_SIZE, "%s", pg_text(res, row, "username"));
	out->who.epoch = (int)pg_int(res, row, "token_epoch");
	out->who.expires_ms = INT64_MAX;
	if (role_parse(pg_text(res, row, "role"), &out->who.role) < 0)
		out->enabled = false;
}

int auth_read_account(const PGresult *res, struct identity *who, struct err *err)
{
	struct account account = {0};

	if (PQntuples(res) > 0)
		read_account(res, 0, &account);
	if (!account.enabled)
		return err_set(err, ERR_DENIED, "the account is closed");
	*who = account.who;
	return 0;
}

int auth_refresh(
        struct auth *a, struct pg *pg, const char *const *account_ids, size_t n, struct err *err)
{
	auto_arena struct arena arena = {0};
	auto_pgresult PGresult *res = NULL;
	const char *ids = pg_arg_array(&arena, account_ids, n);

	if (pg_run(pg, Q_AUTH_ACCOUNTS, &res, err, ids) < 0)
		return err_wrap(err, "read accounts");
	for (int i = 0; i < PQntuples(res); i++) {
		struct account account;

		read_account(res, i, &account);
		remember_account(a, &account);
	}
	return 0;
}

/* Compares what the credentials say with the account; then *who is what the account is. */
static int check_account(const struct account *account, struct identity *who, struct err *err)
{
	if (!account->enabled || account->who.epoch != who->epoch || account->who.role != who->role)
		return err_set(err, ERR_DENIED, "the session has ended, log in again");
	memcpy(who->team_id, account->who.team_id, ID_SIZE);
	memcpy(who->username, account->who.username, USERNAME_SIZE);
	return 0;
}

bool auth_is_current(struct auth *a, const struct identity *who)
{
	struct account account;
	struct identity copy = *who;
	struct err err = {0};

	if (who->role == ROLE_PUBLIC)
		return true;
	if (who->expires_ms <= clock_wall_ms())
		return false;
	return !recall_account(a, who->account_id, &account) ||
	       check_account(&account, &copy, &err) == 0;
}

/* ---- credentials ---- */

bool auth_is_basic(const char *authorization)
{
	return authorization && strncasecmp(authorization, "Basic ", 6) == 0;
}

const char *auth_cookie(struct arena *a, const char *cookie, const char *name)
{
	size_t len = strlen(name);

	while (cookie && *cookie) {
		cookie += strspn(cookie, "; ");
		if (strncmp(cookie, name, len) == 0 && cookie[len] == '=')
			return arena_strndup(a, cookie + len + 1, strcspn(cookie + len + 1, ";"));
		cookie += strcspn(cookie, ";");
	}
	return NULL;
}

struct credentials {
	const char *basic, *token; /* at most one; arena */
	bool by_cookie;
	struct presented *from;
	unsigned char hash[HASH_SIZE];
};

static void hash_credentials(struct auth *a, struct arena *arena, struct credentials *c)
{
	const char *text = arena_printf(
	        arena, "%s %s", c->basic ? "basic" : "token", c->basic ? c->basic : c->token);
	size_t len = strlen(text);
	char *keyed = arena_alloc(arena, sizeof(a->pepper) + len);

	memcpy(keyed, a->pepper, sizeof(a->pepper));
	/* NOLINTNEXTLINE(bugprone-not-null-terminated-result): bytes to hash */
	memcpy(&keyed[sizeof(a->pepper)], text, len);
	hash_sha256(keyed, sizeof(a->pepper) + len, c->hash);
}

/* 1 there are some, 0 none, negative: not understood. */
static int find_credentials(struct auth *a, struct arena *arena, const struct presented *p,
        struct credentials *c, struct err *err)
{
	const char *authorization = p->authorization;

	*c = (struct credentials){0};
	if (authorization && strnlen(authorization, MAX_CREDENTIALS) == MAX_CREDENTIALS)
		return err_set(err, ERR_DENIED, "the Authorization header is too long");
	if (auth_is_basic(authorization))
		c->basic = arena_strdup(arena, authorization + strlen("Basic "));
	else if (authorization && strncasecmp(authorization, "Bearer ", 7) == 0)
		c->token = arena_strdup(arena, authorization + strlen("Bearer "));
	else if (authorization)
		return err_set(err, ERR_DENIED, "Authorization: only Bearer and Basic are known");
	else
		c->token = auth_cookie(arena, p->cookie, "codearena_token");
	c->by_cookie = !authorization;
	if (!c->basic && (!c->token || !c->token[0]))
		return 0;
	hash_credentials(a, arena, c);
	return 1;
}

int auth_recall(struct auth *a, const struct presented *p, struct identity *who, struct err *err)
{
	auto_arena struct arena arena = {0};
	struct credentials c;
	struct account account;
	struct token_key key = {a->secret, a->conf->instance};
	int there = find_credentials(a, &arena, p, &c, err);

	*who = (struct identity){.expires_ms = INT64_MAX};
	if (there <= 0)
		return there < 0 ? there : 1;
	if (!recall_known(a, c.hash, who)) {
		if (c.basic)
			return 0;
		if (token_read(&key, c.token, clock_wall_ms(), who, err) < 0)
			return err_result(err);
		remember_known(a, c.hash, who, who->expires_ms);
	}
	who->by_cookie = c.by_cookie;
	if (!recall_account(a, who->account_id, &account) ||
	        account.seen_ms + EPOCH_FRESH_MS < clock_mono_ms())
		return 0;
	return check_account(&account, who, err) < 0 ? err_result(err) : 1;
}

/* "dXNlcjpwYXNz" -> user and password in the arena; false when it is not that. */
static bool split_basic(struct arena *arena, const char *text, char **user, char **password)
{
	size_t len = strlen(text);
	unsigned char *plain = arena_alloc(arena, len + 1);
	ptrdiff_t n = base64_decode(text, len, plain, len);

	if (n < 0 || memchr(plain, '\0', (size_t)n))
		return false;
	plain[n] = '\0';
	*user = (char *)plain;
	*password = strchr(*user, ':');
	if (!*password)
		return false;
	*(*password)++ = '\0';
	return true;
}

int auth_login(struct auth *a, struct worker *w, const struct login *login, struct identity *who,
        struct err *err)
{
	static const struct limit_rule rule = {"login", LOGIN_TRIES, LOGIN_WINDOW_S};
	auto_arena struct arena arena = {0};
	auto_pgresult PGresult *res = NULL;
	struct account account = {0};
	const char *hash = NULL;
	const char *counted = arena_printf(&arena, "%s %s", login->from->address, login->username);

	login->from->retry_after_s = limit_take(a->limit, w->kv, &rule, counted);
	if (login->from->retry_after_s > 0)
		return err_set(err, ERR_BUSY, "too many tries to log in, wait %d seconds",
		        login->from->retry_after_s);
	if (pg_run(w->pg, Q_AUTH_LOGIN, &res, err, login->username) < 0)
		return err_wrap(err, "log in");
	if (PQntuples(res) == 1) {
		read_account(res, 0, &account);
		hash = account.enabled ? pg_text(res, 0, "password_hash") : NULL;
	}
	if (!password_matches(login->password, hash))
		return err_set(err, ERR_DENIED, "the username or the password is wrong");
	limit_clear(a->limit, w->kv, &rule, counted);
	remember_account(a, &account);
	*who = account.who;
	return 0;
}

static int identify_basic(struct auth *a, struct worker *w, const struct credentials *c,
        struct identity *who, struct err *err)
{
	auto_arena struct arena arena = {0};
	char *user = NULL;
	char *password = NULL;
	struct login login = {.from = c->from};

	if (!split_basic(&arena, c->basic, &user, &password))
		return err_set(err, ERR_DENIED, "Authorization: not user:password in base64");
	login.username = user;
	login.password = password;
	if (auth_login(a, w, &login, who, err) < 0)
		return err_result(err);
	remember_known(a, c->hash, who, clock_wall_ms() + BASIC_MS);
	return 0;
}

/* The account as PostgreSQL has it, or as it was seen lately when PostgreSQL is away. */
static int read_again(
        struct auth *a, struct pg *pg, const char *id, struct account *account, struct err *err)
{
	if (auth_refresh(a, pg, &id, 1, err) < 0) {
		if (err->code != ERR_BUSY || !recall_account(a, id, account) ||
		        account->seen_ms + STALE_MS < clock_mono_ms())
			return err_result(err);
		*err = (struct err){0};
	}
	if (!recall_account(a, id, account))
		return err_set(err, ERR_DENIED, "the account is gone");
	return 0;
}

int auth_identify(struct auth *a, struct worker *w, struct presented *p, struct identity *who,
        struct err *err)
{
	auto_arena struct arena arena = {0};
	struct credentials c;
	struct account account;
	int known = auth_recall(a, p, who, err);

	if (known != 0)
		return known < 0 ? known : 0;
	if (find_credentials(a, &arena, p, &c, err) < 0)
		return err_result(err);
	c.from = p;
	if (!recall_known(a, c.hash, who))
		return c.basic ? identify_basic(a, w, &c, who, err)
		               : err_set(err, ERR_BUSY, "the token fell out of memory");
	who->by_cookie = c.by_cookie;
	if (read_again(a, w->pg, who->account_id, &account, err) < 0)
		return err_result(err);
	return check_account(&account, who, err);
}

char *auth_token(const struct auth *a, const struct identity *who, struct err *err)
{
	struct token_key key = {a->secret, a->conf->instance};
	int64_t now = clock_wall_ms();

	return token_make(&key, who, now, now + a->conf->jwt_minutes * MINUTE_MS, err);
}
