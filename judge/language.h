/* language.h -- the language table (languages.yaml): what the judge and box both know of a
 * programming language. A row is all it takes to add one. Box runs only commands from here.
 *
 *     - id: cpp                        letters and digits; what submissions carry
 *       name: C++20 (GNU)              shown to people
 *       extensions: [cpp, cc, cxx]     of its source files, without the dot
 *       source: main.cpp               file name of a source that came without one
 *       entry: source                  entry point: `source` (the main source file),
 *                                      `java-class` (the class with main()), or
 *                                      `pascal-program` (the first file that is no unit)
 *       compile: [/usr/bin/g++ ...]    commands run one after the other, may be missing
 *       run: ./main
 *       version: /usr/bin/g++ --version   fails: the language is off on this host
 *       time_factor: 1.0               time limit x factor + extra
 *       time_extra_ms: 0
 *       memory_extra_mib: 0            room for a runtime beside the problem's limit
 *       pids: 64                       processes and threads allowed to a program
 *       env: [HOME=/tmp]               beside PATH, LANG and HOME
 *       precompiled:                   made once per host and compiler; may be missing
 *         file: bits/stdc++.h.gch      its place in the folder {precompiled}; the command writes
 *                                      the file without its folder
 *         source: "#include <...>"     what is compiled, as the file named by `source` above
 *         compile: /usr/bin/g++ ...    with the flags of `compile`
 *       memory_signs: [OutOfMemory]    a run-time error whose first words on stderr contain one of
 *                                      these reached the limit that its runtime keeps by itself
 *
 * A command is words between blanks: no shell, no quotes; its program is an absolute path or
 * starts with `./`. Placeholders: {source} the main source file, {sources} all source files of
 * the language (as words of their own), {entry} the entry point, {stem} the entry point without
 * its extension, {memory_mib} the memory limit, {precompiled} the folder of the precompiled
 * header (one that does not exist when there is none). */
#ifndef LANGUAGE_H
#define LANGUAGE_H

#include "base/base.h"
#include "base/buf.h"
#include "base/err.h"

#include <jansson.h>

enum {
	LANGUAGE_MAX_COMMANDS = 4,
	LANGUAGE_MAX_EXTENSIONS = 8,
	LANGUAGE_MAX_ENV = 8,
	LANGUAGE_MAX_SIGNS = 4,
	LANGUAGE_MAX_ROWS = 64,
	LANGUAGE_NAME_SIZE = 104, /* of a file or class, with its NUL */
};

enum language_entry_rule {
	LANGUAGE_ENTRY_SOURCE,
	LANGUAGE_ENTRY_JAVA_CLASS,
	LANGUAGE_ENTRY_PASCAL_PROGRAM
};

/* Strings are borrowed from the table. */
struct language {
	const char *id;
	const char *name;
	const char *extensions[LANGUAGE_MAX_EXTENSIONS];
	size_t nextensions;
	const char *source;
	enum language_entry_rule entry_rule;
	const char *compile[LANGUAGE_MAX_COMMANDS];
	size_t ncompile; /* 0: nothing to compile */
	const char *run;
	const char *version;
	double time_factor;
	int64_t time_extra_ms;
	int64_t memory_extra_mib;
	int64_t pids;
	const char *env[LANGUAGE_MAX_ENV];
	size_t nenv;
	struct {
		const char *file; /* NULL: nothing is precompiled */
		const char *source;
		const char *compile;
	} precompiled;
	const char *memory_signs[LANGUAGE_MAX_SIGNS];
	size_t nmemory_signs;
};

struct languages {
	json_t *root; /* owns the strings */
	struct language rows[LANGUAGE_MAX_ROWS];
	size_t n;
};

/* One source file of a submission. */
struct language_file {
	const char *name;
	const char *text;
	size_t len;
};

struct language_files {
	const struct language_file *list;
	size_t n;
};

/* What the placeholders of a command stand for. */
struct language_values {
	const char *entry;
	const char *const *sources; /* names of the files; {source} is the one that entry means */
	size_t nsources;
	int64_t memory_mib;
	const char *precompiled; /* NULL: there is none */
};

int languages_load(struct languages *t, const char *path, struct err *err);
/* The same from text, for tests. */
int languages_parse(struct languages *t, const char *text, size_t len, struct err *err);
void languages_free(struct languages *t);
/* NULL when there is none. Borrowed from the table. */
const struct language *language_find(const struct languages *t, const char *id);
/* By the extension of a file name; the first row that has it. NULL: none. */
const struct language *language_by_file(const struct languages *t, const char *file);
bool language_has_file(const struct language *l, const char *file);

/* The time limit in this language. */
int64_t language_time_ms(const struct language *l, int64_t limit_ms);

/* A plain file name or class name: letters, digits and `_ . $ + -`, not beginning with `-` or
 * `.`, shorter than LANGUAGE_NAME_SIZE. */
bool language_is_name(const char *s);

/* The entry point of a submission: `wanted` if given (checked), else by the language's rule:
 * the file with the language's own name (`source`), else the first of the language; or the class of
 * the file with `main` in it, looked for in the same order. */
int language_entry(const struct language *l, const struct language_files *files, const char *wanted,
        char out[LANGUAGE_NAME_SIZE], struct err *err);

/* Appends the words of a command to *words, each with its NUL, and one empty word as its end. */
int language_expand(const struct language *l, const char *command, const struct language_values *v,
        struct buf *words, struct err *err);

#endif
