/* main.c -- codearena-api: HTTP, SSE and the web pages of one node.
 *
 * May: listen on its port, talk to PostgreSQL as codearena_api and to Redis as its user, read its
 * settings, secrets and pages. May not, and cannot with those roles: write a judgement, read test
 * data. It needs no capability and drops what it has.
 *
 * Threads: this one runs the loop; the SQL pool and the password pool run handlers that block; the
 * writers write submissions; feed.c has its own. All state but caches is in PostgreSQL, so any
 * number of these programs may run and any may be killed.
 *
 * SIGTERM or SIGINT: stop accepting, /readyz says 503, streams end (clients go on elsewhere by
 * Last-Event-ID), running requests are finished, for at most drain_seconds; exit 0. */
#include "api/app.h"
#include "api/feed.h"
#include "api/limit.h"
#include "api/statements.h"
#include "api/web.h"
#include "api/writer.h"
#include "base/clock.h"
#include "base/log.h"

#include <signal.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>

enum {
	SQL_QUEUE = 2000,
	PASSWORD_QUEUE = 200, /* 200 x 20 ms on two threads: two seconds */
	WRITERS = 2,
	SWEEP_MS = 3600 * 1000,
	DRAIN_TICK_MS = 20,
	LAST_TURNS_MS = 200,
	MS = 1000,
};

struct life {
	struct app app;
	struct watch signals;
	struct timer drain, sweep, last;
	struct job sweep_job;
	atomic_bool sweeping;
	int64_t deadline_ms;
};

static int before_wait(void *data)
{
	struct life *life = data;

	return http_before_wait(life->app.http);
}

static void on_drain(struct timer *t)
{
	struct life *life = t->data;
	size_t open = http_requests_open(life->app.http);

	if (open == 0 || clock_mono_ms() >= life->deadline_ms) {
		if (open > 0)
			log_warn("api.drained", "unfinished=%zu", open);
		loop_stop(life->app.loop);
	}
}

static void on_signal(struct watch *w, UNUSED uint32_t events)
{
	struct life *life = w->data;
	struct app *app = &life->app;
	struct signalfd_siginfo info;

	if (read(w->fd, &info, sizeof(info)) != (ssize_t)sizeof(info) ||
	        atomic_load(&app->draining))
		return;
	log_info("api.draining", "requests=%zu connections=%u", http_requests_open(app->http),
	        http_connections(app->http));
	atomic_store(&app->draining, true);
	http_stop_accepting(app->http);
	feed_drain(app);
	life->deadline_ms = clock_mono_ms() + app->conf.drain_seconds * MS;
	life->drain = (struct timer){.run = on_drain, .data = life, .every_ms = DRAIN_TICK_MS};
	loop_timer(app->loop, &life->drain);
}

/* Once an hour: expired refresh tokens go, the partitions of the next months come. */
static void run_sweep(struct job *j, struct worker *w)
{
	struct life *life = j->data;
	struct err err = {0};

	if (pg_run(w->pg, Q_AUTH_SWEEP, NULL, &err) < 0 ||
	        pg_run(w->pg, Q_API_PARTITIONS, NULL, &err) < 0)
		log_warn("sweep.failed", "error=\"%s\"", err.msg);
	atomic_store(&life->sweeping, false);
}

static void on_sweep(struct timer *t)
{
	struct life *life = t->data;
	struct err err = {0};

	if (atomic_exchange(&life->sweeping, true))
		return;
	life->sweep_job = (struct job){.run = run_sweep, .data = life};
	if (pool_add(life->app.sql, &life->sweep_job, &err) < 0)
		atomic_store(&life->sweeping, false);
}

static void on_last(struct timer *t)
{
	struct life *life = t->data;

	loop_stop(life->app.loop);
}

static void watch_signals(struct life *life)
{
	struct err err = {0};
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	signal(SIGPIPE, SIG_IGN);
	pthread_sigmask(SIG_BLOCK, &set, NULL); /* before any thread is started */
	life->signals = (struct watch){.fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK),
	        .ready = on_signal,
	        .data = life};
	if (life->signals.fd < 0 || loop_add(life->app.loop, &life->signals, EPOLLIN, &err) < 0)
		die("signals: %s", err.code ? err.msg : strerrordesc_np(errno));
}

static void start(struct life *life)
{
	struct app *app = &life->app;
	struct err err = {0};

	app->loop = loop_new(&err);
	if (!app->loop)
		die("%s", err.msg);
	watch_signals(life);
	app->limit = limit_new();
	app->auth = auth_new(&app->conf, app->limit, &err);
	if (!app->auth)
		die("%s", err.msg);
	app->web = web_load(&app->conf);
	app->statements = statements_new();
	app->sql = pool_new(&app->conf, "sql", (int)app->conf.api_sql_threads, SQL_QUEUE);
	app->password = pool_new(
	        &app->conf, "passwords", (int)app->conf.api_password_threads, PASSWORD_QUEUE);
	app->writer = writer_new(&app->conf, WRITERS);
	app->http = http_new(app, &err);
	if (!app->http || feed_start(app, &err) < 0)
		die("%s", err.msg);
	life->sweep = (struct timer){.run = on_sweep, .data = life, .every_ms = SWEEP_MS};
	loop_timer(app->loop, &life->sweep);
	on_sweep(&life->sweep);
}

/* The pools finish what they have; a few last turns of the loop answer it, and refuse what comes
 * meanwhile on connections that are open. */
static void stop(struct life *life)
{
	struct app *app = &life->app;

	writer_finish(app->writer);
	pool_finish(app->password);
	pool_finish(app->sql);
	loop_timer_stop(app->loop, &life->drain);
	loop_timer_stop(app->loop, &life->sweep);
	life->last = (struct timer){.run = on_last, .data = life, .every_ms = LAST_TURNS_MS};
	loop_timer(app->loop, &life->last);
	loop_run(app->loop, before_wait, life);
	loop_timer_stop(app->loop, &life->last);
	feed_stop(app);
	http_free(app->http);
	writer_free(app->writer);
	pool_free(app->password);
	pool_free(app->sql);
	web_free(app->web);
	statements_free(app->statements);
	auth_free(app->auth);
	limit_free(app->limit);
	loop_remove(app->loop, &life->signals);
	close(life->signals.fd);
	loop_free(app->loop);
}

int main(int argc, char **argv)
{
	static struct life life;

	log_init("codearena-api");
	conf_init(&life.app.conf, &argc, argv);
	if (argc > 1)
		die("unknown argument: \"%s\"", argv[1]);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		die("no_new_privs: %s", strerrordesc_np(errno));
	start(&life);
	log_info("api.started", "instance=%s address=%s port=%lld", life.app.conf.instance,
	        life.app.conf.listen_address, (long long)life.app.conf.listen_port);
	loop_run(life.app.loop, before_wait, &life);
	stop(&life);
	log_info("api.stopped", "instance=%s", life.app.conf.instance);
	conf_free(&life.app.conf);
	return 0;
}
