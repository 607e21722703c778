/* compare.h -- the default output validator: the output of a program against the jury's answer,
 * token by token, while the output is still coming. Nothing of either is kept but the token at
 * hand, so output of any length costs the same.
 *
 * Flags (RULES.md section 6), words between blanks; an unknown one is the judge's fault:
 *
 *     case_sensitive               letters must agree in case
 *     space_change_sensitive       white space must agree byte for byte
 *     float_absolute_tolerance E   a token of the answer that is a number may differ by E
 *     float_relative_tolerance E   ... by E times its value
 *     float_tolerance E            ... by either
 *
 * With a tolerance nan equals nan, an infinity equals itself, and 0x10 equals 16. */
#ifndef COMPARE_H
#define COMPARE_H

#include "base/base.h"
#include "base/err.h"

struct compare_flags {
	bool case_sensitive;
	bool space_sensitive;
	bool floats; /* a tolerance was given */
	double absolute, relative;
};

/* -ERR_INPUT names the flag that is unknown or has no number. */
int compare_parse_flags(const char *text, struct compare_flags *out, struct err *err);

struct compare;
/* answer_fd is borrowed and read from its beginning, by pread: no offset is shared. */
struct compare *compare_new(const struct compare_flags *flags, int answer_fd);
void compare_free(struct compare *c);
#define auto_compare __attribute__((cleanup(auto_compare_)))
static inline void auto_compare_(struct compare **c)
{
	compare_free(*c);
}
/* The next piece of output; once a difference was found the rest is ignored. */
void compare_push(struct compare *c, const void *data, size_t len);
/* The output has ended. 1: accepted, 0: wrong, -ERR_BUSY: the answer could not be read. */
int compare_finish(struct compare *c, struct err *err);
/* For the jury: which token differs, and both, shortened. "" when accepted. Borrowed. */
const char *compare_message(const struct compare *c);

#endif
