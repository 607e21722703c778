/* json.h -- jansson with limits, and typed getters that say what is wrong.
 *
 * A getter for a missing or mistyped member fails with ERR_INPUT and a sentence such as
 * `"language" must be a string of at most 36 characters`. */
#ifndef JSON_H
#define JSON_H
#include "base/base.h"
#include "base/err.h"
#include "base/mem.h"

#include <jansson.h>

/* Parses an object or array: at most max_depth levels (checked before jansson recurses),
 * duplicate members refused, the line of a mistake named. Caller decrefs (json_auto_t). */
json_t *json_parse(const char *text, size_t len, int max_depth, struct err *err);
/* Required string of 1..max bytes; borrowed from the object. */
int json_get_string(
        const json_t *o, const char *name, size_t max, const char **out, struct err *err);
/* Optional: *out = fallback (may be NULL) when missing or null. */
int json_opt_string(const json_t *o, const char *name, size_t max, const char *fallback,
        const char **out, struct err *err);
int json_get_int(
        const json_t *o, const char *name, int64_t min, int64_t max, int64_t *out, struct err *err);
int json_opt_int(const json_t *o, const char *name, int64_t min, int64_t max, int64_t fallback,
        int64_t *out, struct err *err);
int json_opt_bool(const json_t *o, const char *name, bool fallback, bool *out, struct err *err);
/* Refuses members that are not in the NULL-terminated list, naming the first. */
int json_only(const json_t *o, const char *const *names, struct err *err);
/* Compact text with sorted keys; caller frees. The canonical form of everything hashed. */
char *json_text(const json_t *v);
#endif
