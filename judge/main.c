/* main.c -- codearena-judge: takes submissions from PostgreSQL, judges them in the sandbox of
 * codearena-box, records the verdicts.
 *
 * May: reach PostgreSQL as codearena_judge, Redis as the judge's user, and box's socket; write its
 * own work folder. Drops before its loop: gaining privileges, core dumps with test data.
 *
 * SIGTERM or SIGINT: claims nothing more and lets what is being judged end, for drain_seconds at
 * most; then, or at a second signal, it gives that back to the queue. SIGKILL is fine too: leases
 * expire, and another judge goes on. */
#include "base/log.h"
#include "judge/importer.h"
#include "judge/worker.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <time.h>

enum { LOOK_MS = 50, LOOK_NS = 50000000, GIVE_UP_MS = 5000, MS_PER_S = 1000 };

static void drop_rights(void)
{
	(void)umask(022);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		die("prctl: %s", strerrordesc_np(errno));
}

/* Blocked in every thread: main alone takes them, by sigwait. */
static void block_signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGINT);
	pthread_sigmask(SIG_BLOCK, set, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
}

/* True when all slots have ended; false after ms, or at another signal. */
static bool wait_for_slots(struct worker *w, const sigset_t *set, int64_t ms)
{
	const struct timespec look = {.tv_nsec = LOOK_NS};

	for (int64_t waited = 0; waited < ms; waited += LOOK_MS) {
		if (atomic_load(&w->running) == 0)
			return true;
		if (sigtimedwait(set, NULL, &look) > 0)
			return false;
	}
	return atomic_load(&w->running) == 0;
}

static void drain(struct worker *w, const sigset_t *set)
{
	log_info("judge.draining", "seconds=%lld", (long long)w->conf->drain_seconds);
	atomic_store(&w->draining, true);
	if (wait_for_slots(w, set, w->conf->drain_seconds * MS_PER_S))
		return;
	atomic_store(&w->abandon, true);
	for (size_t i = 0; i < w->nslots; i++)
		atomic_store(&w->slots[i].stop, true);
	if (!wait_for_slots(w, set, GIVE_UP_MS))
		log_warn("judge.left", "what is being judged is left to its lease");
}

int main(int argc, char **argv)
{
	static struct conf conf;
	static struct worker worker;
	pthread_t heartbeat, sweeper, importer;
	sigset_t set;
	int signal_number;

	log_init("codearena-judge");
	conf_init(&conf, &argc, argv);
	drop_rights();
	block_signals(&set);
	worker_init(&worker, &conf);
	log_info("judge.start", "name=%s slots=%zu", worker.name, worker.nslots);
	worker_start(&worker);
	if (pthread_create(&heartbeat, NULL, heartbeat_run, &worker) != 0 ||
	        pthread_create(&sweeper, NULL, sweeper_run, &worker) != 0 ||
	        pthread_create(&importer, NULL, importer_run, &worker) != 0)
		die("cannot start a thread");
	while (sigwait(&set, &signal_number) != 0)
		;
	drain(&worker, &set);
	atomic_store(&worker.done, true);
	if (atomic_load(&worker.running) > 0)
		_exit(1); /* threads that do not answer still use what would be freed */
	for (size_t i = 0; i < worker.nslots; i++)
		pthread_join(worker.slots[i].thread, NULL);
	pthread_join(heartbeat, NULL);
	pthread_join(sweeper, NULL);
	pthread_join(importer, NULL);
	worker_free(&worker);
	conf_free(&conf);
	log_info("judge.stop", "drained");
	return 0;
}
