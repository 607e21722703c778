/* http.c -- one request from its first header to its last byte, over libmicrohttpd 0.9.75.
 *
 * The daemon has no thread of its own: its epoll descriptor is watched by our loop, and
 * MHD_run is called in before_wait of each turn (its internal thread loses wake-ups, and a
 * resumed connection wakes nothing). MHD calls on_request several times for one request:
 *
 *   first call      headers are there: make the request, find its route, refuse what must not go on
 *   body calls      collect
 *   last call       RECEIVED: start (credentials, work); suspended while a pool thread has it
 *   after resume    READY: queue the reply
 *
 * Invariants: only the loop's thread touches state and MHD's functions but for lookups; a pool
 * thread gives a request back by posting its task; a connection is suspended exactly in WORKING.
 * on_completed is the only place that frees a request. */
#include "api/app.h"
#include "api/metrics.h"
#include "api/route.h"
#include "base/clock.h"
#include "base/log.h"

#include <netdb.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>

enum {
	POOL_BYTES = 8 * 1024, /* of a connection: request line, headers, reply headers */
	IDLE_SECONDS = 30,
	BACKLOG = 1024,
	REFUSED_BODY_MAX = 16 << 20,
	REFUSED_UPLOAD_MAX = 1 << 30,
	SPARE_FDS = 256,
	BUSY_RETRY_S = 2,
	KIB = 1024,
	MAX_UPLOADS = 2,
	UPLOAD_RETRY_S = 10,
};

struct http {
	struct app *app;
	struct MHD_Daemon *daemon;
	struct watch watch;
	size_t open;
	size_t uploads; /* requests that may be large */
	struct http_counts counts;
};

enum state { RECEIVING, WORKING, READY, SENT };

struct http_private {
	enum state state;
	struct job job;   /* on a pool */
	struct task done; /* back on the loop */
	struct err err;
	bool identified;
	bool counted;  /* in http->open */
	bool uploader; /* in http->uploads: its token said who it is before its body came */
};

/* ---- the reply ---- */

static const char *const busy_text = "the service is busy or a part of it is away, try again";

/* A browser asks for the password by itself when it sees Basic here; only others get that. */
static void add_challenge(struct request *rq)
{
	reply_header(rq, "WWW-Authenticate", "%s",
	        request_header(rq, "Sec-Fetch-Mode") ? "Bearer realm=\"codearena\""
	                                             : "Basic realm=\"codearena\"");
}

static void reply_error(struct request *rq)
{
	struct err *err = &rq->http->err;
	struct reply *rp = &rq->reply;
	const char *text = err->msg;

	if (rp->status < MHD_HTTP_BAD_REQUEST)
		rp->status = http_status_of(err->code);
	if (err->code == ERR_BUG) {
		log_error("request.bug", "method=%s path=%s error=\"%s\"", rq->method, rq->path,
		        err->msg);
		text = "something is wrong in the server; its log says what";
	}
	if (err->code == ERR_BUSY && rq->retry_after_s > 0) {
		rp->status = MHD_HTTP_TOO_MANY_REQUESTS;
	} else if (err->code == ERR_BUSY) {
		log_warn("request.busy", "method=%s path=%s error=\"%s\"", rq->method, rq->path,
		        err->msg);
		text = busy_text;
		rq->retry_after_s = BUSY_RETRY_S;
	}
	if (rq->retry_after_s > 0)
		reply_header(rq, "Retry-After", "%d", rq->retry_after_s);
	if (rp->status == MHD_HTTP_UNAUTHORIZED)
		add_challenge(rq);
	buf_clear(&rp->body);
	buf_addf(&rp->body, "{\"code\":%d,\"message\":", rp->status);
	buf_add_json(&rp->body, text, strlen(text));
	buf_adds(&rp->body, "}");
	rp->type = "application/json";
}

static bool has_header(const struct reply *rp, const char *name)
{
	for (int i = 0; i < rp->nheaders; i++)
		if (strcasecmp(rp->names[i], name) == 0)
			return true;
	return false;
}

