/* problem.h -- problems in the database: importing a version of one, and its test data.
 *
 * A version arrives as its files (content-addressed, shared by all versions and problems) and a
 * manifest, a JSON object that says what the files are; the schema's function problem_import makes
 * all rows of it. Both within one transaction of the caller, so that nothing is there by halves.
 * package/package_manifest.c makes manifests; the judge's importer passes on what a child made that
 * had no rights, and trusts neither its hashes (they are computed here) nor its texts (the schema's
 * checks hold for them). */
#ifndef PROBLEM_H
#define PROBLEM_H
#include "base/err.h"
#include "base/hash.h"
#include "base/pg.h"

/* Stores bytes under their SHA-256, in chunks, unless they are there. */
int problem_put_data(struct pg *pg, const void *data, size_t len, struct err *err);

/* What a child that reads a stranger's package (`codearena problem unpack`) writes: frames of a
 * kind, a length and so many bytes. FILEs first, then NOTES, then either the MANIFEST or ERRORS. */
enum problem_frame_kind {
	PROBLEM_FRAME_FILE = 'D',     /* a file's bytes */
	PROBLEM_FRAME_NOTES = 'N',    /* lines */
	PROBLEM_FRAME_ERRORS = 'E',   /* lines: it is not imported */
	PROBLEM_FRAME_MANIFEST = 'M', /* the text of struct problem_manifest */
};
enum { PROBLEM_FRAME_HEADER = 9 };
/* The header: kind, then the length in 8 bytes, the lowest first. */
void problem_frame_put(unsigned char out[PROBLEM_FRAME_HEADER], int kind, uint64_t len);
uint64_t problem_frame_length(const unsigned char header[PROBLEM_FRAME_HEADER]);

struct problem_manifest {
	const char *id;    /* of the problem: 1..36 of [A-Za-z0-9_.-] */
	const char *text;  /* JSON */
	const char *actor; /* who imports, for the audit log */
};
struct problem_imported {
	int64_t version;
	bool same; /* equal to the newest version, which is `version`: nothing was made */
};
/* -ERR_INPUT: the database refuses the manifest. */
int problem_import(struct pg *pg, const struct problem_manifest *m, struct problem_imported *out,
        struct err *err);
#endif
