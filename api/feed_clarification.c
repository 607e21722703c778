/* feed_clarification.c -- clarifications to the streams of those who may read them. */
#include "api/feed_inside.h"

#include "base/clock.h"
#include "base/json.h"
#include "scoreboard/freeze.h"

#include <bsd/string.h>

/* True when it is new here. */
static bool remember(struct feed *f, const char *id)
{
	for (size_t i = 0; i < SEEN_CLARIFICATIONS; i++) {
		if (strcmp(f->seen[i], id) == 0)
			return false;
	}
	strlcpy(f->seen[f->nseen++ % SEEN_CLARIFICATIONS], id, ID_SIZE);
	return true;
}

static void set_text(json_t *o, const PGresult *r, int row, const char *name)
{
	const char *s = pg_text(r, row, name);

	json_object_set_new(o, name, s ? json_string(s) : json_null());
}

static struct frame *clarification_frame(const PGresult *r, int row)
{
	static const char *const names[] = {
	        "id", "problem_id", "from_team_id", "to_team_id", "reply_to_id", "text"};
	json_auto_t *o = json_object();
	auto_free char *text = NULL;
	auto_buf struct buf out = {0};
	char time[CLOCK_TEXT_SIZE];

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		set_text(o, r, row, names[i]);
	clock_format_time(pg_int(r, row, "at_ms"), time);
	json_object_set_new(o, "time", json_string(time));
	clock_format_reltime(pg_int(r, row, "contest_time_ms"), time);
	json_object_set_new(o, "contest_time", json_string(time));
	json_object_set_new(o, "answered", json_boolean(pg_bool(r, row, "answered")));
	text = json_text(o);
	sse_event(&out, NULL, "clarification", text, strlen(text));
	return frame_new(TOPIC_CLARIFICATIONS, 0, out.data, out.len);
}

/* To the jury always; to everybody when the jury said it to all; else to the one team. */
static void send_clarification(struct feed *f, const PGresult *r, int row)
{
	const char *contest = pg_text(r, row, "contest_id");
	const char *from = pg_text(r, row, "from_team_id");
	const char *to = pg_text(r, row, "to_team_id");
	const struct feed_board *fb = feed_find(f, contest);
	struct frame *frame = clarification_frame(r, row);
	char channel[CHANNEL_SIZE];

	feed_publish(f, contest, FEED_JURY, frame_hold(frame));
	if (!fb || !freeze_public_problems(&fb->contest, feed_now_ms(f))) {
		frame_drop(frame); /* before the start it may speak of what nobody knows yet */
	} else if (from || to) {
		snprintf(channel, sizeof(channel), "team:%s:%s", contest, from ? from : to);
		sse_publish(f->sse, channel, frame);
	} else {
		feed_publish(f, contest, FEED_PUBLIC, frame);
	}
}

int feed_look_at_clarifications(struct feed *f, struct err *err)
{
	auto_pgresult PGresult *r = NULL;

	if (pg_run(f->pg, Q_FEED_CLARIFICATIONS, &r, err) < 0)
		return err_wrap(err, "clarifications");
	for (int i = 0; i < PQntuples(r); i++) {
		if (remember(f, pg_text(r, i, "id")) && f->seen_any)
			send_clarification(f, r, i);
	}
	f->seen_any = true;
	return 0;
}
