/* boardtry.c -- hands for bench-board.mjs: makes the log of a large contest, and measures what the
 * product does with it.
 *
 *   boardtry log TEAMS PROBLEMS EVENTS   rows of leaderboard_events of contest `big` for COPY, and
 *                                        on stderr what its counter must hold then
 *   boardtry rebuild CONF CONTEST        seconds of a bare COPY of the log, and of a rebuild
 *   boardtry apply CONF CONTEST          seconds of the catch-up that is due
 *   boardtry verdicts CONF CONTEST N     appends N events one by one, as a judge's recording does,
 *                                        and prints number and microsecond of each commit
 *
 * The log is a real one: chained, canonical, with the cells and totals of the ICPC rules; half of
 * the events are submissions, half their judgements, a third of them accepted. */
#include "base/clock.h"
#include "base/conf.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/log.h"
#include "model/event.h"
#include "scoreboard/catchup.h"
#include "scoreboard/part.h"

#include <inttypes.h>
#include <time.h>

enum { SALT_SIZE = 16, MINUTE_MS = 60000, PENALTY = 20, PROBLEMS_MAX = 26, TEXT_SIZE = 2048 };
static const int64_t START_MS = INT64_C(1767225600000); /* 2026-01-01 */
static const int64_t DURATION_MS = INT64_C(5) * 3600 * 1000;

static uint64_t next_random(uint64_t *state)
{
	uint64_t z = *state += 0x9E3779B97F4A7C15U;

	z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
	z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
	return z ^ (z >> 31);
}

/* ---------------------------------------------------------------- a log */

struct tcell {
	int judged, pending, wrong, minute;
	bool solved;
	int64_t time_ms;
};

struct tteam {
	struct tcell cells[PROBLEMS_MAX];
	int solved, penalty, wrong;
	int64_t last_ms;
};

struct maker {
	size_t teams, problems;
	int64_t events;
	uint64_t random;
	struct tteam *team;
	int64_t number;
	unsigned char head[HASH_SIZE];
};

/* One line of COPY; `middle` is what stands between the times and the numbers, in canonical order.
 */
static void put_event(
        struct maker *m, const char *kind, int64_t at_ms, const char *sub, const char *text)
{
	auto_buf struct buf chained = {0};
	unsigned char salt[SALT_SIZE];
	char hex[HASH_HEX_SIZE], at[CLOCK_TEXT_SIZE];

	random_bytes(salt, sizeof(salt));
	buf_add(&chained, m->head, HASH_SIZE);
	buf_adds(&chained, text);
	buf_add(&chained, salt, sizeof(salt));
	hash_sha256(chained.data, chained.len, m->head);
	clock_format_time(at_ms, at);
	printf("big\t%" PRId64 "\t%" PRId64 "\t%s\t%s\t%s\t%s\t\\\\x", m->number, m->number, kind,
	        at, sub ? sub : "\\N", text);
	for (size_t i = 0; i < sizeof(salt); i++)
		printf("%02x", salt[i]);
	hash_hex(m->head, hex);
	printf("\t\\\\x%s\n", hex);
}

static void first_event(struct maker *m)
{
	auto_arena struct arena a = {0};
	json_auto_t *event = json_object();
	json_t *part = json_object();
	auto_free char *text = NULL;
	char at[CLOCK_TEXT_SIZE];
	struct contest c = {.id = "big",
	        .name = "Big",
	        .show_runs = "verdicts",
	        .after_end = "refuse",
	        .rules = RULES_ICPC,
	        .start_ms = START_MS,
	        .duration_ms = DURATION_MS,
	        .freeze_ms = -1,
	        .clock_rate = 1,
	        .penalty_minutes = PENALTY,
	        .nproblems = m->problems,
	        .nteams = m->teams};

	c.problems = arena_alloc(&a, m->problems * sizeof(*c.problems));
	for (size_t i = 0; i < m->problems; i++)
		c.problems[i] = (struct contest_problem){.id = arena_printf(&a, "problem-%zu", i),
		        .label = arena_printf(&a, "%c", (char)('A' + i)),
		        .name = "A problem",
		        .rgb = "#808080",
		        .color = "grey",
		        .ordinal = (int)i + 1,
		        .points_milli = 100000};
	c.teams = arena_alloc(&a, m->teams * sizeof(*c.teams));
	for (size_t i = 0; i < m->teams; i++)
		c.teams[i] = (struct contest_team){.id = arena_printf(&a, "team%06zu", i),
		        .name = arena_printf(&a, "Team number %zu", i),
		        .organization_id = arena_printf(&a, "org%zu", i % 1000),
		        .organization_name = arena_printf(&a, "Organization %zu", i % 1000),
		        .country = i % 2 ? "DEU" : "NLD",
		        .group_ids = i % 3 ? "a" : "b"};
	clock_format_time(START_MS, at);
	json_object_set_new(part, "bulk", json_true());
	json_object_set_new(part, "contest", part_contest(&c));
	json_object_set_new(part, "state", part_state(&c, START_MS));
	json_object_set_new(part, "freezes", part_freezes(&c));
	json_object_set_new(part, "problems", part_problems(&c));
	json_object_set_new(part, "teams", part_teams(&c, VIEW_JURY));
	json_object_set_new(part, "rows", json_array());
	json_object_set_new(part, "first", json_array());
	json_object_set_new(event, "at", json_string(at));
	json_object_set_new(event, "contest", json_string("big"));
	json_object_set_new(event, "contest_time", json_integer(0));
	json_object_set_new(event, "jury", part);
	json_object_set(event, "public", part);
	json_object_set_new(event, "kind", json_string("contest"));
	json_object_set_new(event, "number", json_integer(1));
	json_object_set_new(event, "public_number", json_integer(1));
	json_object_set_new(event, "subject", json_object());
	text = json_text(event);
	m->number = 1;
	put_event(m, "contest", START_MS, NULL, text);
}

