/* worker.c -- the slots of a judge host: wait for the bell, claim, judge, record.
 *
 * A slot claims nothing before it has a box, the languages have passed their self-test, and disk
 * and memory are there; while something is missing it says so once (log, workers.status) and looks
 * again each second. It asks PostgreSQL for work only when the bell rang, and after each job until
 * nothing is left. While Redis is away there is no bell: then it asks once a second.
 *
 * What must stay true: a claim ends in exactly one of: recorded, refused, given back, or left to
 * its lease (when PostgreSQL stays away until the judge has to stop). A lost claim is dropped. */
#include "judge/worker.h"

#include "base/clock.h"
#include "base/cpus.h"
#include "base/log.h"
#include "base/mem.h"
#include "judge/selftest.h"

#include <sys/statvfs.h>

#include <poll.h>
#include <time.h>

enum {
	BELL_S = 1,
	BELL_POLL_MS = 1500, /* a little more: Redis answers first */
	RETRY_MS = 1000,
	RECORD_RETRY_MS = 500,
	RECORD_TRIES = 3, /* of errors that time does not heal */
	NAP_PIECE_MS = 100,
	BOX_OPEN_MS = 10000,
	NAP_PIECE_NS = 100000000,
	MIB = 1 << 20,
	MIN_DISK_MIB = 64,
	MIN_MEMORY_KIB = 128 << 10,
	LINE_SIZE = 256,
};

/* What one slot's thread works with. */
struct hands {
	struct worker_slot *slot;
	struct worker *worker;
	struct pg *pg;
	struct kv *kv;
	struct box *box;               /* NULL: has to be opened */
	const struct claim_want *want; /* of the claim at work */
};

void worker_nap(struct worker *w, int ms)
{
	const struct timespec piece = {.tv_nsec = NAP_PIECE_NS};
	int slept = 0;

	do {
		(void)nanosleep(&piece, NULL);
		slept += NAP_PIECE_MS;
	} while (slept < ms && !atomic_load(&w->abandon));
}

/* Faults. */

static void set_fault(struct worker_slot *s, const char *why)
{
	bool news;

	pthread_mutex_lock(&s->lock);
	news = strcmp(s->fault, why) != 0;
	snprintf(s->fault, sizeof(s->fault), "%s", why);
	pthread_mutex_unlock(&s->lock);
	if (!news)
		return;
	if (why[0])
		log_error("judge.fault", "slot=%d why=\"%s\"", s->index, why);
	else
		log_info("judge.recovered", "slot=%d", s->index);
}

void worker_status(struct worker *w, char out[WORKER_FAULT_SIZE + 16])
{
	bool draining = atomic_load(&w->draining);

	snprintf(out, WORKER_FAULT_SIZE + 16, "%s", draining ? "draining" : "running");
	for (size_t i = 0; i < w->nslots && !draining; i++) {
		struct worker_slot *s = &w->slots[i];

		pthread_mutex_lock(&s->lock);
		if (s->fault[0])
			snprintf(out, WORKER_FAULT_SIZE + 16, "fault: %s", s->fault);
		pthread_mutex_unlock(&s->lock);
		if (out[0] == 'f')
			return;
	}
}

/* Is there room to judge? */

static int64_t available_kib(void)
{
	auto_file FILE *f = fopen("/proc/meminfo", "re");
	char line[LINE_SIZE];

	while (f && fgets(line, sizeof(line), f)) {
		if (strncmp(line, "MemAvailable:", strlen("MemAvailable:")) == 0)
			return strtoll(line + strlen("MemAvailable:"), NULL, 10);
	}
	return INT64_MAX;
}

