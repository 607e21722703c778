/* calibration.h -- how evenly each slot of this host runs. One of these per host; thread-safe.
 *
 * A slot that has nothing to do runs a known program a few times, alone on the host, at the start
 * and every few minutes. Its *jitter* is how much more CPU time the slower quarter of those runs
 * took than the fastest, in percent: neighbours of a virtual machine, interrupts, a processor that
 * changes its speed. A slot above the limit twice in a row is not used until it is calm again. The
 * last one of a host stays in use whatever it measures: a slow verdict is better than none.
 *
 * The program is selftest/<language>/calibrate.<extension>, of the first language of the table that
 * works here and has one; without any, nothing is measured and every slot is used. */
#ifndef CALIBRATION_H
#define CALIBRATION_H

#include "judge/execute.h"

enum { CALIBRATION_RUNS = 9 };

struct calibration;

struct calibration_setup {
	const struct languages *languages;
	const char *folder;      /* of the self-tests */
	pthread_rwlock_t *alone; /* of the host, see struct execution */
	size_t slots;
	int64_t every_s;       /* 0: never */
	int64_t limit_percent; /* 0: none */
};

struct calibration *calibration_new(const struct calibration_setup *setup);
void calibration_free(struct calibration *c);

/* May this slot be used? */
bool calibration_is_used(struct calibration *c, int slot);
/* Is it time to measure this slot? False while another one is measured. */
bool calibration_is_due(struct calibration *c, int slot);

/* What a slot is measured with. */
struct calibration_hands {
	int slot;
	struct box *box;
	const atomic_bool *stop;
	const char *const *on; /* languages that work */
	size_t non;
	bool (*may_go_on)(void *arg); /* asked before each run; false: measured later */
	void *arg;
};
/* Measures the slot. 0 also when it could not be done now; negative: the box must be opened anew.
 * The slot's lane of submissions holds another program afterwards. */
int calibration_run(struct calibration *c, const struct calibration_hands *h, struct err *err);

/* Decides from what n runs took; a part of calibration_run. Sorts them. */
void calibration_note(struct calibration *c, int slot, int64_t *us, size_t n);

struct calibration_figures {
	bool measured, used;
	double jitter_percent;
	int64_t fastest_us;
};
struct calibration_figures calibration_get(struct calibration *c, int slot);

#endif
