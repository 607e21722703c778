/* yaml.h -- YAML (libyaml) as a json_t: mappings -> objects, sequences -> arrays, plain
 * scalars by the YAML core schema (null, bool, int, float), all others strings. Anchors,
 * aliases, tags, duplicate keys, several documents and more than max_depth levels are
 * refused, with line and column. Used for problem.yaml, testdata.yaml and the language table. */
#ifndef BASE_YAML_H
#define BASE_YAML_H
#include "base/base.h"
#include "base/err.h"

#include <jansson.h>

json_t *yaml_parse(const char *text, size_t len, int max_depth, struct err *err);
json_t *yaml_parse_file(const char *path, size_t max_bytes, struct err *err);
#endif
