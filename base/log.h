/* log.h -- one logfmt line per event on stderr.
 *
 *     log_info("submission.judged", "id=%s team=%s verdict=%s ms=%d", ...);
 *     -> 2026-01-31T10:00:00.123Z info submission.judged id=4711 team=12 verdict=AC ms=83
 *
 * The subject is `<thing>.<what happened>`. ERROR: a person must act. WARN: we coped.
 * INFO: the life of a contest, one line per judgement. DEBUG: off unless CODEARENA_DEBUG=1.
 * Never a password, a token or the source of a submission. Control characters in the
 * text are written as `?`, so that one event stays one line. Thread-safe. */
#ifndef LOG_H
#define LOG_H
#include "base/base.h"
#include "base/err.h"

/* Name of the program, printed in no line but by die(); borrowed forever. */
void log_init(const char *program);
const char *log_program(void); /* that name; "test" before log_init */
void log_error(const char *subject, const char *fmt, ...) PRINTF(2, 3);
void log_warn(const char *subject, const char *fmt, ...) PRINTF(2, 3);
void log_info(const char *subject, const char *fmt, ...) PRINTF(2, 3);
void log_debug(const char *subject, const char *fmt, ...) PRINTF(2, 3);

/* For start-up and for codearena-box only: says why on stderr and exits with 1. */
__attribute__((noreturn)) void die(const char *fmt, ...) PRINTF(1, 2);
#endif
