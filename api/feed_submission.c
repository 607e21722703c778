/* feed_submission.c -- what the feed tells of submissions: to a team its own rows when an event was
 * about them, to the streams of a submission the judges' messages and, when it is final, the last
 * word.
 *
 * What must stay true: messages are hints and are restricted to what their reader may know; a
 * submission's stream ends only after its final state was read from PostgreSQL. */
#include "api/feed_inside.h"

#include "api/submission_view.h"
#include "base/clock.h"
#include "base/json.h"

#include <bsd/string.h>

enum { MAX_WATCHED = 4096 };

json_t *feed_submission_json(const PGresult *r, int row)
{
	json_t *o = json_object();
	const char *verdict = pg_text(r, row, "verdict");
	const char *state = pg_text(r, row, "state");
	char text[CLOCK_TEXT_SIZE];

	json_object_set_new(o, "id", json_string(pg_text(r, row, "id")));
	json_object_set_new(o, "problem_id", json_string(pg_text(r, row, "problem_id")));
	json_object_set_new(o, "language_id", json_string(pg_text(r, row, "language_id")));
	json_object_set_new(o, "team_id", json_string(pg_text(r, row, "team_id")));
	clock_format_time(pg_int(r, row, "at_ms"), text);
	json_object_set_new(o, "time", json_string(text));
	clock_format_reltime(pg_int(r, row, "contest_time_ms"), text);
	json_object_set_new(o, "contest_time", json_string(text));
	/* A judging error is nothing that a team sees: it waits for a person. */
	json_object_set_new(o, "state",
	        json_string(strcmp(state, "final") == 0 && !verdict ? "judging" : state));
	json_object_set_new(o, "verdict", verdict ? json_string(verdict) : json_null());
	/* What is not told has no points either. */
	json_object_set_new(
	        o, "points", json_integer(verdict ? pg_int(r, row, "points_milli") : 0));
	json_object_set_new(o, "practice", json_boolean(pg_bool(r, row, "practice")));
	return o;
}

/* Submissions of one team as they are now, and its row, to that team. */
static void publish_team(struct feed *f, const char *contest_id, const char *team,
        const char *const *submissions, size_t n)
{
	auto_pgresult PGresult *r = NULL;
	auto_arena struct arena a = {0};
	auto_buf struct buf out = {0};
	auto_free char *row = NULL;
	auto_free char *text = NULL;
	struct err err = {0};
	char channel[CHANNEL_SIZE];

	if (pg_run(f->pg, Q_FEED_SUBMISSIONS, &r, &err, pg_arg_array(&a, submissions, n)) < 0 ||
	        PQntuples(r) == 0)
		return;
	buf_adds(&out, "{\"submissions\":[");
	for (int i = 0; i < PQntuples(r); i++) {
		json_auto_t *object = feed_submission_json(r, i);
		auto_free char *one = json_text(object);

		buf_addf(&out, "%s%s", i > 0 ? "," : "", one);
	}
	row = feed_own_row(f, contest_id, team);
	buf_adds(&out, "],\"row\":");
	buf_adds(&out, row ? row : "null");
	buf_adds(&out, "}");
	text = buf_take(&out);
	sse_event(&out, NULL, "own", text, strlen(text));
	snprintf(channel, sizeof(channel), "team:%s:%s", contest_id, team);
	sse_publish(f->sse, channel, frame_new(TOPIC_OWN, 0, out.data, out.len));
}

static bool is_listening(struct feed *f, const char *contest_id, const char *team)
{
	char channel[CHANNEL_SIZE];

	snprintf(channel, sizeof(channel), "team:%s:%s", contest_id, team);
	return sse_has(f->sse, channel);
}

static const char *member(const json_t *o, const char *name)
{
	return json_string_value(json_object_get(o, name));
}

/* A rejudging that was applied concerns many: each team gets all of its own at once, with the
 * first of them in the list. */
static void publish_set(struct feed *f, const char *contest_id, const json_t *list)
{
	size_t n = json_array_size(list);
	auto_free const char **ids = xcalloc(n + 1, sizeof(*ids));
	auto_free bool *told = xcalloc(n + 1, sizeof(*told));

	for (size_t i = 0; i < n; i++) {
		const char *team = member(json_array_get(list, i), "team");
		size_t own = 0;

		if (told[i] || !team || !is_listening(f, contest_id, team))
			continue;
		for (size_t k = i; k < n; k++) {
			const json_t *one = json_array_get(list, k);
			const char *submission = member(one, "submission"),
			           *its = member(one, "team");

			if (!submission || !its || strcmp(its, team) != 0)
				continue;
			told[k] = true;
			ids[own++] = submission;
		}
		publish_team(f, contest_id, team, ids, own);
	}
}

void feed_tell_own(struct feed *f, const char *contest_id, const json_t *event)
{
	const json_t *subject = json_object_get(event, "subject");
	const char *team = member(subject, "team");
	const char *submission = member(subject, "submission");

	publish_set(f, contest_id, json_object_get(subject, "submissions"));
	if (team && submission && is_listening(f, contest_id, team))
		publish_team(f, contest_id, team, &submission, 1);
}

