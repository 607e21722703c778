/* main.c -- `codearena`: everything an admin does from a shell.
 *
 * Commands are rows of tables (admin.h), one table per file; this file finds the row, shows help,
 * loads the settings and turns the handler's answer into an exit code: 0 done, 1 failed, 2 the
 * command line is wrong. What is asked for goes to stdout, why it failed to stderr.
 *
 * The program logs in as role codearena_admin, which may not write the log, cells, submissions or
 * judgements: those change through record.c and the functions of the schema. */
#include "admin/admin.h"
#include "base/log.h"
#include "base/mem.h"
#include "scoreboard/catchup.h"

#include <bsd/string.h>
#include <pwd.h>
#include <signal.h>

static const struct command *const tables[] = {
        contest_commands,
        life_commands,
        feed_commands,
        replay_commands,
        problem_commands,
        account_commands,
        submission_commands,
        rejudging_commands,
        board_commands,
        reveal_commands,
        audit_commands,
        backup_commands,
        doctor_commands,
};

static const char general_help[] =
        "--json prints results for programs, --config FILE names the settings (else\n"
        "$CODEARENA_CONFIG, else /etc/codearena/<instance>.conf), --help after any command\n"
        "explains it. Exit code: 0 done, 1 failed, 2 the command line is wrong.\n";

void admin_catchup(struct admin *admin, const char *contest)
{
	struct err err = {0};

	if (catchup_run(admin->pg, admin->kv, contest, &err) < 0)
		fprintf(stderr, "codearena: warning: the board in Redis follows later: %s\n",
		        err.msg);
}

/* Number of argv's first words that are the command's name; 0: it is another one. */
static int match(const struct command *c, int argc, char **argv)
{
	const char *p = c->name;
	int n = 0;

	while (*p) {
		size_t len = strcspn(p, " ");

		if (n >= argc || strlen(argv[n]) != len || memcmp(argv[n], p, len) != 0)
			return 0;
		n++;
		p += len + (p[len] == ' ');
	}
	return n;
}

static const struct command *find(int argc, char **argv, int *taken)
{
	for (size_t t = 0; t < ARRAY_LEN(tables); t++) {
		for (const struct command *c = tables[t]; c->name; c++) {
			*taken = match(c, argc, argv);
			if (*taken > 0)
				return c;
		}
	}
	return NULL;
}

/* All commands, or those that begin with `group`; how many. */
static int list_commands(FILE *out, const char *group)
{
	size_t len = group ? strlen(group) : 0;
	int n = 0;

	for (size_t t = 0; t < ARRAY_LEN(tables); t++) {
		for (const struct command *c = tables[t]; c->name; c++) {
			if (group && (strncmp(c->name, group, len) != 0 || c->name[len] != ' '))
				continue;
			fprintf(out, "  %-22s %-22s %s\n", c->name, c->words, c->help);
			n++;
		}
	}
	return n;
}

static void show_help(const char *group)
{
	puts("usage: codearena COMMAND [WORDS] [--options]\n");
	list_commands(stdout, group);
	printf("\n%s", general_help);
}

static void show_command(const struct command *c)
{
	printf("usage: codearena %s %s%s\n\n%s\n", c->name, c->words,
	        c->options ? " [--options]" : "", c->help);
	if (c->options)
		putchar('\n');
	for (const struct option *o = c->options; o && o->name; o++) {
		auto_free char *left = xasprintf(
		        "--%s%s%s", o->name, o->value ? " " : "", o->value ? o->value : "");

		printf("  %-30s %s\n", left, o->help);
	}
	printf("\n%s", general_help);
}

/* Takes --json, --help and --config out of argv, wherever they stand. */
static int take_general(struct admin *admin, int *argc, char **argv, bool *help)
{
	int kept = 0;

	for (int i = 0; i < *argc; i++) {
		if (strcmp(argv[i], "--") == 0) {
			while (i < *argc)
				argv[kept++] = argv[i++];
		} else if (strcmp(argv[i], "--json") == 0) {
			admin->json = true;
		} else if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
			*help = true;
		} else if (strncmp(argv[i], "--config=", 9) == 0) {
			admin->config = argv[i] + 9;
		} else if (strcmp(argv[i], "--config") == 0) {
			if (i + 1 >= *argc)
				return -1;
			admin->config = argv[++i];
		} else {
			argv[kept++] = argv[i];
		}
	}
	*argc = kept;
	return 0;
}

/* Who did it, for the audit log: the user behind sudo, else our own. */
static void find_actor(struct admin *admin)
{
	const char *sudo = getuid() == 0 ? secure_getenv("SUDO_USER") : NULL;
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): this program has one thread */
	const struct passwd *pw = getpwuid(getuid());
	const char *name = sudo && admin_is_ident(sudo) ? sudo : pw ? pw->pw_name : "admin";

	strlcpy(admin->actor, name, sizeof(admin->actor));
}

static int run(struct admin *admin, const struct args *args)
{
	struct err err = {0};
	int result;

	find_actor(admin);
	if (!args->command->bare && conf_load(&admin->conf, admin->config, &err) < 0) {
		fprintf(stderr, "codearena: %s\n", err.msg);
		return 1;
	}
	if (!args->command->bare) {
		admin->pg = pg_new(&admin->conf);
		admin->kv = kv_new(&admin->conf);
	}
	result = args->command->run(admin, args, &err);
	if (result != 0 && result != EXIT_TOLD)
		fprintf(stderr, "codearena: %s\n", err.msg);
	if (!args->command->bare) {
		kv_free(admin->kv);
		pg_free(admin->pg);
		conf_free(&admin->conf);
	}
	return result < 0 ? 1 : result;
}

static int unknown(int argc, char **argv, bool help)
{
	if (argc == 0 || strcmp(argv[0], "help") == 0) {
		show_help(argc > 1 ? argv[1] : NULL);
		return argc == 0 && !help ? EXIT_USAGE : 0;
	}
	if (argc == 1 && list_commands(help ? stdout : stderr, argv[0]) > 0)
		return help ? 0 : EXIT_USAGE;
	fprintf(stderr, "codearena: no such command: \"%s%s%s\"; codearena --help lists them\n",
	        argv[0], argc > 1 ? " " : "", argc > 1 ? argv[1] : "");
	return EXIT_USAGE;
}

int main(int argc, char **argv)
{
	struct admin admin = {0};
	struct args args = {0};
	struct err err = {0};
	bool help = false;
	int taken, result;

	signal(SIGPIPE, SIG_IGN);
	log_init("codearena");
	argc--;
	argv++;
	if (take_general(&admin, &argc, argv, &help) < 0) {
		fprintf(stderr, "codearena: --config needs a file\n");
		return EXIT_USAGE;
	}
	args.command = find(argc, argv, &taken);
	if (!args.command)
		return unknown(argc, argv, help);
	if (help) {
		show_command(args.command);
		return 0;
	}
	result = args_parse(&args, argc - taken, argv + taken, &err);
	if (result != 0)
		fprintf(stderr, "codearena: %s (codearena %s --help)\n", err.msg,
		        args.command->name);
	else
		result = run(&admin, &args);
	args_free(&args);
	return result;
}