static int check_room(const struct worker *w, struct err *err)
{
	struct statvfs fs;
	int64_t kib = available_kib();

	if (statvfs(w->conf->work_dir, &fs) < 0)
		return err_set(err, ERR_BUSY, "%s: %s", w->conf->work_dir, strerrordesc_np(errno));
	if (fs.f_bavail * fs.f_frsize / MIB < MIN_DISK_MIB)
		return err_set(err, ERR_BUSY, "%s: less than %d MiB left", w->conf->work_dir,
		        MIN_DISK_MIB);
	if (kib < MIN_MEMORY_KIB)
		return err_set(
		        err, ERR_BUSY, "less than %d MiB of memory left", MIN_MEMORY_KIB >> 10);
	return 0;
}

/* Languages. */

size_t worker_languages(struct worker *w, const char **out)
{
	size_t n;

	pthread_mutex_lock(&w->lock);
	n = w->non;
	memcpy(out, w->on, n * sizeof(*out));
	pthread_mutex_unlock(&w->lock);
	return n;
}

static void set_language(struct worker *w, const char *id, bool on)
{
	size_t i = 0;

	pthread_mutex_lock(&w->lock);
	while (i < w->non && strcmp(w->on[i], id) != 0)
		i++;
	if (on && i == w->non)
		w->on[w->non++] = id;
	else if (!on && i < w->non)
		w->on[i] = w->on[--w->non];
	pthread_mutex_unlock(&w->lock);
}

/* Contestants must know of a language before we claim it; PostgreSQL may be away for a while. */
static void publish_language(struct hands *h, const struct language *l, const char *version)
{
	struct err err = {0};

	while (selftest_publish(h->pg, l, version, &err) < 0) {
		set_fault(h->slot, err.msg);
		if (atomic_load(&h->worker->draining))
			return;
		worker_nap(h->worker, RETRY_MS);
	}
	set_fault(h->slot, "");
	set_language(h->worker, l->id, true);
	log_info("language.on", "id=%s version=\"%s\"", l->id, version);
}

/* 0, also when the language is off here; negative: the box failed. */
static int test_language(struct hands *h, const struct language *l, struct err *err)
{
	struct worker *w = h->worker;
	struct selftest t = {.box = h->box,
	        .folder = w->selftest_folder,
	        .alone = &w->alone,
	        .stop = &h->slot->stop};
	auto_free char *version = NULL;
	struct err why = {0};

	if (selftest_run(&t, l, &version, &why) == 0) {
		artifacts_set_version(w->artifacts, l, version);
		headers_want(w->headers, l);
		publish_language(h, l, version);
		return 0;
	}
	if (why.code == ERR_NOT_FOUND) {
		log_info("language.absent", "id=%s", l->id);
	} else if (why.code == ERR_INPUT) {
		log_error("language.off", "id=%s why=\"%s\"", l->id, why.msg);
	} else {
		*err = why;
		return err_wrap(err, "self-test of %s", l->id);
	}
	set_language(w, l->id, false);
	return 0;
}

/* The next row that is to be tested; one slot tests for all, the others begin with what has passed
 * so far. -1: none, or not for us. */
static int begin_test(struct worker *w)
{
	int row = -1;

	pthread_mutex_lock(&w->lock);
	for (size_t i = 0; i < w->languages.n && row < 0 && !w->testing; i++)
		if (!w->tested[i])
			row = (int)i;
	w->testing = w->testing || row >= 0;
	pthread_mutex_unlock(&w->lock);
	return row;
}

static void end_test(struct worker *w, int row, bool known)
{
	pthread_mutex_lock(&w->lock);
	w->testing = false;
	w->tested[row] = known;
	pthread_mutex_unlock(&w->lock);
}

/* Not all is known yet. */
static bool is_testing(struct worker *w)
{
	bool testing;

	pthread_mutex_lock(&w->lock);
	testing = w->testing;
	for (size_t i = 0; i < w->languages.n; i++)
		testing = testing || !w->tested[i];
	pthread_mutex_unlock(&w->lock);
	return testing;
}

static int test_languages(struct hands *h, struct err *err)
{
	struct worker *w = h->worker;
	int r = 0;

	for (int row = begin_test(w); row >= 0; row = begin_test(w)) {
		r = test_language(h, &w->languages.rows[row], err);
		end_test(w, row, r == 0);
		if (r < 0 || atomic_load(&w->draining))
			break;
	}
	return r;
}

