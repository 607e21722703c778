/* bundle.h -- what the OCI runtime is told: a root folder and config.json.
 *
 * The root is a small tmpfs of box's own (made in box's own mount namespace, so that it dies with
 * box): mount points, a few links, the agent. /usr and some names of /etc are bound into it
 * read-only, from the host ("host") or from a folder that make-root built. Nothing a program can
 * write is ever part of a tree that the runtime sets up (CVE-2025-31133 and its kin). */
#ifndef BUNDLE_H
#define BUNDLE_H

#include "base/base.h"
#include "base/err.h"

#include <jansson.h>

enum { BUNDLE_PATH_SIZE = 512, BUNDLE_MAX_BINDS = 16 };

/* The root folder, shared by all containers. */
struct bundle_root {
	char path[BUNDLE_PATH_SIZE]; /* mount point of the tmpfs */
	struct {
		char from[BUNDLE_PATH_SIZE]; /* on the host */
		char to[BUNDLE_PATH_SIZE];   /* in the container */
	} binds[BUNDLE_MAX_BINDS];
	size_t nbinds;
};

/* One container. */
struct bundle {
	const struct bundle_root *root;
	const char *cgroup_path;
	uid_t first_uid;      /* 65536 from here */
	int64_t memory_bytes; /* of the whole container */
	int64_t pids;
};

/* Makes the tmpfs at path and fills it. language_root: "host" or a folder. */
int bundle_root_make(struct bundle_root *r, const char *path, const char *language_root,
        const char *agent, struct err *err);
/* Shows a folder of the host in the root, as /<name>, read-only and without programs. Before the
 * first container starts; what the host adds to the folder later is seen too. */
int bundle_root_show(
        const struct bundle_root *r, const char *folder, const char *name, struct err *err);
/* config.json as a value; pure. Caller decrefs. */
json_t *bundle_config(const struct bundle *b);
/* Writes <dir>/config.json, making dir. */
int bundle_write(const struct bundle *b, const char *dir, struct err *err);

#endif
