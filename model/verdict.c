/* verdict.c -- one table of the judgement types; its order is the enum's and the SQL enum's. */
#include "model/verdict.h"

static const struct {
	const char *id, *name;
	bool penalty;
} table[VERDICT_COUNT] = {
        [VERDICT_NONE] = {"", "pending", false},
        [VERDICT_AC] = {"AC", "accepted", false},
        [VERDICT_WA] = {"WA", "wrong answer", true},
        [VERDICT_TLE] = {"TLE", "time limit exceeded", true},
        [VERDICT_RTE] = {"RTE", "run-time error", true},
        [VERDICT_MLE] = {"MLE", "memory limit exceeded", true},
        [VERDICT_OLE] = {"OLE", "output limit exceeded", true},
        [VERDICT_CE] = {"CE", "compile error", false},
        [VERDICT_SV] = {"SV", "security violation", true},
        [VERDICT_JE] = {"JE", "judging error", false},
};

static bool is_known(enum verdict v)
{
	return (unsigned)v < VERDICT_COUNT;
}

const char *verdict_id(enum verdict v)
{
	return is_known(v) ? table[v].id : "";
}

const char *verdict_name(enum verdict v)
{
	return is_known(v) ? table[v].name : "";
}

int verdict_parse(const char *id, enum verdict *out)
{
	for (size_t v = 0; v < VERDICT_COUNT; v++) {
		if (strcmp(id ? id : "", table[v].id) != 0)
			continue;
		*out = (enum verdict)v;
		return 0;
	}
	return -1;
}

bool verdict_has_penalty(enum verdict v, bool compile_penalty)
{
	return v == VERDICT_CE ? compile_penalty : is_known(v) && table[v].penalty;
}

bool verdict_is_judged(enum verdict v)
{
	return v != VERDICT_NONE && v != VERDICT_JE;
}
