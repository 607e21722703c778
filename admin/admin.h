/* admin.h -- what the files of the command `codearena` share: the table of commands, the parsed
 * command line, the ways to say something.
 *
 * A handler returns 0, a negative error code with *err set (exit 1), EXIT_TOLD when it has said on
 * its own what is wrong (exit 1), or EXIT_USAGE with *err set (exit 2). */
#ifndef ADMIN_H
#define ADMIN_H
#include "base/base.h"
#include "base/buf.h"
#include "base/conf.h"
#include "base/err.h"
#include "base/kv.h"
#include "base/pg.h"

#include <jansson.h>

enum { EXIT_TOLD = 1, EXIT_USAGE = 2, ARGS_MAX_OPTIONS = 20 };
enum { ADMIN_ACTOR_SIZE = 37 };

struct admin {
	struct conf conf;
	const char *config; /* --config, or NULL */
	struct pg *pg;
	struct kv *kv;
	bool json;                    /* --json */
	char actor[ADMIN_ACTOR_SIZE]; /* the shell user: stands in the audit log */
};

struct option {
	const char *name;  /* without the dashes */
	const char *value; /* what stands for its value in the help; NULL: a flag */
	const char *help;
};

struct command;
struct args {
	const struct command *command;
	const char **words; /* what is no option */
	size_t nwords;
	const char *values[ARGS_MAX_OPTIONS]; /* by place in command->options; NULL: not given */
};

struct command {
	const char *name;  /* "contest create" */
	const char *words; /* "ID" */
	const char *help;
	size_t min, max;              /* number of words */
	const struct option *options; /* ends with a NULL name; may be NULL */
	int (*run)(struct admin *admin, const struct args *args, struct err *err);
	bool bare; /* needs neither settings nor databases */
};

/* The tables; each ends with a NULL name. */
extern const struct command contest_commands[];
extern const struct command feed_commands[];
extern const struct command replay_commands[];
extern const struct command life_commands[];
extern const struct command problem_commands[];
extern const struct command account_commands[];
extern const struct command submission_commands[];
extern const struct command rejudging_commands[];
extern const struct command board_commands[];
extern const struct command reveal_commands[];
extern const struct command audit_commands[];
extern const struct command backup_commands[];
extern const struct command doctor_commands[];

/* args.c. The value of an option, or NULL; for a flag "" when given. */
const char *args_get(const struct args *args, const char *option);
/* Integer option in a range; fallback when not given. 0 or EXIT_USAGE. */
int args_int(const struct args *args, const char *option, const int64_t range[2], int64_t *value,
        struct err *err);
/* One of `choices` ("icpc|points"). 0 or EXIT_USAGE. */
int args_choice(const struct args *args, const char *option, const char *choices, struct err *err);
/* Splits argv after the command's own words. 0 or EXIT_USAGE. args_free afterwards. */
int args_parse(struct args *args, int argc, char **argv, struct err *err);
void args_free(struct args *args);
/* [A-Za-z0-9_.-]{1,36} */
bool admin_is_ident(const char *s);
#define args_usage(err, ...) (err_say((err), ERR_INPUT, __VA_ARGS__), EXIT_USAGE)

/* out.c. All on stdout. */
/* Rows as a table for people or an array of objects for programs; numbers and truths keep their
 * type. Column names with `_` are shown with blanks. */
void out_result(const struct admin *admin, const PGresult *res);
/* --json: o (its reference is taken); else the sentence. */
void out_say(const struct admin *admin, json_t *o, const char *fmt, ...) PRINTF(3, 4);
void out_json(json_t *v); /* takes the reference */
/* A cell of a table padded to a width counted in characters, not bytes; a blank follows. */
void out_cell(const char *text, size_t width, bool right);
/* Lines as they are, other control characters as `?`. */
void out_text(const char *text);
size_t out_width(const char *text);

/* cmd_unpack.c: one command of problem_commands. */
int problem_unpack(struct admin *admin, const struct args *args, struct err *err);
/* cmd_verify.c: another one. */
int problem_verify(struct admin *admin, const struct args *args, struct err *err);

/* After a change of a contest was committed: Redis being away is a warning only. */
void admin_catchup(struct admin *admin, const char *contest);
#endif
