/* route.c -- the table, and the search in it. Patterns are few (some fifty): a walk down the table
 * costs less than the parsing of one header. */
#include "api/route.h"

enum { MAX_SEGMENT = 100, SUBMISSION_JSON = 64 * 1024 };

#define WHOLE SIZE_MAX
#define SMALL ((size_t)SUBMISSION_JSON)

const struct route route_table[] = {
        {"GET", "/healthz", ROLE_PUBLIC, NULL, handle_healthz, 0, ROUTE_NO_AUTH},
        {"GET", "/readyz", ROLE_PUBLIC, NULL, handle_readyz, 0, ROUTE_NO_AUTH},
        {"GET", "/metrics", ROLE_PUBLIC, handle_metrics_get, NULL, 0, 0},
        {"GET", "/api", ROLE_PUBLIC, NULL, handle_api_root, 0, ROUTE_NO_AUTH},
        {"GET", "/api/openapi.json", ROLE_PUBLIC, NULL, handle_web_openapi, 0, ROUTE_NO_AUTH},

        {"POST", "/api/login", ROLE_PUBLIC, handle_login, NULL, SMALL,
                ROUTE_NO_AUTH | ROUTE_PASSWORD},
        {"POST", "/api/refresh", ROLE_PUBLIC, handle_refresh, NULL, SMALL, ROUTE_NO_AUTH},
        {"POST", "/api/logout", ROLE_PUBLIC, handle_logout, NULL, SMALL, 0},
        {"POST", "/api/register", ROLE_PUBLIC, handle_register, NULL, SMALL,
                ROUTE_NO_AUTH | ROUTE_PASSWORD},
        {"GET", "/api/account", ROLE_TEAM, handle_account, NULL, 0, 0},

        {"POST", "/api/submit", ROLE_TEAM, handle_submit, NULL, WHOLE, 0},
        {"GET", "/api/submissions/{sid}", ROLE_TEAM, handle_submission_own, NULL, 0, 0},
        {"GET", "/api/submissions/{sid}/stream", ROLE_TEAM, handle_stream_submission_prepare,
                handle_stream_submission_open, 0, 0},
        {"POST", "/api/submissions/{sid}/rejudge", ROLE_ADMIN, handle_rejudge, NULL, SMALL, 0},

        {"GET", "/api/contests", ROLE_PUBLIC, handle_contests, NULL, 0, 0},
        {"GET", "/api/contests/{cid}", ROLE_PUBLIC, handle_contest, NULL, 0, 0},
        {"GET", "/api/contests/{cid}/state", ROLE_PUBLIC, handle_state, NULL, 0, 0},
        {"POST", "/api/contests/{cid}/actions", ROLE_ADMIN, handle_action, NULL, SMALL, 0},
        {"GET", "/api/contests/{cid}/account", ROLE_TEAM, handle_account, NULL, 0, 0},
        {"GET", "/api/contests/{cid}/judgement-types", ROLE_PUBLIC, handle_judgement_types, NULL, 0,
                0},
        {"GET", "/api/contests/{cid}/languages", ROLE_PUBLIC, handle_languages, NULL, 0, 0},
        {"GET", "/api/contests/{cid}/groups", ROLE_PUBLIC, handle_groups, NULL, 0, 0},
        {"GET", "/api/contests/{cid}/organizations", ROLE_PUBLIC, handle_organizations, NULL, 0, 0},
        {"GET", "/api/contests/{cid}/teams", ROLE_PUBLIC, handle_teams, NULL, 0, 0},
        {"GET", "/api/contests/{cid}/teams/{tid}", ROLE_PUBLIC, handle_team, NULL, 0, 0},

        {"GET", "/api/contests/{cid}/problems", ROLE_PUBLIC, handle_problems, NULL, 0, 0},
        {"GET", "/api/contests/{cid}/problems/{pid}", ROLE_PUBLIC, handle_problem, NULL, 0, 0},
        {"GET", "/api/contests/{cid}/problems/{pid}/statement", ROLE_PUBLIC, handle_statement, NULL,
                0, 0},
        {"GET", "/api/contests/{cid}/problems/{pid}/samples", ROLE_PUBLIC, handle_samples, NULL, 0,
                0},
        {"GET", "/api/contests/{cid}/problems/{pid}/files/{name}", ROLE_PUBLIC, handle_problem_file,
                NULL, 0, 0},

        {"GET", "/api/contests/{cid}/submissions", ROLE_PUBLIC, handle_submissions, NULL, 0, 0},
        {"POST", "/api/contests/{cid}/submissions", ROLE_TEAM, handle_submit, NULL, WHOLE, 0},
        {"GET", "/api/contests/{cid}/submissions/{sid}", ROLE_PUBLIC, handle_submission, NULL, 0,
                0},
        {"GET", "/api/contests/{cid}/submissions/{sid}/source", ROLE_TEAM, handle_source, NULL, 0,
                0},
        {"GET", "/api/contests/{cid}/judgements", ROLE_PUBLIC, handle_judgements, NULL, 0, 0},
        {"GET", "/api/contests/{cid}/runs", ROLE_PUBLIC, handle_runs, NULL, 0, 0},

        {"GET", "/api/contests/{cid}/clarifications", ROLE_PUBLIC, handle_clarifications, NULL, 0,
                0},
        {"POST", "/api/contests/{cid}/clarifications", ROLE_TEAM, handle_clarify, NULL, SMALL, 0},
        {"GET", "/api/contests/{cid}/drafts/{pid}/{lang}", ROLE_TEAM, handle_draft_get, NULL, 0, 0},
        {"PUT", "/api/contests/{cid}/drafts/{pid}/{lang}", ROLE_TEAM, handle_draft_put, NULL, WHOLE,
                0},

        {"GET", "/api/contests/{cid}/scoreboard", ROLE_PUBLIC, NULL, handle_scoreboard_get, 0, 0},
        {"GET", "/api/contests/{cid}/scoreboard/stream", ROLE_PUBLIC, NULL,
                handle_stream_scoreboard, 0, 0},
        {"GET", "/api/contests/{cid}/stream", ROLE_PUBLIC, handle_stream_contest_prepare,
                handle_stream_contest_open, 0, 0},

        {"GET", "/{rest}", ROLE_PUBLIC, NULL, handle_web, 0, ROUTE_NO_AUTH | ROUTE_REST},
};
const size_t route_count = ARRAY_LEN(route_table);

