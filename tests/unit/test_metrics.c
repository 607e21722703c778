/* test_metrics.c -- counters and their text. */
#include "tests/unit/test.h"

#include "api/metrics.h"

static void assert_has(struct metrics *m, const char *line)
{
	auto_buf struct buf out = {0};

	metrics_write(m, &out);
	if (!strstr(out.data, line))
		fail_msg("no %s in\n%s", line, out.data);
}

static void requests_are_counted_by_route_and_status(void **state UNUSED)
{
	static const char route[] = "/api/contests/{cid}";
	struct metrics *m = metrics_new();

	metrics_request(m, route, 200, 700);
	metrics_request(m, route, 204, 700);
	metrics_request(m, route, 404, 700);
	assert_has(m,
	        "codearena_http_requests_total{route=\"/api/contests/{cid}\",status=\"2xx\"} 2\n");
	assert_has(m,
	        "codearena_http_requests_total{route=\"/api/contests/{cid}\",status=\"4xx\"} 1\n");
	metrics_free(m);
}

static void buckets_hold_all_that_was_faster(void **state UNUSED)
{
	struct metrics *m = metrics_new();

	metrics_request(m, "/x", 200, 400);
	metrics_request(m, "/x", 200, 900);
	metrics_request(m, "/x", 200, 60000000);
	assert_has(m, "codearena_http_request_seconds_bucket{route=\"/x\",le=\"0.0005\"} 1\n");
	assert_has(m, "codearena_http_request_seconds_bucket{route=\"/x\",le=\"0.001\"} 2\n");
	assert_has(m, "codearena_http_request_seconds_bucket{route=\"/x\",le=\"5\"} 2\n");
	assert_has(m, "codearena_http_request_seconds_bucket{route=\"/x\",le=\"+Inf\"} 3\n");
	assert_has(m, "codearena_http_request_seconds_count{route=\"/x\"} 3\n");
	metrics_free(m);
}

static void an_event_from_the_future_has_no_negative_lag(void **state UNUSED)
{
	struct metrics *m = metrics_new();

	metrics_event(m, -5000);
	assert_has(m, "codearena_feed_events_total 1\n");
	assert_has(m, "codearena_feed_lag_seconds_sum 0.000000\n");
	metrics_free(m);
}

static void streams_go_up_and_down(void **state UNUSED)
{
	struct metrics *m = metrics_new();

	metrics_streams(m, 1);
	metrics_streams(m, 1);
	metrics_streams(m, -1);
	assert_has(m, "codearena_streams 1\n");
	metrics_side_up(m, METRICS_REDIS, true);
	assert_has(m, "codearena_up{side=\"redis\"} 1\n");
	assert_has(m, "codearena_up{side=\"postgresql\"} 0\n");
	metrics_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(requests_are_counted_by_route_and_status),
	        cmocka_unit_test(buckets_hold_all_that_was_faster),
	        cmocka_unit_test(an_event_from_the_future_has_no_negative_lag),
	        cmocka_unit_test(streams_go_up_and_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