static struct MHD_Response *make_response(struct request *rq)
{
	struct reply *rp = &rq->reply;
	struct MHD_Response *r = rp->response ? rp->response : rp->shared;
	size_t len = rp->body.len;

	if (!r) {
		r = MHD_create_response_from_buffer(len, len ? buf_take(&rp->body) : NULL,
		        len ? MHD_RESPMEM_MUST_FREE : MHD_RESPMEM_PERSISTENT);
		if (!r)
			return NULL;
		if (rp->status != MHD_HTTP_NO_CONTENT && rp->status != MHD_HTTP_NOT_MODIFIED)
			MHD_add_response_header(
			        r, "Content-Type", rp->type ? rp->type : "application/json");
		if (!has_header(rp, "Cache-Control"))
			MHD_add_response_header(r, "Cache-Control", "no-store");
		MHD_add_response_header(r, "X-Content-Type-Options", "nosniff");
		if (atomic_load(&rq->app->draining))
			MHD_add_response_header(r, "Connection", "close");
	}
	/* A shared one is the same for all. */
	for (int i = 0; i < rp->nheaders && r != rp->shared; i++)
		MHD_add_response_header(r, rp->names[i], rp->values[i]);
	return r;
}

static enum MHD_Result send_reply(struct request *rq)
{
	struct http *h = rq->app->http;
	struct MHD_Response *r = NULL;
	enum MHD_Result result = MHD_NO;
	int64_t micros = clock_mono_us() - rq->started_us;

	if (rq->http->err.code != ERR_NONE) {
		reply_error(rq);
		rq->reply.shared = NULL;
	}
	if (rq->reply.status == 0)
		rq->reply.status = MHD_HTTP_OK;
	r = make_response(rq);
	if (!r)
		return MHD_NO;
	result = MHD_queue_response(rq->conn, (unsigned)rq->reply.status, r);
	if (r != rq->reply.shared)
		MHD_destroy_response(r);
	rq->reply.response = NULL;
	rq->http->state = SENT;
	h->counts.by_class[rq->reply.status / 100 % 6]++;
	h->counts.total++;
	h->counts.micros += (uint64_t)micros;
	if (rq->app->metrics && rq->route)
		metrics_request(rq->app->metrics, rq->route->path, rq->reply.status, micros);
	log_debug("request.done", "method=%s path=%s status=%d us=%lld account=%s", rq->method,
	        rq->path, rq->reply.status, (long long)micros, rq->who.account_id);
	if (rq->closed && rq->http->counted) {
		rq->http->counted = false;
		h->open--;
	}
	return result;
}

/* ---- work ---- */

static void refuse(struct request *rq, int status)
{
	rq->reply.status = status;
}

/* Does the role suffice? */
static int check_role(struct request *rq, struct err *err)
{
	if (rq->who.role >= rq->route->least)
		return 0;
	if (rq->who.role == ROLE_PUBLIC) {
		refuse(rq, MHD_HTTP_UNAUTHORIZED);
		return err_set(err, ERR_DENIED, "log in first: this needs the role %s",
		        role_name(rq->route->least));
	}
	return err_set(err, ERR_DENIED, "this needs the role %s, you have %s",
	        role_name(rq->route->least), role_name(rq->who.role));
}

/* Whose request is it? A cookie that is no longer good makes the public, as if it were not there,
 * where the public may come in; other credentials that are not good are refused. */
static int identify(struct request *rq, struct worker *w, struct err *err)
{
	struct presented p = {.authorization = request_header(rq, "Authorization"),
	        .cookie = request_header(rq, "Cookie"),
	        .address = rq->address};
	struct auth *auth = rq->app->auth;
	int known = 1;

	if (!(rq->route->flags & ROUTE_NO_AUTH))
		known = w ? auth_identify(auth, w, &p, &rq->who, err)
		          : auth_recall(auth, &p, &rq->who, err);
	rq->retry_after_s = p.retry_after_s;
	if (known == 0 && !w)
		return 0;
	if (known < 0 && !p.authorization && rq->route->least == ROLE_PUBLIC) {
		rq->who = (struct identity){.expires_ms = INT64_MAX};
		*err = (struct err){0};
		known = 0;
	}
	if (known < 0) {
		if (err->code == ERR_DENIED)
			refuse(rq, MHD_HTTP_UNAUTHORIZED);
		return known;
	}
	rq->http->identified = true;
	return check_role(rq, err);
}

