/* password.h -- crypt(3) yescrypt. Each call takes some 20 ms: pool threads only. */
#ifndef API_PASSWORD_H
#define API_PASSWORD_H
#include "base/err.h"

enum { PASSWORD_MIN = 8, PASSWORD_MAX = 200, PASSWORD_HASH_SIZE = 384 };

/* Salted with random bytes. */
int password_hash(const char *password, char out[PASSWORD_HASH_SIZE], struct err *err);
/* hash NULL or "": takes the same time and is false. */
bool password_matches(const char *password, const char *hash);
#endif