/* After a JE: is it the host? */
static void doubt_language(struct worker *w, const char *id)
{
	const struct language *l = language_find(&w->languages, id);

	pthread_mutex_lock(&w->lock);
	if (l)
		w->tested[l - w->languages.rows] = false;
	pthread_mutex_unlock(&w->lock);
}

/* Readiness. */

static void close_box(struct hands *h)
{
	box_close(h->box);
	h->box = NULL;
}

static int open_box(struct hands *h, struct err *err)
{
	char name[BOX_NAME_SIZE];

	if (h->box)
		return 0;
	snprintf(name, sizeof(name), "%.80s-%d", h->worker->name, h->slot->index);
	if (box_open(h->worker->conf->box_socket, name, BOX_OPEN_MS, &h->box, err) < 0)
		return err_result(err);
	pthread_mutex_lock(&h->worker->lock);
	h->worker->info = *box_info(h->box);
	h->worker->has_info = true;
	h->slot->core = h->worker->info.core;
	pthread_mutex_unlock(&h->worker->lock);
	headers_doubt(h->worker->headers); /* it may be another box */
	return 0;
}

/* Can this slot judge? Says why not, once. */
static bool is_ready(struct hands *h)
{
	const char *on[LANGUAGE_MAX_ROWS];
	struct err err = {0};

	if (check_room(h->worker, &err) < 0 || open_box(h, &err) < 0) {
		set_fault(h->slot, err.msg);
		return false;
	}
	if (test_languages(h, &err) < 0) {
		close_box(h);
		set_fault(h->slot, err.msg);
		return false;
	}
	if (worker_languages(h->worker, on) > 0) {
		set_fault(h->slot, "");
		return true;
	}
	set_fault(h->slot, is_testing(h->worker) ? "" : "no language works on this host");
	return false;
}

/* One claim. */

static void hold(struct worker_slot *s, const struct claim *c)
{
	pthread_mutex_lock(&s->lock);
	snprintf(s->judgement_id, sizeof(s->judgement_id), "%s", c->judgement_id);
	s->attempt = c->attempt;
	s->busy = s->judging = true;
	pthread_mutex_unlock(&s->lock);
}

/* From here the fencing token decides, not the heartbeat. */
static void has_decided(struct worker_slot *s)
{
	pthread_mutex_lock(&s->lock);
	s->judging = false;
	pthread_mutex_unlock(&s->lock);
}

static void let_go(struct worker_slot *s)
{
	pthread_mutex_lock(&s->lock);
	s->busy = s->judging = false;
	pthread_mutex_unlock(&s->lock);
	atomic_store(&s->stop, atomic_load(&s->worker->abandon));
}

static struct judging judging_of(struct hands *h)
{
	return (struct judging){.pg = h->pg,
	        .kv = h->kv,
	        .box = h->box,
	        .data = h->worker->data,
	        .spread = h->worker->spread,
	        .yield = h->worker->yield,
	        .want = h->want,
	        .artifacts = h->worker->artifacts,
	        .jury = h->worker->jury,
	        .languages = &h->worker->languages,
	        .alone = &h->worker->alone,
	        .stop = &h->slot->stop,
	        .worker = h->worker->name};
}

static void give_back(struct hands *h, const struct claim *c, bool failed, const char *why)
{
	struct judging j = judging_of(h);
	struct err err = {0};
	int r = judging_give_back(&j, c, failed, why, &err);

	for (int i = 1; r < 0 && i < LEASE_MS / RECORD_RETRY_MS; i++) {
		worker_nap(h->worker, RECORD_RETRY_MS);
		r = judging_give_back(&j, c, failed, why, &err);
	}
	if (r < 0)
		log_warn("submission.left", "id=%s judgement=%s why=\"%s\"", c->submission_id,
		        c->judgement_id, err.msg);
	if (r > 0)
		doubt_language(h->worker, c->language_id);
	if (r == 0)
		(void)submission_ring(h->kv, 1, &err);
}

