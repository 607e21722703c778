/* cmd_account.c -- teams and accounts, one by one or from CSV files.
 *
 * An import is checked as a whole first (all mistakes with line and column), then written in one
 * transaction. Rows that are there already are changed to what the file says; an account whose
 * password cell is empty keeps its password, a new one gets a password that is shown once.
 * Passwords are hashed by crypt(3) yescrypt. A changed password ends all sessions. */
#include "admin/admin.h"
#include "admin/csv.h"
#include "base/hash.h"
#include "base/mem.h"
#include "scoreboard/record.h"

#include <crypt.h>

enum { PASSWORD_LEN = 14, PASSWORD_MIN = 8, PASSWORD_MAX = 200, NAME_BYTES = 200, COUNTRY = 3 };

#define auto_csv __attribute__((cleanup(csv_free)))

/* ---- passwords */

/* yescrypt with the library's own cost. Caller frees. */
static char *hash_password(const char *password, struct err *err)
{
	auto_free struct crypt_data *data = xcalloc(1, sizeof(*data)); /* 32 KB: not on the stack */
	char salt[CRYPT_GENSALT_OUTPUT_SIZE], bytes[32];
	const char *hash;

	random_bytes(bytes, sizeof(bytes));
	if (!crypt_gensalt_rn("$y$", 0, bytes, sizeof(bytes), salt, sizeof(salt))) {
		err_set(err, ERR_BUG, "this system's crypt(3) has no yescrypt");
		return NULL;
	}
	hash = crypt_r(password, salt, data);
	if (!hash || *hash == '*') {
		err_set(err, ERR_BUG, "crypt(3) failed");
		return NULL;
	}
	return xstrdup(hash);
}

static bool password_fits(const char *s)
{
	size_t len = strlen(s);

	return len >= PASSWORD_MIN && len <= PASSWORD_MAX;
}

/* From --password-file (- is stdin), else made up. Caller frees. *made says which. */
static char *get_password(const char *file, bool *made, struct err *err)
{
	auto_buf struct buf text = {0};
	char *password;
	int result;

	*made = !file;
	if (!file) {
		password = xmalloc(PASSWORD_LEN + 1);
		random_text(password, PASSWORD_LEN);
		return password;
	}
	result = strcmp(file, "-") == 0 ? buf_read_fd(&text, STDIN_FILENO, 4096, err)
	                                : buf_read_file(&text, file, 4096, err);
	if (result < 0)
		return NULL;
	password = buf_take(&text);
	password[strcspn(password, "\r\n")] = '\0';
	if (password_fits(password))
		return password;
	free(password);
	err_set(err, ERR_INPUT, "a password has %d to %d bytes", PASSWORD_MIN, PASSWORD_MAX);
	return NULL;
}

/* ---- teams */

enum { T_ID, T_NAME, T_DISPLAY, T_ORG, T_ORG_NAME, T_COUNTRY, T_GROUPS };
static const struct csv_column team_columns[] = {
        {"id", true},
        {"name", true},
        {"display_name", false},
        {"organization_id", false},
        {"organization_name", false},
        {"country", false},
        {"groups", false},
        {NULL, false},
};

static void want_ident(struct csv *csv, size_t row, size_t column, const char *what)
{
	const char *text = csv_cell(csv, row, column);

	if (!admin_is_ident(text))
		csv_complain(csv, row, column,
		        "%s must be 1 to 36 characters of A-Z a-z 0-9 _ . -, not \"%.50s\"", what,
		        text);
}

static void want_name(struct csv *csv, size_t row, size_t column, bool required)
{
	size_t len = strlen(csv_cell(csv, row, column));

	if (len > NAME_BYTES || (required && len == 0))
		csv_complain(csv, row, column, "a name has %d to %d bytes", required, NAME_BYTES);
}

static bool is_country(const char *s)
{
	return strlen(s) == COUNTRY && strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == COUNTRY;
}

/* The next group id of a cell, words between blanks or semicolons; NULL: no more. */
static char *next_group(char **rest)
{
	return strtok_r(NULL, " ;", rest);
}

static void check_groups(struct csv *csv, size_t row)
{
	auto_free char *copy = xstrdup(csv_cell(csv, row, T_GROUPS));
	char *rest = copy;

	for (char *g = next_group(&rest); g; g = next_group(&rest)) {
		if (!admin_is_ident(g))
			csv_complain(csv, row, T_GROUPS, "not a group's id: \"%.50s\"", g);
	}
}

struct seen {
	const char *text;
	size_t row;
};

