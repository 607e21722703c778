/* mem.c -- memory that is there or the process is not, and the arena.
 *
 * An arena is a list of blocks, newest first; allocation moves a mark in the newest block, and
 * nothing is freed singly. Blocks come zeroed from calloc. Under ASan what was not handed out
 * is poisoned, so that writing past the end of a string is found as with malloc. */
#include "base/mem.h"

#include "base/log.h"

#include <sanitizer/asan_interface.h> /* its macros are empty without ASan */
#include <stdalign.h>
#include <sys/mman.h>

enum { BLOCK_SIZE = 16 * 1024, LARGE_PAGE = 2 << 20 };

struct arena_block {
	struct arena_block *next;
	size_t size;
	alignas(max_align_t) unsigned char data[];
};

static void *must(void *p)
{
	if (!p)
		die("out of memory");
	return p;
}

void *xmalloc(size_t size)
{
	return must(malloc(size ? size : 1));
}

void *xcalloc(size_t n, size_t size)
{
	return must(n && size ? calloc(n, size) : calloc(1, 1));
}

void *xcalloc_large(size_t n, size_t size)
{
	char *p = xcalloc(n, size);
	uintptr_t begin = ((uintptr_t)p + LARGE_PAGE - 1) / LARGE_PAGE * LARGE_PAGE;
	uintptr_t end = ((uintptr_t)p + n * size) / LARGE_PAGE * LARGE_PAGE;

	if (begin < end) /* a hint: without it they are just small */
		(void)madvise(p + (begin - (uintptr_t)p), end - begin, MADV_HUGEPAGE);
	return p;
}

void *xrealloc(void *p, size_t size)
{
	return must(realloc(p, size ? size : 1));
}

void *xreallocarray(void *p, size_t n, size_t size)
{
	return must(n && size ? reallocarray(p, n, size) : realloc(p, 1));
}

char *xstrdup(const char *s)
{
	return must(strdup(s));
}

char *xasprintf(const char *fmt, ...)
{
	char *s = NULL;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&s, fmt, ap);
	va_end(ap);
	return must(n < 0 ? NULL : s);
}

static struct arena_block *new_block(size_t need)
{
	size_t size = need > BLOCK_SIZE ? need : BLOCK_SIZE;
	struct arena_block *b = xcalloc(1, sizeof(*b) + size);

	b->size = size;
	ASAN_POISON_MEMORY_REGION(b->data, size);
	return b;
}

void *arena_alloc(struct arena *a, size_t size)
{
	size_t step = alignof(max_align_t);
	size_t need = size ? size : 1;
	void *p;

	if (need > SIZE_MAX / 2)
		die("out of memory");
	need = (need + step - 1) / step * step;
	if (!a->head || a->head->size - a->used < need) {
		struct arena_block *b = new_block(need);

		b->next = a->head;
		a->head = b;
		a->used = 0;
	}
	p = a->head->data + a->used;
	a->used += need;
	ASAN_UNPOISON_MEMORY_REGION(p, size);
	return p;
}

char *arena_strndup(struct arena *a, const char *s, size_t len)
{
	size_t n = strnlen(s, len);
	char *copy = arena_alloc(a, n + 1);

	memcpy(copy, s, n);
	return copy;
}

char *arena_strdup(struct arena *a, const char *s)
{
	return arena_strndup(a, s, strlen(s));
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap, again;
	char *s;
	int n;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	if (n < 0)
		die("bad format: %s", fmt);
	s = arena_alloc(a, (size_t)n + 1);
	vsnprintf(s, (size_t)n + 1, fmt, again);
	va_end(again);
	va_end(ap);
	return s;
}

void arena_free(struct arena *a)
{
	while (a->head) {
		struct arena_block *next = a->head->next;

		ASAN_UNPOISON_MEMORY_REGION(a->head->data, a->head->size);
		free(a->head);
		a->head = next;
	}
	a->used = 0;
}
