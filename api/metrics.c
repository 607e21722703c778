/* metrics.c -- counters of this process, and the text of both kinds of figures.
 *
 * One small table of routes, found by the address of the pattern (it is a constant of the route
 * table), one lock around it all: an update is a few additions. What is counted per route is
 * status class and a histogram of times; labels never hold anything that a client chose. */
#include "api/metrics.h"

#include "base/mem.h"

#include <inttypes.h>
#include <pthread.h>

enum { MAX_ROUTES = 128, CLASSES = 6, BUCKETS = 12 };

static const int64_t bucket_us[BUCKETS] = {
        500, 1000, 2500, 5000, 10000, 25000, 50000, 100000, 250000, 500000, 1000000, 5000000};

struct histogram {
	uint64_t buckets[BUCKETS], count;
	int64_t sum_us;
};

struct route_metrics {
	const char *route;
	uint64_t by_class[CLASSES];
	struct histogram time;
};

struct metrics {
	pthread_mutex_t lock;
	struct route_metrics routes[MAX_ROUTES]; /* the last stands for all that did not fit */
	size_t nroutes;
	uint64_t events, frames, bytes;
	struct histogram lag;
	int64_t last_lag_us, streams;
	bool up[METRICS_SIDES];
};

struct metrics *metrics_new(void)
{
	struct metrics *m = xcalloc(1, sizeof(*m));

	pthread_mutex_init(&m->lock, NULL);
	return m;
}

void metrics_free(struct metrics *m)
{
	if (!m)
		return;
	pthread_mutex_destroy(&m->lock);
	free(m);
}

static void count(struct histogram *h, int64_t us)
{
	if (us < 0)
		us = 0;
	h->count++;
	h->sum_us += us;
	for (size_t i = 0; i < BUCKETS; i++) {
		if (us <= bucket_us[i]) {
			h->buckets[i]++;
			break;
		}
	}
}

static struct route_metrics *route_of(struct metrics *m, const char *route)
{
	for (size_t i = 0; i < m->nroutes; i++) {
		if (m->routes[i].route == route)
			return &m->routes[i];
	}
	if (m->nroutes == MAX_ROUTES)
		return &m->routes[MAX_ROUTES - 1];
	m->routes[m->nroutes].route = m->nroutes == MAX_ROUTES - 1 ? "others" : route;
	return &m->routes[m->nroutes++];
}

void metrics_request(struct metrics *m, const char *route, int status, int64_t us)
{
	struct route_metrics *r;

	pthread_mutex_lock(&m->lock);
	r = route_of(m, route);
	r->by_class[status >= 100 && status < 600 ? status / 100 : 0]++;
	count(&r->time, us);
	pthread_mutex_unlock(&m->lock);
}

void metrics_event(struct metrics *m, int64_t lag_us)
{
	pthread_mutex_lock(&m->lock);
	m->events++;
	m->last_lag_us = lag_us > 0 ? lag_us : 0;
	count(&m->lag, lag_us);
	pthread_mutex_unlock(&m->lock);
}

void metrics_frames(struct metrics *m, int64_t frames, int64_t bytes)
{
	pthread_mutex_lock(&m->lock);
	m->frames += (uint64_t)frames;
	m->bytes += (uint64_t)bytes;
	pthread_mutex_unlock(&m->lock);
}

void metrics_streams(struct metrics *m, int64_t delta)
{
	pthread_mutex_lock(&m->lock);
	m->streams += delta;
	pthread_mutex_unlock(&m->lock);
}

void metrics_side_up(struct metrics *m, enum metrics_side side, bool up)
{
	pthread_mutex_lock(&m->lock);
	m->up[side] = up;
	pthread_mutex_unlock(&m->lock);
}

bool metrics_side_is_up(struct metrics *m, enum metrics_side side)
{
	bool up;

	pthread_mutex_lock(&m->lock);
	up = m->up[side];
	pthread_mutex_unlock(&m->lock);
	return up;
}

