/* submit_body.h -- the body of a POST that submits, from JSON to files. Pure.
 *
 *   {"problem_id","language_id","entry_point"?,"contest_id"?,
 *    "files":[{"filename","data":BASE64}]}        as in the ICPC Contest API, or
 *   {..., "code":TEXT,"filename"?}                one file as text */
#ifndef API_SUBMIT_BODY_H
#define API_SUBMIT_BODY_H
#include "base/err.h"
#include "base/mem.h"
#include "model/submission.h"

#include <jansson.h>

struct submit_body {
	const char *contest_id; /* or NULL */
	const char *problem_id, *language_id;
	const char *entry_point; /* or NULL */
	struct submission_file *files;
	size_t nfiles;
	/* The name of files[0] when `code` came without one: by the language, set by the caller. */
	bool unnamed;
};

/* Everything in *out lives in the arena. max_bytes: of all files together. */
int submit_body_read(struct arena *a, const json_t *body, size_t max_bytes, struct submit_body *out,
        struct err *err);
/* A name that a submission's file may have: [A-Za-z0-9_][A-Za-z0-9_.+-]{0,99} */
bool submit_is_filename(const char *name);
#endif
