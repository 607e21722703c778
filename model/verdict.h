/* verdict.h -- the judgement types of RULES.md section 2, in the order of the SQL enum. */
#ifndef VERDICT_H
#define VERDICT_H
#include "base/base.h"

enum verdict {
	VERDICT_NONE, /* not judged */
	VERDICT_AC,
	VERDICT_WA,
	VERDICT_TLE,
	VERDICT_RTE,
	VERDICT_MLE,
	VERDICT_OLE,
	VERDICT_CE,
	VERDICT_SV,
	VERDICT_JE,
	VERDICT_COUNT
};

/* "AC", "" for none; never NULL. */
const char *verdict_id(enum verdict v);
/* "accepted", ... for people. */
const char *verdict_name(enum verdict v);
/* "AC" -> VERDICT_AC, NULL or "" -> VERDICT_NONE. 0 or -1. */
int verdict_parse(const char *id, enum verdict *out);
/* A rejected judgement that costs penalty before an AC: WA TLE RTE MLE OLE SV, and CE when the
 * contest says so. JE counts as not judged. */
bool verdict_has_penalty(enum verdict v, bool compile_penalty);
bool verdict_is_judged(enum verdict v); /* neither none nor JE */
#endif
