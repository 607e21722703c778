/* catchup_keys.h -- where a contest's boards lie in Redis; for catchup*.c only. */
#ifndef CATCHUP_KEYS_H
#define CATCHUP_KEYS_H
#include "scoreboard/catchup.h"

enum { CATCHUP_KEY_SIZE = 200, CATCHUP_PLACE_SIZE = 24, CATCHUP_CHUNK = 500 };

/* Arguments of a Redis command; strings are copied. */
struct args {
	struct arena a;
	const char **v;
	size_t n, cap;
};
void args_add(struct args *args, const char *s);
void args_addf(struct args *args, const char *fmt, ...) PRINTF(2, 3);
void args_clear(struct args *args);
#define auto_args __attribute__((cleanup(args_clear)))

/* The key of a board, with the instance's prefix; mark "" for the one in place. */
void catchup_key(struct kv *kv, const char *contest_id, bool jury, const char *mark,
        char out[CATCHUP_KEY_SIZE]);
/* What follows the board's key in the name of a sort group's ZSET: "" or ":group:<n>". */
void catchup_group(int sort_group, char *out, size_t size);
/* The same for a row; "hidden" when it is in none. */
void catchup_place(const struct board_row *r, char *out, size_t size);
/* The rules key as Redis shall read it: %.17g. */
void catchup_score(const struct board *b, const struct board_row *r, char *out, size_t size);
#endif