static int by_text(const void *a, const void *b)
{
	const struct seen *sa = a, *sb = b;
	int order = strcmp(sa->text, sb->text);

	return order ? order : sa->row < sb->row ? -1 : sa->row > sb->row;
}

/* Each value of a column at most once; empty cells do not count. */
static void want_unique(struct csv *csv, size_t column)
{
	auto_free struct seen *all = xcalloc(csv->nrows + 1, sizeof(*all));

	for (size_t i = 0; i < csv->nrows; i++)
		all[i] = (struct seen){csv_cell(csv, i, column), i};
	qsort(all, csv->nrows, sizeof(*all), by_text);
	for (size_t i = 1; i < csv->nrows; i++) {
		if (*all[i].text && strcmp(all[i].text, all[i - 1].text) == 0)
			csv_complain(csv, all[i].row, column, "\"%.50s\" stands in the file twice",
			        all[i].text);
	}
}

static void check_teams(struct csv *csv)
{
	for (size_t i = 0; i < csv->nrows; i++) {
		const char *country = csv_cell(csv, i, T_COUNTRY);

		want_ident(csv, i, T_ID, "a team's id");
		want_name(csv, i, T_NAME, true);
		want_name(csv, i, T_DISPLAY, false);
		want_name(csv, i, T_ORG_NAME, false);
		if (*csv_cell(csv, i, T_ORG))
			want_ident(csv, i, T_ORG, "an organization's id");
		else if (*csv_cell(csv, i, T_ORG_NAME) || *country)
			csv_complain(csv, i, T_ORG,
			        "organization_name and country need an organization_id");
		if (*country && !is_country(country))
			csv_complain(csv, i, T_COUNTRY,
			        "a country is three capital letters (ISO 3166-1), not \"%.20s\"",
			        country);
		check_groups(csv, i);
	}
	want_unique(csv, T_ID);
}

static const char *or_null(const char *text)
{
	return *text ? text : NULL;
}

/* One team; *changed: something is different now. */
static int put_team(
        struct pg *pg, const struct csv *csv, size_t row, bool *changed, struct err *err)
{
	auto_pgresult PGresult *res = NULL, *groups = NULL;
	auto_free char *copy = xstrdup(csv_cell(csv, row, T_GROUPS));
	auto_arena struct arena a = {0};
	const char **ids = arena_alloc(&a, sizeof(*ids) * (strlen(copy) + 1));
	const char *id = csv_cell(csv, row, T_ID), *org = or_null(csv_cell(csv, row, T_ORG));
	char *rest = copy;
	size_t n = 0;

	for (char *g = next_group(&rest); g; g = next_group(&rest))
		ids[n++] = g;
	if (org && pg_run(pg, Q_ADMIN_ORGANIZATION_PUT, NULL, err, org,
	                   or_null(csv_cell(csv, row, T_ORG_NAME)),
	                   or_null(csv_cell(csv, row, T_COUNTRY))) < 0)
		return err_result(err);
	if (pg_run(pg, Q_ADMIN_TEAM_PUT, &res, err, id, csv_cell(csv, row, T_NAME),
	            or_null(csv_cell(csv, row, T_DISPLAY)), org) < 0 ||
	        pg_run(pg, Q_ADMIN_GROUPS_PUT, NULL, err, pg_arg_array(&a, ids, n)) < 0 ||
	        pg_run(pg, Q_ADMIN_TEAM_GROUPS, &groups, err, id, pg_arg_array(&a, ids, n)) < 0)
		return err_result(err);
	*changed = PQntuples(res) > 0 || pg_int(groups, 0, "changed") > 0;
	return 0;
}

/* The contests of the changed teams get an event that says so. */
static int tell_contests(struct admin *admin, const char *const *ids, size_t n, struct err *err)
{
	auto_pgresult PGresult *res = NULL;
	auto_arena struct arena a = {0};

	if (n == 0)
		return 0;
	if (pg_run(admin->pg, Q_ADMIN_TEAMS_CONTESTS, &res, err, pg_arg_array(&a, ids, n)) < 0)
		return err_result(err);
	for (int i = 0; i < PQntuples(res); i++) {
		const char *contest = pg_text(res, i, "contest_id");

		if (record_contest(admin->pg, contest, "teams", admin->actor, err) < 0)
			return err_wrap(err, "contest %s", contest);
		admin_catchup(admin, contest);
	}
	return 0;
}

/* Prints what is wrong with a file; EXIT_TOLD then. */
static int told(const struct csv *csv)
{
	if (csv->findings.n == 0)
		return 0;
	findings_print(&csv->findings);
	fprintf(stderr, "codearena: %s: %zu mistakes, nothing was changed\n", csv->path,
	        csv->findings.n);
	return EXIT_TOLD;
}