/* ---------------------------------------------------------------- text */

static void head(struct buf *out, const char *name, const char *type, const char *help)
{
	buf_addf(out, "# HELP codearena_%s %s\n# TYPE codearena_%s %s\n", name, help, name, type);
}

/* A label's value: backslash, quote and line end are escaped. */
static void add_label(struct buf *out, const char *name, const char *value)
{
	buf_addf(out, "%s=\"", name);
	for (; *value; value++) {
		if (*value == '\\' || *value == '"')
			buf_addf(out, "\\%c", *value);
		else if (*value == '\n')
			buf_adds(out, "\\n");
		else
			buf_add(out, value, 1);
	}
	buf_adds(out, "\"");
}

/* label: `route="..",` with its comma, or "". */
static void add_histogram(
        struct buf *out, const char *name, const char *label, const struct histogram *h)
{
	uint64_t sum = 0;
	int trim = *label ? (int)strlen(label) - 1 : 0;
	char braces[160];

	for (size_t i = 0; i < BUCKETS; i++) {
		sum += h->buckets[i];
		buf_addf(out, "codearena_%s_bucket{%sle=\"%g\"} %" PRIu64 "\n", name, label,
		        (double)bucket_us[i] / 1e6, sum);
	}
	buf_addf(out, "codearena_%s_bucket{%sle=\"+Inf\"} %" PRIu64 "\n", name, label, h->count);
	snprintf(braces, sizeof(braces), *label ? "{%.*s}" : "%.*s", trim, label);
	buf_addf(out, "codearena_%s_sum%s %.6f\n", name, braces, (double)h->sum_us / 1e6);
	buf_addf(out, "codearena_%s_count%s %" PRIu64 "\n", name, braces, h->count);
}

static void write_routes(const struct metrics *m, struct buf *out)
{
	head(out, "http_requests_total", "counter",
	        "Requests answered, by route and status class.");
	for (size_t i = 0; i < m->nroutes; i++) {
		for (size_t c = 1; c < CLASSES; c++) {
			if (m->routes[i].by_class[c] == 0)
				continue;
			buf_adds(out, "codearena_http_requests_total{");
			add_label(out, "route", m->routes[i].route);
			buf_addf(out, ",status=\"%zuxx\"} %" PRIu64 "\n", c,
			        m->routes[i].by_class[c]);
		}
	}
	head(out, "http_request_seconds", "histogram", "From the first header to the reply.");
	for (size_t i = 0; i < m->nroutes; i++) {
		auto_buf struct buf label = {0};

		add_label(&label, "route", m->routes[i].route);
		buf_adds(&label, ",");
		add_histogram(out, "http_request_seconds", label.data, &m->routes[i].time);
	}
}

void metrics_write(struct metrics *m, struct buf *out)
{
	pthread_mutex_lock(&m->lock);
	write_routes(m, out);
	head(out, "streams", "gauge", "Open event streams.");
	buf_addf(out, "codearena_streams %" PRId64 "\n", m->streams);
	head(out, "stream_frames_total", "counter", "Frames handed to streams.");
	buf_addf(out, "codearena_stream_frames_total %" PRIu64 "\n", m->frames);
	head(out, "stream_bytes_total", "counter", "Bytes handed to streams.");
	buf_addf(out, "codearena_stream_bytes_total %" PRIu64 "\n", m->bytes);
	head(out, "feed_events_total", "counter", "Events of the logs applied here.");
	buf_addf(out, "codearena_feed_events_total %" PRIu64 "\n", m->events);
	head(out, "feed_lag_seconds", "histogram", "Age of an event when it was applied here.");
	add_histogram(out, "feed_lag_seconds", "", &m->lag);
	head(out, "feed_last_lag_seconds", "gauge", "The same, of the last one.");
	buf_addf(out, "codearena_feed_last_lag_seconds %.6f\n", (double)m->last_lag_us / 1e6);
	head(out, "up", "gauge", "1 while the feed reaches it.");
	buf_addf(out, "codearena_up{side=\"postgresql\"} %d\n", m->up[METRICS_POSTGRESQL]);
	buf_addf(out, "codearena_up{side=\"redis\"} %d\n", m->up[METRICS_REDIS]);
	pthread_mutex_unlock(&m->lock);
}