static const char *time_or_null(int64_t ms, char out[24])
{
	if (ms < 0)
		return "null";
	snprintf(out, 24, "%" PRId64, ms);
	return out;
}

/* The row of a team with one cell, canonical. */
static void row_text(const struct maker *m, size_t team, size_t problem, char *out, size_t size)
{
	const struct tteam *t = &m->team[team];
	const struct tcell *c = &t->cells[problem];
	char time[24], last[24];

	snprintf(out, size,
	        "{\"rows\":[{\"cells\":[{\"judged\":%d,\"penalty\":%d,\"pending\":%d,\"points\":0,"
	        "\"problem\":\"problem-%zu\",\"solved\":%s,\"time\":%s}],\"last\":%s,\"penalty\":%"
	        "d,"
	        "\"points\":0,\"solved\":%d,\"team\":\"team%06zu\",\"wrong\":%d}]}",
	        c->judged, c->solved ? c->minute + PENALTY * c->wrong : 0, c->pending, problem,
	        c->solved ? "true" : "false", time_or_null(c->solved ? c->time_ms : -1, time),
	        time_or_null(t->last_ms, last), t->penalty, t->solved, team, t->wrong);
}

static void change_event(struct maker *m, const char *kind, int64_t ms, size_t team, size_t problem)
{
	char row[TEXT_SIZE / 2], text[2 * TEXT_SIZE], at[CLOCK_TEXT_SIZE], sub[32];

	m->number++;
	clock_format_time(START_MS + ms, at);
	snprintf(sub, sizeof(sub), "%" PRId64, m->number / 2);
	row_text(m, team, problem, row, sizeof(row));
	snprintf(text, sizeof(text),
	        "{\"at\":\"%s\",\"contest\":\"big\",\"contest_time\":%" PRId64
	        ",\"jury\":%s,\"kind\":\"%s\",\"number\":%" PRId64
	        ",\"public\":%s,\"public_number\":%" PRId64
	        ",\"subject\":{\"actor\":\"account%zu\",\"language\":\"cpp\",\"problem\":\"problem-"
	        "%zu\","
	        "\"submission\":\"%s\",\"team\":\"team%06zu\"}}",
	        at, ms, row, kind, m->number, row, m->number, team, problem, sub, team);
	put_event(m, kind, START_MS + ms, sub, text);
}

static void submit_and_judge(struct maker *m, int64_t ms)
{
	size_t team = next_random(&m->random) % m->teams;
	size_t problem = next_random(&m->random) % m->problems;
	struct tteam *t = &m->team[team];
	struct tcell *c = &t->cells[problem];

	if (!c->solved)
		c->pending++;
	change_event(m, "submission", ms, team, problem);
	if (!c->solved) {
		c->pending--;
		c->judged++;
		if (next_random(&m->random) % 3 == 0) {
			c->solved = true;
			c->time_ms = ms;
			c->minute = (int)(ms / MINUTE_MS);
			t->solved++;
			t->penalty += c->minute + PENALTY * c->wrong;
			t->wrong += c->wrong;
			t->last_ms = ms;
		} else {
			c->wrong++;
		}
	}
	change_event(m, "judgement", ms, team, problem);
}

static int make_log(size_t teams, size_t problems, int64_t events)
{
	struct maker m = {.teams = teams,
	        .problems = problems < PROBLEMS_MAX ? problems : PROBLEMS_MAX,
	        .events = events,
	        .random = 1};
	char hex[HASH_HEX_SIZE];

	m.team = xcalloc(teams, sizeof(*m.team));
	for (size_t i = 0; i < teams; i++)
		m.team[i].last_ms = -1;
	first_event(&m);
	while (m.number + 2 <= events)
		submit_and_judge(&m,
		        (int64_t)((double)m.number / (double)events * (double)(DURATION_MS - 1)));
	hash_hex(m.head, hex);
	fprintf(stderr, "%" PRId64 " %s\n", m.number, hex);
	free(m.team);
	return 0;
}

/* ---------------------------------------------------------------- measuring */

