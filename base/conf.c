/* conf.c -- the table of settings, and the one reader of the settings file.
 *
 * Reading: every line is checked against its row and kept as text; then the rows that had no
 * line take their default, top to bottom, so that a default may use {settings} above it. Text
 * becomes numbers only after it passed its range, hence a loaded struct is always valid.
 *
 * A new setting is one member in conf.h and one row here. */
#include "base/conf.h"

#include "base/buf.h"
#include "base/cpus.h"
#include "base/log.h"
#include "base/mem.h"

#include <bsd/stdlib.h>
#include <bsd/string.h>
#include <fcntl.h>
#include <sys/stat.h>

enum { FILE_BYTES_MAX = 256 * 1024, SECRET_BYTES_MAX = 4096 };

enum conf_type {
	CONF_STRING, /* min..max bytes */
	CONF_NAME,   /* the same, of [a-z0-9-], a letter first */
	CONF_CHOICE, /* one of `choices`, separated by | */
	CONF_INT,    /* min..max */
	CONF_BOOL,   /* true or false */
	CONF_CPUS,   /* a list of processors, or empty */
};

struct row {
	const char *name;
	enum conf_type type;
	size_t offset;
	const char *fallback;
	int64_t min, max;
	const char *choices;
	const char *meaning;
};

#define STRING(member, fallback, min, max, meaning)                                                \
	{                                                                                          \
#member, CONF_STRING, offsetof(struct conf, member), fallback, min, max, NULL,     \
		        meaning                                                                    \
	}
#define NAME(member, fallback, max, meaning)                                                       \
	{                                                                                          \
#member, CONF_NAME, offsetof(struct conf, member), fallback, 1, max, NULL, meaning \
	}
#define CHOICE(member, fallback, choices, meaning)                                                 \
	{                                                                                          \
#member, CONF_CHOICE, offsetof(struct conf, member), fallback, 0, 0, choices,      \
		        meaning                                                                    \
	}
#define INT(member, fallback, min, max, meaning)                                                   \
	{                                                                                          \
#member, CONF_INT, offsetof(struct conf, member), fallback, min, max, NULL,        \
		        meaning                                                                    \
	}
#define BOOL(member, fallback, meaning)                                                            \
	{                                                                                          \
#member, CONF_BOOL, offsetof(struct conf, member), fallback, 0, 0, NULL, meaning   \
	}

#define CPUS(member, fallback, meaning)                                                            \
	{                                                                                          \
#member, CONF_CPUS, offsetof(struct conf, member), fallback, 0, 0, NULL, meaning   \
	}

