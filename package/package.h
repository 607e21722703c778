/* package.h -- a problem package in memory, and what it means (RULES.md section 6): the Kattis/ICPC
 * formats legacy, legacy-icpc, 2023-07 and 2025-09, with DOMjudge's additions. Used by `problem
 * import`, by the judge host's importer (which runs `codearena problem unpack`) and by `problem
 * verify`; nothing here needs a database, a language table or the sandbox.
 *
 *     struct package_tree tree = {0};
 *     package_read(&tree, "problems/addup", &findings, &err);     a folder, a zip or a tar
 *     package_parse(&tree, &package, &findings);                  pure
 *
 * Whatever is wrong is a finding `path:line: sentence`; a package with findings is not imported.
 * What is worth a word but harmless (a file that is ignored, a statement that cannot be shown yet)
 * is one of package.notes.
 *
 * Everything that comes from outside is bounded: files, bytes, depth, length of names, the ratio of
 * an archive. Links inside the package are read as what they point to; those that leave it, form a
 * circle or point to nothing are findings. Hidden files (first character `.` or `-`) are ignored,
 * but for .timelimit, as the formats want it.
 *
 * Formats differ in words; this model does not: 2025-09's groups and arguments are turned into the
 * ones below, and everything inherited is resolved, so that a reader never looks at a parent. */
#ifndef PACKAGE_H
#define PACKAGE_H
#include "base/base.h"
#include "base/err.h"
#include "base/findings.h"
#include "base/hash.h"
#include "base/mem.h"
#include "model/verdict.h"

#include <jansson.h>

enum {
	PACKAGE_MAX_FILES = 20000,
	PACKAGE_MAX_LINKS = 5000,
	PACKAGE_MAX_DEPTH = 12,
	PACKAGE_MAX_FILE = 256 << 20,
	PACKAGE_MAX_BYTES = 1 << 30,
	PACKAGE_MAX_PATH = 400,
	PACKAGE_MAX_RATIO = 200,        /* of an archive ... */
	PACKAGE_RATIO_FREE = 128 << 20, /* ... beyond that many bytes */
};

struct package_file {
	char *path; /* from the package's folder: "data/secret/1.in" */
	char *data; /* a NUL follows */
	size_t len;
	bool executable;
	bool shared;    /* data belongs to another file of the tree: this was a link to it */
	char *original; /* as read, when constants were put in; else NULL */
	unsigned char hash[HASH_SIZE];
};

struct package_tree {
	struct package_file *files; /* by path, once package_parse was called */
	size_t n, cap, bytes;
	size_t nhidden;             /* behind the n: names that the format leaves out */
	struct package_link *links; /* while reading */
	size_t nlinks, linkcap;
};

enum package_format {
	PACKAGE_LEGACY,
	PACKAGE_LEGACY_ICPC,
	PACKAGE_2023_07, /* the draft of 2025-09 that is still about; read by 2025-09's rules where
	                    they differ, legacy's testdata.yaml is understood in it as well */
	PACKAGE_2025_09,
};

struct package_limits {
	int64_t time_ms;            /* 0: the package leaves it open; see below */
	double ac_to_time_limit;    /* slowest that must be in time x this <= limit */
	double time_limit_to_tle;   /* limit x this <= fastest that must be too slow */
	int64_t time_resolution_ms; /* the limit is a multiple of it */
	int64_t memory_kib, output_kib, code_kib; /* of submissions */
	int64_t compile_ms, compile_memory_kib;
	int64_t validation_ms, validation_memory_kib, validation_output_kib;
	int64_t validation_passes; /* multi-pass: at most so many */
	bool memory_given;         /* by the package: a promise, not a default */
};

struct package_statement {
	char language[8]; /* "en", "pt-BR", "fil" */
	const char
	        *format; /* md | tex | pdf | html; tex is stored, nothing shows it yet (a note) */
	const struct package_file *file;
};

struct package_extra {
	const char *kind; /* figure | attachment */
	const char *name; /* without folders */
	const struct package_file *file;
};

/* A list of words that ends with NULL; never NULL itself. */
typedef const char *const *package_args;

