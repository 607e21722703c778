/* mem.h -- memory: the x functions end the process when none is left (every size that
 * comes from outside is bounded before it is allocated), and the arena: memory of one
 * request or one judgement, freed once. */
#ifndef MEM_H
#define MEM_H
#include "base/base.h"

void *xmalloc(size_t size) MUST_USE;
void *xcalloc(size_t n, size_t size) MUST_USE;
/* As xcalloc, in large pages when it is so much that the tables of small ones would not fit the
 * processor's cache: for arrays that are read all over. */
void *xcalloc_large(size_t n, size_t size) MUST_USE;
void *xrealloc(void *p, size_t size) MUST_USE;
void *xreallocarray(void *p, size_t n, size_t size) MUST_USE;
char *xstrdup(const char *s) MUST_USE;
char *xasprintf(const char *fmt, ...) PRINTF(1, 2) MUST_USE; /* caller frees */

struct arena_block;
struct arena {
	struct arena_block *head;
	size_t used;
};

/* Zeroed, aligned for any type; lives until arena_free. Under ASan the rest of a block is
 * poisoned. */
void *arena_alloc(struct arena *a, size_t size) MUST_USE;
char *arena_strdup(struct arena *a, const char *s) MUST_USE;
char *arena_strndup(struct arena *a, const char *s, size_t len) MUST_USE;
char *arena_printf(struct arena *a, const char *fmt, ...) PRINTF(2, 3) MUST_USE;
void arena_free(struct arena *a); /* the arena is empty and usable afterwards */
#define auto_arena __attribute__((cleanup(arena_free)))
#endif
