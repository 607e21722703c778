/* package_parse.h -- what the files of the parser share: the one parse at work, documents in YAML
 * whose values know their lines, lists that grow in the package's arena. Each part of a package has
 * its file; package.c calls them in order. */
#ifndef PACKAGE_PARSE_H
#define PACKAGE_PARSE_H
#include "package/package.h"

struct doc {
	const struct package_file *file;
	json_t *root;  /* NULL: not read, and the finding was made */
	json_t *lines; /* way -> line */
};

/* What a folder hands on to its cases. */
struct inherited {
	package_args validator_args; /* after problem.yaml's */
	package_args args;
	json_t *input_validator_args; /* borrowed from a document; NULL: none */
	bool full_feedback;
};

/* A folder under data/, "" for data/ itself. */
struct folder {
	const char *name;
	int parent, group; /* -1: none */
	struct doc doc;    /* its test_group.yaml or testdata.yaml */
	struct inherited in;
};

struct parser {
	struct package_tree *tree; /* sorted by path */
	struct package *p;
	struct findings *f;
	struct arena *a;        /* the package's */
	bool old_groups;        /* testdata.yaml's rules; else 2025-09's */
	struct folder *folders; /* by order of judging; [0] is "" */
	size_t nfolders;
};

/* ---- package.c */

/* The file of that path, or NULL. */
const struct package_file *parse_find(const struct parser *s, const char *path);
/* The files whose path starts with `folder` (which ends with '/'): the first, and how many. */
const struct package_file *parse_folder(const struct parser *s, const char *folder, size_t *n);
bool parse_starts(const char *s, const char *with);
bool parse_ends(const char *s, const char *with); /* with something before it */
/* The first line that is no UTF-8; 0: all are. */
int parse_bad_line(const struct package_file *file);
/* Words between blanks. */
package_args parse_words(struct arena *a, const char *text);
/* The first list, then the second. */
package_args parse_join(struct arena *a, package_args first, package_args second);
/* Room for one more element of a list in the arena: the list, perhaps moved. cap belongs to it. */
void *parse_grow(struct arena *a, void *list, size_t n, size_t size);
/* The first word that the default output validator does not know or that lacks its number; NULL:
 * all is well. */
const char *parse_bad_flag(package_args args);
/* 2025-09 and its draft. */
static inline bool parse_is_new(const struct package *p)
{
	return p->format == PACKAGE_2023_07 || p->format == PACKAGE_2025_09;
}

/* ---- package_doc.c: a YAML file as a tree of values */

#define auto_doc __attribute__((cleanup(doc_free)))
void doc_free(struct doc *d);
/* A mapping (an empty file is an empty one). False: a finding was made. */
bool doc_read(struct parser *s, const struct package_file *file, struct doc *d);
/* A finding or a note at the line of the value at `way` ("limits/memory"). */
void doc_complain(struct parser *s, const struct doc *d, const char *way, const char *fmt, ...)
        PRINTF(4, 5);
void doc_note(struct parser *s, const struct doc *d, const char *way, const char *fmt, ...)
        PRINTF(4, 5);
/* The value at a way, or NULL; a YAML null counts as missing. */
const json_t *doc_get(const struct doc *d, const char *way);
/* Typed values; false when missing, or wrong with a finding. */
bool doc_text(struct parser *s, const struct doc *d, const char *way, const char **out);
bool doc_bool(struct parser *s, const struct doc *d, const char *way, bool *out);
bool doc_number(struct parser *s, const struct doc *d, const char *way, double *out);
/* A number from `range[0]` to `range[1]`. */
bool doc_number_in(
        struct parser *s, const struct doc *d, const char *way, const double range[2], double *out);
/* A sequence of strings (numbers and truths count as their text), or words in one string. */
bool doc_args(struct parser *s, const struct doc *d, const char *way, package_args *out);
/* Keys of the mapping at `way` that are not in the list: findings, or notes. */
void doc_only(struct parser *s, const struct doc *d, const char *way, const char *const *known,
        bool strict);

/* ---- the parts */

bool parse_problem_yaml(struct parser *s); /* package_yaml.c; false: there is none */
void parse_limit_files(struct parser *s);  /* package_ini.c: .timelimit, domjudge-problem.ini */
void parse_constants(struct parser *s, const struct doc *d); /* package_constants.c */
void parse_statements(struct parser *s); /* package_text.c: statements, attachments, names */
void parse_groups(struct parser *s);     /* package_group.c: before the cases */
void parse_scores(struct parser *s);     /* package_group.c: after the cases */
/* Behind the submissions: legacy scoring packages written for DOMjudge (@EXPECTED_SCORE@ tells)
 * mean something else by the same files. A folder inherits nothing; one without folders in it gives
 * its accept_score once, when all of its cases are accepted, or what score.txt says; one without
 * testdata.yaml gives nothing; points count whatever the verdict. */
void parse_domjudge_scores(struct parser *s);
void parse_cases(struct parser *s); /* package_data.c: cases, samples, probes */
/* package_static.c: 2025-09's static validation. The cases; that of a group, or NULL; whether its
 * score suits a group of at most `max`. */
void parse_static_cases(struct parser *s);
const struct package_case *parse_static_case(const struct package *p, size_t group);
void parse_static_score(
        struct parser *s, const struct package_group *g, const struct doc *d, double max);
void parse_programs(struct parser *s);    /* package_program.c: all but submissions */
void parse_submissions(struct parser *s); /* package_expect.c */

/* package_group.c: the folder of that name (without a slash at its end), or NULL. */
const struct folder *parse_find_folder(const struct parser *s, const char *name);
/* The keys of a folder's or a case's document laid over what it inherits. */
void parse_overlay(struct parser *s, const struct doc *d, struct inherited *out);
/* Order of judging: by names, part by part. */
int parse_compare(const char *a, const char *b);
/* The documents and lists hold references that end with the parse. */
void parse_groups_free(struct parser *s);

/* package_program.c: the program made of the files under `folder` (ends with '/'), or of one
 * file. */
void parse_program_folder(struct parser *s, const char *folder, struct package_program *out);
/* By its ending, or a script with #!. */
bool parse_is_source(const struct package_file *file);
void parse_program_file(
        struct parser *s, const struct package_file *file, struct package_program *out);
#endif