static int write_queue(struct pg *pg, struct buf *out, struct err *err)
{
	auto_pgresult PGresult *r = NULL;

	if (pg_run(pg, Q_FEED_QUEUE, &r, err) < 0)
		return err_wrap(err, "metrics: queue");
	head(out, "queue", "gauge", "Judgements that are not final, by class and state.");
	for (int i = 0; i < PQntuples(r); i++)
		buf_addf(out, "codearena_queue{class=\"%s\",state=\"%s\"} %s\n",
		        pg_text(r, i, "class"), pg_text(r, i, "state"), pg_text(r, i, "n"));
	head(out, "queue_oldest_seconds", "gauge", "Age of the oldest of them.");
	for (int i = 0; i < PQntuples(r); i++)
		buf_addf(out, "codearena_queue_oldest_seconds{class=\"%s\",state=\"%s\"} %s\n",
		        pg_text(r, i, "class"), pg_text(r, i, "state"), pg_text(r, i, "oldest_s"));
	return 0;
}

static int write_judged(struct pg *pg, struct buf *out, struct err *err)
{
	auto_pgresult PGresult *r = NULL;
	auto_pgresult PGresult *stages = NULL;

	if (pg_run(pg, Q_FEED_VERDICTS, &r, err) < 0 || pg_run(pg, Q_FEED_STAGES, &stages, err) < 0)
		return err_wrap(err, "metrics: judgements");
	head(out, "judgements_total", "counter", "Final judgements by verdict.");
	for (int i = 0; i < PQntuples(r); i++)
		buf_addf(out, "codearena_judgements_total{verdict=\"%s\"} %s\n",
		        pg_text(r, i, "verdict"), pg_text(r, i, "n"));
	head(out, "judged_recently", "gauge", "Judgements of the last five minutes.");
	buf_addf(out, "codearena_judged_recently %s\n", pg_text(stages, 0, "n"));
	head(out, "stage_recent_seconds", "gauge", "Their time in each stage, summed.");
	buf_addf(out, "codearena_stage_recent_seconds{stage=\"waiting\"} %s\n",
	        pg_text(stages, 0, "waiting_s"));
	buf_addf(out, "codearena_stage_recent_seconds{stage=\"judging\"} %s\n",
	        pg_text(stages, 0, "judging_s"));
	head(out, "slowest_recent_seconds", "gauge", "The slowest of them, from queue to verdict.");
	buf_addf(out, "codearena_slowest_recent_seconds %s\n", pg_text(stages, 0, "slowest_s"));
	return 0;
}

static int write_workers(struct pg *pg, struct buf *out, struct err *err)
{
	auto_pgresult PGresult *r = NULL;

	if (pg_run(pg, Q_FEED_WORKERS, &r, err) < 0)
		return err_wrap(err, "metrics: workers");
	head(out, "worker_silent_seconds", "gauge", "Since a judge host last said that it lives.");
	for (int i = 0; i < PQntuples(r); i++) {
		buf_adds(out, "codearena_worker_silent_seconds{");
		add_label(out, "worker", pg_text(r, i, "name"));
		buf_addf(out, "} %s\n", pg_text(r, i, "silent_s"));
	}
	head(out, "worker_slots", "gauge", "Judge slots of a host, by its status.");
	for (int i = 0; i < PQntuples(r); i++) {
		buf_adds(out, "codearena_worker_slots{");
		add_label(out, "worker", pg_text(r, i, "name"));
		buf_adds(out, ",");
		add_label(out, "status", pg_text(r, i, "status"));
		buf_addf(out, "} %s\n", pg_text(r, i, "slots"));
	}
	return 0;
}

