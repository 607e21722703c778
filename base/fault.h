/* fault.h -- break one outside call on purpose, for tests.
 *
 * With FAULT_AT=n in the environment, the n-th call of this process that goes to PostgreSQL
 * (statement or commit), Redis or a new program fails as if the connection broke; all others
 * go on. One counter for all three, so a test walks a scenario by n = 1, 2, 3 ... until the
 * line `fault.injected` is missing in the log. Unset: off, at the price of one comparison. */
#ifndef FAULT_H
#define FAULT_H
#include "base/base.h"

/* Counts one call; true when it is the one that must fail. `what` goes to the log. */
bool fault_now(const char *what);
#endif