enum package_on_reject { PACKAGE_REJECT_BREAK, PACKAGE_REJECT_CONTINUE };
enum package_verdict_mode { PACKAGE_WORST_ERROR, PACKAGE_FIRST_ERROR, PACKAGE_ALWAYS_ACCEPT };
enum package_score_mode {
	PACKAGE_SUM,
	PACKAGE_AVG,
	PACKAGE_MIN,
	PACKAGE_MAX,
	PACKAGE_PASS_FAIL, /* 2025-09: accept_score when all are accepted, else 0 */
};

enum { PACKAGE_MAX_REQUIRES = 32 };

/* A test group. groups[0] is the root, "" (the folder data/); parents stand before children,
 * siblings in the order of judging. Members of a group, cases and groups together, are judged in
 * order of their names (`ordinal` of cases, below, is that order over the whole package). */
struct package_group {
	const char *name; /* "", "sample", "secret", "secret/group1" */
	int parent;       /* -1: the root */
	enum package_on_reject on_reject;
	enum package_verdict_mode verdict_mode;
	bool accept_if_any;
	bool ignore_sample; /* root only: the result is that of "secret" */
	enum package_score_mode score_mode;
	double accept_score, reject_score; /* of a case without a score of its own; of the whole
	                                      group with PACKAGE_PASS_FAIL */
	double range_min, range_max;       /* of the group's score; may be infinite. A score outside
	                                      is the judges' fault */
	double case_max;                   /* 2025-09: the highest score of one case, infinite when
	                                      unbounded; legacy: infinite */
	bool custom_grader;                /* `graders` of the package decide */
	package_args grader_flags;         /* as written, for a custom grader */
	int requires[PACKAGE_MAX_REQUIRES]; /* groups whose cases must all be accepted first */
	size_t nrequires;
};

/* A file of a program or a test case: its name inside their folder. */
struct package_source {
	const char *name; /* may have folders: "lib/a.h" */
	const struct package_file *file;
};

struct package_case {
	const char *name; /* "secret/03-max": from data/, without .in */
	bool sample;
	int group; /* index into groups: the innermost */
	/* 2025-09: the submission itself, for the static validator, whose arguments validator_args
	 * are. It has no files; it is the first case of its group. */
	bool is_static;
	bool scored; /* has a highest score of its own, which is that of an acceptance too ... */
	double max;  /* ... this */
	const struct package_file *input, *answer;
	/* All flags for the output validator: problem.yaml's, then the group's or the case's own.
	 * For the default validator they are its flags. */
	package_args validator_args;
	package_args args;            /* for the submission */
	json_t *input_validator_args; /* array, or object by name of validator; borrowed */
	bool full_feedback;
	const char *hint, *description; /* NULL: none */
	const struct package_file *out; /* an output that must be accepted, or NULL */
	struct package_source *files;   /* of the folder NAME.files: laid over the program's */
	size_t nfiles;
};

/* What contestants see as sample, in order. With an interaction there is neither input nor answer.
 * Interactive samples may exist without a test case. */
struct package_sample {
	const char *name;
	const struct package_file *input, *answer, *interaction;
	const struct package_file *input_download, *answer_download; /* NULL: the same as shown */
};

/* Data that proves validators, for verify: data/invalid_input, invalid_output, valid_output. */
enum package_probe_kind { PACKAGE_INVALID_INPUT, PACKAGE_INVALID_OUTPUT, PACKAGE_VALID_OUTPUT };
struct package_probe {
	enum package_probe_kind kind;
	const char *name;
	const struct package_file *input, *answer,
	        *output; /* the last two NULL for invalid input */
	package_args validator_args, args;
	json_t *input_validator_args;
};

struct package_program {
	const char *name; /* "validate", "accepted/author.py" (submissions: with their folder) */
	const char
	        *language; /* as the package names it ("python3", "cpp"), or NULL: by extension */
	const char *entry; /* entry point, or NULL */
	struct package_source *sources; /* by name, `build` and `run` included */
	size_t nsources;
	bool build, run; /* has a script build / run: made and run by these, not by its language */
};

/* What a jury submission must get. Bits are 1u << VERDICT_x. */
#define PACKAGE_BIT(v) (1u << (v))
enum package_time_use {
	PACKAGE_TIME_AUTO,
	PACKAGE_TIME_NO,
	PACKAGE_TIME_LOWER,
	PACKAGE_TIME_UPPER
};
struct package_rule {
	const char *cases;  /* glob over groups and cases ("secret/group1", "secret/x*"); NULL:
	                       all */
	unsigned permitted; /* every case's verdict is one of these */
	unsigned required;  /* at least one case's verdict is one of these; 0: no such demand */
	bool scored;
	double score_min, score_max; /* of the submission, or of the group that `cases` names */
	const char *message;         /* in some judgemessage.txt; NULL: no demand */
	enum package_time_use time;
};

