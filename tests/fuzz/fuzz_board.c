/* fuzz_board.c -- the lines of the input are PARTs, folded one after the other. Whatever they are:
 * a refused one leaves the board as it was, and a board made from the snapshot is the same board,
 * by its JSON and by its text. */
#include "base/json.h"
#include "scoreboard/board.h"

enum { DEPTH = 16 };

static void apply_line(struct board *b, const char *line, size_t len)
{
	struct err err = {0};
	json_auto_t *part = json_parse(line, len, DEPTH, &err);
	auto_buf struct buf before = {0}, after = {0};

	if (!part)
		return;
	board_snapshot(b, &before);
	if (board_apply(b, board_number(b) + 1, part, &err) == 0)
		return;
	board_snapshot(b, &after);
	if (err.code != ERR_INPUT || strcmp(before.data, after.data) != 0)
		abort();
}

static void check_snapshot(struct board *b)
{
	struct err err = {0};
	struct board *copy = board_new(), *scanned = board_new();
	auto_buf struct buf text = {0}, ccs = {0};
	json_auto_t *part = NULL, *rest = NULL;
	struct board_part what;

	board_snapshot(b, &text);
	part = json_parse(text.data, text.len, DEPTH, &err);
	if (!part || board_apply(copy, 1, part, &err) < 0 || board_compare(b, copy, &err) < 0)
		abort();
	rest = board_part_read(text.data, text.len, &what, &err);
	if (!rest || board_apply_part(scanned, 1, &what, &err) < 0 ||
	        board_compare(b, scanned, &err) < 0)
		abort();
	board_ccs(copy, NULL, &ccs);
	board_free(copy);
	board_free(scanned);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct board *b = board_new();
	const char *text = (const char *)data;

	while (size > 0) {
		const char *end = memchr(text, '\n', size);
		size_t len = end ? (size_t)(end - text) : size;

		apply_line(b, text, len);
		len += end != NULL;
		text += len;
		size -= len;
	}
	check_snapshot(b);
	board_free(b);
	return 0;
}
