/* password.c -- crypt_ra keeps its 32 KB of scratch memory on the heap. A user that does not exist,
 * or may not log in with a password, is compared with a hash of a password nobody has, so that
 * both answers take the same time. */
#include "api/password.h"

#include "base/hash.h"
#include "base/mem.h"

#include <crypt.h>
#include <pthread.h>

enum { SECRET_LEN = 40 };

static pthread_once_t once = PTHREAD_ONCE_INIT;
static char nobody[PASSWORD_HASH_SIZE];

int password_hash(const char *password, char out[PASSWORD_HASH_SIZE], struct err *err)
{
	char salt[CRYPT_GENSALT_OUTPUT_SIZE];
	auto_free struct crypt_data *scratch = xcalloc(1, sizeof(*scratch));
	const char *hash = NULL;

	if (!crypt_gensalt_rn("$y$", 0, NULL, 0, salt, sizeof(salt)))
		return err_set(err, ERR_BUG, "cannot make a salt: %s", strerrordesc_np(errno));
	hash = crypt_r(password, salt, scratch);
	if (!hash || hash[0] == '*')
		return err_set(err, ERR_BUG, "cannot hash a password: %s", strerrordesc_np(errno));
	snprintf(out, PASSWORD_HASH_SIZE, "%s", hash);
	explicit_bzero(scratch, sizeof(*scratch));
	return 0;
}

static void make_nobody(void)
{
	char secret[SECRET_LEN + 1];
	struct err err = {0};

	random_text(secret, SECRET_LEN);
	if (password_hash(secret, nobody, &err) < 0)
		nobody[0] = '\0';
}

bool password_matches(const char *password, const char *hash)
{
	auto_free struct crypt_data *scratch = xcalloc(1, sizeof(*scratch));
	bool real = hash && hash[0] == '$';
	const char *got = NULL;
	bool equal = false;

	pthread_once(&once, make_nobody);
	if (!real)
		hash = nobody;
	got = crypt_r(password, hash, scratch);
	equal = got && got[0] != '*' && strlen(got) == strlen(hash) &&
	        hash_equal(got, hash, strlen(hash));
	explicit_bzero(scratch, sizeof(*scratch));
	return real && equal;
}