static bool is_param(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		char c = s[i];
		bool ok = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		          (c >= '0' && c <= '9') || strchr("_.+-", c);

		if (!ok)
			return false;
	}
	return len >= 1 && len <= MAX_SEGMENT;
}

static bool is_api(const char *path)
{
	return strncmp(path, "/api", 4) == 0 && (path[4] == '\0' || path[4] == '/');
}

/* Fills the params of m when the path fits the row. */
static bool fits(const struct route *r, const char *path, struct arena *a, struct route_match *m)
{
	const char *pattern = r->path;
	int n = 0;

	if (r->flags & ROUTE_REST) {
		m->params[0] = path + 1;
		return !is_api(path) && path[0] == '/';
	}
	while (*pattern && *path) {
		size_t plen = strcspn(pattern + 1, "/") + 1;
		size_t len = 0;

		if (*path != '/')
			return false;
		len = strcspn(path + 1, "/") + 1;
		if (pattern[1] == '{') {
			if (n == MAX_PARAMS || !is_param(path + 1, len - 1))
				return false;
			m->params[n++] = arena_strndup(a, path + 1, len - 1);
		} else if (len != plen || memcmp(path, pattern, len) != 0) {
			return false;
		}
		pattern += plen;
		path += len;
	}
	return !*pattern && !*path;
}

static bool method_fits(const char *row, const char *method)
{
	return strcmp(row, method) == 0 || (strcmp(row, "GET") == 0 && strcmp(method, "HEAD") == 0);
}

static void add_method(struct route_match *m, const char *method)
{
	size_t len = strlen(m->allow);

	if (strstr(m->allow, method))
		return;
	snprintf(m->allow + len, sizeof(m->allow) - len, "%s%s%s", len ? ", " : "", method,
	        strcmp(method, "GET") == 0 ? ", HEAD" : "");
}

enum route_result route_find(const struct route *table, size_t n, const char *method,
        const char *path, struct arena *a, struct route_match *m)
{
	*m = (struct route_match){0};
	for (size_t i = 0; i < n; i++) {
		if (!fits(&table[i], path, a, m))
			continue;
		if (method_fits(table[i].method, method)) {
			m->route = &table[i];
			return ROUTE_FOUND;
		}
		add_method(m, table[i].method);
	}
	return m->allow[0] ? ROUTE_METHOD : ROUTE_UNKNOWN;
}