/* A page of another site must not act with a visitor's cookie. */
static int check_origin(const struct request *rq, struct err *err)
{
	const char *origin = request_header(rq, "Origin");
	const char *host = request_header(rq, "Host");
	const char *name = origin ? strstr(origin, "://") : NULL;

	if (!origin || strcmp(rq->method, "GET") == 0 || strcmp(rq->method, "HEAD") == 0)
		return 0;
	if (name && host && strcasecmp(name + 3, host) == 0)
		return 0;
	return err_set(err, ERR_DENIED, "the request comes from another site (Origin: %s)", origin);
}

static void done_post(struct request *rq)
{
	loop_post(rq->app->loop, &rq->http->done);
}

void request_finish(struct request *rq, const struct err *err)
{
	rq->http->err = *err;
	done_post(rq);
}

static int work(struct request *rq, struct worker *w, struct err *err)
{
	int result = 0;

	if (!rq->http->identified)
		result = identify(rq, w, err);
	if (result == 0 && rq->route->work)
		result = rq->route->work(rq, &rq->reply, err);
	return result;
}

/* A read that met a connection which PostgreSQL had closed (a restart) is done again on a new one.
 */
static bool may_repeat(
        const struct request *rq, int result, const struct err *err, const struct worker *w)
{
	return result < 0 && err->code == ERR_BUSY && rq->retry_after_s == 0 &&
	       strcmp(rq->method, "GET") == 0 && !pg_is_connected(w->pg) &&
	       !atomic_load(&rq->app->draining);
}

static void on_worker(struct job *j, struct worker *w)
{
	struct request *rq = j->data;
	struct app *app = rq->app;
	struct err *err = &rq->http->err;
	bool connected = pg_is_connected(w->pg);
	int result = 0;

	rq->worker = w;
	if (connected && strcmp(rq->method, "GET") != 0) {
		struct err gone = {0};

		/* What writes is not repeated, so a closed connection is found out before. */
		if (pg_run(w->pg, Q_API_PING, NULL, &gone) < 0)
			log_debug("connection.renewed", "error=\"%s\"", gone.msg);
	}
	result = work(rq, w, err);
	if (connected && may_repeat(rq, result, err, w)) {
		buf_free(&rq->reply.body);
		rq->reply = (struct reply){0};
		*err = (struct err){0};
		result = work(rq, w, err);
	}
	if (pg_is_connected(w->pg))
		atomic_store(&app->pg_seen_ms, clock_mono_ms());
	if (result == REQUEST_LATER)
		return; /* rq may have been gone since `work` returned */
	rq->worker = NULL;
	assert(result >= 0 || err->code != ERR_NONE);
	done_post(rq);
}

static void run_loop_part(struct request *rq)
{
	if (rq->http->err.code == ERR_NONE && rq->route->loop)
		rq->route->loop(rq, &rq->reply, &rq->http->err);
}

static void on_done(struct task *t)
{
	struct request *rq = t->data;

	rq->worker = NULL;
	run_loop_part(rq);
	rq->http->state = READY;
	MHD_resume_connection(rq->conn);
	http_wake(rq->app->http);
}

/* The request is whole: answer now (true), or suspend it and hand it to a pool. */
static bool start(struct request *rq)
{
	struct http_private *p = rq->http;
	struct app *app = rq->app;
	bool password = (rq->route->flags & ROUTE_PASSWORD) != 0;

	if (check_origin(rq, &p->err) < 0 || identify(rq, NULL, &p->err) < 0)
		return true;
	if (p->identified && !rq->route->work) {
		run_loop_part(rq);
		return true;
	}
	if (!p->identified && auth_is_basic(request_header(rq, "Authorization")))
		password = true;
	p->job = (struct job){.run = on_worker, .data = rq};
	p->done = (struct task){.run = on_done, .data = rq};
	MHD_suspend_connection(rq->conn);
	p->state = WORKING;
	if (pool_add(password ? app->password : app->sql, &p->job, &p->err) < 0)
		loop_post(app->loop, &p->done);
	return false;
}