static int finish(struct admin *admin, bool dry_run, int result, struct err *err)
{
	if (result < 0 || dry_run) {
		pg_rollback(admin->pg);
		return result < 0 ? err_result(err) : 0;
	}
	return pg_commit(admin->pg, err);
}

static int run_team_import(struct admin *admin, const struct args *args, struct err *err)
{
	auto_csv struct csv csv = {0};
	auto_arena struct arena a = {0};
	bool dry_run = args_get(args, "dry-run");
	const char **changed;
	size_t n = 0;
	int result = 0;

	if (csv_read(&csv, args->words[0], team_columns, err) < 0)
		return err_result(err);
	if (csv.findings.n == 0)
		check_teams(&csv);
	if (told(&csv))
		return EXIT_TOLD;
	changed = arena_alloc(&a, sizeof(*changed) * (csv.nrows + 1));
	if (pg_begin(admin->pg, err) < 0)
		return err_result(err);
	for (size_t i = 0; i < csv.nrows && result == 0; i++) {
		bool new = false;

		result = put_team(admin->pg, &csv, i, &new, err);
		if (result < 0)
			err_wrap(err, "%s:%d", csv.path, csv.lines[i * csv.ncolumns]);
		if (new)
			changed[n++] = csv_cell(&csv, i, T_ID);
	}
	if (finish(admin, dry_run, result, err) < 0 ||
	        (!dry_run && tell_contests(admin, changed, n, err) < 0))
		return err_result(err);
	out_say(admin,
	        json_pack("{s:I, s:I, s:b}", "teams", (json_int_t)csv.nrows, "changed",
	                (json_int_t)n, "dry_run", dry_run),
	        "%zu teams, %zu of them new or changed%s", csv.nrows, n,
	        dry_run ? " (dry run: nothing was written)" : "");
	return 0;
}

static int run_team_list(struct admin *admin, const struct args *args UNUSED, struct err *err)
{
	auto_pgresult PGresult *res = NULL;

	if (pg_query(admin->pg, Q_ADMIN_TEAM_LIST, NULL, &res, err) < 0)
		return err_result(err);
	out_result(admin, res);
	return 0;
}

/* ---- accounts */

struct account {
	const char *id, *username, *role;
	const char *team, *name, *hash; /* or NULL */
};

enum { A_USERNAME, A_ID, A_NAME, A_ROLE, A_TEAM, A_PASSWORD };
static const struct csv_column account_columns[] = {
        {"username", true},
        {"id", false},
        {"name", false},
        {"role", false},
        {"team_id", false},
        {"password", false},
        {NULL, false},
};

static bool is_role(const char *s)
{
	return strcmp(s, "team") == 0 || strcmp(s, "jury") == 0 || strcmp(s, "admin") == 0;
}

static bool is_username(const char *s)
{
	size_t len = strlen(s);

	return len >= 1 && len <= 64 &&
	       strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	                 "0123456789_.@+-") == len;
}

static const char *role_of(const struct csv *csv, size_t row)
{
	const char *role = csv_cell(csv, row, A_ROLE);

	return *role ? role : "team";
}

/* No id in the file: the username, when it can be one. */
static const char *account_id(const struct csv *csv, size_t row)
{
	const char *id = csv_cell(csv, row, A_ID);

	return *id ? id : csv_cell(csv, row, A_USERNAME);
}

static void check_account(struct csv *csv, size_t row)
{
	const char *username = csv_cell(csv, row, A_USERNAME), *role = role_of(csv, row);
	const char *team = csv_cell(csv, row, A_TEAM), *password = csv_cell(csv, row, A_PASSWORD);

	if (!is_username(username))
		csv_complain(csv, row, A_USERNAME,
		        "a username is 1 to 64 characters of A-Z a-z 0-9 _ . @ + -, not \"%.70s\"",
		        username);
	else if (!admin_is_ident(account_id(csv, row)))
		csv_complain(csv, row, A_ID, "an id of 1 to 36 of A-Z a-z 0-9 _ . - is needed");
	if (!is_role(role))
		csv_complain(
		        csv, row, A_ROLE, "a role is team, jury or admin, not \"%.20s\"", role);
	if (strcmp(role, "team") == 0 && !*team)
		csv_complain(csv, row, A_TEAM, "role team needs a team_id");
	want_name(csv, row, A_NAME, false);
	if (*password && !password_fits(password))
		csv_complain(csv, row, A_PASSWORD, "a password has %d to %d bytes", PASSWORD_MIN,
		        PASSWORD_MAX);
}