static void log_judged(const struct claim *c, const struct decision *d, int64_t start_ms)
{
	log_info("submission.judged", "id=%s team=%s verdict=%s ms=%lld tests=%zu/%d attempt=%d",
	        c->submission_id, c->team_id, verdict_id(d->verdict),
	        (long long)(clock_mono_ms() - start_ms), d->nruns, d->tests_total, c->attempt);
}

/* Until it is recorded or refused; while PostgreSQL is away the result is held. */
static bool record(
        struct hands *h, struct arena *a, const struct claim *c, const struct decision *d)
{
	struct judging j = judging_of(h);
	struct err err = {0};
	int bugs = 0;
	int r = judging_record(&j, a, c, d, &err);

	if (r < 0)
		log_warn("submission.held", "id=%s why=\"%s\"", c->submission_id, err.msg);
	while (r < 0 && bugs < RECORD_TRIES && !atomic_load(&h->worker->abandon)) {
		bugs += err.code != ERR_BUSY;
		worker_nap(h->worker, RECORD_RETRY_MS);
		r = judging_record(&j, a, c, d, &err);
	}
	if (r < 0)
		give_back(h, c, err.code != ERR_BUSY, err.msg);
	else if (r == 0)
		log_warn("submission.refused", "id=%s attempt=%d", c->submission_id, c->attempt);
	return r > 0;
}

static void judge_claim(struct hands *h, struct arena *a, const struct claim *c)
{
	struct judging j = judging_of(h);
	int64_t start_ms = clock_mono_ms();
	struct decision d;
	struct err err = {0};
	int r = judging_decide(&j, a, c, &d, &err);

	has_decided(h->slot);
	if (r == 0) {
		if (record(h, a, c, &d))
			log_judged(c, &d, start_ms);
	} else if (r == JUDGING_GAVE_WAY) {
		log_debug("submission.gave_way", "id=%s judgement=%s", c->submission_id,
		        c->judgement_id);
		give_back(h, c, false, NULL);
	} else if (err.code == ERR_CONFLICT && atomic_load(&h->worker->abandon)) {
		give_back(h, c, false, "the judge was stopped");
	} else if (err.code == ERR_CONFLICT) {
		log_warn("submission.lost", "id=%s attempt=%d", c->submission_id, c->attempt);
	} else {
		log_error("submission.fault", "id=%s attempt=%d why=\"%s\"", c->submission_id,
		        c->attempt, err.msg);
		close_box(h);
		/* PostgreSQL's absence is nobody's failure */
		give_back(h, c, pg_is_connected(h->pg), err.msg);
		worker_nap(h->worker, RETRY_MS);
	}
}

/* True when there was something to judge: then there may be more. */
static bool claim_and_judge(struct hands *h)
{
	auto_arena struct arena a = {0};
	const char *on[LANGUAGE_MAX_ROWS];
	size_t n = worker_languages(h->worker, on);
	struct claim c;
	struct err err = {0};
	struct claim_want want = {h->worker->name, on, n, yield_enter(h->worker->yield)};
	int r = submission_claim(h->pg, &a, &want, &c, &err);
	bool is_low = r > 0 && submission_is_low(&c);

	if (want.low && !is_low)
		yield_leave(h->worker->yield);
	if (r < 0) {
		set_fault(h->slot, err.msg);
		worker_nap(h->worker, RETRY_MS);
		return false;
	}
	set_fault(h->slot, "");
	if (r == 0)
		return false;
	hold(h->slot, &c);
	(void)kv_command(h->kv, NULL, &err, "SET %s %s NX PX %d",
	        kv_key(h->kv, "processing:%s", c.judgement_id), h->worker->name, LEASE_MS);
	h->want = &want;
	judge_claim(h, &a, &c);
	h->want = NULL;
	let_go(h->slot);
	if (is_low)
		yield_leave(h->worker->yield);
	return true;
}