/* ---- the calls of libmicrohttpd ---- */

static void set_address(struct request *rq)
{
	const union MHD_ConnectionInfo *info =
	        MHD_get_connection_info(rq->conn, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	const char *forwarded = request_header(rq, "X-Forwarded-For");
	socklen_t len = 0;

	snprintf(rq->address, sizeof(rq->address), "unknown");
	if (!info || !info->client_addr)
		return;
	len = info->client_addr->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6)
	                                               : sizeof(struct sockaddr_in);
	getnameinfo(
	        info->client_addr, len, rq->address, sizeof(rq->address), NULL, 0, NI_NUMERICHOST);
	/* The proxy is on this machine; the last address in its header is the one it saw. */
	if (forwarded &&
	        (strcmp(rq->address, "127.0.0.1") == 0 || strcmp(rq->address, "::1") == 0)) {
		const char *last = strrchr(forwarded, ',');

		last = last ? last + 1 : forwarded;
		last += strspn(last, " ");
		snprintf(rq->address, sizeof(rq->address), "%s", last);
	}
}

static size_t body_limit(const struct request *rq)
{
	if (!rq->route)
		return 0;
	if (rq->route->flags & ROUTE_UPLOAD)
		return rq->http->uploader ? (size_t)rq->app->conf.upload_mib * KIB * KIB : 0;
	if (rq->route->max_body == SIZE_MAX)
		return (size_t)rq->app->conf.max_body_kib * KIB;
	return rq->route->max_body;
}

static void find_route(struct request *rq)
{
	struct route_match m = {0};
	struct route_query q = {
	        route_table, route_count, rq->method, rq->path, request_query(rq, "at") != NULL};
	struct err *err = &rq->http->err;

	switch (route_find(&q, &rq->arena, &m)) {
	case ROUTE_FOUND:
		rq->route = m.route;
		memcpy(rq->params, m.params, sizeof(rq->params));
		break;
	case ROUTE_UNKNOWN:
		err_say(err, ERR_NOT_FOUND, "no such resource: \"%s\"; /api/openapi.json lists all",
		        rq->path);
		break;
	case ROUTE_METHOD:
		refuse(rq, MHD_HTTP_METHOD_NOT_ALLOWED);
		reply_header(rq, "Allow", "%s", m.allow);
		err_say(err, ERR_INPUT, "%s is not possible here, only %s", rq->method, m.allow);
		break;
	}
}

/* A body of many MiB is kept for nobody whose token does not say first that he may send it (a
 * password would have to be checked by a thread), and for few at a time. */
static void admit_upload(struct request *rq)
{
	struct presented p = {.authorization = request_header(rq, "Authorization"),
	        .cookie = request_header(rq, "Cookie"),
	        .address = rq->address};
	struct err *err = &rq->http->err;

	if (auth_recall(rq->app->auth, &p, &rq->who, err) < 0 || rq->who.role < rq->route->least) {
		refuse(rq,
		        rq->who.role == ROLE_PUBLIC ? MHD_HTTP_UNAUTHORIZED : MHD_HTTP_FORBIDDEN);
		err_say(err, ERR_DENIED, "an upload needs the token of an account with the role %s",
		        role_name(rq->route->least));
	} else if (rq->app->http->uploads == MAX_UPLOADS) {
		rq->retry_after_s = UPLOAD_RETRY_S;
		err_say(err, ERR_BUSY, "%d uploads at once, try again later", MAX_UPLOADS);
	} else {
		rq->http->uploader = true;
		rq->app->http->uploads++;
	}
}

static void too_large(struct request *rq)
{
	refuse(rq, MHD_HTTP_CONTENT_TOO_LARGE);
	err_say(&rq->http->err, ERR_INPUT, "the body is too large: at most %zu bytes here",
	        body_limit(rq));
}

