/* shape.h -- our values in the JSON of the ICPC Contest API, 2023-06. New references. Members that
 * the specification does not know are ours and come after its own. Pure. */
#ifndef API_SHAPE_H
#define API_SHAPE_H
#include "model/contest.h"
#include "model/verdict.h"

#include <jansson.h>

json_t *shape_text(const char *s);   /* NULL: null */
json_t *shape_time(int64_t wall_ms); /* 0, INT64_MIN, INT64_MAX: null */
json_t *shape_reltime(int64_t ms);   /* "1:02:03.456" */
json_t *shape_contest(const struct contest *c);
json_t *shape_problem(const struct contest_problem *p, int64_t test_count);
/* "a,b" -> ["a","b"] */
json_t *shape_words(const char *list);
json_t *shape_team(const struct contest_team *t);
json_t *shape_judgement_type(enum verdict v, bool compile_penalty);
/* The reference to the source of a submission. */
json_t *shape_files(const char *contest_id, const char *submission_id);
/* Sets a member; takes over the value. */
void shape_set(json_t *o, const char *name, json_t *value);
#endif
