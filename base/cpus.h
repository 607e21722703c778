/* cpus.h -- which processors there are to use: lists as the kernel writes them ("0-3,6"), and which
 * processors are hyperthreads of one core. */
#ifndef CPUS_H
#define CPUS_H
#include "base/base.h"
#include "base/err.h"

#include <sched.h>

enum { CPUS_TEXT_SIZE = 104 };

/* Reads a list: numbers and ranges with commas between, each below CPU_SETSIZE. -ERR_INPUT: none.
 */
int cpus_parse(const char *text, cpu_set_t *set, struct err *err);
/* The list as text; "..." at its end when there is more than room. */
void cpus_print(const cpu_set_t *set, char *out, size_t size);

/* Takes out of set all but the first of those that share a core, by the topology folders of
 * `system`
 * (/sys/devices/system/cpu); what it does not say is taken as a core of its own. */
void cpus_drop_siblings(cpu_set_t *set, const char *system);

/* What this process may use, of that the wanted ("": all), of that with avoid_siblings one of a
 * core. -ERR_INPUT: a wanted one is not there. */
int cpus_usable(const char *wanted, bool avoid_siblings, cpu_set_t *set, struct err *err);

#endif
