/* package_manifest.h -- a parsed package as the manifest that model/problem.h imports, and the list
 * of its files' bytes. */
#ifndef PACKAGE_MANIFEST_H
#define PACKAGE_MANIFEST_H
#include "package/package.h"

/* What to do about a package that says no time limit. */
struct manifest_time {
	int64_t ms;       /* 0: the package's; else instead of it */
	const char *from; /* option | derived, when ms is given */
};
enum { MANIFEST_DEFAULT_TIME_MS = 10000 }; /* when nobody knows: marked as such */

/* JSON text; caller frees. Files stand in it by their SHA-256. */
char *package_manifest(const struct package *p, const struct manifest_time *time);
/* The files that the manifest names, each once; a list in the package's arena. */
const struct package_file **package_blobs(struct package *p, size_t *n);
#endif