/* Remembered, because a submission has a message for each of its test cases. */
static const struct owner *owner_of(struct feed *f, const char *submission_id)
{
	auto_pgresult PGresult *r = NULL;
	auto_arena struct arena a = {0};
	struct err err = {0};
	uint32_t hash = 5381;
	struct owner *o;

	for (const char *p = submission_id; *p; p++)
		hash = hash * 33 + (unsigned char)*p;
	o = &f->owners[hash % KNOWN_SUBMISSIONS];
	if (strcmp(o->submission_id, submission_id) == 0)
		return o;
	if (pg_run(f->pg, Q_FEED_SUBMISSIONS, &r, &err, pg_arg_array(&a, &submission_id, 1)) < 0 ||
	        PQntuples(r) == 0)
		return NULL;
	strlcpy(o->submission_id, submission_id, sizeof(o->submission_id));
	strlcpy(o->contest_id, pg_text(r, 0, "contest_id"), sizeof(o->contest_id));
	strlcpy(o->team_id, pg_text(r, 0, "team_id"), sizeof(o->team_id));
	return o;
}

static bool word_is(const json_t *o, const char *name, const char *word)
{
	const char *s = json_string_value(json_object_get(o, name));

	return s && strcmp(s, word) == 0;
}

/* What a contestant may know of a message; false: nothing (RULES.md section 4, show_runs). What
 * waits for a judge's confirmation says nothing at all. */
static bool restrict_progress(json_t *message, const struct contest *c)
{
	const char *show_runs = c->show_runs;

	if (word_is(message, "verdict", "JE"))
		return false;
	if (c->hold &&
	        (json_object_get(message, "verdict") || word_is(message, "type", "TEST_RESULT")))
		return false;
	if (!word_is(message, "type", "TEST_RESULT") || strcmp(show_runs, "verdicts") == 0)
		return true;
	json_object_del(message, "verdict");
	json_object_del(message, "time_ms");
	json_object_del(message, "memory_kib");
	return strcmp(show_runs, "count") == 0;
}

static struct frame *progress_frame(const json_t *message)
{
	auto_free char *text = json_text(message);
	auto_buf struct buf out = {0};

	sse_event(&out, NULL, "progress", text, strlen(text));
	return frame_new(TOPIC_OWN | TOPIC_SUBMISSION, 0, out.data, out.len);
}

void feed_progress(struct feed *f, const char *submission_id, const char *payload)
{
	struct err err = {0};
	auto_arena struct arena a = {0};
	json_auto_t *message = NULL;
	const char *one[1];
	const struct owner *owner;
	const struct feed_board *fb;
	char channel[CHANNEL_SIZE];

	snprintf(channel, sizeof(channel), "sub:%s:", submission_id);
	if (sse_channels(f->sse, &a, channel, one, 1) == 0 &&
	        sse_channels(f->sse, &a, "team:", one, 1) == 0)
		return;
	message = json_parse(payload, strlen(payload), EVENT_DEPTH, &err);
	owner = json_is_object(message) ? owner_of(f, submission_id) : NULL;
	fb = owner ? feed_find(f, owner->contest_id) : NULL;
	if (!fb)
		return;
	if (word_is(message, "type", "FINISHED"))
		f->look_submissions = true;
	json_object_set_new(message, "submission_id", json_string(submission_id));
	snprintf(channel, sizeof(channel), "sub:%s:jury", submission_id);
	sse_publish(f->sse, channel, progress_frame(message));
	if (!restrict_progress(message, &fb->contest))
		return;
	snprintf(channel, sizeof(channel), "sub:%s:team", submission_id);
	sse_publish(f->sse, channel, progress_frame(message));
	snprintf(channel, sizeof(channel), "team:%s:%s", owner->contest_id, owner->team_id);
	sse_publish(f->sse, channel, progress_frame(message));
}

/* The last words of a submission's stream, when it is final for that viewer. */
static void finish_stream(struct feed *f, const char *submission_id, const char *team_id, bool jury)
{
	struct identity who = {.role = jury ? ROLE_JURY : ROLE_TEAM, .expires_ms = INT64_MAX};
	struct submission_view view = {0};
	auto_buf struct buf out = {0};
	struct err err = {0};
	char channel[CHANNEL_SIZE];

	snprintf(channel, sizeof(channel), "sub:%s:%s", submission_id, jury ? "jury" : "team");
	if (!sse_has(f->sse, channel))
		return;
	strlcpy(who.team_id, jury ? "" : team_id, sizeof(who.team_id));
	if (submission_view(f->pg, &who, submission_id, &view, &err) < 0)
		return;
	if (view.final) {
		sse_event(&out, NULL, "submission", view.body.data, view.body.len);
		sse_event(&out, NULL, "end", "{}", 2);
		sse_publish(f->sse, channel,
		        frame_new(TOPIC_SUBMISSION | TOPIC_END, 0, out.data, out.len));
	}
	buf_free(&view.body);
}

int feed_look_at_submissions(struct feed *f, struct err *err)
{
	auto_arena struct arena a = {0};
	auto_pgresult PGresult *r = NULL;
	const char **ids = arena_alloc(&a, MAX_WATCHED * sizeof(*ids));
	size_t n = sse_channels(f->sse, &a, "sub:", ids, MAX_WATCHED);

	if (n == 0)
		return 0;
	for (size_t i = 0; i < n; i++)
		ids[i] = arena_strndup(&a, ids[i] + 4, strcspn(ids[i] + 4, ":"));
	if (pg_run(f->pg, Q_FEED_SUBMISSIONS, &r, err, pg_arg_array(&a, ids, n)) < 0)
		return err_wrap(err, "watched submissions");
	for (int i = 0; i < PQntuples(r); i++) {
		if (strcmp(pg_text(r, i, "state"), "final") != 0)
			continue;
		finish_stream(f, pg_text(r, i, "id"), pg_text(r, i, "team_id"), false);
		finish_stream(f, pg_text(r, i, "id"), pg_text(r, i, "team_id"), true);
	}
	return 0;
}
