/* compare.c -- see compare.h. The output is pushed, the answer is pulled. Where both are byte for
 * byte the same, they are skipped eight bytes at a time, up to the last white space of what is the
 * same (skip_same). For the rest, at the beginning of each token of the output the answer's next
 * token is looked at. If it is a number and there is a tolerance, the output's token is collected
 * whole and compared as a number; else the two are compared byte by byte as they come, and only the
 * beginnings are kept for the message.
 *
 * What must stay true: the result does not depend on how the output is cut into pieces
 * (tests/fuzz/fuzz_compare.c). */
#include "judge/compare.h"

#include "base/mem.h"

#include <ctype.h>
#include <math.h>
#include <strings.h>

enum {
	ANSWER_PIECE = 64 << 10,
	TOKEN_HELD = 64 << 10, /* a longer token is no number */
	SHOWN = 40,            /* bytes of a token in a message */
	SHOWN_SIZE = SHOWN * 4 + 4,
	MESSAGE_SIZE = 512,
	END = -1, /* of the answer */
};

enum compare_state {
	IN_GAP,
	IN_TEXT,   /* a token, compared as it comes */
	IN_NUMBER, /* a token, collected */
	IN_WRONG,  /* its first bytes are collected for the message */
	DECIDED,   /* wrong, or the answer cannot be read */
};

struct token {
	char text[TOKEN_HELD + 1];
	size_t len;  /* held */
	bool longer; /* than that */
};

struct compare {
	struct compare_flags flags;
	enum compare_state state;
	int fd;
	int failed; /* errno of reading the answer */
	char piece[ANSWER_PIECE];
	size_t piece_len, piece_pos;
	off_t offset;
	struct token expected, got;
	size_t matched; /* bytes of the token at hand */
	off_t at;       /* where the answer's token at hand begins */
	long line;      /* of the output */
	char message[MESSAGE_SIZE];
};

