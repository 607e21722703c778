/* test_sse.c -- frames, and the ring that streams resume from. */
#include "tests/unit/test.h"

#include "api/sse.h"

static struct frame *board_frame(int64_t number)
{
	return frame_new(TOPIC_BOARD, number, "0123456789", 10);
}

static void fill(struct ring *r, size_t capacity, int64_t from, int64_t to)
{
	ring_init(r, capacity, 1000);
	ring_restart(r, from - 1);
	for (int64_t n = from; n <= to; n++)
		ring_push(r, board_frame(n));
}

static void an_event_has_its_lines_and_ends_with_a_blank_one(void **state UNUSED)
{
	auto_buf struct buf out = {0};

	sse_event(&out, "x-7", "delta", "{}", 2);
	assert_string_equal(out.data, "id: x-7\nevent: delta\ndata: {}\n\n");
}

static void a_line_end_in_the_data_cannot_end_the_event(void **state UNUSED)
{
	auto_buf struct buf out = {0};

	sse_event(&out, NULL, "e", "a\n\nid: 9", 8);
	assert_string_equal(out.data, "event: e\ndata: a\ndata: \ndata: id: 9\n\n");
}

static void a_client_goes_on_behind_what_it_has(void **state UNUSED)
{
	struct ring r;
	uint64_t pos = 99;

	fill(&r, 8, 5, 9);
	assert_true(ring_after(&r, 7, &pos));
	assert_int_equal(r.slots[pos % r.capacity]->number, 8);
	ring_free(&r);
}

static void one_that_has_everything_waits_at_the_head(void **state UNUSED)
{
	struct ring r;
	uint64_t pos = 99;

	fill(&r, 8, 5, 9);
	assert_true(ring_after(&r, 9, &pos));
	assert_int_equal(pos, r.head);
	ring_free(&r);
}

static void the_number_before_the_first_frame_is_enough(void **state UNUSED)
{
	struct ring r;
	uint64_t pos = 99;

	fill(&r, 8, 5, 9);
	assert_true(ring_after(&r, 4, &pos));
	assert_int_equal(pos, r.tail);
	assert_false(ring_after(&r, 3, &pos));
	ring_free(&r);
}

static void what_was_dropped_needs_a_snapshot(void **state UNUSED)
{
	struct ring r;
	uint64_t pos;

	fill(&r, 4, 1, 10);
	assert_int_equal(r.tail, 6);
	assert_false(ring_after(&r, 5, &pos));
	assert_true(ring_after(&r, 6, &pos));
	ring_free(&r);
}

static void a_number_from_the_future_needs_a_snapshot(void **state UNUSED)
{
	struct ring r;
	uint64_t pos;

	fill(&r, 4, 1, 3);
	assert_false(ring_after(&r, 4, &pos));
	ring_free(&r);
}

static void a_repeated_number_is_sent_to_who_had_it_before(void **state UNUSED)
{
	struct ring r;
	uint64_t pos;
	struct frame *again = board_frame(3);

	fill(&r, 8, 1, 3);
	again->again = true;
	ring_push(&r, again);
	assert_true(ring_after(&r, 3, &pos));
	assert_ptr_equal(r.slots[pos % r.capacity], again);
	ring_free(&r);
}

static void other_topics_do_not_count_as_board_numbers(void **state UNUSED)
{
	struct ring r;
	uint64_t pos;

	fill(&r, 8, 1, 3);
	ring_push(&r, frame_new(TOPIC_STATE, 0, "x", 1));
	assert_true(ring_after(&r, 3, &pos));
	assert_int_equal(r.last, 3);
	ring_free(&r);
}

static void the_ring_is_bounded_by_bytes_too(void **state UNUSED)
{
	struct ring r;

	ring_init(&r, 100, 35);
	for (int64_t n = 1; n <= 10; n++)
		ring_push(&r, board_frame(n));
	assert_int_equal(r.head - r.tail, 3);
	assert_int_equal(r.bytes, 30);
	ring_free(&r);
}

static void a_frame_larger_than_the_ring_stands_alone(void **state UNUSED)
{
	struct ring r;

	ring_init(&r, 100, 5);
	ring_push(&r, board_frame(1));
	ring_push(&r, board_frame(2));
	assert_int_equal(r.head - r.tail, 1);
	ring_free(&r);
}

static void positions_never_go_back_at_a_restart(void **state UNUSED)
{
	struct ring r;
	uint64_t head;

	fill(&r, 8, 1, 5);
	head = r.head;
	ring_restart(&r, 2);
	assert_int_equal(r.head, head);
	assert_int_equal(r.tail, head);
	assert_int_equal(r.floor, 2);
	ring_free(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(an_event_has_its_lines_and_ends_with_a_blank_one),
	        cmocka_unit_test(a_line_end_in_the_data_cannot_end_the_event),
	        cmocka_unit_test(a_client_goes_on_behind_what_it_has),
	        cmocka_unit_test(one_that_has_everything_waits_at_the_head),
	        cmocka_unit_test(the_number_before_the_first_frame_is_enough),
	        cmocka_unit_test(what_was_dropped_needs_a_snapshot),
	        cmocka_unit_test(a_number_from_the_future_needs_a_snapshot),
	        cmocka_unit_test(a_repeated_number_is_sent_to_who_had_it_before),
	        cmocka_unit_test(other_topics_do_not_count_as_board_numbers),
	        cmocka_unit_test(the_ring_is_bounded_by_bytes_too),
	        cmocka_unit_test(a_frame_larger_than_the_ring_stands_alone),
	        cmocka_unit_test(positions_never_go_back_at_a_restart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
