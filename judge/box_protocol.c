/* box_protocol.c -- the pure half of box.h: what a request must look like. */
#include "judge/box.h"

#include "judge/language.h"

#define MIB ((int64_t)1 << 20)

static const struct {
	const char *name;
	size_t offset;
	int64_t min;
	int64_t max;
} limit_table[] = {
        {"CPU time limit (ms)", offsetof(struct box_limits, cpu_ms), 1, 600000},
        {"wall time limit (ms)", offsetof(struct box_limits, wall_ms), 1, 1200000},
        {"memory limit (bytes)", offsetof(struct box_limits, memory_bytes), 4 * MIB, 65536 * MIB},
        {"size of /tmp (bytes)", offsetof(struct box_limits, tmp_bytes), 65536, 8192 * MIB},
        {"pids limit", offsetof(struct box_limits, pids), 1, 1024},
};

/* Which members and how many descriptors each request has. */
static const struct {
	const char *name;
	size_t nfds;
	bool language;
	bool entry;
	bool limits;
	bool built;
} request_table[] = {
        [BOX_HELLO] = {"HELLO", 0, false, true, false, true},
        [BOX_VERSION] = {"VERSION", 0, true, false, false, true},
        [BOX_COMPILE] = {"COMPILE", 1, true, true, true, true},
        [BOX_LOAD] = {"LOAD", 1, true, true, false, true},
        [BOX_RUN] = {"RUN", 3, true, false, true, true},
        [BOX_KILL] = {"KILL", 0, false, false, false, true},
        [BOX_VALIDATE] = {"VALIDATE", 0, false, false, false, false},
        [BOX_INTERACTIVE] = {"INTERACTIVE", 0, false, false, false, false},
};

static const char *const end_names[] = {
        [0] = "unknown",
        [BOX_END_EXITED] = "exited",
        [BOX_END_SIGNAL] = "signal",
        [BOX_END_CPU_LIMIT] = "cpu limit",
        [BOX_END_WALL_LIMIT] = "wall limit",
        [BOX_END_MEMORY_LIMIT] = "memory limit",
        [BOX_END_SECURITY] = "security violation",
        [BOX_END_KILLED] = "killed",
        [BOX_END_FAULT] = "fault",
};

const char *box_end_name(uint32_t end)
{
	return end_names[end < ARRAY_LEN(end_names) ? end : 0];
}

static int64_t limit_get(const struct box_limits *limits, size_t offset)
{
	int64_t v;

	memcpy(&v, (const char *)limits + offset, sizeof(v));
	return v;
}

int box_limits_check(const struct box_limits *limits, struct err *err)
{
	for (size_t i = 0; i < ARRAY_LEN(limit_table); i++) {
		int64_t v = limit_get(limits, limit_table[i].offset);

		if (v < limit_table[i].min || v > limit_table[i].max)
			return err_set(err, ERR_INPUT, "%s must be %lld to %lld, not %lld",
			        limit_table[i].name, (long long)limit_table[i].min,
			        (long long)limit_table[i].max, (long long)v);
	}
	return 0;
}

static bool limits_are_zero(const struct box_limits *limits)
{
	for (size_t i = 0; i < ARRAY_LEN(limit_table); i++)
		if (limit_get(limits, limit_table[i].offset) != 0)
			return false;
	return true;
}

/* A text member: ends inside, nothing behind its end, present or absent as the request wants. */
static int check_text(const char *name, const char *text, size_t size, bool wanted, struct err *err)
{
	size_t len = strnlen(text, size);

	if (len == size)
		return err_set(err, ERR_INPUT, "%s has no end", name);
	for (size_t i = len; i < size; i++)
		if (text[i])
			return err_set(err, ERR_INPUT, "%s is followed by something", name);
	if (!wanted && len > 0)
		return err_set(err, ERR_INPUT, "%s does not belong here", name);
	if (wanted && !language_is_name(text))
		return err_set(err, ERR_INPUT, "%s is not a plain name", name);
	return 0;
}

static int check_members(const struct box_request *q, size_t nfds, struct err *err)
{
	bool limits = request_table[q->type].limits;
	int r = check_text(
	        "language", q->language, sizeof(q->language), request_table[q->type].language, err);

	if (r < 0)
		return r;
	r = check_text("entry", q->entry, sizeof(q->entry), request_table[q->type].entry, err);
	if (r < 0)
		return r;
	if (q->reserved != 0)
		return err_set(err, ERR_INPUT, "reserved member is not zero");
	if (nfds != request_table[q->type].nfds)
		return err_set(err, ERR_INPUT, "%zu descriptors instead of %zu", nfds,
		        request_table[q->type].nfds);
	if (!limits && !limits_are_zero(&q->limits))
		return err_set(err, ERR_INPUT, "limits do not belong here");
	return limits ? box_limits_check(&q->limits, err) : 0;
}

int box_request_parse(
        const void *packet, size_t len, size_t nfds, struct box_request *out, struct err *err)
{
	if (len != sizeof(*out))
		return err_set(
		        err, ERR_BUG, "packet of %zu bytes instead of %zu", len, sizeof(*out));
	memcpy(out, packet, sizeof(*out));
	if (out->magic != BOX_MAGIC)
		return err_set(err, ERR_BUG, "not a request");
	if (out->version != BOX_VERSION_NUMBER)
		return err_set(err, ERR_BUG, "protocol version %u, here %d", out->version,
		        BOX_VERSION_NUMBER);
	if (out->type >= ARRAY_LEN(request_table) || !request_table[out->type].name)
		return err_set(err, ERR_BUG, "no request has number %u", out->type);
	if (!request_table[out->type].built)
		return err_set(
		        err, ERR_INPUT, "%s is not built yet", request_table[out->type].name);
	if (check_members(out, nfds, err) < 0)
		return err_wrap(err, "%s", request_table[out->type].name);
	return 0;
}