static void collect(struct request *rq, const char *data, size_t size)
{
	if (rq->body.len + size > body_limit(rq))
		too_large(rq);
	else
		buf_add(&rq->body, data, size);
}

static struct request *request_new(
        struct app *app, struct MHD_Connection *conn, const char *url, const char *method)
{
	struct request *rq = xcalloc(1, sizeof(*rq));
	const char *length = NULL;

	rq->http = xcalloc(1, sizeof(*rq->http));
	rq->app = app;
	rq->conn = conn;
	rq->started_us = clock_mono_us();
	rq->who.expires_ms = INT64_MAX;
	rq->method = arena_strdup(&rq->arena, method);
	rq->path = arena_strdup(&rq->arena, url);
	rq->http->counted = true;
	app->http->open++;
	set_address(rq);
	find_route(rq);
	if (rq->route && (rq->route->flags & ROUTE_UPLOAD))
		admit_upload(rq);
	length = request_header(rq, "Content-Length");
	if (rq->route && rq->http->err.code == ERR_NONE && length &&
	        strtoull(length, NULL, 10) > body_limit(rq))
		too_large(rq);
	return rq;
}

/* A client that still sends when we answer and close gets a reset in place of the answer. So a body
 * that is refused is read all the same and dropped, unless it is beyond all measure; the measure is
 * larger for who may send packages, and shall read that this one is too large. */
static bool is_worth_reading(const struct request *rq)
{
	const char *length = request_header(rq, "Content-Length");

	size_t most = rq->http->uploader ? REFUSED_UPLOAD_MAX : REFUSED_BODY_MAX;

	return !length || strtoull(length, NULL, 10) <= most;
}

/* NOLINTNEXTLINE(readability-function-size): the eight parameters are libmicrohttpd's */
static enum MHD_Result on_request(void *cls, struct MHD_Connection *conn, const char *url,
        const char *method, UNUSED const char *version, const char *data, size_t *size, void **slot)
{
	struct app *app = cls;
	struct request *rq = *slot;

	if (!rq) {
		*slot = rq = request_new(app, conn, url, method);
		return rq->http->err.code != ERR_NONE && !is_worth_reading(rq) ? send_reply(rq)
		                                                               : MHD_YES;
	}
	if (*size > 0) {
		if (rq->http->state == RECEIVING && rq->http->err.code == ERR_NONE)
			collect(rq, data, *size);
		*size = 0;
		return MHD_YES;
	}
	switch (rq->http->state) {
	case RECEIVING:
		if (rq->http->err.code != ERR_NONE || start(rq))
			return send_reply(rq);
		return MHD_YES;
	case READY:
		return send_reply(rq);
	case WORKING:
	case SENT:
		break;
	}
	return MHD_YES;
}

static void on_completed(void *cls, UNUSED struct MHD_Connection *conn, void **slot,
        UNUSED enum MHD_RequestTerminationCode why)
{
	struct app *app = cls;
	struct request *rq = *slot;

	if (!rq)
		return;
	*slot = NULL;
	if (rq->closed)
		rq->closed(rq);
	if (rq->http->counted)
		app->http->open--;
	if (rq->http->uploader)
		app->http->uploads--;
	if (rq->reply.response)
		MHD_destroy_response(rq->reply.response);
	buf_free(&rq->reply.body);
	buf_free(&rq->body);
	arena_free(&rq->arena);
	free(rq->http);
	free(rq);
}

/* ---- start and stop ---- */

static int listen_on(const struct conf *conf, struct err *err)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE};
	struct addrinfo *list = NULL;
	char port[16];
	int one = 1;
	int result = 0;
	auto_close int fd = -1;

	snprintf(port, sizeof(port), "%lld", (long long)conf->listen_port);
	result = getaddrinfo(conf->listen_address, port, &hints, &list);
	if (result != 0)
		return err_set(err, ERR_INPUT, "listen_address %s: %s", conf->listen_address,
		        gai_strerror(result));
	fd = socket(list->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd >= 0)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (fd < 0 || bind(fd, list->ai_addr, list->ai_addrlen) < 0 || listen(fd, BACKLOG) < 0) {
		err_say(err, ERR_BUSY, "listen on %s port %s: %s", conf->listen_address, port,
		        strerrordesc_np(errno));
		freeaddrinfo(list);
		return err_result(err);
	}
	freeaddrinfo(list);
	return steal_fd(&fd);
}

