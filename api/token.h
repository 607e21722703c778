/* token.h -- access tokens: JWT, HS256, of this instance only. token.c is the only file that
 * knows libjwt. */
#ifndef API_TOKEN_H
#define API_TOKEN_H
#include "api/auth.h"
#include "base/err.h"

struct token_key {
	const char *secret; /* 32 characters or more */
	const char *issuer; /* the instance's name: iss; aud is "codearena-api" */
};

/* Claims sub, role, team, epoch, iat, nbf, exp, iss, aud from who and the times (wall ms). Caller
 * frees; NULL with *err. */
char *token_make(const struct token_key *key, const struct identity *who, int64_t now_ms,
        int64_t expires_ms, struct err *err);
/* Checks everything but the epoch. ERR_DENIED says what is wrong. username stays "". */
int token_read(const struct token_key *key, const char *text, int64_t now_ms, struct identity *who,
        struct err *err);
#endif