static const struct row rows[] = {
        NAME(instance, "codearena", 20, "Name of this instance: users, sockets, cgroups, uids."),
        STRING(data_dir, "/var/lib/codearena", 1, 200, "Databases, caches and secrets live here."),
        STRING(prefix, "/opt/codearena", 1, 200, "Where programs and web pages are installed."),

        STRING(pg_socket_dir, "{data_dir}/run", 1, 100, "PostgreSQL: socket folder or host."),
        INT(pg_port, "5432", 1, 65535, "PostgreSQL: port (also part of the socket's name)."),
        STRING(pg_database, "codearena", 1, 63, "PostgreSQL: database."),
        STRING(pg_user, "codearena_api", 1, 63, "PostgreSQL: the role of this program."),
        STRING(pg_password_file, "", 0, 255, "PostgreSQL: file with its password; empty: none."),
        CHOICE(pg_sslmode, "prefer", "disable|allow|prefer|require|verify-ca|verify-full",
                "PostgreSQL: sslmode of libpq, for a host elsewhere."),
        STRING(redis_socket, "{data_dir}/run/redis.sock", 1, 107, "Redis: socket, or host:port."),
        STRING(redis_user, "default", 1, 63, "Redis: the ACL user of this program."),
        STRING(redis_password_file, "", 0, 255, "Redis: file with its password; empty: none."),
        STRING(redis_prefix, "{instance}:", 0, 40, "Redis: put before every key and channel."),

        STRING(listen_address, "127.0.0.1", 1, 63, "Address the web server listens on."),
        INT(listen_port, "8080", 1, 65535, "Port the web server listens on."),
        STRING(web_dir, "{prefix}/web", 1, 255, "The built web pages."),
        CHOICE(registration, "closed", "closed|code|open",
                "Who may make an account: nobody, who has the code, anybody."),
        STRING(registration_code_file, "{data_dir}/secrets/registration-code", 0, 255,
                "File with that code."),
        STRING(jwt_key_file, "{data_dir}/secrets/jwt-key", 1, 255,
                "File with the key of the tokens: 32 characters or more, mode 0600."),
        INT(jwt_minutes, "15", 1, 1440, "How long an access token is good."),
        INT(refresh_days, "30", 1, 365, "How long a refresh token is good."),
        BOOL(cookie_secure, "false", "Cookies over TLS only; set it behind a TLS proxy."),
        INT(api_sql_threads, "4", 1, 64, "Threads of the web server that wait for PostgreSQL."),
        INT(api_password_threads, "2", 1, 64, "Threads that hash passwords (18 ms each)."),
        INT(max_body_kib, "1024", 16, 1048576, "Largest request, problem uploads excepted."),
        INT(upload_mib, "64", 1, 1024, "Largest problem package over HTTP; two at once."),
        INT(max_connections, "20000", 16, 1000000, "Open connections, viewers included."),
        INT(submissions_per_minute, "10", 1, 10000, "Per team and contest."),
        INT(drain_seconds, "10", 0, 600, "At SIGTERM: time for what is running to end."),
        INT(verify_seconds, "600", 0, 86400, "Logs and boards are verified so often; 0: never."),

        STRING(box_socket, "/run/codearena/{instance}/box.sock", 1, 107, "Socket of the box."),
        INT(slots, "0", 0, 1024,
                "Submissions judged at once on this host; 0: one per usable core."),
        CPUS(cores, "", "Processors that programs are judged on; empty: all of this host's."),
        BOOL(avoid_siblings, "false", "Of the hyperthreads of a core, use one alone."),
        STRING(runtime, "runc", 1, 255, "OCI runtime: runc, crun, or a path of one."),
        STRING(root, "host", 1, 255, "Language root: host, or a folder made by make-root."),
        STRING(language_file, "{prefix}/judge/languages.yaml", 1, 255, "Table of languages."),
        STRING(work_dir, "{data_dir}/judge", 1, 200, "The judge's cache of test data."),
        INT(cache_mib, "2048", 16, 1048576, "Size of that cache."),
        INT(memory_budget_mib, "0", 0, 16777216,
                "Memory of all slots together; 0: 80 % of the host's."),
        INT(uid_base, "2000000", 100000, 4000000000, "First uid of the containers on the host."),
        INT(rotate_after, "100", 1, 1000000, "Executions before a container is replaced."),
        INT(artifact_mib, "256", 0, 65536, "Compiled submissions kept in memory; 0: none."),
        INT(calibrate_seconds, "300", 0, 86400, "Slots are measured so often; 0: never."),
        INT(max_jitter_percent, "100", 0, 10000,
                "A slot whose runs of one program differ by more is not used; 0: no limit."),
        BOOL(precompiled_headers, "true", "Make bits/stdc++.h once per host, as the table says."),
        BOOL(spread_tests, "true", "Idle slots help with the tests of one submission."),
        STRING(judge_name, "{host}", 1, 63, "Name of this judge host, shown to admins."),
};

enum { ROWS = ARRAY_LEN(rows) };

/* The texts of one file, by row; NULL where there was no line. */
struct texts {
	char *of[ROWS];
};

static void free_texts(struct texts *t)
{
	for (size_t i = 0; i < ROWS; i++)
		free(t->of[i]);
}

static const struct row *find_row(const char *name, size_t len)
{
	for (size_t i = 0; i < ROWS; i++) {
		if (strlen(rows[i].name) == len && memcmp(rows[i].name, name, len) == 0)
			return &rows[i];
	}
	return NULL;
}

