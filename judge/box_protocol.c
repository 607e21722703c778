/* box_protocol.c -- the pure half of box.h: what a request must look like. */
#include "judge/box.h"

#include "judge/language.h"

#define MIB ((int64_t)1 << 20)

static const int64_t max_output = 1024 * MIB;

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
        {"file size limit (bytes)", offsetof(struct box_limits, file_bytes), 4096, 8192 * MIB},
        {"pids limit", offsetof(struct box_limits, pids), 1, 1024},
};

/* Which members and how many descriptors each request has. */
static const struct {
	const char *name;
	size_t min_fds, max_fds;
	bool language;
	bool entry;
	bool lane;
	bool args;
	bool limits;
	bool jury; /* limits of its own, arguments for both, and an output limit */
} request_table[] = {
        [BOX_HELLO] = {.name = "HELLO", .entry = true},
        [BOX_VERSION] = {.name = "VERSION", .language = true},
        [BOX_COMPILE] = {"COMPILE", 1, 1, .language = true, .entry = true, .lane = true,
                .limits = true},
        [BOX_LOAD] = {"LOAD", 1, 1, .language = true, .entry = true, .lane = true},
        [BOX_RUN] = {"RUN", 3, 3, .language = true, .lane = true, .args = true, .limits = true},
        [BOX_KILL] = {.name = "KILL"},
        [BOX_VALIDATE] = {"VALIDATE", 3, 4, .language = true, .args = true, .limits = true},
        [BOX_INTERACTIVE] = {"INTERACTIVE", 2, 3, .language = true, .args = true, .limits = true,
                .jury = true},
        [BOX_PRECOMPILE] = {.name = "PRECOMPILE", .language = true},
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
        [BOX_END_OUTPUT_LIMIT] = "output limit",
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

/* Limits that belong here are in range, others zero; `whose` is a word before their names. */
static int check_limits(
        const char *whose, const struct box_limits *limits, bool wanted, struct err *err)
{
	struct err inner = {0};

	if (!wanted && !limits_are_zero(limits))
		return err_set(err, ERR_INPUT, "%slimits do not belong here", whose);
	if (wanted && box_limits_check(limits, &inner) < 0)
		return err_set(err, ERR_INPUT, "%s%s", whose, inner.msg);
	return 0;
}

static int check_output_bytes(int64_t n, bool wanted, struct err *err)
{
	if (!wanted && n != 0)
		return err_set(err, ERR_INPUT, "an output limit does not belong here");
	if (wanted && (n < 1 || n > max_output))
		return err_set(err, ERR_INPUT, "output limit (bytes) must be 1 to %lld, not %lld",
		        (long long)max_output, (long long)n);
	return 0;
}

/* Bytes that are whole words. */
static bool is_words(const struct box_request *q, uint32_t len)
{
	return len <= BOX_ARGS_SIZE && (len == 0 || !q->args[len - 1]);
}

/* Words, each with its NUL; zero behind them. */
static int check_args(const struct box_request *q, bool wanted, struct err *err)
{
	size_t words = 0;

	if (!wanted && q->args_len > 0)
		return err_set(err, ERR_INPUT, "arguments do not belong here");
	if (!is_words(q, q->args_len))
		return err_set(err, ERR_INPUT, "arguments have no end");
	if (q->program_args > 0 && (q->type != BOX_INTERACTIVE || q->program_args > q->args_len ||
	                                   !is_words(q, q->program_args)))
		return err_set(err, ERR_INPUT, "the submission's arguments have no end");
	for (size_t i = 0; i < q->args_len; i++)
		words += !q->args[i];
	if (words > BOX_MAX_ARGS)
		return err_set(err, ERR_INPUT, "%zu arguments, at most %d", words, BOX_MAX_ARGS);
	for (size_t i = q->args_len; i < BOX_ARGS_SIZE; i++)
		if (q->args[i])
			return err_set(err, ERR_INPUT, "arguments are followed by something");
	return 0;
}

static int check_members(const struct box_request *q, size_t nfds, struct err *err)
{
	const size_t min = request_table[q->type].min_fds, max = request_table[q->type].max_fds;
	int r = check_text(
	        "language", q->language, sizeof(q->language), request_table[q->type].language, err);

	if (r < 0)
		return r;
	r = check_text("entry", q->entry, sizeof(q->entry), request_table[q->type].entry, err);
	if (r < 0)
		return r;
	if (q->reserved != 0)
		return err_set(err, ERR_INPUT, "reserved member is not zero");
	if (q->lane >= BOX_LANES || (q->lane != 0 && !request_table[q->type].lane))
		return err_set(err, ERR_INPUT, "lane %u does not belong here", q->lane);
	if (nfds < min || nfds > max)
		return err_set(err, ERR_INPUT, "%zu descriptors instead of %zu", nfds, max);
	if ((r = check_args(q, request_table[q->type].args, err)) < 0 ||
	        (r = check_output_bytes(q->output_bytes, request_table[q->type].jury, err)) < 0 ||
	        (r = check_limits("", &q->limits, request_table[q->type].limits, err)) < 0)
		return r;
	return check_limits("the validator's ", &q->jury, request_table[q->type].jury, err);
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
	if (check_members(out, nfds, err) < 0)
		return err_wrap(err, "%s", request_table[out->type].name);
	return 0;
}