struct package_submission {
	struct package_program program;
	const char *folder;  /* "accepted" */
	const char *path;    /* "submissions/accepted/author.py" */
	unsigned expected;   /* the verdicts of the whole submission that are right */
	bool partial;        /* partially_accepted: accepted, and not with the best score */
	bool check_manually; /* DOMjudge: whatever it gets is right */
	bool may_be_refused; /* DOMjudge: not submittable (unknown language, too large) */
	bool scored;
	double score_min, score_max; /* of the whole submission */
	bool model;                  /* suited to be published */
	enum package_time_use time;  /* LOWER: must be in time; UPPER: must be too slow; NO */
	struct package_rule *rules; /* of submissions.yaml and its defaults; 0 in legacy packages */
	size_t nrules;
};

/* include/<language>/: laid over each submission of that language before it is compiled; language
 * "default": of every language, unless its own folder has that name. */
struct package_include {
	const char *language;
	struct package_source source;
};

struct package {
	struct arena arena; /* owns the strings and lists below */
	struct findings notes;
	enum package_format format;
	const char *name; /* English, else the first; a package without one: from the statement */
	json_t *names;    /* by language */
	const char *uuid; /* or NULL */
	const char *short_name,
	        *color;   /* domjudge-problem.ini, or NULL; color "#rrggbb" or a word */
	json_t *settings; /* problem.yaml as it is */
	bool scoring, interactive, multi_pass, submit_answer;
	bool minimize;          /* legacy: grading.objective min */
	bool show_groups;       /* contestants may see the groups' results */
	bool custom_validation; /* `validators` decide; else the default validator */
	bool custom_score;      /* legacy `validation: custom score` */
	bool domjudge_scores;   /* graded as DOMjudge does (parse_domjudge_scores) */
	bool allow_file_writing;
	struct package_limits limits;
	package_args languages;        /* that may be submitted; empty: all */
	package_args validator_args;   /* problem.yaml's own */
	unsigned char hash[HASH_SIZE]; /* of names and contents of all files that were read */

	struct package_statement *statements;
	size_t nstatements;
	struct package_extra *extras;
	size_t nextras;
	struct package_group *groups;
	size_t ngroups;
	struct package_case *cases; /* in order of judging: samples, then secret */
	size_t ncases;
	struct package_sample *samples;
	size_t nsamples;
	struct package_probe *probes;
	size_t nprobes;
	struct package_program *validators; /* of outputs; all must accept */
	size_t nvalidators;
	struct package_program *input_validators; /* .ctd and .viva are left out, with a note */
	size_t ninput_validators;
	struct package_program
	        *answer_validators; /* BAPCtools: `val in [flags] < ans`, 42 is right */
	size_t nanswer_validators;
	struct package_program *graders; /* at most one */
	size_t ngraders;
	struct package_program *static_validators; /* at most one */
	size_t nstatic_validators;
	struct package_submission *submissions; /* by path */
	size_t nsubmissions;
	struct package_include *includes;
	size_t nincludes;
};

/* Reads a folder or an archive (zip, tar, tar.gz). Negative: it cannot be read; what is refused is
 * a finding. */
int package_read(struct package_tree *tree, const char *path, struct findings *f, struct err *err);
/* An archive in memory. */
int package_read_archive(struct package_tree *tree, const void *data, size_t len,
        struct findings *f, struct err *err);
/* A copy of one file; false and a finding when its name or size is refused. */
bool package_add(struct package_tree *tree, const char *path, const void *data, size_t len,
        struct findings *f);
void package_tree_free(struct package_tree *tree);
/* A relative path with plain parts, not too deep or long. */
bool package_is_path(const char *path);

/* Meaning of the files (sorts the tree). *p borrows from the tree. package_free either way. */
void package_parse(struct package_tree *tree, struct package *p, struct findings *f);
void package_free(struct package *p);

/* The arguments of one input validator: of one case's or probe's input_validator_args, then what
 * the submission gets. A list in the arena. */
package_args package_input_args(
        struct arena *a, const json_t *args, package_args own, const char *validator);
#endif