struct bench {
	struct conf conf;
	struct pg *pg;
	struct kv *kv;
	const char *contest;
};

static int64_t copy_us(struct bench *b, int64_t *rows)
{
	int64_t begin = clock_mono_us();
	auto_free char *sql =
	        xasprintf("COPY (SELECT number, public_number, text FROM "
	                  "leaderboard_events WHERE contest_id = '%s' ORDER BY number) "
	                  "TO STDOUT (FORMAT binary)",
	                b->contest);
	PGconn *conn = pg_conn(b->pg);
	PGresult *r = PQexec(conn, sql);
	char *data;

	if (PQresultStatus(r) != PGRES_COPY_OUT)
		die("COPY: %s", PQerrorMessage(conn));
	PQclear(r);
	*rows = 0;
	while (PQgetCopyData(conn, &data, 0) > 0) {
		PQfreemem(data);
		++*rows;
	}
	while ((r = PQgetResult(conn)))
		PQclear(r);
	*rows -= 1; /* the trailer */
	return clock_mono_us() - begin;
}

static void rebuild(struct bench *b)
{
	struct err err = {0};
	int64_t rows = 0, events = 0;

	for (int i = 0; i < 3; i++) {
		int64_t copy = copy_us(b, &rows), begin = clock_mono_us(), took;

		if (catchup_rebuild(b->pg, b->kv, b->contest, &events, &err) < 0)
			die("rebuild: %s", err.msg);
		took = clock_mono_us() - begin;
		printf("{\"rows\":%" PRId64 ",\"events\":%" PRId64
		       ",\"copy_s\":%.3f,\"rebuild_s\":%.3f}\n",
		        rows, events, (double)copy / 1e6, (double)took / 1e6);
		fflush(stdout);
	}
}

static void apply(struct bench *b)
{
	struct err err = {0};
	int64_t begin = clock_mono_us();

	if (catchup_run(b->pg, b->kv, b->contest, &err) < 0)
		die("apply: %s", err.msg);
	printf("{\"apply_s\":%.6f}\n", (double)(clock_mono_us() - begin) / 1e6);
}

static int append_one(struct bench *b, size_t i, int64_t *number, struct err *err)
{
	auto_arena struct arena a = {0};
	struct log_head head;
	json_auto_t *part = json_pack("{s:[{s:[],s:n,s:i,s:i,s:i,s:s,s:i}]}", "rows", "cells",
	        "last", "penalty", (int)i, "points", 0, "solved", 1, "team",
	        arena_printf(&a, "team%06zu", i % 1000), "wrong", 0);
	struct event_draft d = {.kind = "judgement",
	        .contest_time_ms = 0,
	        .subject = NULL,
	        .jury = part,
	        .public_part = part};

	if (pg_begin(b->pg, err) < 0 || event_lock(b->pg, &a, b->contest, &head, err) < 0 ||
	        event_append(b->pg, &a, b->contest, &head, &d, NULL, err) < 0 ||
	        pg_commit(b->pg, err) < 0)
		return err_result(err);
	*number = head.public_number;
	return 0;
}

static void verdicts(struct bench *b, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct err err = {0};
		struct timespec now, pause = {.tv_nsec = 30000000L};
		int64_t number = 0;

		if (append_one(b, i, &number, &err) < 0)
			die("append: %s", err.msg);
		clock_gettime(CLOCK_REALTIME, &now);
		printf("%" PRId64 " %" PRId64 "\n", number,
		        (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000);
		fflush(stdout);
		if (catchup_run(b->pg, b->kv, b->contest, &err) < 0)
			die("catch-up: %s", err.msg);
		nanosleep(&pause, NULL);
	}
}

static int with_conf(int argc, char **argv)
{
	struct bench b = {.contest = argv[3]};
	struct err err = {0};

	if (conf_load(&b.conf, argv[2], &err) < 0)
		die("%s", err.msg);
	b.pg = pg_new(&b.conf);
	b.kv = kv_new(&b.conf);
	if (pg_connect(b.pg, &err) < 0)
		die("%s", err.msg);
	if (strcmp(argv[1], "rebuild") == 0)
		rebuild(&b);
	else if (strcmp(argv[1], "apply") == 0)
		apply(&b);
	else if (strcmp(argv[1], "verdicts") == 0 && argc > 4)
		verdicts(&b, strtoul(argv[4], NULL, 10));
	else
		die("unknown: %s", argv[1]);
	kv_free(b.kv);
	pg_free(b.pg);
	conf_free(&b.conf);
	return 0;
}

int main(int argc, char **argv)
{
	log_init("codearena");
	if (argc == 5 && strcmp(argv[1], "log") == 0)
		return make_log(strtoul(argv[2], NULL, 10), strtoul(argv[3], NULL, 10),
		        strtoll(argv[4], NULL, 10));
	if (argc >= 4)
		return with_conf(argc, argv);
	die("log TEAMS PROBLEMS EVENTS | rebuild|apply CONF CONTEST | verdicts CONF CONTEST N");
}
