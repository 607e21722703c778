/* yaml.h -- YAML (libyaml) as a json_t: mappings -> objects, sequences -> arrays, plain
 * scalars by the YAML core schema (null, bool, int, float), all others strings. Aliases are
 * copies, `<<` merges mappings; together they make at most 1 MiB of a document. Tags, duplicate
 * keys, several documents and more than max_depth levels are refused, with line and column. Used
 * for problem.yaml, testdata.yaml and the language table. */
#ifndef BASE_YAML_H
#define BASE_YAML_H
#include "base/base.h"
#include "base/err.h"

#include <jansson.h>

json_t *yaml_parse(const char *text, size_t len, int max_depth, struct err *err);
/* The same, and *lines: an object from the way to each value ("limits/memory", "args/0") to its
 * line, for complaints about values. Ways longer than 200 bytes are left out. Caller decrefs. */
json_t *yaml_parse_lines(
        const char *text, size_t len, int max_depth, json_t **lines, struct err *err);
json_t *yaml_parse_file(const char *path, size_t max_bytes, struct err *err);
#endif
