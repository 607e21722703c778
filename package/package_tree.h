/* package_tree.h -- what the files that read a package share (package_read.c, package_link.c). */
#ifndef PACKAGE_TREE_H
#define PACKAGE_TREE_H
#include "package/package.h"

/* A link as it was read. */
struct package_link {
	char *path, *target;
	bool from_top; /* a hard link of a tar: the target counts from the top, not from the link */
};

/* Whether anything reads that file. Hidden files are not wanted, but for .timelimit, nor
 * are names with a backslash. */
bool package_wants(const char *path);
/* One more file; its path and data are taken over. False and a finding when there are too many. */
bool package_take(struct package_tree *tree, struct package_file *file, struct findings *f);
/* Turns the tree's links into files that share their target's bytes; what cannot be is a finding.
 * Links that nobody wants are dropped. Sorts the tree. */
void package_resolve_links(struct package_tree *tree, struct findings *f);
#endif