/* One client address may take a quarter; behind a proxy on this machine all come from one. */
static unsigned per_address(const struct conf *conf)
{
	bool local = strncmp(conf->listen_address, "127.", 4) == 0 ||
	             strcmp(conf->listen_address, "::1") == 0;

	return local ? 0 : (unsigned)(conf->max_connections / 4);
}

static void raise_fd_limit(int64_t connections)
{
	struct rlimit limit = {0};
	rlim_t want = (rlim_t)connections + SPARE_FDS;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= want)
		return;
	limit.rlim_cur = want < limit.rlim_max ? want : limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur < want)
		log_warn("http.limited", "files=%llu wanted=%llu",
		        (unsigned long long)limit.rlim_cur, (unsigned long long)want);
}

static void on_ready(UNUSED struct watch *w, UNUSED uint32_t events)
{
	/* MHD_run is called in before_wait of the next turn, which follows at once. */
}

struct http *http_new(struct app *app, struct err *err)
{
	struct http *h = xcalloc(1, sizeof(*h));
	int fd = listen_on(&app->conf, err);
	const union MHD_DaemonInfo *info = NULL;

	h->app = app;
	if (fd < 0) {
		free(h);
		return NULL;
	}
	raise_fd_limit(app->conf.max_connections);
	h->daemon = MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL,
	        on_request, app, MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
	        (size_t)POOL_BYTES, MHD_OPTION_CONNECTION_LIMIT,
	        (unsigned)app->conf.max_connections, MHD_OPTION_PER_IP_CONNECTION_LIMIT,
	        per_address(&app->conf), MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_SECONDS,
	        MHD_OPTION_NOTIFY_COMPLETED, on_completed, app, MHD_OPTION_END);
	info = h->daemon ? MHD_get_daemon_info(h->daemon, MHD_DAEMON_INFO_EPOLL_FD) : NULL;
	if (!info) {
		err_say(err, ERR_BUSY, "start libmicrohttpd: %s", strerrordesc_np(errno));
		close(fd);
		free(h);
		return NULL;
	}
	h->watch = (struct watch){.fd = info->epoll_fd, .ready = on_ready, .data = h};
	if (loop_add(app->loop, &h->watch, EPOLLIN, err) < 0) {
		MHD_stop_daemon(h->daemon);
		free(h);
		return NULL;
	}
	return h;
}

void http_wake(UNUSED struct http *h)
{
	/* Every turn of the loop runs MHD before it sleeps; tasks and watches are served before
	 * that. Kept as the one place to change should that change. */
}

int http_before_wait(struct http *h)
{
	MHD_UNSIGNED_LONG_LONG wait = 0;

	MHD_run(h->daemon);
	if (MHD_get_timeout(h->daemon, &wait) != MHD_YES)
		return -1;
	return wait > INT32_MAX ? INT32_MAX : (int)wait;
}

void http_stop_accepting(struct http *h)
{
	MHD_socket fd = MHD_quiesce_daemon(h->daemon);

	if (fd != MHD_INVALID_SOCKET)
		close(fd);
}

size_t http_requests_open(const struct http *h)
{
	return h->open;
}

unsigned http_connections(const struct http *h)
{
	const union MHD_DaemonInfo *info =
	        MHD_get_daemon_info(h->daemon, MHD_DAEMON_INFO_CURRENT_CONNECTIONS);

	return info ? info->num_connections : 0;
}

void http_free(struct http *h)
{
	if (!h)
		return;
	loop_remove(h->app->loop, &h->watch);
	MHD_stop_daemon(h->daemon);
	free(h);
}

struct http_counts http_counts(const struct http *h)
{
	return h->counts;
}
