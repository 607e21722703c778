/* sweeper.c -- what nobody else looks after: leases of judges that died, and work whose ring was
 * lost. Every judge has a sweeper; each second it tries to get the advisory lock, so that one works
 * at a time, and lets it go again: a judge that was stopped (SIGSTOP) must not keep it. Two at once
 * would do no harm, an attempt is taken back only once.
 *
 * After each new session with PostgreSQL it waits for one lease: while PostgreSQL was away no
 * judge could send a heartbeat, and nobody shall lose a claim for that. The same when it was late
 * itself by a heartbeat: then the host stood still, and its judge with it. */
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "judge/worker.h"

enum { SWEEP_MS = 1000, WAITING_MS = 2000, MAX_EXPIRED = 100, MAX_RINGS = 8 };

struct sweeper {
	struct worker *worker;
	struct pg *pg;
	struct kv *kv;
	int session;      /* process id of the server's side; 0: none */
	int64_t since_ms; /* that session began, or we were late */
	int64_t last_ms;  /* sweep; 0: none */
};

/* Notices a new session. */
static int follow_session(struct sweeper *s, struct err *err)
{
	int pid;

	if (pg_connect(s->pg, err) < 0)
		return err_result(err);
	pid = PQbackendPID(pg_conn(s->pg));
	if (pid == s->session)
		return 0;
	s->session = pid;
	s->since_ms = clock_mono_ms();
	return 0;
}

/* 1: the lock is ours. */
static int lead(struct sweeper *s, struct err *err)
{
	auto_pgresult PGresult *r = NULL;

	if (pg_run(s->pg, Q_SWEEPER_LEAD, &r, err) < 0)
		return err_result(err);
	return pg_bool(r, 0, "lead");
}

static int take_back(struct sweeper *s, struct err *err)
{
	auto_arena struct arena a = {0};
	struct expired *e = arena_alloc(&a, MAX_EXPIRED * sizeof(*e));
	struct judging j = {.pg = s->pg, .kv = s->kv, .worker = s->worker->name};
	size_t n, rings = 0;

	if (submission_expired(s->pg, &a, e, MAX_EXPIRED, &n, err) < 0)
		return err_result(err);
	for (size_t i = 0; i < n; i++) {
		int r = judging_give_back(&j, &e[i].claim, true, "its judge did not answer", err);

		if (r < 0)
			return r;
		rings += r == 0;
		log_warn("submission.expired", "id=%s judgement=%s attempt=%d failures=%d",
		        e[i].claim.submission_id, e[i].claim.judgement_id, e[i].claim.attempt,
		        e[i].failures + 1);
	}
	if (rings > 0)
		(void)submission_ring(s->kv, rings, &(struct err){0});
	return 0;
}

/* While all are at work nobody takes rings from the list: then it needs no more of them. */
static bool bell_is_ringing(struct sweeper *s)
{
	auto_reply redisReply *r = NULL;
	struct err ignored = {0};

	return kv_command(s->kv, &r, &ignored, "LLEN %s", kv_key(s->kv, "submissions")) < 0 ||
	       r->integer >= MAX_RINGS;
}

/* A slot that hears one ring works until nothing is left: a few are enough. */
static int ring_again(struct sweeper *s, struct err *err)
{
	int64_t n;

	if (submission_count_waiting(s->pg, WAITING_MS, &n, err) < 0)
		return err_result(err);
	if (n > 0 && !bell_is_ringing(s))
		(void)submission_ring(
		        s->kv, (size_t)(n < MAX_RINGS ? n : MAX_RINGS), &(struct err){0});
	return 0;
}

static int work(struct sweeper *s, struct err *err)
{
	if (ring_again(s, err) < 0)
		return err_result(err);
	return clock_mono_ms() - s->since_ms < LEASE_MS ? 0 : take_back(s, err);
}

static void notice_standstill(struct sweeper *s)
{
	int64_t now_ms = clock_mono_ms();

	if (s->last_ms > 0 && now_ms - s->last_ms > SWEEP_MS + HEARTBEAT_MS)
		s->since_ms = now_ms;
	s->last_ms = now_ms;
}

static int sweep(struct sweeper *s, struct err *err)
{
	struct err leaving = {0};
	int r;

	notice_standstill(s);
	if (follow_session(s, err) < 0)
		return err_result(err);
	r = lead(s, err);
	if (r <= 0)
		return r;
	r = work(s, err);
	if (pg_run(s->pg, Q_SWEEPER_LEAVE, NULL, &leaving) < 0 && r == 0) {
		*err = leaving;
		return err_result(err);
	}
	return r;
}

void *sweeper_run(void *arg)
{
	struct worker *w = arg;
	struct sweeper s = {.worker = w, .pg = pg_new(w->conf), .kv = kv_new(w->conf)};
	bool failing = false;

	while (!atomic_load(&w->done)) {
		struct err err = {0};
		bool failed = sweep(&s, &err) < 0;

		if (failed && !failing)
			log_warn("sweeper.failed", "why=\"%s\"", err.msg);
		failing = failed;
		worker_nap(w, SWEEP_MS);
	}
	kv_free(s.kv);
	pg_free(s.pg);
	return NULL;
}