/* White space as the C locale knows it. */
static bool is_space(int c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Flags. */

static int parse_tolerance(const char *word, double *out, struct err *err)
{
	char *end;
	double v;

	if (!word)
		return err_set(err, ERR_INPUT, "validator flags: a tolerance without a number");
	v = strtod(word, &end);
	if (end == word || *end || !(v >= 0) || isinf(v))
		return err_set(err, ERR_INPUT, "validator flags: no tolerance: \"%.40s\"", word);
	*out = v;
	return 0;
}

/* One flag; *rest points behind it and moves over its number. */
static int parse_flag(const char *flag, char **rest, struct compare_flags *f, struct err *err)
{
	bool both = strcmp(flag, "float_tolerance") == 0;
	bool absolute = both || strcmp(flag, "float_absolute_tolerance") == 0;
	bool relative = both || strcmp(flag, "float_relative_tolerance") == 0;
	double v;
	int r;

	if (strcmp(flag, "case_sensitive") == 0) {
		f->case_sensitive = true;
		return 0;
	}
	if (strcmp(flag, "space_change_sensitive") == 0) {
		f->space_sensitive = true;
		return 0;
	}
	if (!absolute && !relative)
		return err_set(err, ERR_INPUT, "validator flags: unknown flag \"%.60s\"", flag);
	r = parse_tolerance(strtok_r(NULL, " \t\r\n", rest), &v, err);
	if (r < 0)
		return r;
	f->floats = true;
	if (absolute)
		f->absolute = v;
	if (relative)
		f->relative = v;
	return 0;
}

int compare_parse_flags(const char *text, struct compare_flags *out, struct err *err)
{
	auto_free char *copy = xstrdup(text);
	struct compare_flags f = {0};
	char *rest = NULL;
	int r = 0;

	for (char *w = strtok_r(copy, " \t\r\n", &rest); w && r == 0;
	        w = strtok_r(NULL, " \t\r\n", &rest))
		r = parse_flag(w, &rest, &f, err);
	if (r == 0)
		*out = f;
	return r;
}

struct compare *compare_new(const struct compare_flags *flags, int answer_fd)
{
	struct compare *c = xcalloc(1, sizeof(*c));

	c->flags = *flags;
	c->fd = answer_fd;
	c->line = 1;
	return c;
}

void compare_free(struct compare *c)
{
	free(c);
}

const char *compare_message(const struct compare *c)
{
	return c->message;
}

/* The answer. */

static bool fill(struct compare *c)
{
	ssize_t n;

	do {
		n = pread(c->fd, c->piece, sizeof(c->piece), c->offset);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		c->failed = errno;
	if (n <= 0)
		return false;
	c->offset += n;
	c->piece_len = (size_t)n;
	c->piece_pos = 0;
	return true;
}

/* The next byte without taking it; END at the end and when it cannot be read. */
static int peek(struct compare *c)
{
	if (c->piece_pos == c->piece_len && !fill(c))
		return END;
	return (unsigned char)c->piece[c->piece_pos];
}

/* Of the answer's next byte. */
static off_t position(const struct compare *c)
{
	return c->offset - (off_t)(c->piece_len - c->piece_pos);
}

static void skip_spaces(struct compare *c)
{
	while (is_space(peek(c)))
		c->piece_pos++;
}

/* Holds the beginning of the answer's next token. */
static void hold_token(struct compare *c)
{
	struct token *t = &c->expected;

	c->at = position(c);
	t->len = 0;
	for (int b = peek(c); b != END && !is_space(b) && t->len < TOKEN_HELD; b = peek(c)) {
		t->text[t->len++] = (char)b;
		c->piece_pos++;
	}
	t->text[t->len] = 0;
	t->longer = peek(c) != END && !is_space(peek(c));
}

/* Byte number `matched` of the answer's token: held, or behind what is held. END: no more. */
static int expected_byte(struct compare *c)
{
	int b;

	if (c->matched < c->expected.len)
		return (unsigned char)c->expected.text[c->matched];
	if (!c->expected.longer)
		return END;
	b = peek(c);
	if (b == END || is_space(b))
		return END;
	c->piece_pos++;
	return b;
}

/* Messages. */

/* The beginning of a token as printable ASCII. */
static const char *show(const struct token *t, char out[SHOWN_SIZE])
{
	size_t n = t->len < SHOWN ? t->len : SHOWN;
	size_t pos = 0;

	for (size_t i = 0; i < n; i++) {
		unsigned char b = (unsigned char)t->text[i];

		if (b > ' ' && b < 0x7f)
			out[pos++] = (char)b;
		else
			pos += (size_t)snprintf(out + pos, SHOWN_SIZE - pos, "\\x%02x", b);
	}
	snprintf(out + pos, SHOWN_SIZE - pos, "%s", t->len > n || t->longer ? "..." : "");
	return out;
}

/* The number of the token at hand. All before it were the same in both, so it is enough to count
 * those of the answer; what cannot be read again is not counted. */
static long token_number(const struct compare *c)
{
	char piece[ANSWER_PIECE];
	long tokens = 1;
	bool gap = true;

	for (off_t from = 0; from < c->at;) {
		off_t left = c->at - from;
		size_t want = left < ANSWER_PIECE ? (size_t)left : ANSWER_PIECE;
		ssize_t n = pread(c->fd, piece, want, from);

		if (n <= 0)
			break;
		for (ssize_t i = 0; i < n; i++) {
			bool space = is_space((unsigned char)piece[i]);

			tokens += gap && !space;
			gap = space;
		}
		from += n;
	}
	return tokens;
}

PRINTF(2, 3) static void wrong(struct compare *c, const char *fmt, ...)
{
	va_list args;
	int n = snprintf(
	        c->message, sizeof(c->message), "token %ld, line %ld: ", token_number(c), c->line);

	va_start(args, fmt);
	vsnprintf(c->message + n, sizeof(c->message) - (size_t)n, fmt, args);
	va_end(args);
	c->state = DECIDED;
}

static void wrong_token(struct compare *c, const char *why)
{
	char got[SHOWN_SIZE], expected[SHOWN_SIZE];

	wrong(c, "got \"%s\", expected \"%s\"%s", show(&c->got, got), show(&c->expected, expected),
	        why);
}

/* Tokens. */

static void keep_byte(struct compare *c, int b)
{
	if (c->got.len < TOKEN_HELD)
		c->got.text[c->got.len++] = (char)b;
	else
		c->got.longer = true;
}

/* Only for the message: as much as is shown. */
static void keep_shown(struct compare *c, int b)
{
	if (c->got.len <= SHOWN)
		c->got.text[c->got.len++] = (char)b;
}

/* The whole token, up to a NUL if it has one, is a number, as scanf's %lf reads it: hexadecimal,
 * inf and nan too. */
static bool is_number(struct token *t, double *v)
{
	char *end;

	t->text[t->len] = 0;
	if (t->len == 0 || t->longer)
		return false;
	*v = strtod(t->text, &end);
	if (end == t->text || end[-1] == ')') /* "nan(1)" is none for scanf */
		return false;
	/* scanf takes "1e" for a number; other judges' validators use it */
	if ((*end == 'e' || *end == 'E') && isdigit((unsigned char)end[-1]))
		end += 1 + (end[1] == '+' || end[1] == '-');
	return *end == 0;
}

/* An infinity that was written as one; a number too large for a double is not. */
static bool is_infinity(const struct token *t)
{
	const char *s = t->text + (t->text[0] == '-' || t->text[0] == '+');

	return *s == 'i' || *s == 'I';
}

static bool numbers_agree(const struct compare_flags *f, double got, double expected)
{
	double difference = fabs(got - expected);

	if (isnan(expected) || isnan(got))
		return isnan(expected) && isnan(got);
	if (isinf(expected) || isinf(got))
		return isinf(expected) && isinf(got) && signbit(expected) == signbit(got);
	return difference <= f->absolute || difference <= f->relative * fabs(expected);
}

static void start_token(struct compare *c)
{
	double v;

	c->got.len = 0;
	c->got.longer = false;
	c->matched = 0;
	if (c->flags.space_sensitive && is_space(peek(c))) {
		c->at = position(c);
		wrong(c, "white space differs: expected byte %d, got a token", peek(c));
		return;
	}
	skip_spaces(c);
	hold_token(c);
	c->state = IN_TEXT;
	if (c->expected.len == 0)
		c->state = IN_WRONG;
	else if (c->flags.floats && is_number(&c->expected, &v))
		c->state = IN_NUMBER;
}

static bool same_byte(const struct compare *c, int a, int b)
{
	if (c->flags.case_sensitive || a == END || b == END)
		return a == b;
	return tolower(a) == tolower(b);
}

static void token_byte(struct compare *c, int b)
{
	if (c->state == IN_GAP)
		start_token(c);
	if (c->state == IN_NUMBER) {
		keep_byte(c, b);
	} else if (c->state == IN_WRONG) {
		keep_shown(c, b);
	} else if (c->state == IN_TEXT) {
		keep_shown(c, b);
		if (same_byte(c, expected_byte(c), b))
			c->matched++;
		else
			c->state = IN_WRONG;
	}
}

static void end_number(struct compare *c)
{
	double got = 0, expected = 0;

	(void)is_number(&c->expected, &expected);
	if (!is_number(&c->got, &got))
		wrong_token(c, ": not a number");
	else if (!numbers_agree(&c->flags, got, expected) ||
	         (isinf(got) && is_infinity(&c->got) != is_infinity(&c->expected)))
		wrong_token(c, ": beyond the tolerance");
}

static void end_token(struct compare *c)
{
	bool is_short = c->state == IN_TEXT && expected_byte(c) != END;
	char got[SHOWN_SIZE];

	if (c->state == IN_NUMBER)
		end_number(c);
	else if (c->state == IN_WRONG && c->expected.len == 0)
		wrong(c, "got \"%s\" after the end of the answer", show(&c->got, got));
	else if (c->state == IN_WRONG || is_short)
		wrong_token(c, "");
	if (c->state != DECIDED)
		c->state = IN_GAP;
}

static void space_byte(struct compare *c, int b)
{
	int expected;

	if (c->state != IN_GAP)
		end_token(c);
	if (c->state == DECIDED)
		return;
	if (c->flags.space_sensitive) {
		expected = peek(c);
		if (expected != b) {
			c->at = position(c);
			wrong(c, "white space differs: got byte %d, expected %s%d", b,
			        expected == END ? "the end, " : "byte ", expected);
			return;
		}
		c->piece_pos++;
	}
	c->line += b == '\n';
}

/* How many of the eight bytes are a line feed. */
static unsigned count_lines(uint64_t x)
{
	const uint64_t low = 0x7f7f7f7f7f7f7f7f, ones = 0x0101010101010101;
	uint64_t zero_where_lf = x ^ (ones * '\n');
	uint64_t marks = ~(((zero_where_lf & low) + low) | zero_where_lf | low);

	return (unsigned)(((marks >> 7) * ones) >> 56);
}

/* How many bytes at the beginning are the same; adds their lines to *lines. */
static size_t same_length(const char *a, const char *b, size_t n, long *lines)
{
	size_t i = 0;
	uint64_t x, y;

	for (; i + sizeof(x) <= n; i += sizeof(x)) {
		memcpy(&x, a + i, sizeof(x));
		memcpy(&y, b + i, sizeof(y));
		if (x != y)
			break;
		*lines += count_lines(x);
	}
	for (; i < n && a[i] == b[i]; i++)
		*lines += a[i] == '\n';
	return i;
}

/* Between two tokens: how many bytes of the output need no closer look, because the answer has the
 * same ones. They end with white space, so that both are between two tokens again; the same bytes
 * agree whatever the flags are. */
static size_t skip_same(struct compare *c, const char *text, size_t len)
{
	size_t spaces = 0;
	size_t n;

	if (!c->flags.space_sensitive) {
		skip_spaces(c);
		for (; spaces < len && is_space((unsigned char)text[spaces]); spaces++)
			c->line += text[spaces] == '\n';
	}
	if (spaces == len || peek(c) == END)
		return spaces;
	text += spaces;
	len -= spaces;
	n = c->piece_len - c->piece_pos;
	n = same_length(text, c->piece + c->piece_pos, len < n ? len : n, &c->line);
	while (n > 0 && !is_space((unsigned char)text[n - 1]))
		n--;
	c->piece_pos += n;
	return spaces + n;
}

void compare_push(struct compare *c, const void *data, size_t len)
{
	const char *bytes = data;
	size_t i = 0;

	while (i < len && c->state != DECIDED) {
		if (c->state == IN_GAP)
			i += skip_same(c, bytes + i, len - i);
		/* one token and one white space the slow way, or as much of a token as there is */
		for (bool more = i < len; more;) {
			unsigned char b = (unsigned char)bytes[i++];

			if (is_space(b))
				space_byte(c, b);
			else
				token_byte(c, b);
			more = i < len && c->state != DECIDED && c->state != IN_GAP;
		}
	}
}

static void finish(struct compare *c)
{
	char expected[SHOWN_SIZE];

	if (c->state != IN_GAP)
		end_token(c);
	if (c->state == DECIDED)
		return;
	if (c->flags.space_sensitive && is_space(peek(c))) {
		c->at = position(c);
		wrong(c, "white space differs: the output ended, expected byte %d", peek(c));
		return;
	}
	skip_spaces(c);
	hold_token(c);
	if (c->expected.len > 0)
		wrong(c, "the output ended, expected \"%s\"", show(&c->expected, expected));
}

int compare_finish(struct compare *c, struct err *err)
{
	if (c->state != DECIDED)
		finish(c);
	if (c->failed)
		return err_set(err, ERR_BUSY, "read the answer: %s", strerrordesc_np(c->failed));
	return c->state != DECIDED;
}
