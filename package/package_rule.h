/* package_rule.h -- submissions.yaml of the new formats, for package_expect.c and its tests. */
#ifndef PACKAGE_RULE_H
#define PACKAGE_RULE_H
#include "package/package_parse.h"

/* Lays submissions/submissions.yaml, over the format's defaults, on all submissions. */
void parse_rules(struct parser *s);
/* `*` matches within a part of a path, {a,b} either; a path is also matched when a folder it lies
 * in is ("accepted" matches "accepted/a.py"). */
bool rule_matches(const char *glob, const char *path);
#endif
