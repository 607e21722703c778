/* doctor.h -- what the files of `codearena doctor` share. */
#ifndef ADMIN_DOCTOR_H
#define ADMIN_DOCTOR_H
#include "admin/admin.h"

struct doctor {
	struct admin *admin;
	json_t *report; /* --json */
	bool failed;
};

/* One line each. remedy: what to do. */
void doctor_ok(struct doctor *d, const char *fmt, ...) PRINTF(2, 3);
void doctor_fail(struct doctor *d, const char *remedy, const char *fmt, ...) PRINTF(3, 4);
/* doctor_box.c: the box answers, every language compiles and runs, two escapes fail. */
void doctor_box(struct doctor *d);
#endif
