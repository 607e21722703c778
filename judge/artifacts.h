/* artifacts.h -- compiled programs, kept in memory for the same source of the same owner: a
 * rejudging, a repeated submission, a jury's program compile once. All functions may be called by
 * any thread.
 *
 * The name of a program is a hash of its owner (a team sees by no timing what another one has sent
 * in), the language with its commands and its compiler's version, the root it lies in, the entry
 * point and all files. Only what compiled is kept; the least recently used goes when there is too
 * much. What is found is what was put, by its hash, or it is not found. */
#ifndef ARTIFACTS_H
#define ARTIFACTS_H

#include "base/err.h"
#include "judge/box_client.h"
#include "judge/language.h"

enum { ARTIFACTS_KEY_SIZE = 65 };

struct artifacts;

struct artifacts_counts {
	int64_t hits, misses;
	int64_t programs, bytes; /* kept now */
};

/* NULL when max_bytes is 0: every function takes that as a cache that holds nothing. */
struct artifacts *artifacts_new(int64_t max_bytes);
void artifacts_free(struct artifacts *a);
/* The compiler of a language, as its version command says; programs of another are not found. */
void artifacts_set_version(struct artifacts *a, const struct language *l, const char *version);

struct artifacts_program {
	const char *owner;
	const struct language *language;
	const char *root; /* of languages, as box says */
	const char *entry;
	const struct box_source *files;
	size_t nfiles;
};
void artifacts_key(
        struct artifacts *a, const struct artifacts_program *p, char key[ARTIFACTS_KEY_SIZE]);
/* A descriptor of the sealed archive, the caller's; -1: there is none. */
int artifacts_get(struct artifacts *a, const char *key);
/* Keeps a copy of a compiled program; what does not fit is not kept. */
void artifacts_put(struct artifacts *a, const char *key, int artifact_fd);
struct artifacts_counts artifacts_count(struct artifacts *a);

#endif
