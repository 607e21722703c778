/* args.c -- the command line after the command's name: words and --options.
 *
 * `--name value` and `--name=value` are the same; `--` ends the options; a flag takes no value.
 * --json, --help and --config were taken out by main.c. */
#include "admin/admin.h"
#include "base/mem.h"

#include <bsd/stdlib.h>

static size_t find(const struct command *c, const char *name, size_t len)
{
	size_t i = 0;

	while (c->options && c->options[i].name) {
		if (strlen(c->options[i].name) == len && memcmp(c->options[i].name, name, len) == 0)
			return i;
		i++;
	}
	return ARGS_MAX_OPTIONS;
}

const char *args_get(const struct args *args, const char *option)
{
	size_t i = find(args->command, option, strlen(option));

	assert(i < ARGS_MAX_OPTIONS);
	return args->values[i];
}

int args_int(const struct args *args, const char *option, const int64_t range[2], int64_t *value,
        struct err *err)
{
	const char *text = args_get(args, option), *wrong = NULL;

	if (!text)
		return 0;
	*value = strtonum(text, range[0], range[1], &wrong);
	if (wrong)
		return args_usage(err, "--%s must be a number from %lld to %lld, not \"%s\"",
		        option, (long long)range[0], (long long)range[1], text);
	return 0;
}

int args_choice(const struct args *args, const char *option, const char *choices, struct err *err)
{
	const char *text = args_get(args, option);
	size_t len = text ? strlen(text) : 0;

	if (!text)
		return 0;
	for (const char *c = choices; *c;) {
		size_t n = strcspn(c, "|");

		if (n == len && memcmp(c, text, n) == 0)
			return 0;
		c += n + (c[n] == '|');
	}
	return args_usage(err, "--%s must be one of %s, not \"%s\"", option, choices, text);
}

/* Takes argv[*i], an option, and its value. */
static int take_option(struct args *args, char **argv, int argc, int *i, struct err *err)
{
	const char *name = argv[*i] + 2;
	size_t len = strcspn(name, "=");
	size_t at = find(args->command, name, len);

	if (at == ARGS_MAX_OPTIONS)
		return args_usage(
		        err, "%s: no such option: --%.*s", args->command->name, (int)len, name);
	if (args->values[at])
		return args_usage(err, "--%.*s is given twice", (int)len, name);
	if (!args->command->options[at].value) {
		if (name[len])
			return args_usage(err, "--%.*s takes no value", (int)len, name);
		args->values[at] = "";
		return 0;
	}
	if (name[len]) {
		args->values[at] = name + len + 1;
		return 0;
	}
	if (*i + 1 >= argc)
		return args_usage(err, "--%.*s needs a value: %s", (int)len, name,
		        args->command->options[at].value);
	args->values[at] = argv[++*i];
	return 0;
}

int args_parse(struct args *args, int argc, char **argv, struct err *err)
{
	const struct command *c = args->command;
	bool options = true;

	args->words = xcalloc((size_t)argc + 1, sizeof(*args->words));
	for (int i = 0; i < argc; i++) {
		if (options && strcmp(argv[i], "--") == 0) {
			options = false;
		} else if (!options || strncmp(argv[i], "--", 2) != 0) {
			args->words[args->nwords++] = argv[i];
		} else {
			int result = take_option(args, argv, argc, &i, err);

			if (result)
				return result;
		}
	}
	if (args->nwords < c->min)
		return args_usage(err, "%s needs: %s", c->name, c->words);
	if (args->nwords > c->max)
		return args_usage(err, "%s: too many words: \"%s\"", c->name, args->words[c->max]);
	return 0;
}

void args_free(struct args *args)
{
	free(args->words);
	args->words = NULL;
}

bool admin_is_ident(const char *s)
{
	static const char set[] =
	        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-";
	size_t len = strlen(s);

	return len >= 1 && len <= 36 && strspn(s, set) == len;
}
