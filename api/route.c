/* route.c -- the table, and the search in it. Patterns are few (some fifty): a walk down the table
 * costs less than the parsing of one header. */
#include "api/route.h"

enum { MAX_SEGMENT = 100, SUBMISSION_JSON = 64 * 1024 };

#define WHOLE SIZE_MAX
#define SMALL ((size_t)SUBMISSION_JSON)

const struct route route_table[] = {
        {"GET", "/healthz", ROLE_PUBLIC, ROUTE_NO_AUTH, NULL, handle_healthz, 0},
        {"GET", "/readyz", ROLE_PUBLIC, ROUTE_NO_AUTH, NULL, handle_readyz, 0},
        {"GET", "/metrics", ROLE_PUBLIC, 0, handle_metrics_get, NULL, 0},
        {"GET", "/api", ROLE_PUBLIC, ROUTE_NO_AUTH, NULL, handle_api_root, 0},
        {"GET", "/api/openapi.json", ROLE_PUBLIC, ROUTE_NO_AUTH, NULL, handle_web_openapi, 0},

        {"POST", "/api/login", ROLE_PUBLIC, ROUTE_NO_AUTH | ROUTE_PASSWORD, handle_login, NULL,
                SMALL},
        {"POST", "/api/refresh", ROLE_PUBLIC, ROUTE_NO_AUTH, handle_refresh, NULL, SMALL},
        {"POST", "/api/logout", ROLE_PUBLIC, 0, handle_logout, NULL, SMALL},
        {"POST", "/api/register", ROLE_PUBLIC, ROUTE_NO_AUTH | ROUTE_PASSWORD, handle_register,
                NULL, SMALL},
        {"GET", "/api/account", ROLE_TEAM, 0, handle_account, NULL, 0},

        {"POST", "/api/submit", ROLE_TEAM, 0, handle_submit, NULL, WHOLE},
        {"GET", "/api/submissions/{sid}", ROLE_TEAM, 0, handle_submission_own, NULL, 0},
        {"GET", "/api/submissions/{sid}/stream", ROLE_TEAM, 0, handle_stream_submission_prepare,
                handle_stream_submission_open, 0},
        {"GET", "/api/submissions/{sid}/runs/{n}/{part}", ROLE_TEAM, 0, handle_test_file, NULL, 0},
        {"POST", "/api/submissions/{sid}/rejudge", ROLE_ADMIN, 0, handle_rejudge, NULL, SMALL},

        {"POST", "/api/submissions/{sid}/ignore", ROLE_ADMIN, 0, handle_ignore, NULL, SMALL},
        {"POST", "/api/submissions/{sid}/confirm", ROLE_JURY, 0, handle_confirm, NULL, SMALL},
        {"POST", "/api/submissions/{sid}/override", ROLE_JURY, ROUTE_PASSWORD, handle_override,
                NULL, SMALL},
        {"GET", "/api/judging", ROLE_JURY, 0, handle_judging, NULL, 0},
        {"POST", "/api/judging", ROLE_ADMIN, 0, handle_judging_pause, NULL, SMALL},

        {"POST", "/api/problems", ROLE_JURY, ROUTE_UPLOAD, handle_import_create, NULL, SMALL},
        {"GET", "/api/problem-imports", ROLE_JURY, 0, handle_imports, NULL, 0},
        {"GET", "/api/problem-imports/{id}", ROLE_JURY, 0, handle_import, NULL, 0},

        {"GET", "/api/contests", ROLE_PUBLIC, 0, handle_contests, NULL, 0},
        {"GET", "/api/contests/{cid}", ROLE_PUBLIC, 0, handle_contest, NULL, 0},
        {"GET", "/api/contests/{cid}/state", ROLE_PUBLIC, 0, handle_state, NULL, 0},
        {"POST", "/api/contests/{cid}/actions", ROLE_ADMIN, 0, handle_action, NULL, SMALL},
        {"GET", "/api/contests/{cid}/blockers", ROLE_JURY, 0, handle_blockers, NULL, 0},
        {"GET", "/api/contests/{cid}/log", ROLE_JURY, 0, handle_log, NULL, 0},
        {"GET", "/api/contests/{cid}/audit", ROLE_ADMIN, 0, handle_audit, NULL, 0},
        {"GET", "/api/contests/{cid}/reveal", ROLE_PUBLIC, 0, handle_reveal_get, NULL, 0},
        {"GET", "/api/contests/{cid}/reveal/rehearsal", ROLE_JURY, 0, handle_reveal_rehearsal, NULL,
                0},
        {"POST", "/api/contests/{cid}/reveal", ROLE_ADMIN, 0, handle_reveal_post, NULL, SMALL},
        {"GET", "/api/contests/{cid}/account", ROLE_TEAM, 0, handle_account, NULL, 0},
        {"GET", "/api/contests/{cid}/judgement-types", ROLE_PUBLIC, 0, handle_judgement_types, NULL,
                0},
        {"GET", "/api/contests/{cid}/languages", ROLE_PUBLIC, 0, handle_languages, NULL, 0},
        {"GET", "/api/contests/{cid}/groups", ROLE_PUBLIC, 0, handle_groups, NULL, 0},
        {"GET", "/api/contests/{cid}/organizations", ROLE_PUBLIC, 0, handle_organizations, NULL, 0},
        {"GET", "/api/contests/{cid}/teams", ROLE_PUBLIC, 0, handle_teams, NULL, 0},
        {"GET", "/api/contests/{cid}/teams/{tid}", ROLE_PUBLIC, 0, handle_team, NULL, 0},

        {"GET", "/api/contests/{cid}/problems", ROLE_PUBLIC, 0, handle_problems, NULL, 0},
        {"GET", "/api/contests/{cid}/problems/{pid}", ROLE_PUBLIC, 0, handle_problem, NULL, 0},
        {"GET", "/api/contests/{cid}/problems/{pid}/statement", ROLE_PUBLIC, 0, handle_statement,
                NULL, 0},
        {"GET", "/api/contests/{cid}/problems/{pid}/samples", ROLE_PUBLIC, 0, handle_samples, NULL,
                0},
        {"GET", "/api/contests/{cid}/problems/{pid}/samples/{n}/{part}", ROLE_PUBLIC, 0,
                handle_sample_file, NULL, 0},
        {"GET", "/api/contests/{cid}/problems/{pid}/files/{name}", ROLE_PUBLIC, 0,
                handle_problem_file, NULL, 0},
        /* beside the statement, as that names its figures */
        {"GET", "/api/contests/{cid}/problems/{pid}/{name}", ROLE_PUBLIC, 0, handle_problem_file,
                NULL, 0},

        {"GET", "/api/contests/{cid}/submissions", ROLE_PUBLIC, 0, handle_submissions, NULL, 0},
        {"POST", "/api/contests/{cid}/submissions", ROLE_TEAM, 0, handle_submit, NULL, WHOLE},
        {"GET", "/api/contests/{cid}/submissions/{sid}", ROLE_PUBLIC, 0, handle_submission, NULL,
                0},
        {"GET", "/api/contests/{cid}/submissions/{sid}/source", ROLE_TEAM, 0, handle_source, NULL,
                0},
        {"GET", "/api/contests/{cid}/judgements", ROLE_PUBLIC, 0, handle_judgements, NULL, 0},
        {"GET", "/api/contests/{cid}/runs", ROLE_PUBLIC, 0, handle_runs, NULL, 0},

        {"GET", "/api/contests/{cid}/rejudgings", ROLE_JURY, 0, handle_rejudgings, NULL, 0},
        {"POST", "/api/contests/{cid}/rejudgings", ROLE_ADMIN, 0, handle_rejudging_create, NULL,
                SMALL},
        {"GET", "/api/contests/{cid}/rejudgings/{set}", ROLE_JURY, 0, handle_rejudging, NULL, 0},
        {"POST", "/api/contests/{cid}/rejudgings/{set}/apply", ROLE_ADMIN, 0,
                handle_rejudging_apply, NULL, SMALL},
        {"POST", "/api/contests/{cid}/rejudgings/{set}/discard", ROLE_ADMIN, 0,
                handle_rejudging_discard, NULL, SMALL},
        {"POST", "/api/contests/{cid}/rejudgings/{set}/undo", ROLE_ADMIN, 0, handle_rejudging_undo,
                NULL, SMALL},

        {"GET", "/api/contests/{cid}/clarifications", ROLE_PUBLIC, 0, handle_clarifications, NULL,
                0},
        {"POST", "/api/contests/{cid}/clarifications", ROLE_TEAM, 0, handle_clarify, NULL, SMALL},
        {"GET", "/api/contests/{cid}/drafts/{pid}/{lang}", ROLE_TEAM, 0, handle_draft_get, NULL, 0},
        {"PUT", "/api/contests/{cid}/drafts/{pid}/{lang}", ROLE_TEAM, 0, handle_draft_put, NULL,
                WHOLE},

        {"GET", "/api/contests/{cid}/scoreboard", ROLE_PUBLIC, ROUTE_AT, handle_scoreboard_past,
                NULL, 0},
        {"GET", "/api/contests/{cid}/history", ROLE_PUBLIC, 0, handle_history, NULL, 0},
        {"GET", "/api/contests/{cid}/awards", ROLE_PUBLIC, 0, NULL, handle_awards, 0},
        {"GET", "/api/contests/{cid}/scoreboard", ROLE_PUBLIC, 0, NULL, handle_scoreboard_get, 0},
        {"GET", "/api/contests/{cid}/scoreboard/own", ROLE_TEAM, 0, NULL, handle_scoreboard_own, 0},
        {"GET", "/api/contests/{cid}/scoreboard/stream", ROLE_PUBLIC, 0, NULL,
                handle_stream_scoreboard, 0},
        {"GET", "/api/contests/{cid}/stream", ROLE_PUBLIC, 0, handle_stream_contest_prepare,
                handle_stream_contest_open, 0},

        {"GET", "/{rest}", ROLE_PUBLIC, ROUTE_NO_AUTH | ROUTE_REST, NULL, handle_web, 0},
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

enum route_result route_find(const struct route_query *q, struct arena *a, struct route_match *m)
{
	*m = (struct route_match){0};
	for (size_t i = 0; i < q->n; i++) {
		if ((q->table[i].flags & ROUTE_AT) && !q->at)
			continue;
		if (!fits(&q->table[i], q->path, a, m))
			continue;
		if (method_fits(q->table[i].method, q->method)) {
			m->route = &q->table[i];
			return ROUTE_FOUND;
		}
		add_method(m, q->table[i].method);
	}
	return m->allow[0] ? ROUTE_METHOD : ROUTE_UNKNOWN;
}