static int check_accounts(struct pg *pg, struct csv *csv, struct err *err)
{
	auto_pgresult PGresult *res = NULL;
	auto_arena struct arena a = {0};
	const char **teams = arena_alloc(&a, sizeof(*teams) * (csv->nrows + 1));

	for (size_t i = 0; i < csv->nrows; i++) {
		check_account(csv, i);
		teams[i] = or_null(csv_cell(csv, i, A_TEAM));
	}
	want_unique(csv, A_USERNAME);
	want_unique(csv, A_ID);
	/* One answer per row, in order. */
	if (pg_run(pg, Q_ADMIN_TEAMS_KNOWN, &res, err, pg_arg_array(&a, teams, csv->nrows)) < 0)
		return err_result(err);
	for (size_t i = 0; i < csv->nrows; i++) {
		if (!pg_bool(res, (int)i, "known"))
			csv_complain(csv, i, A_TEAM, "no such team: \"%.50s\"", teams[i]);
	}
	return 0;
}

/* Makes or changes one. Without a hash an account that is there keeps its own; *fresh: it was not
 * there and has no password yet. */
static int put_account(struct admin *admin, const struct account *a, bool *fresh, struct err *err)
{
	auto_pgresult PGresult *res = NULL;

	if (pg_run(admin->pg, Q_ADMIN_ACCOUNT_PUT, &res, err, a->id, a->username, a->hash, a->role,
	            a->team, a->name, admin->actor) < 0)
		return err_result(err);
	*fresh = pg_bool(res, 0, "fresh");
	return 0;
}

static int set_password(
        struct admin *admin, const char *username, const char *password, struct err *err)
{
	auto_pgresult PGresult *res = NULL;
	auto_free char *hash = hash_password(password, err);

	if (!hash || pg_run(admin->pg, Q_ADMIN_ACCOUNT_PASSWORD, &res, err, username, hash,
	                     admin->actor) < 0)
		return err_result(err);
	if (PQntuples(res) == 0)
		return err_set(err, ERR_NOT_FOUND, "no such account: \"%s\"", username);
	return 0;
}

/* One row of the file; a generated password is added to `shown`. */
static int import_row(
        struct admin *admin, const struct csv *csv, size_t row, json_t *shown, struct err *err)
{
	const char *password = csv_cell(csv, row, A_PASSWORD);
	const struct account account = {
	        .id = account_id(csv, row),
	        .username = csv_cell(csv, row, A_USERNAME),
	        .role = role_of(csv, row),
	        .team = or_null(csv_cell(csv, row, A_TEAM)),
	        .name = or_null(csv_cell(csv, row, A_NAME)),
	};
	char made[PASSWORD_LEN + 1];
	bool fresh = false;

	if (put_account(admin, &account, &fresh, err) < 0)
		return err_result(err);
	if (*password)
		return set_password(admin, account.username, password, err);
	if (!fresh)
		return 0;
	random_text(made, PASSWORD_LEN);
	json_array_append_new(
	        shown, json_pack("{s:s, s:s}", "username", account.username, "password", made));
	return set_password(admin, account.username, made, err);
}

static void show_passwords(struct admin *admin, const struct csv *csv, bool dry_run, json_t *shown)
{
	json_t *one;
	size_t i;

	if (admin->json) {
		out_json(json_pack("{s:I, s:b, s:O}", "accounts", (json_int_t)csv->nrows, "dry_run",
		        dry_run, "passwords", shown));
		return;
	}
	printf("%zu accounts%s\n", csv->nrows, dry_run ? " (dry run: nothing was written)" : "");
	if (dry_run || json_array_size(shown) == 0)
		return;
	puts("Passwords made now; they are shown this once:");
	json_array_foreach (shown, i, one) {
		printf("  %s  %s\n", json_string_value(json_object_get(one, "username")),
		        json_string_value(json_object_get(one, "password")));
	}
}

static int run_account_import(struct admin *admin, const struct args *args, struct err *err)
{
	auto_csv struct csv csv = {0};
	json_auto_t *shown = json_array();
	bool dry_run = args_get(args, "dry-run");
	int result = 0;

	if (csv_read(&csv, args->words[0], account_columns, err) < 0)
		return err_result(err);
	if (csv.findings.n == 0 && check_accounts(admin->pg, &csv, err) < 0)
		return err_result(err);
	if (told(&csv))
		return EXIT_TOLD;
	if (pg_begin(admin->pg, err) < 0)
		return err_result(err);
	for (size_t i = 0; i < csv.nrows && result == 0; i++) {
		result = import_row(admin, &csv, i, shown, err);
		if (result < 0)
			err_wrap(err, "%s:%d", csv.path, csv.lines[i * csv.ncolumns]);
	}
	if (finish(admin, dry_run, result, err) < 0)
		return err_result(err);
	if (dry_run)
		json_array_clear(shown);
	show_passwords(admin, &csv, dry_run, shown);
	return 0;
}

