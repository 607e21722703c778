/* test_sse_pump.c -- a client gets every frame whole, in order and once, however slowly it reads;
 * one that falls out of the ring gets `reset` and a snapshot, and goes on behind it.
 *
 * The inside of sse.c is tested with a real loop and a real socket; only libmicrohttpd, which has
 * no part in sending, is left out: the client is attached by hand. */
#include "tests/unit/test.h"

#include "api/sse.c" /* NOLINT(bugprone-suspicious-include): the functions under test are private */

enum { ROUNDS = 40000, LARGEST = 20000 };

struct rig {
	struct app app;
	struct sse *sse;
	struct sse_client *client;
	struct request rq;
	int64_t number;
	struct buf got;
	int fd;
	unsigned seed;
};

static struct frame *rig_snapshot(void *owner, const char *channel, uint64_t *pos)
{
	struct rig *rig = owner;
	auto_buf struct buf out = {0};

	*pos = sse_head(rig->sse, channel);
	buf_addf(&out, "S%lld\n", (long long)rig->number);
	return frame_new(TOPIC_BOARD, rig->number, out.data, out.len);
}

static unsigned some(struct rig *rig, unsigned below)
{
	rig->seed = rig->seed * 1103515245U + 12345U;
	return (rig->seed >> 8) % below;
}

static void rig_open(struct rig *rig, size_t ring)
{
	struct err err = {0};
	struct sse_spec spec = {.board = "public:c", .topics = TOPIC_BOARD};
	int fds[2];
	int size = 4096;

	rig->seed = 4711;
	rig->app.loop = loop_new(&err);
	rig->sse = sse_new(&rig->app, rig_snapshot, rig);
	sse_channel_keep(rig->sse, spec.board, 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	setsockopt(fds[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	rig->fd = fds[1];
	rig->client = xcalloc(1, sizeof(*rig->client));
	rig->client->sse = rig->sse;
	rig->client->rq = &rig->rq;
	rig->client->topics = spec.topics;
	rig->client->watch =
	        (struct watch){.fd = fds[0], .ready = client_ready, .data = rig->client};
	subscribe(rig->client, 0, spec.board);
	rig->client->cursors[0].channel->ring.capacity = ring;
	subscribe(rig->client, 1, NULL);
	assert_int_equal(loop_add(rig->app.loop, &rig->client->watch, EPOLLRDHUP, &err), 0);
	rig->client->attached = true;
}

static void rig_close(struct rig *rig)
{
	struct sse_client *c = rig->client;

	leave(&c->cursors[0]);
	loop_remove(rig->app.loop, &c->watch);
	for (size_t i = 0; i < c->npending; i++)
		frame_drop(c->pending[i]);
	close(c->watch.fd);
	close(rig->fd);
	free(c);
	sse_free(rig->sse);
	loop_free(rig->app.loop);
	buf_free(&rig->got);
}

/* "D<number> <size> xxxx\n" */
static void rig_publish(struct rig *rig)
{
	size_t size = some(rig, 20) == 0 ? some(rig, LARGEST) : some(rig, 300);
	auto_buf struct buf out = {0};

	buf_addf(&out, "D%lld %zu ", (long long)++rig->number, size);
	memset(buf_reserve(&out, size), 'x', size);
	out.len += size;
	buf_adds(&out, "\n");
	sse_publish(rig->sse, "public:c", frame_new(TOPIC_BOARD, rig->number, out.data, out.len));
}

static void rig_read(struct rig *rig, size_t most)
{
	ssize_t n = recv(rig->fd, buf_reserve(&rig->got, most), most, MSG_DONTWAIT);

	if (n > 0)
		rig->got.len += (size_t)n;
}

/* Sends until nothing moves any more. */
static void rig_finish(struct rig *rig)
{
	size_t before;

	do {
		before = rig->got.len;
		pump(rig->client);
		rig_read(rig, 1 << 20);
	} while (rig->got.len > before);
}

/* Reads what came: numbers follow each other, only a snapshot may jump forward. */
static int64_t rig_check(const struct rig *rig, int *snapshots)
{
	const char *p = rig->got.data, *end = rig->got.data + rig->got.len;
	int64_t last = 0;

	while (p < end) {
		const char *line = memchr(p, '\n', (size_t)(end - p));
		char *rest = NULL;
		int64_t number;

		assert_non_null(line);
		if (strncmp(p, "event: reset", 12) == 0) {
			p = memmem(p, (size_t)(end - p), "\n\n", 2);
			assert_non_null(p);
			p += 2;
			assert_true(*p == 'S');
			continue;
		}
		number = strtoll(p + 1, &rest, 10);
		if (*p == 'S') {
			assert_true(number >= last);
			(*snapshots)++;
		} else {
			assert_int_equal(*p, 'D');
			assert_int_equal(number, last + 1);
			number = strtoll(rest, &rest, 10);
			assert_int_equal(number, line - rest - 1);
			number = last + 1;
		}
		last = number;
		p = line + 1;
	}
	return last;
}

static int run_rounds(size_t ring, unsigned reads_of_10)
{
	struct rig rig = {.number = 0};
	int snapshots = 0;

	rig_open(&rig, ring);
	for (int i = 0; i < ROUNDS; i++) {
		rig_publish(&rig);
		if (some(&rig, 3) == 0)
			pump(rig.client);
		if (some(&rig, 10) < reads_of_10)
			rig_read(&rig, 1 + some(&rig, 4000));
	}
	rig_finish(&rig);
	assert_int_equal(rig_check(&rig, &snapshots), rig.number);
	assert_int_equal(rig.client->npending, 0);
	rig_close(&rig);
	return snapshots;
}

static void a_reader_that_keeps_up_gets_every_frame_once(void **state UNUSED)
{
	assert_int_equal(run_rounds(RING_FRAMES, 10), 0);
}

static void a_slow_reader_gets_snapshots_and_never_half_a_frame(void **state UNUSED)
{
	assert_true(run_rounds(32, 1) > 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_reader_that_keeps_up_gets_every_frame_once),
	        cmocka_unit_test(a_slow_reader_gets_snapshots_and_never_half_a_frame),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
