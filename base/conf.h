/* conf.h -- the settings of all programs: one table in conf.c, one row per setting
 * (name, type, default, range, one sentence). The file is `name = value` lines; a line that
 * starts with `#` is a comment; `codearena settings` prints an example from the table. An
 * unknown key, a value out of range or a missing file stops the start and names the line.
 * Defaults may name other settings: {data_dir}/web.
 *
 * Where: --config FILE, else $CODEARENA_CONFIG, else /etc/codearena/<instance>.conf with the
 * instance of $CODEARENA_INSTANCE, else "codearena". No string is NULL after loading.
 * Secrets are never values: a setting names the file (mode 0600) that holds one. */
#ifndef CONF_H
#define CONF_H
#include "base/base.h"
#include "base/err.h"

/* One member per row of the table in conf.c. Strings are owned by the struct. */
struct conf {
	char *instance;      /* name: users, sockets, cgroup path, uid ranges */
	char *data_dir;      /* PostgreSQL, Redis, caches, logs live below it */
	char *prefix;        /* where the programs and web pages are installed */
	char *pg_socket_dir; /* libpq host: a folder or a name */
	int64_t pg_port;
	char *pg_database;
	char *pg_user;          /* the program's own role; its password file is next */
	char *pg_password_file; /* empty: none */
	char *pg_sslmode;       /* libpq sslmode; for a host elsewhere */
	char *redis_socket;     /* a path, or host:port */
	char *redis_user;
	char *redis_password_file; /* empty: no AUTH */
	char *redis_prefix;        /* put before every key and channel */
	char *listen_address;      /* 127.0.0.1 */
	int64_t listen_port;       /* 8080 */
	char *web_dir;             /* built pages */
	char *registration;        /* closed | code | open */
	char *registration_code_file;
	char *jwt_key_file; /* 32+ random bytes, mode 0600 */
	int64_t jwt_minutes;
	int64_t refresh_days;
	bool cookie_secure; /* set behind TLS */
	int64_t api_sql_threads;
	int64_t api_password_threads;
	int64_t max_body_kib; /* of a request, but for problem uploads */
	int64_t upload_mib;   /* of a problem package over HTTP */
	int64_t max_connections;
	int64_t submissions_per_minute; /* per team and contest */
	int64_t drain_seconds;          /* SIGTERM: how long running requests may take */
	int64_t verify_seconds;         /* between two looks at logs and boards; 0: never */
	char *box_socket;
	int64_t slots;       /* judge slots; 0 = one per usable core */
	char *cores;         /* a list of processors; empty: all */
	bool avoid_siblings; /* one hyperthread of a core */
	char *runtime;       /* OCI runtime command: runc | crun */
	char *root;          /* language root: "host" or a folder made by make-root */
	char *language_file; /* judge/languages.yaml as installed */
	char *work_dir;      /* judge's cache of test data */
	int64_t cache_mib;
	int64_t memory_budget_mib;  /* for all slots together; 0 = 80 % of the host's */
	int64_t uid_base;           /* first of the container uids on the host */
	int64_t rotate_after;       /* executions before a container is replaced */
	int64_t artifact_mib;       /* compiled submissions kept in memory */
	int64_t calibrate_seconds;  /* slots are measured so often; 0: never */
	int64_t max_jitter_percent; /* a slot above it is not used; 0: all are */
	bool precompiled_headers;   /* of the languages that name one */
	bool spread_tests;          /* idle slots help with the tests of one submission */
	char *judge_name;           /* shown to admins; default: host name */
};

/* Reads and checks a file. path NULL: the default place. */
int conf_load(struct conf *c, const char *path, struct err *err);
/* The same from text; lines are named, the file is not. *c is filled on success only. */
int conf_parse(struct conf *c, const char *text, size_t len, struct err *err);
/* Takes --config FILE out of argv if there (argc is updated), loads, dies with the reason. */
void conf_init(struct conf *c, int *argc, char **argv);
void conf_free(struct conf *c);
/* The example file with every setting, its range, default and meaning. */
void conf_print_example(FILE *out);
/* The first line of a secret file: refused if others may read it. Caller frees. */
char *conf_read_secret(const char *path, struct err *err);
#endif
