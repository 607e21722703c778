/* heartbeat.c -- the judge's pulse: each second it extends the leases of all slots and tells a slot
 * whose claim was taken back to stop; now and then it writes the host's row in `workers`. It goes
 * on while the judge drains, for what is judged then must not be taken away. */
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "judge/worker.h"

enum { SEEN_EVERY = 5, STATUS_SIZE = WORKER_FAULT_SIZE + 16 };

/* The claims of a moment. */
struct held {
	size_t n;
	struct worker_slot *slots[WORKER_MAX_SLOTS];
	struct claim claims[WORKER_MAX_SLOTS];
	const struct claim *list[WORKER_MAX_SLOTS];
};

static void collect(struct worker *w, struct arena *a, struct held *h)
{
	for (size_t i = 0; i < w->nslots; i++) {
		struct worker_slot *s = &w->slots[i];

		pthread_mutex_lock(&s->lock);
		if (s->busy) {
			h->slots[h->n] = s;
			h->claims[h->n] =
			        (struct claim){.judgement_id = arena_strdup(a, s->judgement_id),
			                .attempt = s->attempt};
			h->list[h->n] = &h->claims[h->n];
			h->n++;
		}
		pthread_mutex_unlock(&s->lock);
	}
}

/* False: the slot is told already, has gone on to something else, or is recording. */
static bool stop_slot(struct worker_slot *s, const struct claim *c)
{
	bool told;

	pthread_mutex_lock(&s->lock);
	told = s->judging && s->attempt == c->attempt &&
	       strcmp(s->judgement_id, c->judgement_id) == 0 && !atomic_exchange(&s->stop, true);
	pthread_mutex_unlock(&s->lock);
	return told;
}

/* False when PostgreSQL did not answer; said once. */
static bool extend(struct worker *w, struct pg *pg, struct kv *kv, bool failing)
{
	auto_arena struct arena a = {0};
	struct held *h = arena_alloc(&a, sizeof(*h));
	bool mine[WORKER_MAX_SLOTS] = {0};
	struct err err = {0};

	collect(w, &a, h);
	if (h->n == 0)
		return true;
	if (submission_heartbeat(pg, w->name, h->list, h->n, mine, &err) < 0) {
		if (!failing)
			log_warn("heartbeat.failed", "why=\"%s\"", err.msg);
		return false;
	}
	for (size_t i = 0; i < h->n; i++) {
		if (!mine[i] && stop_slot(h->slots[i], h->list[i]))
			(void)submission_was_alive(pg, h->list[i], &err);
		else if (mine[i])
			(void)kv_command(kv, NULL, &err, "SET %s %s XX PX %d",
			        kv_key(kv, "processing:%s", h->list[i]->judgement_id), w->name,
			        LEASE_MS);
	}
	return true;
}

static json_t *artifacts_json(struct worker *w)
{
	struct artifacts_counts c = artifacts_count(w->artifacts);

	return json_pack("{s:I, s:I, s:I, s:I}", "hits", (json_int_t)c.hits, "misses",
	        (json_int_t)c.misses, "programs", (json_int_t)c.programs, "bytes",
	        (json_int_t)c.bytes);
}

static json_t *slots_json(struct worker *w)
{
	json_t *list = json_array();
	uint32_t cores[WORKER_MAX_SLOTS] = {0};

	pthread_mutex_lock(&w->lock);
	for (size_t i = 0; i < w->nslots; i++)
		cores[i] = w->slots[i].core;
	pthread_mutex_unlock(&w->lock);
	for (size_t i = 0; i < w->nslots; i++) {
		struct calibration_figures f = calibration_get(w->calibration, (int)i);

		if (f.measured)
			json_array_append_new(list,
			        json_pack("{s:i, s:i, s:b, s:f, s:I}", "slot", (int)i, "core",
			                (int)cores[i], "used", f.used, "jitter_percent",
			                f.jitter_percent, "fastest_us", (json_int_t)f.fastest_us));
	}
	return list;
}

static json_t *info_json(struct worker *w)
{
	const char *on[LANGUAGE_MAX_ROWS];
	size_t n = worker_languages(w, on);
	json_t *languages = json_array();
	struct box_info info;
	bool has_info;

	for (size_t i = 0; i < n; i++)
		json_array_append_new(languages, json_string(on[i]));
	pthread_mutex_lock(&w->lock);
	info = w->info;
	has_info = w->has_info;
	pthread_mutex_unlock(&w->lock);
	if (!has_info)
		return json_pack("{s:o}", "languages", languages);
	return json_pack("{s:o, s:o, s:o, s:i, s:s, s:s, s:s, s:I}", "languages", languages,
	        "slots", slots_json(w), "artifacts", artifacts_json(w), "cgroup_mode",
	        (int)info.cgroup_mode, "cores", info.cores, "runtime", info.runtime, "root",
	        info.root, "memory_budget_bytes", (json_int_t)info.memory_budget_bytes);
}

static int say_status(struct worker *w, struct pg *pg, const char *status, bool first)
{
	auto_arena struct arena a = {0};
	json_auto_t *info = info_json(w);
	auto_free char *text = json_text(info);
	struct err err = {0};

	return pg_run(pg, Q_WORKER_SEEN, NULL, &err, w->name, pg_arg_int(&a, (int64_t)w->nslots),
	        status, text, pg_arg_bool(first));
}

void *heartbeat_run(void *arg)
{
	struct worker *w = arg;
	struct pg *pg = pg_new(w->conf);
	struct kv *kv = kv_new(w->conf);
	char said[STATUS_SIZE] = "", status[STATUS_SIZE];
	bool first = true, failing = false;

	for (unsigned tick = 0; !atomic_load(&w->done); tick++) {
		failing = !extend(w, pg, kv, failing);
		worker_status(w, status);
		if ((tick % SEEN_EVERY == 0 || strcmp(said, status) != 0) &&
		        say_status(w, pg, status, first) == 0) {
			snprintf(said, sizeof(said), "%s", status);
			first = false;
		}
		worker_nap(w, HEARTBEAT_MS);
	}
	kv_free(kv);
	pg_free(pg);
	return NULL;
}
