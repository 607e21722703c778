/* package.h -- a problem package in memory, and what it means: the Kattis/ICPC format, "legacy"
 * (RULES.md section 6), pass-fail problems with the default output validator.
 *
 *     struct package_tree tree = {0};
 *     package_read(&tree, "problems/addup", &findings, &err);     a folder or a zip
 *     package_parse(&tree, &package, &findings);                  pure
 *
 * Whatever is wrong is a finding `path:line: sentence`; a package with findings is not imported.
 * What is understood but not supported yet (custom validators, scoring) is a finding as well.
 *
 * Only what an import needs is read: problem.yaml, limits, statements, data, attachments; jury
 * submissions, generators and input validators stay where they are. Everything that comes from
 * outside is bounded: files, bytes, depth, the ratio of a zip; links and names that leave the
 * package are refused. */
#ifndef ADMIN_PACKAGE_H
#define ADMIN_PACKAGE_H
#include "admin/csv.h"
#include "base/base.h"
#include "base/err.h"
#include "base/hash.h"

#include <jansson.h>

enum {
	PACKAGE_MAX_FILES = 5000,
	PACKAGE_MAX_DEPTH = 12,
	PACKAGE_MAX_FILE = 256 << 20,
	PACKAGE_MAX_BYTES = 1 << 30,
	PACKAGE_MAX_PATH = 400,
	PACKAGE_MAX_RATIO = 200,        /* of a zip ... */
	PACKAGE_RATIO_FREE = 128 << 20, /* ... beyond that many bytes */
};

struct package_file {
	char *path; /* from the package's folder: "data/secret/1.in" */
	char *data;
	size_t len;
	unsigned char hash[HASH_SIZE];
};

struct package_tree {
	struct package_file *files; /* by path */
	size_t n, cap, bytes;
};

struct package_statement {
	char language[8];
	const char *format; /* md | tex | pdf */
	const struct package_file *file;
};

struct package_extra {
	const char *kind; /* figure | attachment */
	const char *name; /* inside file->path */
	const struct package_file *file;
};

struct package_case {
	char *name; /* "secret/03-max" */
	bool sample;
	const struct package_file *input, *answer;
};

struct package {
	char *name;
	int64_t time_limit_ms, memory_limit_kib, output_limit_kib, code_limit_kib, compile_limit_ms;
	char *validator_flags;
	json_t *settings; /* problem.yaml as it is */
	unsigned char hash[HASH_SIZE];
	struct package_statement *statements;
	size_t nstatements;
	struct package_extra *extras;
	size_t nextras;
	struct package_case *cases; /* in order of judging */
	size_t ncases;
};

/* Reads a folder or a zip. Negative: it cannot be read; what is refused is a finding. */
int package_read(struct package_tree *tree, const char *path, struct findings *f, struct err *err);
/* A zip in memory. */
int package_read_zip(struct package_tree *tree, const void *data, size_t len, struct findings *f,
        struct err *err);
/* A copy of one file; false and a finding when its name or size is refused. */
bool package_add(struct package_tree *tree, const char *path, const void *data, size_t len,
        struct findings *f);
void package_tree_free(struct package_tree *tree);
/* A relative path with plain parts, not too deep or long. */
bool package_is_path(const char *path);
/* Whether an import needs that file. */
bool package_wants(const char *path);

/* Meaning of the files (sorts the tree). *p borrows from the tree. package_free either way. */
void package_parse(struct package_tree *tree, struct package *p, struct findings *f);
void package_free(struct package *p);
#endif
