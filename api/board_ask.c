/* board_ask.c -- see board_ask.h. */
#include "api/board_ask.h"

#include <bsd/stdlib.h>

enum { LIMIT = 100, WORD_MAX = 64 };

/* An integer from 0 to max: 1; `value` stays when it is not given: 0. */
static int ask_int(const struct request *rq, const char *name, int max, int *value, struct err *err)
{
	const char *text = request_query(rq, name), *wrong = NULL;
	long long v;

	if (!text)
		return 0;
	v = strtonum(text, 0, max, &wrong);
	if (wrong)
		return err_set(err, ERR_INPUT, "%s must be a whole number from 0 to %d", name, max);
	*value = (int)v;
	return 1;
}

/* 1: one was given. */
static int ask_filter(const struct request *rq, struct board_query *q, struct err *err)
{
	static const struct {
		const char *name;
		enum board_by by;
	} filters[] = {{"group", BOARD_BY_GROUP}, {"organization", BOARD_BY_ORGANIZATION},
	        {"country", BOARD_BY_COUNTRY}};

	for (size_t i = 0; i < ARRAY_LEN(filters); i++) {
		const char *text = request_query(rq, filters[i].name);

		if (!text)
			continue;
		if (q->by != BOARD_BY_NONE)
			return err_set(err, ERR_INPUT,
			        "only one of group, organization and country can be asked for");
		if (!*text || strlen(text) > WORD_MAX)
			return err_set(err, ERR_INPUT, "%s must have 1 to %d characters",
			        filters[i].name, WORD_MAX);
		q->by = filters[i].by;
		q->id = text;
	}
	return q->by != BOARD_BY_NONE;
}

int board_ask(const struct request *rq, struct board_query *q, struct err *err)
{
	int limit, offset, around, filter;

	*q = (struct board_query){.limit = LIMIT, .team = request_query(rq, "team")};
	limit = ask_int(rq, "limit", BOARD_LIMIT_MAX, &q->limit, err);
	offset = limit < 0 ? limit : ask_int(rq, "offset", BOARD_OFFSET_MAX, &q->offset, err);
	around = offset < 0 ? offset : ask_int(rq, "around", BOARD_AROUND_MAX, &q->around, err);
	filter = around < 0 ? around : ask_filter(rq, q, err);
	if (filter < 0)
		return filter;
	if (q->team && (!*q->team || strlen(q->team) > WORD_MAX))
		return err_set(err, ERR_INPUT, "team must have 1 to %d characters", WORD_MAX);
	if (around && !q->team)
		return err_set(err, ERR_INPUT, "around needs a team");
	return limit || offset || around || filter || q->team;
}
