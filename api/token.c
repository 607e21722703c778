/* token.c -- libjwt 1.10 does less than its name says, so all of this is checked here: the
 * algorithm is HS256 and nothing else (it takes what the token asks for), exp, nbf, iss and aud (it
 * checks none of them), and the key is never NULL or short (with NULL it accepts anything). */
#include "api/token.h"

#include <jwt.h>

enum { MAX_TOKEN = 1024, MIN_SECRET = 32, MS = 1000, SKEW_S = 5 };

static const char *const audience = "codearena-api";

#define auto_jwt __attribute__((cleanup(jwt_clear)))
static void jwt_clear(jwt_t **jwt)
{
	if (*jwt)
		jwt_free(*jwt);
}

static int secret_len(const struct token_key *key)
{
	size_t len = strlen(key->secret);

	assert(len >= MIN_SECRET && len < INT32_MAX);
	return (int)len;
}

char *token_make(const struct token_key *key, const struct identity *who, int64_t now_ms,
        int64_t expires_ms, struct err *err)
{
	auto_jwt jwt_t *jwt = NULL;
	char *text = NULL;
	long now = (long)(now_ms / MS);
	bool ok = jwt_new(&jwt) == 0 &&
	          jwt_set_alg(jwt, JWT_ALG_HS256, (const unsigned char *)key->secret,
	                  secret_len(key)) == 0 &&
	          jwt_add_grant(jwt, "sub", who->account_id) == 0 &&
	          jwt_add_grant(jwt, "role", role_name(who->role)) == 0 &&
	          (!who->team_id[0] || jwt_add_grant(jwt, "team", who->team_id) == 0) &&
	          jwt_add_grant_int(jwt, "epoch", who->epoch) == 0 &&
	          jwt_add_grant(jwt, "iss", key->issuer) == 0 &&
	          jwt_add_grant(jwt, "aud", audience) == 0 &&
	          jwt_add_grant_int(jwt, "iat", now) == 0 &&
	          jwt_add_grant_int(jwt, "nbf", now) == 0 &&
	          jwt_add_grant_int(jwt, "exp", (long)(expires_ms / MS)) == 0;

	if (ok)
		text = jwt_encode_str(jwt);
	if (!text)
		err_say(err, ERR_BUG, "cannot make a token: %s", strerrordesc_np(errno));
	return text;
}

/* An integer claim; false when it is missing or no integer. */
static bool get_int(jwt_t *jwt, const char *name, long *out)
{
	errno = 0;
	*out = jwt_get_grant_int(jwt, name);
	return errno == 0;
}

static bool is_text(jwt_t *jwt, const char *name, const char *wanted)
{
	const char *is = jwt_get_grant(jwt, name);

	return is && strcmp(is, wanted) == 0;
}

static bool copy(jwt_t *jwt, const char *name, char out[ID_SIZE])
{
	const char *is = jwt_get_grant(jwt, name);

	out[0] = '\0';
	return !is || snprintf(out, ID_SIZE, "%s", is) < ID_SIZE;
}

static int read_claims(jwt_t *jwt, const struct token_key *key, int64_t now_ms,
        struct identity *who, struct err *err)
{
	const char *role = jwt_get_grant(jwt, "role");
	long now = (long)(now_ms / MS);
	long exp = 0;
	long nbf = 0;
	long epoch = 0;

	if (!is_text(jwt, "iss", key->issuer) || !is_text(jwt, "aud", audience))
		return err_set(err, ERR_DENIED, "the token is for another service");
	if (!get_int(jwt, "exp", &exp) || !get_int(jwt, "nbf", &nbf) ||
	        !get_int(jwt, "epoch", &epoch) || epoch < 0 || epoch > INT32_MAX)
		return err_set(err, ERR_DENIED, "the token is not complete");
	if (exp <= now)
		return err_set(err, ERR_DENIED, "the token has expired");
	if (nbf > now + SKEW_S)
		return err_set(err, ERR_DENIED, "the token is not valid yet");
	if (!copy(jwt, "sub", who->account_id) || !who->account_id[0] ||
	        !copy(jwt, "team", who->team_id) || !role || role_parse(role, &who->role) < 0)
		return err_set(err, ERR_DENIED, "the token is not complete");
	who->epoch = (int)epoch;
	who->expires_ms = (int64_t)exp * MS;
	return 0;
}

int token_read(const struct token_key *key, const char *text, int64_t now_ms, struct identity *who,
        struct err *err)
{
	auto_jwt jwt_t *jwt = NULL;

	*who = (struct identity){0};
	if (strnlen(text, MAX_TOKEN + 1) > MAX_TOKEN)
		return err_set(err, ERR_DENIED, "the token is too long");
	if (jwt_decode(&jwt, text, (const unsigned char *)key->secret, secret_len(key)) != 0)
		return err_set(err, ERR_DENIED, "the token is not valid");
	if (jwt_get_alg(jwt) != JWT_ALG_HS256)
		return err_set(err, ERR_DENIED, "the token is not valid: wrong algorithm");
	return read_claims(jwt, key, now_ms, who, err);
}
