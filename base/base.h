/* base.h -- the words every file may use: attributes, array length, cleanup. */
#ifndef BASE_H
#define BASE_H

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ARRAY_LEN(a)      (sizeof(a) / sizeof((a)[0]))
#define PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define MUST_USE          __attribute__((warn_unused_result))
#define UNUSED            __attribute__((unused))

/* Declare `auto_free char *s = NULL;`: the value is released when the block
 * ends. Return it with `return steal(&s);`. */
#define auto_free  __attribute__((cleanup(auto_free_)))
#define auto_close __attribute__((cleanup(auto_close_)))
#define auto_file  __attribute__((cleanup(auto_file_)))

static inline void *steal_(void *pp)
{
	void *stolen = *(void **)pp;

	*(void **)pp = NULL;
	return stolen;
}

/* Move a pointer out of its variable, so that its cleanup has nothing to do. */
#define steal(pp) ((__typeof__(*(pp)))(steal_(pp)))

/* The same for a file descriptor. */
static inline int steal_fd(int *fd)
{
	int stolen = *fd;

	*fd = -1;
	return stolen;
}

static inline void auto_file_(FILE **f)
{
	if (*f)
		fclose(*f);
}

static inline void auto_free_(void *p)
{
	free(*(void **)p);
}

static inline void auto_close_(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

#endif
