/* box_store.h -- what box compiles once for all: the precompiled headers of the language table.
 *
 * Each is made inside the sandbox, by a container that has run nothing else, from the table's own
 * source and command, and kept in <state>/pre/<language>-<hash>/, a root-owned folder that
 * containers see read-only as /pre. The hash is of the compiler's version, the command and the
 * root, so that a header is made once and never used by another compiler. One that an earlier box
 * made is read and compared with its sum before it is used: a compiler does not survive a spoiled
 * one. The placeholder {precompiled} is its folder; while there is none, one that does not exist,
 * and compilers look elsewhere. */
#ifndef BOX_STORE_H
#define BOX_STORE_H

#include "judge/language.h"

#include <sys/types.h>

#define STORE_MOUNT "pre" /* in the container's root */

enum { STORE_PATH_SIZE = 512, STORE_ID_SIZE = 80 };

enum store_state { STORE_UNKNOWN, STORE_ABSENT, STORE_STORING, STORE_READY };

struct store {
	char path[STORE_PATH_SIZE];
	const char *root; /* the language root's name */
	const struct languages *languages;
	struct {
		enum store_state state;
		char id[STORE_ID_SIZE];
		char place[STORE_ID_SIZE]; /* as the container sees it */
		pid_t child;               /* STORING: writes or reads it */
	} of[LANGUAGE_MAX_ROWS];           /* by row of the table */
};

/* Makes the folder <state_dir>/pre and removes what an earlier box left half-written. */
int store_open(struct store *s, const char *state_dir, const struct languages *languages,
        const char *root, struct err *err);
/* The language's version command said this: now its header has a name, and is ready if it is
 * there and whole; a child of box looks, and the state is STORING until store_child. */
void store_set_version(struct store *s, const struct language *l, const char *text, size_t len);
enum store_state store_state(const struct store *s, const struct language *l);
/* What {precompiled} stands for. */
const char *store_place(const struct store *s, const struct language *l);
/* The table's source as an archive for the agent: a sealed memfd. */
int store_source(const struct language *l, struct err *err);
/* Takes the header out of what the sandbox made. A child of box writes it, for that may take a
 * while; the state is STORING until store_child. */
int store_take(struct store *s, const struct language *l, int artifact_fd, struct err *err);
/* A child of box ended; false when it was none of ours. */
bool store_child(struct store *s, pid_t pid, int status);

#endif