static bool is_name(const char *s)
{
	static const char *const letters = "abcdefghijklmnopqrstuvwxyz";

	return strchr(letters, *s) && !s[strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-")];
}

static bool is_choice(const char *choices, const char *s)
{
	size_t len = strlen(s);

	for (const char *p = choices; p; p = strchr(p, '|') ? strchr(p, '|') + 1 : NULL) {
		if (len > 0 && strcspn(p, "|") == len && strncmp(p, s, len) == 0)
			return true;
	}
	return false;
}

static int check_length(const struct row *r, const char *s, struct err *err)
{
	size_t len = strlen(s);

	if (len >= (size_t)r->min && len <= (size_t)r->max)
		return 0;
	return err_set(err, ERR_INPUT, "%s must have %lld to %lld characters", r->name,
	        (long long)r->min, (long long)r->max);
}

static int check_cpus(const struct row *r, const char *s, struct err *err)
{
	cpu_set_t set;

	return *s && cpus_parse(s, &set, err) < 0 ? err_wrap(err, "%s", r->name) : 0;
}

static int check(const struct row *r, const char *s, struct err *err)
{
	const char *wrong = NULL;

	switch (r->type) {
	case CONF_NAME:
		if (*s && !is_name(s))
			return err_set(err, ERR_INPUT, "%s must be of a-z, 0-9 and -: \"%.40s\"",
			        r->name, s);
		return check_length(r, s, err);
	case CONF_STRING:
		return check_length(r, s, err);
	case CONF_CHOICE:
		if (!is_choice(r->choices, s))
			return err_set(
			        err, ERR_INPUT, "%s must be %s: \"%.40s\"", r->name, r->choices, s);
		return 0;
	case CONF_INT:
		strtonum(s, r->min, r->max, &wrong);
		if (wrong)
			return err_set(err, ERR_INPUT, "%s must be %lld to %lld: \"%.40s\"",
			        r->name, (long long)r->min, (long long)r->max, s);
		return 0;
	case CONF_BOOL:
		if (strcmp(s, "true") != 0 && strcmp(s, "false") != 0)
			return err_set(
			        err, ERR_INPUT, "%s must be true or false: \"%.40s\"", r->name, s);
		return 0;
	case CONF_CPUS:
		return check_cpus(r, s, err);
	}
	return 0;
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* Narrows [*s, *s + len) to what is between its outer blanks: the new length. */
static size_t trim(const char **s, size_t len)
{
	while (len > 0 && is_space(**s)) {
		(*s)++;
		len--;
	}
	while (len > 0 && is_space((*s)[len - 1]))
		len--;
	return len;
}

static int parse_line(struct texts *t, const char *line, size_t len, struct err *err)
{
	const char *equals, *value;
	const struct row *row;
	size_t name_len, value_len;
	char **text;

	len = trim(&line, len);
	if (len == 0 || *line == '#')
		return 0;
	equals = memchr(line, '=', len);
	if (!equals || memchr(line, '\0', len))
		return err_set(err, ERR_INPUT, "not of the form name = value");
	name_len = trim(&line, (size_t)(equals - line));
	value = equals + 1;
	value_len = trim(&value, (size_t)(line + len - value));
	row = find_row(line, name_len);
	if (!row)
		return err_set(err, ERR_INPUT, "unknown setting \"%.*s\"",
		        (int)(name_len < 60 ? name_len : 60), line);
	text = &t->of[row - rows];
	if (*text)
		return err_set(err, ERR_INPUT, "%s is set twice", row->name);
	*text = strndup(value, value_len);
	if (!*text)
		die("out of memory");
	return check(row, *text, err);
}

static int parse_lines(struct texts *t, const char *text, size_t len, struct err *err)
{
	const char *end = text + len;
	int number = 1;

	for (const char *line = text; line < end; number++) {
		const char *newline = memchr(line, '\n', (size_t)(end - line));
		const char *stop = newline ? newline : end;

		if (parse_line(t, line, (size_t)(stop - line), err) < 0)
			return err_wrap(err, "line %d", number);
		line = stop + 1;
	}
	return 0;
}

static void add_named(struct buf *out, const struct texts *t, const char *name, size_t len)
{
	char host[65] = {0};
	const struct row *r = find_row(name, len);

	if (r) {
		buf_adds(out, t->of[r - rows]);
		return;
	}
	gethostname(host, sizeof(host) - 1);
	host[63] = '\0';
	buf_adds(out, *host ? host : "judge");
}

/* The default of a row with its {names} put in; they stand above it in the table. */
static char *expand(const struct texts *t, const char *fallback)
{
	auto_buf struct buf out = {0};
	const char *s = fallback;

	while (*s) {
		const char *open = strchrnul(s, '{');
		const char *close = strchrnul(open, '}');

		buf_add(&out, s, (size_t)(open - s));
		if (*open)
			add_named(&out, t, open + 1, (size_t)(close - open - 1));
		s = *close ? close + 1 : close;
	}
	return buf_take(&out);
}

static int fill_defaults(struct texts *t, struct err *err)
{
	for (size_t i = 0; i < ROWS; i++) {
		if (t->of[i])
			continue;
		t->of[i] = expand(t, rows[i].fallback);
		if (check(&rows[i], t->of[i], err) < 0)
			return err_wrap(err, "default");
	}
	return 0;
}

static void store(struct conf *c, struct texts *t)
{
	for (size_t i = 0; i < ROWS; i++) {
		const struct row *r = &rows[i];
		void *member = (char *)c + r->offset;

		switch (r->type) {
		case CONF_STRING:
		case CONF_NAME:
		case CONF_CHOICE:
		case CONF_CPUS:
			*(char **)member = steal(&t->of[i]);
			break;
		case CONF_INT:
			*(int64_t *)member = strtonum(t->of[i], r->min, r->max, NULL);
			break;
		case CONF_BOOL:
			*(bool *)member = strcmp(t->of[i], "true") == 0;
			break;
		}
	}
}

int conf_parse(struct conf *c, const char *text, size_t len, struct err *err)
{
	__attribute__((cleanup(free_texts))) struct texts t = {0};

	*c = (struct conf){0};
	if (parse_lines(&t, text, len, err) < 0 || fill_defaults(&t, err) < 0)
		return err_result(err);
	store(c, &t);
	return 0;
}

static char *default_path(void)
{
	const char *path = secure_getenv("CODEARENA_CONFIG");
	const char *instance = secure_getenv("CODEARENA_INSTANCE");

	if (path && *path)
		return xstrdup(path);
	return xasprintf("/etc/codearena/%s.conf", instance && *instance ? instance : "codearena");
}

int conf_load(struct conf *c, const char *path, struct err *err)
{
	auto_free char *place = path ? xstrdup(path) : default_path();
	auto_buf struct buf text = {0};

	*c = (struct conf){0};
	if (buf_read_file(&text, place, FILE_BYTES_MAX, err) < 0)
		return err_wrap(err, "settings");
	if (conf_parse(c, text.data, text.len, err) < 0)
		return err_wrap(err, "settings: %s", place);
	return 0;
}

/* Takes the arguments [at, at + n) out of argv. */
static void drop_arguments(int *argc, char **argv, int at, int n)
{
	for (int i = at; i + n <= *argc; i++)
		argv[i] = argv[i + n]; /* with the NULL at the end */
	*argc -= n;
}

void conf_init(struct conf *c, int *argc, char **argv)
{
	static const char option[] = "--config";
	const char *path = NULL;
	struct err err = {0};
	int i = 1;

	while (i < *argc && strcmp(argv[i], "--") != 0) {
		if (strcmp(argv[i], option) == 0) {
			path = argv[i + 1];
			if (!path)
				die("--config needs a file");
			drop_arguments(argc, argv, i, 2);
		} else if (strncmp(argv[i], "--config=", sizeof(option)) == 0) {
			path = argv[i] + sizeof(option);
			drop_arguments(argc, argv, i, 1);
		} else {
			i++;
		}
	}
	if (conf_load(c, path, &err) < 0)
		die("%s", err.msg);
}

void conf_free(struct conf *c)
{
	for (size_t i = 0; i < ROWS; i++) {
		if (rows[i].type != CONF_INT && rows[i].type != CONF_BOOL)
			free(*(char **)(void *)((char *)c + rows[i].offset));
	}
	*c = (struct conf){0};
}

static void print_range(FILE *out, const struct row *r)
{
	switch (r->type) {
	case CONF_NAME:
	case CONF_STRING:
		fprintf(out, "text of %lld to %lld characters", (long long)r->min,
		        (long long)r->max);
		return;
	case CONF_CHOICE:
		fputs(r->choices, out);
		return;
	case CONF_INT:
		fprintf(out, "%lld to %lld", (long long)r->min, (long long)r->max);
		return;
	case CONF_BOOL:
		fputs("true or false", out);
		return;
	case CONF_CPUS:
		fputs("a list such as 0-3,6, or empty", out);
		return;
	}
}

void conf_print_example(FILE *out)
{
	fputs("# Settings of CodeArena. Every line shows a default; {name} stands for the value\n"
	      "# of that setting, {host} for the name of the machine.\n",
	        out);
	for (size_t i = 0; i < ROWS; i++) {
		fprintf(out, "\n# %s (", rows[i].meaning);
		print_range(out, &rows[i]);
		fprintf(out, ")\n#%s = %s\n", rows[i].name, rows[i].fallback);
	}
}

char *conf_read_secret(const char *path, struct err *err)
{
	auto_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	auto_buf struct buf text = {0};
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0) {
		err_set(err, ERR_NOT_FOUND, "secret %s: %s", path, strerrordesc_np(errno));
		return NULL;
	}
	if (!S_ISREG(st.st_mode) || (st.st_mode & (S_IROTH | S_IWOTH | S_IWGRP))) {
		err_set(err, ERR_DENIED, "secret %s must be a file that others cannot read", path);
		return NULL;
	}
	if (buf_read_fd(&text, fd, SECRET_BYTES_MAX, err) < 0) {
		err_wrap(err, "secret %s", path);
		return NULL;
	}
	text.data[strcspn(text.data, "\r\n")] = '\0';
	if (!*text.data) {
		err_set(err, ERR_INPUT, "secret %s is empty", path);
		return NULL;
	}
	return buf_take(&text);
}