/* Helping another slot. */

/* Redis, whose answer we wait for, says nothing: no submission needs this slot. */
static bool nobody_waits(void *arg)
{
	const struct hands *h = arg;
	struct pollfd p = {.fd = kv_fd(h->kv), .events = POLLIN};

	return !atomic_load(&h->worker->draining) && poll(&p, 1, 0) == 0;
}

static void help(struct hands *h)
{
	struct spread_helper helper = {.slot = h->slot->index,
	        .hands = {.box = h->box, .pg = h->pg},
	        .may_go_on = nobody_waits,
	        .arg = h};
	struct err err = {0};

	if (!h->box || spread_help(h->worker->spread, &helper, &err) == 0)
		return;
	log_warn("slot.help", "slot=%d why=\"%s\"", h->slot->index, err.msg);
	close_box(h);
}

/* Until Redis answers; helps meanwhile. */
static void wait_and_help(struct hands *h)
{
	struct pollfd p[] = {{.fd = kv_fd(h->kv), .events = POLLIN}, {.fd = -1, .events = POLLIN}};

	if (!h->worker->spread)
		return;
	p[1].fd = spread_join(h->worker->spread, h->slot->index);
	do
		help(h); /* there may be work since before we looked */
	while (poll(p, ARRAY_LEN(p), BELL_POLL_MS) > 0 && !p[0].revents && h->box);
}

/* True when it is time to ask PostgreSQL for work. */
static bool wait_for_bell(struct hands *h)
{
	auto_free char *value = NULL;
	struct err err = {0};
	int r = kv_pop_begin(h->kv, "submissions", BELL_S, &err);

	if (r == 0) {
		wait_and_help(h);
		r = kv_pop_finish(h->kv, &value, &err);
	}
	if (r < 0) {
		worker_nap(h->worker, RETRY_MS);
		return true;
	}
	if (value && atomic_load(&h->worker->draining))
		(void)submission_ring(h->kv, 1, &err); /* for another host */
	return value != NULL;
}

/* While there is nothing to judge. */

/* No bell rang that nobody has heard: other slots are there for what comes. */
static bool nobody_rang(void *arg)
{
	const struct hands *h = arg;
	auto_reply redisReply *reply = NULL;
	struct err err = {0};

	return !atomic_load(&h->worker->draining) &&
	       (kv_command(h->kv, &reply, &err, "LLEN %s", kv_key(h->kv, "submissions")) < 0 ||
	               reply->integer == 0);
}

static int calibrate(struct hands *h, struct err *err)
{
	const char *on[LANGUAGE_MAX_ROWS];
	struct worker *w = h->worker;
	struct calibration_hands mine = {.slot = h->slot->index,
	        .box = h->box,
	        .stop = &h->slot->stop,
	        .on = on,
	        .may_go_on = nobody_rang,
	        .arg = h};

	if (is_testing(w) || !calibration_is_due(w->calibration, h->slot->index))
		return 0;
	mine.non = worker_languages(w, on);
	return calibration_run(w->calibration, &mine, err);
}

static void keep_up(struct hands *h)
{
	const struct headers_hands by = {h->box, nobody_rang, h};
	struct err err = {0};

	if (headers_make(h->worker->headers, &by, &err) == 0 && calibrate(h, &err) == 0)
		return;
	log_warn("slot.idle", "slot=%d why=\"%s\"", h->slot->index, err.msg);
	close_box(h);
}

/* Nothing is judged in a slot that is too noisy. */
static bool is_calm(struct hands *h)
{
	if (calibration_is_used(h->worker->calibration, h->slot->index))
		return true;
	keep_up(h);
	worker_nap(h->worker, RETRY_MS);
	return false;
}