/* In a transaction: the account must be new. */
static int create_rows(
        struct admin *admin, const struct account *a, const char *password, struct err *err)
{
	bool fresh = false;

	if (put_account(admin, a, &fresh, err) < 0)
		return err_result(err);
	if (!fresh)
		return err_set(err, ERR_CONFLICT, "account %s exists already", a->username);
	return set_password(admin, a->username, password, err);
}

static int run_create(struct admin *admin, const struct args *args, struct err *err)
{
	const char *user = args->words[0], *role = args_get(args, "role");
	const struct account account = {
	        .id = args_get(args, "id") ? args_get(args, "id") : user,
	        .username = user,
	        .role = role ? role : "team",
	        .team = args_get(args, "team"),
	        .name = args_get(args, "name"),
	};
	auto_free char *password = NULL;
	bool made = false;

	if (!is_username(user) || !admin_is_ident(account.id))
		return args_usage(err,
		        "a username is 1 to 64 of A-Z a-z 0-9 _ . @ + -, an id (--id) 1 to 36 of "
		        "A-Z a-z 0-9 _ . -");
	if (!is_role(account.role) || (strcmp(account.role, "team") == 0 && !account.team))
		return args_usage(err, "--role must be admin, jury or team; team needs --team ID");
	password = get_password(args_get(args, "password-file"), &made, err);
	if (!password || pg_begin(admin->pg, err) < 0)
		return err_result(err);
	if (finish(admin, false, create_rows(admin, &account, password, err), err) < 0)
		return err_result(err);
	out_say(admin,
	        json_pack("{s:s, s:s, s:s?}", "username", user, "role", account.role, "password",
	                made ? password : NULL),
	        "account %s (%s) created%s%s", user, account.role, made ? "; password: " : "",
	        made ? password : "");
	return 0;
}

static int run_password(struct admin *admin, const struct args *args, struct err *err)
{
	bool made = false;
	auto_free char *password = get_password(args_get(args, "password-file"), &made, err);

	if (!password || set_password(admin, args->words[0], password, err) < 0)
		return err_result(err);
	out_say(admin,
	        json_pack("{s:s, s:s?}", "username", args->words[0], "password",
	                made ? password : NULL),
	        "password of %s changed, its sessions ended%s%s", args->words[0],
	        made ? "; password: " : "", made ? password : "");
	return 0;
}

static int run_account_list(struct admin *admin, const struct args *args UNUSED, struct err *err)
{
	auto_pgresult PGresult *res = NULL;

	if (pg_query(admin->pg, Q_ADMIN_ACCOUNT_LIST, NULL, &res, err) < 0)
		return err_result(err);
	out_result(admin, res);
	return 0;
}

static const struct option import_options[] = {
        {"dry-run", NULL, "check everything, change nothing"},
        {NULL, NULL, NULL},
};
static const struct option create_options[] = {
        {"role", "ROLE", "admin | jury | team; default team"},
        {"team", "ID", "its team; role team needs one"},
        {"name", "TEXT", "the person's name"},
        {"id", "ID", "default: the username"},
        {"password-file", "FILE", "its first line; - is stdin; default: made up and shown"},
        {NULL, NULL, NULL},
};
static const struct option password_options[] = {
        {"password-file", "FILE", "its first line; - is stdin; default: made up and shown"},
        {NULL, NULL, NULL},
};

const struct command account_commands[] = {
        {"team import", "FILE.csv",
                "teams: id,name[,display_name,organization_id,organization_name,country,groups]", 1,
                1, import_options, run_team_import, false},
        {"team list", "", "all teams", 0, 0, NULL, run_team_list, false},
        {"account import", "FILE.csv", "accounts: username[,id,name,role,team_id,password]", 1, 1,
                import_options, run_account_import, false},
        {"account create", "USER", "make one", 1, 1, create_options, run_create, false},
        {"account password", "USER", "give it another password", 1, 1, password_options,
                run_password, false},
        {"account list", "", "all accounts", 0, 0, NULL, run_account_list, false},
        {NULL, NULL, NULL, 0, 0, NULL, NULL, false},
};