/* What the compiled programs of a host were good for. */
static int write_artifacts(struct pg *pg, struct buf *out, struct err *err)
{
	static const char *const results[] = {"hits", "misses"};
	auto_pgresult PGresult *r = NULL;

	if (pg_run(pg, Q_FEED_ARTIFACTS, &r, err) < 0)
		return err_wrap(err, "metrics: artifacts");
	head(out, "worker_artifacts_total", "counter",
	        "Programs found compiled, or not, by a judge host.");
	for (int i = 0; i < PQntuples(r); i++) {
		for (size_t k = 0; k < ARRAY_LEN(results); k++) {
			buf_adds(out, "codearena_worker_artifacts_total{");
			add_label(out, "worker", pg_text(r, i, "name"));
			buf_addf(
			        out, ",result=\"%s\"} %s\n", results[k], pg_text(r, i, results[k]));
		}
	}
	head(out, "worker_artifact_bytes", "gauge", "Memory of the compiled programs it keeps.");
	for (int i = 0; i < PQntuples(r); i++) {
		buf_adds(out, "codearena_worker_artifact_bytes{");
		add_label(out, "worker", pg_text(r, i, "name"));
		buf_addf(out, "} %s\n", pg_text(r, i, "bytes"));
	}
	return 0;
}

/* How evenly the slots of the hosts run (judge/calibration.h). */
static int write_slots(struct pg *pg, struct buf *out, struct err *err)
{
	static const struct {
		const char *column, *name, *help;
	} all[] = {{"jitter_percent", "slot_jitter_percent",
	                   "How far the runs of one program differ in a judge slot."},
	        {"fastest_us", "slot_fastest_us", "CPU time of the fastest of them."},
	        {"used", "slot_used", "0: too noisy, it judges nothing."},
	        {"core", "slot_core", "The processor that it judges on."}};
	auto_pgresult PGresult *r = NULL;

	if (pg_run(pg, Q_FEED_SLOTS, &r, err) < 0)
		return err_wrap(err, "metrics: slots");
	for (size_t k = 0; k < ARRAY_LEN(all); k++) {
		head(out, all[k].name, "gauge", all[k].help);
		for (int i = 0; i < PQntuples(r); i++) {
			buf_addf(out, "codearena_%s{", all[k].name);
			add_label(out, "worker", pg_text(r, i, "name"));
			buf_addf(out, ",slot=\"%s\"} %s\n", pg_text(r, i, "slot"),
			        pg_text(r, i, all[k].column));
		}
	}
	return 0;
}

static int write_checks(struct pg *pg, struct buf *out, struct err *err)
{
	static const char *const names[] = {"contest_check_ok", "contest_check_age_seconds"};
	auto_pgresult PGresult *r = NULL;

	if (pg_run(pg, Q_AUDIT_CHECKS, &r, err) < 0)
		return err_wrap(err, "metrics: checks");
	for (size_t k = 0; k < ARRAY_LEN(names); k++) {
		head(out, names[k], "gauge",
		        k == 0 ? "0: log, board or applying of a contest is wrong."
		               : "Since that was looked at.");
		for (int i = 0; i < PQntuples(r); i++) {
			buf_addf(out, "codearena_%s{", names[k]);
			add_label(out, "contest", pg_text(r, i, "contest_id"));
			buf_adds(out, ",");
			add_label(out, "what", pg_text(r, i, "what"));
			buf_addf(out, "} %s\n",
			        k == 0 ? (pg_bool(r, i, "ok") ? "1" : "0")
			               : pg_text(r, i, "age_s"));
		}
	}
	return 0;
}

int metrics_write_database(struct pg *pg, struct buf *out, struct err *err)
{
	if (write_queue(pg, out, err) < 0 || write_judged(pg, out, err) < 0 ||
	        write_checks(pg, out, err) < 0 || write_artifacts(pg, out, err) < 0 ||
	        write_slots(pg, out, err) < 0)
		return err_result(err);
	return write_workers(pg, out, err);
}