static void *run_slot(void *arg)
{
	struct worker_slot *s = arg;
	struct worker *w = s->worker;
	struct hands h = {.slot = s, .worker = w, .pg = pg_new(w->conf), .kv = kv_new(w->conf)};
	bool rung = true; /* what was queued before we came */

	while (!atomic_load(&w->draining)) {
		if (!is_ready(&h)) {
			worker_nap(w, RETRY_MS);
			rung = true;
			continue;
		}
		if (!rung)
			keep_up(&h);
		if (!is_calm(&h)) {
			rung = true;
			continue;
		}
		if (!rung && h.box) {
			yield_idle(w->yield, 1);
			rung = wait_for_bell(&h);
			yield_idle(w->yield, -1);
		}
		while (rung && h.box && !atomic_load(&w->draining))
			rung = claim_and_judge(&h);
	}
	box_close(h.box);
	kv_free(h.kv);
	pg_free(h.pg);
	atomic_fetch_sub(&w->running, 1);
	return NULL;
}

/* Life. */

/* The folder `selftest` beside the language table. */
static void find_selftests(struct worker *w)
{
	const char *file = w->conf->language_file;
	const char *slash = strrchr(file, '/');
	int len = slash ? (int)(slash - file) : 1;

	snprintf(w->selftest_folder, sizeof(w->selftest_folder), "%.*s/selftest", len,
	        slash ? file : ".");
}

/* A writer waits for the steps at work, not for those that come after it. */
static void init_alone(struct worker *w)
{
	pthread_rwlockattr_t a;

	pthread_rwlockattr_init(&a);
	pthread_rwlockattr_setkind_np(&a, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
	pthread_rwlock_init(&w->alone, &a);
	pthread_rwlockattr_destroy(&a);
}

static void init_calibration(struct worker *w)
{
	const struct calibration_setup setup = {.languages = &w->languages,
	        .folder = w->selftest_folder,
	        .alone = &w->alone,
	        .slots = w->nslots,
	        .every_s = w->conf->calibrate_seconds,
	        .limit_percent = w->conf->max_jitter_percent};

	w->calibration = calibration_new(&setup);
}

void worker_init(struct worker *w, const struct conf *conf)
{
	struct err err = {0};
	cpu_set_t cores;

	w->conf = conf;
	w->name = conf->judge_name;
	/* as box does */
	if (cpus_usable(conf->cores, conf->avoid_siblings, &cores, &err) < 0)
		die("%s", err.msg);
	w->nslots = (size_t)(conf->slots > 0 ? conf->slots : CPU_COUNT(&cores));
	if (w->nslots > WORKER_MAX_SLOTS)
		w->nslots = WORKER_MAX_SLOTS;
	if (languages_load(&w->languages, conf->language_file, &err) < 0)
		die("%s", err.msg);
	if (testdata_new(conf->work_dir, conf->cache_mib * MIB, &w->data, &err) < 0)
		die("%s", err.msg);
	find_selftests(w);
	w->artifacts = artifacts_new(conf->artifact_mib * MIB);
	w->jury = jury_new(&w->languages);
	if (conf->spread_tests && w->nslots > 1)
		w->spread = spread_new();
	w->yield = yield_new(w->nslots);
	w->headers = headers_new(&w->languages, conf->precompiled_headers);
	init_alone(w);
	init_calibration(w);
	pthread_mutex_init(&w->lock, NULL);
	for (size_t i = 0; i < w->nslots; i++) {
		w->slots[i].worker = w;
		w->slots[i].index = (int)i;
		pthread_mutex_init(&w->slots[i].lock, NULL);
	}
}

void worker_start(struct worker *w)
{
	for (size_t i = 0; i < w->nslots; i++) {
		atomic_fetch_add(&w->running, 1);
		if (pthread_create(&w->slots[i].thread, NULL, run_slot, &w->slots[i]) != 0)
			die("cannot start a thread");
	}
}

void worker_free(struct worker *w)
{
	spread_free(w->spread);
	yield_free(w->yield);
	headers_free(w->headers);
	calibration_free(w->calibration);
	jury_free(w->jury);
	artifacts_free(w->artifacts);
	testdata_free(w->data);
	languages_free(&w->languages);
}
