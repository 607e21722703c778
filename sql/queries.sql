-- queries.sql -- every statement the programs send, one name each; sections by folder and file.
-- The build turns it into an enum and a table (Q_<NAME>); parameters and results are text.

-- ==== model: contest, submission, event

-- name: event_lock
SELECT number, public_number, submission_ordinal, head, now_at,
       floor(extract(epoch FROM now_at) * 1000)::bigint AS now_ms
FROM contest_lock($1);

-- name: event_append
SELECT event_append($1, $2, $3, $4::event_kind, $5, $6, $7, $8, $9);

-- name: event_append_many
SELECT events_append($1, $2::bigint[], $3::bigint[], $4::event_kind[], $5::timestamptz[],
                     $6::text[], $7::text[], $8::bytea[], $9::bytea[]);

-- name: event_read
SELECT number, public_number, kind, at, floor(extract(epoch FROM at) * 1000)::bigint AS at_ms,
       submission_id, text, salt, hash
FROM leaderboard_events WHERE contest_id = $1 AND number > $2 ORDER BY number LIMIT $3;

-- name: event_texts
COPY (SELECT number, public_number, text FROM leaderboard_events
      WHERE contest_id = $1 AND number > $2 AND number <= $3 ORDER BY number) TO STDOUT (FORMAT binary);

-- name: event_head
SELECT number, public_number, submission_ordinal, head, clock_timestamp() AS now_at,
       floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now_ms
FROM contest_counter WHERE contest_id = $1;

-- name: event_incarnation
SELECT incarnation FROM instance;

-- name: contest_get
SELECT id, name, formal_name, show_runs, after_end, icpc_verdicts,
       CASE rules WHEN 'icpc' THEN 0 WHEN 'ioi' THEN 1 WHEN 'points' THEN 2 END AS rules,
       floor(extract(epoch FROM start_at) * 1000)::bigint AS start_ms, duration_ms, freeze_ms,
       clock_rate, floor(extract(epoch FROM ended_at) * 1000)::bigint AS ended_ms,
       floor(extract(epoch FROM finalized_at) * 1000)::bigint AS finalized_ms,
       floor(extract(epoch FROM end_of_updates_at) * 1000)::bigint AS end_of_updates_ms,
       penalty_minutes, submissions_per_minute, compile_penalty, best_subtasks, hidden, practice, hold,
       floor(extract(epoch FROM thaw_at) * 1000)::bigint AS thaw_at_ms,
       floor(extract(epoch FROM finalize_at) * 1000)::bigint AS finalize_at_ms,
       medals_gold, medals_silver, medals_bronze, medals_extra, honors,
       (SELECT position FROM contest_reveals r WHERE r.contest_id = id) AS reveal_position,
       (SELECT steps FROM contest_reveals r WHERE r.contest_id = id) AS reveal_steps,
       (SELECT floor(extract(epoch FROM next_at) * 1000)::bigint FROM contest_reveals r
        WHERE r.contest_id = id) AS reveal_next_ms
FROM contests WHERE id = $1;

-- name: contest_revealed
SELECT s.team_id, s.problem_id FROM contest_reveal_steps s JOIN contest_reveals r USING (contest_id)
WHERE contest_id = $1 AND s.ordinal <= r.position AND s.problem_id IS NOT NULL
ORDER BY s.team_id COLLATE "C", s.problem_id COLLATE "C";

-- Freezes, and behind them the removed intervals.
-- name: contest_freezes
SELECT 0 AS interval_id, floor(extract(epoch FROM from_at) * 1000)::bigint AS from_ms,
       CASE WHEN isfinite(to_at) THEN floor(extract(epoch FROM to_at) * 1000)::bigint END AS to_ms,
       floor(extract(epoch FROM thawed_at) * 1000)::bigint AS thawed_ms
FROM contest_freezes WHERE contest_id = $1
UNION ALL
SELECT id, floor(extract(epoch FROM from_at) * 1000)::bigint,
       floor(extract(epoch FROM to_at) * 1000)::bigint, NULL
FROM contest_intervals WHERE contest_id = $1 AND removed
ORDER BY from_ms;

-- name: contest_problems
SELECT p.problem_id, p.label, v.name, p.rgb, p.color, p.ordinal, p.version, v.time_limit_ms,
       (SELECT count(*) FROM problem_samples t
        WHERE t.problem_id = p.problem_id AND t.version = p.version) AS sample_count,
       v.memory_limit_kib, v.output_limit_kib, v.code_limit_kib, p.points_milli
FROM contest_problems p JOIN problem_versions v USING (problem_id, version)
WHERE p.contest_id = $1 ORDER BY p.ordinal;

-- name: contest_teams
SELECT c.team_id, t.name, t.display_name, t.organization_id, o.name AS organization_name,
       o.country, coalesce(g.ids, '') AS group_ids, c.sort_group,
       c.hidden OR coalesce(g.hidden, false) AS hidden, c.disqualified, c.penalty_adjustment,
       c.extension_ms,
       c.unofficial
FROM contest_teams c JOIN teams t ON t.id = c.team_id
LEFT JOIN organizations o ON o.id = t.organization_id
LEFT JOIN (SELECT m.team_id, string_agg(m.group_id, ',' ORDER BY m.group_id) AS ids,
                  bool_or(g.hidden) AS hidden
           FROM team_groups m JOIN groups g ON g.id = m.group_id GROUP BY m.team_id
) g ON g.team_id = c.team_id
WHERE c.contest_id = $1 ORDER BY c.team_id::text COLLATE "C";

-- name: contest_teams_some
SELECT c.team_id, t.name, t.display_name, t.organization_id, o.name AS organization_name,
       o.country, coalesce(g.ids, '') AS group_ids, c.sort_group,
       c.hidden OR coalesce(g.hidden, false) AS hidden, c.disqualified, c.penalty_adjustment,
       c.extension_ms,
       c.unofficial
FROM contest_teams c JOIN teams t ON t.id = c.team_id
LEFT JOIN organizations o ON o.id = t.organization_id
LEFT JOIN LATERAL (SELECT string_agg(m.group_id, ',' ORDER BY m.group_id) AS ids,
                          bool_or(h.hidden) AS hidden
                   FROM team_groups m JOIN groups h ON h.id = m.group_id
                   WHERE m.team_id = c.team_id) g ON true
WHERE c.contest_id = $1 AND c.team_id = ANY ($2::text[]) ORDER BY c.team_id::text COLLATE "C";

-- name: submission_claim
SELECT judgement_id, submission_id, attempt, contest_id, team_id, problem_id, problem_version,
       language_id, entry_point, month, class, practice, hidden, icpc_verdicts
FROM judgement_claim($1, $2::text[], $3::interval, $4);

-- name: submission_heartbeat
SELECT judgement_id FROM judgement_heartbeat($1, $2::text[], $3::int[], $4::interval);

-- name: submission_release
SELECT judgement_release($1, $2, $3, $4) AS failures;

-- name: submission_was_alive
SELECT judgement_was_alive($1, $2);

-- name: submission_files
SELECT name, body FROM submission_files
WHERE submission_id = $1 AND month = (SELECT month FROM submissions WHERE id = $1)
ORDER BY ordinal;

-- name: submission_expired
SELECT j.id AS judgement_id, j.submission_id, j.attempt, j.contest_id, s.team_id, s.problem_id,
       j.problem_version, s.language_id, s.entry_point, s.month, j.class, s.practice,
       NOT j.valid AS hidden, c.icpc_verdicts, j.failures
FROM judgements j JOIN submissions s ON s.id = j.submission_id
JOIN contests c ON c.id = s.contest_id
WHERE j.state = 'judging' AND j.lease_until < clock_timestamp()
ORDER BY j.lease_until LIMIT $1;

-- name: submission_count_urgent
SELECT count(*) AS n FROM (
	SELECT FROM judgements j JOIN submissions s ON s.id = j.submission_id
	JOIN contest_problems p ON p.contest_id = s.contest_id AND p.problem_id = s.problem_id
	WHERE j.state = 'queued' AND j.class < 'rejudge' AND s.language_id = ANY ($1::text[])
	  AND NOT p.judging_paused
	LIMIT 100) x;

-- name: submission_count_waiting
SELECT count(*) AS n FROM judgements
WHERE state = 'queued' AND created_at < clock_timestamp() - $1::int * interval '1 millisecond';

-- ==== scoreboard: record

-- name: facts_teams
SELECT id, team_id, problem_id, ordinal, contest_time_ms, judgement_id,
       CASE WHEN NOT held THEN verdict END AS verdict, points_milli,
       CASE WHEN (SELECT best_subtasks FROM contests WHERE id = $1)
            THEN (SELECT j.subtasks FROM judgements j WHERE j.id = judgement_id) END AS subtasks,
       floor(extract(epoch FROM submitted_at) * 1000)::bigint AS submitted_ms,
       NOT ignored AND NOT practice AS counts, practice
FROM submissions WHERE contest_id = $1 AND team_id = ANY ($2::text[])
ORDER BY team_id::text COLLATE "C", ordinal;

-- name: facts_all
SELECT id, team_id, problem_id, ordinal, contest_time_ms, judgement_id,
       CASE WHEN NOT held THEN verdict END AS verdict, points_milli,
       CASE WHEN (SELECT best_subtasks FROM contests WHERE id = $1)
            THEN (SELECT j.subtasks FROM judgements j WHERE j.id = judgement_id) END AS subtasks,
       floor(extract(epoch FROM submitted_at) * 1000)::bigint AS submitted_ms,
       NOT ignored AND NOT practice AS counts, practice
FROM submissions WHERE contest_id = $1
ORDER BY team_id::text COLLATE "C", ordinal;

-- The first submission that decides who was first, leaving $4 aside; and before it (all, when there
-- is none) those since $5, when the earliest freeze began that still hides. Teams without a rank do not count.
-- name: record_first
WITH ranked AS NOT MATERIALIZED (
	SELECT s.id, s.team_id, s.ordinal, CASE WHEN NOT s.held THEN s.verdict END AS verdict,
	       s.points_milli, s.submitted_at
	FROM submissions s JOIN contest_teams t USING (contest_id, team_id)
	WHERE s.contest_id = $1 AND s.problem_id = $2 AND t.sort_group = $3::int AND s.id <> $4
	  AND NOT s.ignored AND NOT s.practice AND NOT t.hidden AND NOT t.disqualified
	  AND NOT t.unofficial
	  AND NOT EXISTS (SELECT FROM team_groups m JOIN groups g ON g.id = m.group_id
	                  WHERE m.team_id = s.team_id AND g.hidden)
), decisive AS (
	SELECT * FROM ranked WHERE verdict IS NULL OR verdict IN ('AC', 'JE')
	ORDER BY ordinal LIMIT 1
)
SELECT id, team_id, ordinal, verdict,
       floor(extract(epoch FROM submitted_at) * 1000)::bigint AS submitted_ms
FROM (SELECT * FROM decisive
      UNION SELECT r.* FROM ranked r
      WHERE NOT EXISTS (SELECT FROM decisive d WHERE d.ordinal <= r.ordinal)
        AND r.submitted_at >= timestamptz 'epoch' + $5::bigint * interval '1 millisecond') x
ORDER BY ordinal;

-- name: record_keys
SELECT k.account_id, k.key, k.body_hash, s.id, s.contest_time_ms, s.practice,
       floor(extract(epoch FROM s.submitted_at) * 1000)::bigint AS submitted_ms
FROM idempotency_keys k JOIN submissions s ON s.id = k.submission_id
WHERE (k.account_id::text, k.key) IN (SELECT * FROM unnest($1::text[], $2::text[]));

-- name: record_languages
SELECT id FROM languages WHERE enabled;

-- name: record_submission
SELECT submission_add($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14::text[],
                      $15::bytea[]) AS id;

-- name: record_finish
SELECT judgement_finish($1, $2, $3::verdict, $4, $5, $6, $7, $8::jsonb, $9) AS recorded;

-- name: record_runs
SELECT runs_add($1, $2::int[], $3::verdict[], $4::int[], $5::int[], $6::bigint[], $7::int[],
                $8::int[], $9::text[], $10::text[], $11::int[], $12);

-- name: record_outputs
SELECT outputs_add($1, $2, $3::text[], $4::int[], $5::bytea[], $6::boolean[]);

-- name: record_cells
SELECT cells_put($1, $2::text[], $3::text[], $4::int[], $5::int[], $6::boolean[], $7::bigint[],
                 $8::bigint[], $9::int[], $10::int[], $11::int[], $12::boolean[], $13::bigint[],
                 $14::bigint[], $15::int[]);

-- name: record_contest_of
SELECT contest_id, team_id, language_id FROM submissions WHERE id = $1;

-- name: record_rejudge
SELECT judgement_add($1, 'rejudge', true) AS id;

-- name: record_start
SELECT contest_start($1, $2);

-- name: record_freeze
SELECT contest_freeze($1, $2);

-- name: record_thaw
SELECT contest_thaw($1, $2);

-- name: record_end
SELECT contest_end($1, $2);

-- name: record_finalize
SELECT contest_finalize($1, $2);

-- name: record_unfinalize
SELECT contest_unfinalize($1, $2);

-- name: record_end_updates
SELECT contest_end_updates($1, $2);

-- name: record_reschedule
SELECT contest_reschedule_freeze($1);

-- name: record_unfinished
SELECT (SELECT count(*) FROM submissions WHERE contest_id = $1 AND NOT practice AND NOT ignored
        AND (state <> 'final' OR verdict = 'JE' OR held)) AS unjudged,
       (SELECT count(*) FROM clarifications WHERE contest_id = $1 AND from_team_id IS NOT NULL
        AND answered_at IS NULL) AS unanswered;

-- What stands in the way of finalize, by name.
-- name: record_blockers
SELECT CASE WHEN state = 'queued' THEN 'not judged' WHEN state = 'judging' THEN 'being judged'
            WHEN held THEN 'waits for confirmation' ELSE 'judging error' END AS why,
       count(*) AS n, array_to_string((array_agg(id ORDER BY ordinal))[1:10], ',') AS ids
FROM submissions WHERE contest_id = $1 AND NOT practice AND NOT ignored
  AND (state <> 'final' OR verdict = 'JE' OR held)
GROUP BY why
UNION ALL
SELECT 'not answered', count(*), array_to_string((array_agg(id ORDER BY at))[1:10], ',')
FROM clarifications
WHERE contest_id = $1 AND from_team_id IS NOT NULL AND answered_at IS NULL
HAVING count(*) > 0
UNION ALL
SELECT 'not over', 1, '' FROM contests c
WHERE c.id = $1 AND coalesce(coalesce(c.ended_at, contest_wall(c.id, c.duration_ms + coalesce((
	SELECT max(t.extension_ms) FROM contest_teams t WHERE t.contest_id = c.id), 0)))
	> clock_timestamp(), true)
ORDER BY why;

-- name: record_counter
INSERT INTO contest_counter (contest_id) SELECT id FROM contests WHERE id = $1
ON CONFLICT DO NOTHING;

-- name: record_audit
INSERT INTO audit_log (actor, action, contest_id, subject, detail)
VALUES ($1, $2, $3, $4, $5::jsonb);

-- name: audit_list
SELECT id, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS time, actor, action,
       contest_id AS contest, subject, detail ->> 'reason' AS reason, (detail - 'reason')::text AS detail
FROM audit_log
WHERE ($1::text IS NULL OR contest_id = $1) AND ($2::text IS NULL OR action = $2)
  AND ($3::bigint IS NULL OR id < $3)
ORDER BY id DESC LIMIT $4::bigint;

-- name: audit_found
SELECT what, number, ok, why, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS time
FROM contest_checks WHERE contest_id = $1 ORDER BY what;

-- ==== scoreboard: record_schedule, record_team, record_jury

-- name: record_extend
SELECT contest_extend($1, $2::bigint, $3::timestamptz);

-- name: record_interval_remove
SELECT interval_remove($1, $2::timestamptz, $3::timestamptz, $4::timestamptz) AS id;

-- name: record_interval_restore
SELECT interval_restore($1, $2::int, $3::timestamptz);

-- name: record_retime
SELECT submissions_retime($1, $2::text[], $3::bigint[]);

-- name: record_hold
SELECT contest_hold($1, $2::boolean);

-- name: record_schedule
SELECT contest_schedule($1, $2::timestamptz, $3::bigint, $4::bigint, $5::timestamptz, $6::timestamptz,
                        $7::timestamptz, $8::timestamptz);

-- What the clock says is to be done, and nothing is in its way; a reveal's end is its own thaw.
-- name: schedule_due
WITH due AS (
	SELECT c.id, c.thaw_at, c.finalize_at, c.finalized_at FROM contests c
	WHERE c.start_at <= clock_timestamp()
	  AND ((c.finalize_at <= clock_timestamp() AND c.finalized_at IS NULL)
	       OR (c.thaw_at <= clock_timestamp() AND EXISTS (SELECT FROM contest_freezes f
	           WHERE f.contest_id = c.id AND f.thawed_at IS NULL)))
	  AND coalesce(c.ended_at, contest_wall(c.id, c.duration_ms + coalesce((SELECT max(t.extension_ms)
	      FROM contest_teams t WHERE t.contest_id = c.id), 0))) <= clock_timestamp()
)
SELECT d.id, 'thaw' AS action FROM due d WHERE d.thaw_at <= clock_timestamp()
  AND EXISTS (SELECT FROM contest_freezes f WHERE f.contest_id = d.id AND f.thawed_at IS NULL
              AND f.from_at <= clock_timestamp())
  AND NOT EXISTS (SELECT FROM contest_reveals r WHERE r.contest_id = d.id)
UNION ALL
SELECT d.id, 'finalize' FROM due d
WHERE d.finalize_at <= clock_timestamp() AND d.finalized_at IS NULL
  AND NOT EXISTS (SELECT FROM submissions s WHERE s.contest_id = d.id AND NOT s.practice
                  AND NOT s.ignored AND (s.state <> 'final' OR s.verdict = 'JE' OR s.held))
  AND NOT EXISTS (SELECT FROM clarifications q WHERE q.contest_id = d.id
                  AND q.from_team_id IS NOT NULL AND q.answered_at IS NULL)
ORDER BY id, action DESC;

-- name: record_settings
SELECT contest_settings($1, $2::jsonb);

-- name: record_medals
SELECT contest_medals($1, $2::int, $3::int, $4::int, $5::int, $6::boolean);

-- name: record_team
SELECT team_change($1, $2, $3::bigint, $4::int, $5::boolean, $6::boolean, $7::boolean);

-- name: record_ignore
SELECT submission_ignore($1, $2::boolean);

-- name: record_confirm
SELECT judgement_id, verdict, points_milli FROM submission_confirm($1, $2);

-- name: record_override
SELECT judgement_override($1, $2::verdict, $3::bigint, $4, $5) AS id;

-- name: record_pause_faults
SELECT kind, contest_id, subject FROM judging_pause_after_faults($1, $2::int);

-- name: judging_pause
SELECT judging_pause($1, $2, $3, $4, $5::boolean);

-- name: judging_paused
SELECT kind, contest, subject, paused, faults, waiting FROM (
	SELECT 'problem' AS kind, p.contest_id::text AS contest, p.problem_id::text AS subject,
	       p.judging_paused AS paused,
	       (SELECT count(*) FROM dead_letters d JOIN judgements j ON j.id = d.judgement_id
	        JOIN submissions s ON s.id = j.submission_id
	        WHERE d.resolved_at IS NULL AND d.at > p.judging_resumed_at
	          AND s.contest_id = p.contest_id AND s.problem_id = p.problem_id) AS faults,
	       (SELECT count(*) FROM judgements j JOIN submissions s ON s.id = j.submission_id
	        WHERE j.state = 'queued' AND s.contest_id = p.contest_id
	          AND s.problem_id = p.problem_id) AS waiting
	FROM contest_problems p
	UNION ALL
	SELECT 'language', NULL, l.id, l.judging_paused,
	       (SELECT count(*) FROM dead_letters d JOIN judgements j ON j.id = d.judgement_id
	        JOIN submissions s ON s.id = j.submission_id
	        WHERE d.resolved_at IS NULL AND d.at > l.judging_resumed_at AND s.language_id = l.id),
	       (SELECT count(*) FROM judgements j JOIN submissions s ON s.id = j.submission_id
	        WHERE j.state = 'queued' AND s.language_id = l.id)
	FROM languages l
	UNION ALL
	SELECT 'host', NULL, w.name, w.judging_paused, 0, 0 FROM workers w
) x
WHERE $1::boolean OR paused OR faults > 0 ORDER BY kind, contest, subject;

-- ==== scoreboard: rejudging

-- name: rejudging_create
SELECT id, total FROM rejudging_create($1, $2::jsonb, $3::boolean, $4, $5)

-- name: rejudging_undo
SELECT id, total FROM rejudging_undo($1, $2, $3, $4)

-- name: rejudging_discard
SELECT rejudging_discard($1, $2, $3)

-- name: rejudging_apply
SELECT rejudging_apply($1, $2::boolean, $3, $4::bigint, $5::jsonb)

-- name: rejudging_look
SELECT submission_id, team_id, problem_id, old_judgement_id, old_verdict, judgement_id, verdict,
       points_milli, status, (SELECT j.subtasks FROM judgements j WHERE j.id = judgement_id) AS subtasks
FROM rejudging_look($1)

-- name: rejudging_sets
SELECT r.id, r.state, r.result, jsonb_build_object('id', r.id, 'contest_id', r.contest_id,
	'state', r.state, 'reason', r.reason, 'filter', r.filter, 'undoes', r.undoes,
	'created_by', r.created_by,
	'created_at', to_char(r.created_at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
	'ended_by', r.ended_by,
	'ended_at', to_char(r.ended_at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
	'event_number', r.event_number,
	'problems', (SELECT coalesce(jsonb_agg(jsonb_build_object('problem_id', p.problem_id,
		'version', p.version, 'old_version', p.old_version) ORDER BY p.problem_id), '[]')
		FROM rejudging_problems p WHERE p.rejudging_id = r.id),
	'progress', (SELECT jsonb_build_object('total', count(*),
		'queued', count(*) FILTER (WHERE j.state = 'queued'),
		'judging', count(*) FILTER (WHERE j.state = 'judging'),
		'judged', count(*) FILTER (WHERE j.state = 'final' AND NOT j.cancelled
			AND j.verdict <> 'JE'),
		'failed', count(*) FILTER (WHERE j.verdict = 'JE' OR j.cancelled))
		FROM rejudging_submissions m JOIN judgements j ON j.id = m.judgement_id
		WHERE m.rejudging_id = r.id))::text AS json
FROM rejudgings r
WHERE r.contest_id = $1 AND ($2::text IS NULL OR r.id = $2) ORDER BY r.created_at, r.id

-- name: rejudging_contest
SELECT contest_id FROM rejudgings WHERE id = $1

-- ==== scoreboard: catchup

-- name: catchup_lock
SELECT pg_try_advisory_xact_lock(hashtext('codearena.board'), hashtext($1)) AS mine;

-- ==== scoreboard: record_past, the history of a contest from elsewhere

-- name: past_submissions
SELECT past_submissions($1, $2, $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
                        $8::timestamptz[], $9::bigint[], $10::boolean[], $11::text[],
                        $12::verdict[], $13::bigint[]);

-- name: past_judgements
SELECT past_judgements($1, $2::text[], $3::int[], $4::boolean[], $5::verdict[], $6::bigint[],
                       $7::int[], $8::timestamptz[], $9::timestamptz[]);

-- ==== scoreboard: record_outside, a contest that is played again

-- name: outside_submission
SELECT outside_submission($1, $2::bigint, $3, $4, $5, $6, $7, $8::timestamptz, $9::bigint);

-- name: outside_judgement
SELECT outside_judgement($1, $2::verdict, $3::bigint, $4::int, $5) AS id;

-- ==== scoreboard: log_verify

-- name: verify_snapshot
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY

-- name: verify_judgements
SELECT id, verdict, points_milli, subtasks FROM judgements WHERE contest_id = $1 AND state = 'final'
ORDER BY id::text COLLATE "C"

-- name: verify_last_interval
SELECT coalesce(max(number), 0) AS number FROM leaderboard_events
WHERE contest_id = $1 AND kind = 'interval'

-- ==== api: auditor

-- name: audit_lead
SELECT pg_try_advisory_lock(hashtext('codearena.audit')) AS lead;

-- name: audit_leave
SELECT pg_advisory_unlock(hashtext('codearena.audit'));

-- name: audit_tell
INSERT INTO contest_checks (contest_id, what, number, ok, why)
VALUES ($1, $2, $3::bigint, $4::boolean, $5)
ON CONFLICT (contest_id, what) DO UPDATE SET number = excluded.number, ok = excluded.ok,
	why = excluded.why, at = clock_timestamp()

-- name: audit_checks
SELECT contest_id, what, number, ok, why,
       extract(epoch FROM clock_timestamp() - at)::float8 AS age_s
FROM contest_checks ORDER BY contest_id, what

-- ==== admin: import-feed

-- name: feed_taken
SELECT 'organization' AS kind, id::text AS id, name FROM organizations WHERE id = ANY ($1::text[])
UNION ALL SELECT 'group', id, name FROM groups WHERE id = ANY ($2::text[])
UNION ALL SELECT 'team', id, name FROM teams WHERE id = ANY ($3::text[])
UNION ALL SELECT 'problem', p.id, coalesce(v.name, '') FROM problems p
LEFT JOIN problem_versions v ON v.problem_id = p.id AND v.version = p.latest_version
WHERE p.id = ANY ($4::text[])

-- name: feed_organizations
INSERT INTO organizations (id, name, formal_name, country)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[])
ON CONFLICT (id) DO NOTHING

-- name: feed_groups
INSERT INTO groups (id, name, hidden)
SELECT * FROM unnest($1::text[], $2::text[], $3::boolean[])
ON CONFLICT (id) DO NOTHING

-- name: feed_teams
INSERT INTO teams (id, name, display_name, organization_id)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[])
ON CONFLICT (id) DO NOTHING

-- name: feed_team_groups
INSERT INTO team_groups (team_id, group_id)
SELECT * FROM unnest($1::text[], $2::text[]) ON CONFLICT DO NOTHING

-- name: feed_problems
SELECT past_problems($1::text[], $2::text[], $3::int[])

-- Languages that no judge here offers yet: known by name, not to be chosen.
-- name: feed_languages
INSERT INTO languages (id, name, extensions, enabled)
SELECT u.id, u.name, ARRAY[u.extension], false
FROM unnest($1::text[], $2::text[], $3::text[]) u (id, name, extension)
ON CONFLICT (id) DO NOTHING

-- name: feed_contest
INSERT INTO contests (id, name, formal_name, rules, start_at, duration_ms, freeze_ms,
	penalty_minutes, compile_penalty, ended_at, finalized_at, end_of_updates_at)
VALUES ($1, $2, $3, $4::scoring_rules, $5::timestamptz, $6::bigint, $7::bigint, $8::int,
	$9::boolean, $10::timestamptz, $11::timestamptz, $12::timestamptz)

-- name: feed_freeze
INSERT INTO contest_freezes (contest_id, from_at, to_at, thawed_at, scheduled)
VALUES ($1, $2::timestamptz, coalesce($3::timestamptz, 'infinity'), $3::timestamptz,
	$2::timestamptz > clock_timestamp())

-- name: feed_contest_problems
INSERT INTO contest_problems (contest_id, problem_id, version, ordinal, label, rgb, color,
	points_milli)
SELECT $1, u.id, p.latest_version, u.n, u.label, u.rgb, u.color, u.points
FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[])
	WITH ORDINALITY u (id, label, rgb, color, points, n)
JOIN problems p ON p.id = u.id

-- name: feed_contest_teams
INSERT INTO contest_teams (contest_id, team_id, sort_group, hidden)
SELECT $1, u.id, u.sort_group, u.hidden
FROM unnest($2::text[], $3::int[], $4::boolean[]) u (id, sort_group, hidden)

-- Who submitted, as far as the feed says: nobody can log in as it.
-- name: feed_account
INSERT INTO accounts (id, username, role, name, enabled)
VALUES ($1::text, $1::text, 'jury', $2, false) ON CONFLICT (id) DO NOTHING

-- ==== admin: replay

-- name: replay_contest
INSERT INTO contests (id, name, formal_name, rules, start_at, duration_ms, freeze_ms, clock_rate,
	penalty_minutes, compile_penalty, best_subtasks, show_runs, icpc_verdicts, medals_gold,
	medals_silver, medals_bronze, medals_extra, honors, hidden)
SELECT $2, $3, c.formal_name, c.rules, clock_timestamp() + $5::bigint * interval '1 millisecond',
       $6::bigint, $7::bigint, $4::double precision, c.penalty_minutes, c.compile_penalty,
       c.best_subtasks, c.show_runs, c.icpc_verdicts, c.medals_gold,
       c.medals_silver, c.medals_bronze, c.medals_extra, c.honors, c.hidden
FROM contests c WHERE c.id = $1
RETURNING floor(extract(epoch FROM start_at) * 1000)::bigint AS start_ms,
          floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now_ms

-- name: replay_problems
INSERT INTO contest_problems (contest_id, problem_id, version, ordinal, label, rgb, color,
	points_milli)
SELECT $2, problem_id, version, ordinal, label, rgb, color, points_milli
FROM contest_problems WHERE contest_id = $1

-- name: replay_teams
INSERT INTO contest_teams (contest_id, team_id, sort_group, hidden, unofficial, disqualified,
	extension_ms, penalty_adjustment)
SELECT $2, team_id, sort_group, hidden, unofficial, disqualified, extension_ms, penalty_adjustment
FROM contest_teams WHERE contest_id = $1

-- What counted, in order, with the verdict that counts in the end and how long the first one took.
-- name: replay_submissions
SELECT s.team_id, s.problem_id, s.language_id, s.contest_time_ms, s.points_milli, j.time_ms, j.subtasks,
       CASE WHEN s.state = 'final' AND NOT s.held AND s.verdict <> 'JE' THEN s.verdict END
	AS verdict,
       coalesce(extract(epoch FROM least(interval '10 minutes', (SELECT min(f.finished_at)
		FROM judgements f WHERE f.submission_id = s.id) - s.submitted_at)) * 1000
		* c.clock_rate, 0)::bigint AS took_ms
FROM submissions s JOIN contests c ON c.id = s.contest_id
LEFT JOIN judgements j ON j.id = s.judgement_id
WHERE s.contest_id = $1 AND NOT s.practice AND NOT s.ignored
ORDER BY s.ordinal

-- name: replay_reveal
SELECT steps FROM contest_reveals WHERE contest_id = $1

-- ==== api: accounts and auth

-- name: auth_accounts
SELECT id, username, role, team_id, enabled, token_epoch FROM accounts WHERE id = ANY ($1::text[])

-- name: auth_login
SELECT id, username, role, team_id, enabled, token_epoch, password_hash FROM accounts
WHERE username = $1

-- name: auth_account
SELECT a.id, a.username, a.role, a.team_id, a.name, t.name AS team_name
FROM accounts a LEFT JOIN teams t ON t.id = a.team_id WHERE a.id = $1

-- name: auth_refresh_add
INSERT INTO refresh_tokens (token_hash, family, account_id, expires_at)
VALUES ($1, $2, $3, clock_timestamp() + make_interval(days => $4::int))

-- name: auth_refresh_lock
SELECT r.family, r.account_id, r.used_at IS NOT NULL AS used, r.revoked_at IS NOT NULL AS revoked,
       r.expires_at <= clock_timestamp() AS expired,
       coalesce(r.used_at > clock_timestamp() - interval '10 seconds', false) AS just_used
FROM refresh_tokens r WHERE r.token_hash = $1 FOR UPDATE

-- name: auth_refresh_use
UPDATE refresh_tokens SET used_at = clock_timestamp() WHERE token_hash = $1

-- name: auth_refresh_revoke
UPDATE refresh_tokens SET revoked_at = clock_timestamp() WHERE family = $1 AND revoked_at IS NULL

-- name: auth_logout
WITH stepped AS (
	UPDATE accounts SET token_epoch = token_epoch + 1 WHERE id = $1 RETURNING id
)
UPDATE refresh_tokens r SET revoked_at = clock_timestamp()
FROM stepped WHERE r.account_id = stepped.id AND r.revoked_at IS NULL

-- name: auth_sweep
DELETE FROM refresh_tokens WHERE expires_at < clock_timestamp() - interval '1 day'

-- name: account_register
SELECT account_register($1, $2, $3, $4)

-- name: account_join
INSERT INTO contest_teams (contest_id, team_id)
SELECT c.id, $2 FROM contests c
WHERE c.id = $1 AND NOT c.hidden AND c.ended_at IS NULL AND c.finalized_at IS NULL
  AND (c.start_at IS NULL OR contest_wall(c.id, c.duration_ms) > clock_timestamp())
RETURNING contest_id

-- ==== api: contests, problems, submissions

-- name: api_ping
SELECT 1

-- name: api_partitions
SELECT partitions_ahead()

-- name: api_contests
SELECT c.id FROM contests c
WHERE NOT c.hidden OR $1::boolean
   OR EXISTS (SELECT FROM contest_teams t WHERE t.contest_id = c.id AND t.team_id = $2)
ORDER BY c.start_at NULLS LAST, c.id

-- name: api_contests_running
SELECT c.id FROM contests c JOIN contest_teams t ON t.contest_id = c.id
WHERE t.team_id = $1 AND c.start_at <= clock_timestamp() AND c.finalized_at IS NULL
  AND coalesce(c.ended_at, contest_wall(c.id, c.duration_ms + t.extension_ms)) > clock_timestamp()
ORDER BY c.id

-- name: api_languages
SELECT id, name, extensions[1] AS extension, array_to_string(extensions, ',') AS extensions,
       entry_point_required, version, compile_command, run_command, time_factor
FROM languages WHERE enabled ORDER BY name, id

-- name: api_language
SELECT extensions[1] AS extension FROM languages WHERE id = $1 AND enabled

-- name: api_groups
SELECT id, name, hidden FROM groups WHERE NOT hidden OR $1::boolean ORDER BY id

-- name: api_organizations
SELECT DISTINCT o.id, o.name, o.formal_name, o.country
FROM organizations o JOIN teams t ON t.organization_id = o.id
JOIN contest_teams c ON c.team_id = t.id
WHERE c.contest_id = $1 AND (NOT c.hidden OR $2::boolean) ORDER BY o.id

-- name: api_problem_facts
SELECT p.problem_id, v.scoring, v.interactive, v.multi_pass, v.submit_answer, v.names,
       to_jsonb(v.languages) AS languages,
       (SELECT count(*) FROM test_cases t
        WHERE t.problem_id = p.problem_id AND t.version = p.version) AS tests
FROM contest_problems p JOIN problem_versions v USING (problem_id, version)
WHERE p.contest_id = $1

-- name: api_language_refused
SELECT array_to_string(languages, ', ') AS languages FROM problem_versions
WHERE problem_id = $1 AND version = $2::int AND NOT $3 = ANY (languages)

-- name: api_statements
SELECT p.problem_id, s.language, s.format
FROM contest_problems p JOIN problem_statements s USING (problem_id, version)
WHERE p.contest_id = $1
ORDER BY p.problem_id, (s.language = 'en') DESC, s.language,
         array_position('{md,html,pdf,tex}'::text[], s.format)

-- name: api_statement
SELECT language, format, body FROM problem_statements
WHERE problem_id = $1 AND version = $2::int
  AND ($4::text IS NULL OR format = $4)
ORDER BY (language = $3) DESC, (language = 'en') DESC, language,
         array_position('{md,html,pdf,tex}'::text[], format) LIMIT 1

-- name: api_samples
SELECT ordinal, name, input, answer, interaction FROM sample_data($1, $2::int) ORDER BY ordinal

-- name: api_sample_file
SELECT CASE $4 WHEN 'input' THEN coalesce(input_download, input)
               WHEN 'answer' THEN coalesce(answer_download, answer)
               WHEN 'interaction' THEN interaction END AS body
FROM sample_data($1, $2::int) WHERE ordinal = $3::int

-- name: api_files
SELECT problem_id, kind, name FROM problem_files
JOIN contest_problems p USING (problem_id, version) WHERE p.contest_id = $1
ORDER BY problem_id, kind, name

-- name: api_file
SELECT body FROM problem_files WHERE problem_id = $1 AND version = $2::int AND name = $3
ORDER BY kind LIMIT 1

-- name: api_submissions
SELECT s.id, s.contest_id, s.team_id, s.problem_id, s.language_id, s.entry_point,
       floor(extract(epoch FROM s.submitted_at) * 1000)::bigint AS submitted_ms,
       s.contest_time_ms, s.state, s.verdict, s.practice, s.ignored, s.source_size, s.held
FROM submissions s
WHERE s.contest_id = $1 AND ($2::text IS NULL OR s.team_id = $2)
  AND ($3::text IS NULL OR s.id = $3) AND ($4::text IS NULL OR s.problem_id = $4)
ORDER BY s.ordinal

-- name: api_submission
SELECT s.id, s.contest_id, s.team_id, s.problem_id, s.language_id, s.entry_point,
       floor(extract(epoch FROM s.submitted_at) * 1000)::bigint AS submitted_ms,
       s.contest_time_ms, s.state, s.verdict, s.practice, s.ignored, s.source_size,
       s.points_milli, s.held
FROM submissions s WHERE s.id = $1

-- name: api_source
SELECT f.name, f.body FROM submissions s
JOIN submission_files f ON f.submission_id = s.id AND f.month = s.month
WHERE s.id = $1 ORDER BY f.ordinal

-- name: api_judgements
SELECT j.id, j.submission_id, s.team_id, j.valid, j.state, j.verdict, j.class,
       floor(extract(epoch FROM j.started_at) * 1000)::bigint AS started_ms,
       floor(extract(epoch FROM j.finished_at) * 1000)::bigint AS finished_ms,
       floor(extract(epoch FROM s.submitted_at) * 1000)::bigint AS submitted_ms,
       j.time_ms, j.memory_kib, j.points_milli, j.tests_total, j.attempt, j.worker, j.fault,
       s.held AND j.id = s.judgement_id AS held, j.decided_by, j.confirmed_by, j.groups,
       j.groups IS NOT NULL AND (SELECT v.show_groups FROM problem_versions v
        WHERE v.problem_id = s.problem_id AND v.version = j.problem_version) AS show_groups
FROM judgements j JOIN submissions s ON s.id = j.submission_id
WHERE j.contest_id = $1 AND j.started_at IS NOT NULL
  AND ($2::text IS NULL OR s.team_id = $2) AND ($3::text IS NULL OR s.id = $3)
ORDER BY s.ordinal, j.ordinal

-- name: api_runs
SELECT j.id || '-' || r.ordinal AS id, r.judgement_id, r.ordinal, r.verdict, r.time_ms,
       r.memory_kib, r.exit_code, r.signal, r.message, r.team_message, r.first_time_ms,
       r.contest_time_ms, floor(extract(epoch FROM r.at) * 1000)::bigint AS at_ms,
       floor(extract(epoch FROM s.submitted_at) * 1000)::bigint AS submitted_ms,
       t.name AS test_name, CASE WHEN r.verdict <> 'AC' THEN t.hint END AS hint,
       r.verdict <> 'AC' AND t.full_feedback AS shown
FROM submission_results r JOIN judgements j ON j.id = r.judgement_id
JOIN submissions s ON s.id = j.submission_id
LEFT JOIN test_cases t ON t.problem_id = s.problem_id AND t.version = j.problem_version
	AND t.ordinal = r.ordinal
WHERE j.contest_id = $1 AND ($2::text IS NULL OR s.team_id = $2)
  AND ($3::text IS NULL OR j.id = $3)
  AND ($4::boolean OR (j.valid AND j.verdict <> 'JE' AND NOT s.held))
ORDER BY j.submission_id, j.ordinal, r.ordinal

-- name: api_compile_output
SELECT o.body, o.truncated FROM judgement_outputs o JOIN submissions s ON s.id = $1
WHERE o.judgement_id = $2 AND o.kind = 'compile' AND o.ordinal = 0

-- name: api_transcripts
SELECT o.ordinal, convert_from(o.body, 'UTF8') AS text, o.truncated
FROM judgement_outputs o JOIN submissions s ON s.id = $1 AND s.month = o.month
WHERE o.judgement_id = $2 AND o.kind = 'transcript' ORDER BY o.ordinal

-- name: api_feedback
SELECT feedback_data($1, $2::int, $3) AS body

-- name: api_sample_ordinals
SELECT t.ordinal FROM test_cases t JOIN judgements j ON j.problem_version = t.version
JOIN submissions s ON s.id = j.submission_id AND s.problem_id = t.problem_id
WHERE j.id = $1 AND t.sample ORDER BY t.ordinal

-- name: api_clarifications
SELECT c.id, c.problem_id, c.from_team_id, c.to_team_id, c.reply_to_id, c.text, c.contest_time_ms,
       floor(extract(epoch FROM c.at) * 1000)::bigint AS at_ms, c.answered_at IS NOT NULL AS answered
FROM clarifications c
WHERE c.contest_id = $1
  AND ($2::boolean OR c.from_team_id = $3 OR c.to_team_id = $3
       OR (c.from_team_id IS NULL AND c.to_team_id IS NULL))
  AND ($4::text IS NULL OR c.id = $4)
ORDER BY c.at, c.id

-- name: api_clarify
INSERT INTO clarifications (contest_id, problem_id, from_team_id, to_team_id, reply_to_id, text,
	contest_time_ms, account_id)
VALUES ($1, $2, $3, $4, $5, $6, $7::bigint, $8) RETURNING id

-- name: api_clarification_answered
UPDATE clarifications SET answered_at = clock_timestamp()
WHERE contest_id = $1 AND id = $2 AND answered_at IS NULL

-- name: api_draft
SELECT body, version, floor(extract(epoch FROM saved_at) * 1000)::bigint AS saved_ms FROM drafts
WHERE account_id = $1 AND contest_id = $2 AND problem_id = $3 AND language_id = $4

-- name: api_draft_put
INSERT INTO drafts (account_id, contest_id, problem_id, language_id, body, version)
VALUES ($1, $2, $3, $4, $5, $6::bigint)
ON CONFLICT (account_id, contest_id, problem_id, language_id) DO UPDATE
SET body = excluded.body, version = excluded.version, saved_at = clock_timestamp()
WHERE drafts.version < excluded.version
RETURNING version

-- ==== api: feed and streams

-- name: feed_contests
SELECT c.id, k.number, (SELECT incarnation FROM instance) AS incarnation,
       floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now_ms
FROM contests c JOIN contest_counter k ON k.contest_id = c.id
ORDER BY c.created_at, c.id;

-- name: feed_submissions
SELECT s.id, s.team_id, s.problem_id, s.language_id, s.state,
       CASE WHEN s.verdict <> 'JE' AND NOT s.held THEN s.verdict END AS verdict, s.points_milli, s.practice,
       s.contest_time_ms, floor(extract(epoch FROM s.submitted_at) * 1000)::bigint AS at_ms,
       s.contest_id
FROM submissions s WHERE s.id = ANY ($1::text[]);

-- name: feed_team_submissions
SELECT s.id, s.team_id, s.problem_id, s.language_id, s.state,
       CASE WHEN s.verdict <> 'JE' AND NOT s.held THEN s.verdict END AS verdict, s.points_milli, s.practice,
       s.contest_time_ms, floor(extract(epoch FROM s.submitted_at) * 1000)::bigint AS at_ms,
       s.contest_id
FROM submissions s WHERE s.contest_id = $1 AND s.team_id = $2
ORDER BY s.ordinal DESC LIMIT 200;

-- name: feed_clarifications
SELECT id, contest_id, problem_id, from_team_id, to_team_id, reply_to_id, text, contest_time_ms,
       floor(extract(epoch FROM at) * 1000)::bigint AS at_ms, answered_at IS NOT NULL AS answered
FROM clarifications WHERE at > clock_timestamp() - interval '30 seconds' ORDER BY at, id;

-- name: feed_queue
SELECT class, state, count(*) AS n,
       coalesce(extract(epoch FROM clock_timestamp() - min(created_at)), 0)::float8 AS oldest_s
FROM judgements WHERE state <> 'final' GROUP BY class, state ORDER BY class, state;

-- name: feed_verdicts
SELECT verdict, count(*) AS n FROM judgements WHERE state = 'final' AND verdict IS NOT NULL
GROUP BY verdict ORDER BY verdict;

-- name: feed_stages
SELECT count(*) AS n,
       coalesce(sum(extract(epoch FROM started_at - created_at)), 0)::float8 AS waiting_s,
       coalesce(sum(extract(epoch FROM finished_at - started_at)), 0)::float8 AS judging_s,
       coalesce(max(extract(epoch FROM finished_at - created_at)), 0)::float8 AS slowest_s
FROM judgements
WHERE state = 'final' AND finished_at > clock_timestamp() - interval '5 minutes';

-- name: feed_workers
SELECT name, slots, status, extract(epoch FROM clock_timestamp() - seen_at)::float8 AS silent_s
FROM workers WHERE seen_at > clock_timestamp() - interval '1 day' ORDER BY name;

-- name: feed_slots
SELECT w.name, s->>'slot' AS slot, (s->>'used')::boolean::int AS used,
       s->>'jitter_percent' AS jitter_percent, s->>'fastest_us' AS fastest_us,
       coalesce(s->>'core', '0') AS core
FROM workers w, jsonb_array_elements(coalesce(w.info->'slots', '[]')) s
WHERE w.seen_at > clock_timestamp() - interval '1 day' ORDER BY w.name, (s->>'slot')::int;

-- name: feed_artifacts
SELECT name, coalesce(info->'artifacts'->>'hits', '0') AS hits,
       coalesce(info->'artifacts'->>'misses', '0') AS misses,
       coalesce(info->'artifacts'->>'bytes', '0') AS bytes
FROM workers WHERE seen_at > clock_timestamp() - interval '1 day' ORDER BY name;

-- ==== judge

-- name: testdata_size
SELECT size FROM test_data WHERE hash = $1;

-- name: testdata_chunk
SELECT body FROM test_data_chunks WHERE hash = $1 AND ordinal = $2::int;

-- ==== judging with real packages

-- name: judging_problem
SELECT time_limit_ms, memory_limit_kib, output_limit_kib, compile_limit_ms, compile_memory_kib,
	validation_limit_ms, validation_memory_kib, validation_passes, interactive, multi_pass,
	submit_answer, scoring, scoring AND format IN ('2023-07', '2025-09') AS score_is_all, run_all
FROM problem_versions WHERE problem_id = $1 AND version = $2::int;

-- name: judging_tests
SELECT ordinal, name, sample, group_ordinal, encode(input_hash, 'hex') AS input,
	encode(answer_hash, 'hex') AS answer, to_json(validator_args) AS validator_args,
	max_score, to_json(args) AS args, full_feedback
FROM test_cases WHERE problem_id = $1 AND version = $2::int ORDER BY ordinal;

-- name: judging_test_files
SELECT ordinal, name, size, encode(hash, 'hex') AS hash
FROM test_case_files WHERE problem_id = $1 AND version = $2::int ORDER BY ordinal, name;

-- name: judging_groups
SELECT name, parent, on_reject = 'continue' AS go_on, verdict_mode, accept_if_any, ignore_sample,
	score_mode, accept_score, reject_score, range_min, range_max, case_max, custom_grader,
	to_json(grader_flags) AS grader_flags, to_json(requires::text[]) AS requires
FROM test_groups WHERE problem_id = $1 AND version = $2::int ORDER BY ordinal;

-- name: judging_programs
SELECT kind, ordinal, name, language, build OR run AS script
FROM problem_programs WHERE problem_id = $1 AND version = $2::int
  AND kind IN ('output_validator', 'static_validator', 'grader', 'include') ORDER BY kind, ordinal;

-- name: judging_program_files
SELECT kind, ordinal, name, executable, size, encode(hash, 'hex') AS hash
FROM problem_program_files WHERE problem_id = $1 AND version = $2::int
  AND kind IN ('output_validator', 'static_validator', 'grader', 'include') ORDER BY kind, ordinal, name;

-- name: selftest_language
INSERT INTO languages (id, name, extensions, version, compile_command, run_command, time_factor)
VALUES ($1, $2, $3::text[], $4, $5, $6, $7::double precision)
ON CONFLICT (id) DO UPDATE SET name = excluded.name, extensions = excluded.extensions,
	version = excluded.version, compile_command = excluded.compile_command,
	run_command = excluded.run_command, time_factor = excluded.time_factor,
	enabled = languages.enabled OR languages.version = '', -- a feed's, until now
	updated_at = clock_timestamp();

-- name: sweeper_lead
SELECT pg_try_advisory_lock(hashtext('codearena.sweeper')) AS lead;

-- name: sweeper_leave
SELECT pg_advisory_unlock(hashtext('codearena.sweeper'));

-- name: worker_seen
INSERT INTO workers (name, started_at, seen_at, slots, status, info)
VALUES ($1, clock_timestamp(), clock_timestamp(), $2::int, $3, $4::jsonb)
ON CONFLICT (name) DO UPDATE SET seen_at = clock_timestamp(), slots = excluded.slots,
	status = excluded.status, info = excluded.info,
	started_at = CASE WHEN $5::boolean THEN clock_timestamp() ELSE workers.started_at END;

-- ==== admin

-- name: admin_contest_create
INSERT INTO contests (id, name, formal_name, rules, start_at, duration_ms, freeze_ms, clock_rate,
	penalty_minutes, compile_penalty, after_end, show_runs, hidden, practice,
	submissions_per_minute, best_subtasks, icpc_verdicts)
VALUES ($1, $2, $3, $4::scoring_rules,
	coalesce($5::timestamptz, clock_timestamp() + $6::bigint * interval '1 millisecond'),
	$7::bigint, $8::bigint, $9::double precision, $10::int, $11::boolean, $12, $13,
	$14::boolean, $15::boolean, $16::int, $17::boolean, $18::boolean)

-- name: admin_contest_counter
INSERT INTO contest_counter (contest_id) VALUES ($1)

-- name: admin_contest_reschedule
SELECT contest_reschedule_freeze($1)

-- name: admin_contest_list
SELECT c.id, c.name, c.rules::text AS rules,
       CASE WHEN c.start_at IS NULL THEN 'not scheduled'
            WHEN c.start_at > now() THEN 'scheduled'
            WHEN c.finalized_at IS NOT NULL THEN 'final'
            WHEN c.ended_at IS NOT NULL
                 OR contest_wall(c.id, c.duration_ms) <= now()
                 THEN 'ended'
            WHEN EXISTS (SELECT FROM contest_freezes f WHERE f.contest_id = c.id
                         AND f.thawed_at IS NULL AND f.from_at <= now() AND f.to_at > now())
                 THEN 'frozen'
            ELSE 'running' END AS state,
       to_char(c.start_at, 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS start,
       c.duration_ms * interval '1 millisecond' AS duration,
       (SELECT count(*) FROM contest_problems p WHERE p.contest_id = c.id) AS problems,
       (SELECT count(*) FROM contest_teams t WHERE t.contest_id = c.id) AS teams,
       (SELECT count(*) FROM submissions s WHERE s.contest_id = c.id) AS submissions,
       c.hidden, c.practice
FROM contests c ORDER BY c.start_at NULLS LAST, c.id

-- name: admin_contest_show
SELECT c.id, c.name, c.formal_name, c.rules::text AS rules,
       to_char(c.start_at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS start,
       c.duration_ms * interval '1 millisecond' AS duration,
       c.freeze_ms * interval '1 millisecond' AS freeze, c.clock_rate,
       to_char(c.ended_at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS ended,
       to_char(c.finalized_at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS finalized,
       to_char(c.end_of_updates_at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS end_of_updates,
       to_char(c.thaw_at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS thaw_at,
       to_char(c.finalize_at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS finalize_at,
       c.penalty_minutes, c.compile_penalty, c.best_subtasks, c.after_end, c.show_runs, c.icpc_verdicts,
       c.hidden, c.practice, c.submissions_per_minute,
       (SELECT string_agg(to_char(f.from_at, 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
                          || CASE WHEN f.thawed_at IS NULL THEN '' ELSE ' (thawed)' END, ', '
                          ORDER BY f.from_at)
        FROM contest_freezes f WHERE f.contest_id = c.id) AS frozen_from,
       (SELECT count(*) FROM contest_problems p WHERE p.contest_id = c.id) AS problems,
       (SELECT count(*) FROM contest_teams t WHERE t.contest_id = c.id) AS teams,
       (SELECT count(*) FROM submissions s WHERE s.contest_id = c.id) AS submissions,
       (SELECT count(*) FROM submissions s WHERE s.contest_id = c.id AND s.state <> 'final')
       AS unjudged
FROM contests c WHERE c.id = $1

-- name: admin_contest_problems
SELECT p.label, p.problem_id AS problem, v.name, p.version, q.latest_version AS newest,
       v.time_limit_ms, v.memory_limit_kib, p.color, p.judging_paused AS paused
FROM contest_problems p
JOIN problem_versions v ON v.problem_id = p.problem_id AND v.version = p.version
JOIN problems q ON q.id = p.problem_id
WHERE p.contest_id = $1 ORDER BY p.ordinal

-- name: admin_contest_place
SELECT coalesce(mine.ordinal, (SELECT coalesce(max(ordinal), 0) + 1 FROM contest_problems p
                               WHERE p.contest_id = c.contest_id)) AS place,
       mine.label, nullif(q.latest_version, 0) AS newest,
       -- once one is judged, only a set of rejudgings changes it
       CASE WHEN EXISTS (SELECT FROM submissions s JOIN judgements j ON j.submission_id = s.id
                         WHERE s.contest_id = $1 AND s.problem_id = $2
                           AND j.state = 'final' AND NOT j.cancelled)
            THEN mine.version ELSE q.latest_version END AS version
FROM (SELECT contest_id FROM contest_counter WHERE contest_id = $1 FOR UPDATE) c
LEFT JOIN contest_problems mine ON mine.contest_id = c.contest_id AND mine.problem_id = $2
LEFT JOIN problems q ON q.id = $2

-- name: admin_contest_add_problem
INSERT INTO contest_problems (contest_id, problem_id, version, ordinal, label, rgb, color,
	points_milli)
VALUES ($1, $2, $3::int, $4::int, $5, $6, $7, coalesce($8::bigint, 100000))
ON CONFLICT (contest_id, problem_id) DO UPDATE SET version = excluded.version,
	label = excluded.label, rgb = excluded.rgb, color = excluded.color,
	points_milli = coalesce($8::bigint, contest_problems.points_milli)

-- name: admin_contest_follow
SELECT judgements_follow($1)

-- name: admin_teams_missing
SELECT id FROM unnest($1::text[]) u (id) WHERE NOT EXISTS (SELECT FROM teams t WHERE t.id = u.id)

-- name: admin_contest_add_teams
INSERT INTO contest_teams (contest_id, team_id, sort_group, hidden)
SELECT $1, t.id, $4::int, $5::boolean FROM teams t
WHERE ($2::text[] IS NULL OR t.id = ANY ($2::text[]))
  AND ($3::text IS NULL OR EXISTS (SELECT FROM team_groups g
                                   WHERE g.team_id = t.id AND g.group_id = $3))
ON CONFLICT (contest_id, team_id) DO UPDATE SET sort_group = excluded.sort_group,
	hidden = excluded.hidden
WHERE (contest_teams.sort_group, contest_teams.hidden)
      IS DISTINCT FROM (excluded.sort_group, excluded.hidden)
RETURNING team_id

-- name: admin_problem_list
SELECT p.id, v.name, p.latest_version AS version, v.time_limit_ms, v.memory_limit_kib,
       (SELECT count(*) FROM test_cases t
        WHERE t.problem_id = p.id AND t.version = p.latest_version) AS test_cases,
       v.validator_flags,
       (SELECT string_agg(c.contest_id, ' ' ORDER BY c.contest_id)
        FROM contest_problems c WHERE c.problem_id = p.id) AS contests
FROM problems p LEFT JOIN problem_versions v ON v.problem_id = p.id AND v.version = p.latest_version
ORDER BY p.id

-- name: admin_problem_show
SELECT v.version, v.name, v.format, v.time_limit_ms, v.time_limit_from, v.memory_limit_kib,
       concat_ws(' ', CASE WHEN v.scoring THEN 'scoring' ELSE 'pass-fail' END,
                 CASE WHEN v.interactive THEN 'interactive' END,
                 CASE WHEN v.multi_pass THEN 'multi-pass' END,
                 CASE WHEN v.submit_answer THEN 'submit-answer' END) AS type,
       (SELECT count(*) FROM test_cases t
        WHERE t.problem_id = v.problem_id AND t.version = v.version) AS test_cases,
       (SELECT count(*) FROM test_groups g
        WHERE g.problem_id = v.problem_id AND g.version = v.version) AS groups,
       (SELECT count(*) FROM problem_programs g WHERE g.problem_id = v.problem_id
        AND g.version = v.version AND g.kind = 'output_validator') AS validators,
       (SELECT count(*) FROM problem_programs g WHERE g.problem_id = v.problem_id
        AND g.version = v.version AND g.kind = 'submission') AS submissions,
       (SELECT string_agg(s.language || '.' || s.format, ' ' ORDER BY s.language, s.format)
        FROM problem_statements s
        WHERE s.problem_id = v.problem_id AND s.version = v.version) AS statements,
       (SELECT string_agg(c.contest_id, ' ' ORDER BY c.contest_id) FROM contest_problems c
        WHERE c.problem_id = v.problem_id AND c.version = v.version) AS contests,
       v.created_at
FROM problem_versions v WHERE v.problem_id = $1 ORDER BY v.version DESC

-- name: admin_organization_put
INSERT INTO organizations (id, name, country) VALUES ($1::text, coalesce($2::text, $1::text), $3::text)
ON CONFLICT (id) DO UPDATE SET name = coalesce($2::text, organizations.name),
	country = coalesce($3::text, organizations.country)

-- name: admin_team_put
INSERT INTO teams (id, name, display_name, organization_id) VALUES ($1, $2, $3, $4)
ON CONFLICT (id) DO UPDATE SET name = excluded.name, display_name = excluded.display_name,
	organization_id = excluded.organization_id
WHERE (teams.name, teams.display_name, teams.organization_id::text)
      IS DISTINCT FROM (excluded.name, excluded.display_name, excluded.organization_id::text)
RETURNING id

-- name: admin_groups_put
INSERT INTO groups (id, name) SELECT g, g FROM unnest($1::text[]) g ON CONFLICT DO NOTHING

-- name: admin_team_groups
WITH gone AS (
	DELETE FROM team_groups WHERE team_id = $1 AND group_id <> ALL ($2::text[]) RETURNING 1
), new AS (
	INSERT INTO team_groups (team_id, group_id) SELECT $1, g FROM unnest($2::text[]) g
	ON CONFLICT DO NOTHING RETURNING 1
)
SELECT (SELECT count(*) FROM gone) + (SELECT count(*) FROM new) AS changed

-- name: admin_teams_contests
SELECT DISTINCT contest_id FROM contest_teams WHERE team_id = ANY ($1::text[]) ORDER BY contest_id

-- name: admin_teams_known
SELECT u.id IS NULL OR EXISTS (SELECT FROM teams t WHERE t.id = u.id) AS known
FROM unnest($1::text[]) WITH ORDINALITY u (id, n) ORDER BY u.n

-- name: admin_team_list
SELECT t.id, t.name, t.display_name, t.organization_id AS organization, o.country,
       (SELECT string_agg(g.group_id, ' ' ORDER BY g.group_id) FROM team_groups g
        WHERE g.team_id = t.id) AS groups,
       (SELECT count(*) FROM contest_teams c WHERE c.team_id = t.id) AS contests
FROM teams t LEFT JOIN organizations o ON o.id = t.organization_id ORDER BY t.id

-- name: admin_account_put
WITH old AS (
	SELECT role, team_id, name FROM accounts WHERE username = $2
), put AS (
	INSERT INTO accounts (id, username, password_hash, role, team_id, name)
	VALUES ($1, $2, $3, $4::account_role, $5, $6)
	ON CONFLICT (username) DO UPDATE SET role = excluded.role, team_id = excluded.team_id,
		name = excluded.name,
		token_epoch = accounts.token_epoch + (accounts.role <> excluded.role)::int
	RETURNING xmax = 0 AS fresh, username, role, team_id, name
), audited AS (
	INSERT INTO audit_log (actor, action, subject, detail)
	SELECT $7, CASE WHEN p.fresh THEN 'account create' ELSE 'account change' END, p.username,
	       jsonb_build_object('role', p.role, 'team', p.team_id)
	FROM put p WHERE NOT EXISTS (SELECT FROM old o WHERE (o.role, o.team_id::text, o.name)
		IS NOT DISTINCT FROM (p.role, p.team_id::text, p.name))
)
SELECT fresh FROM put

-- name: admin_account_password
WITH audited AS (
	INSERT INTO audit_log (actor, action, subject) VALUES ($3, 'account password', $1)
), ended AS (
	UPDATE refresh_tokens SET revoked_at = clock_timestamp()
	WHERE revoked_at IS NULL AND account_id = (SELECT id FROM accounts WHERE username = $1)
)
UPDATE accounts SET password_hash = $2, token_epoch = token_epoch + 1
WHERE username = $1 RETURNING id

-- name: admin_account_list
SELECT id, username, role::text AS role, team_id AS team, name, enabled,
       password_hash IS NOT NULL AS has_password
FROM accounts ORDER BY role DESC, username

-- name: admin_submission_list
SELECT s.id, s.contest_id AS contest, s.team_id AS team, p.label, s.problem_id AS problem,
       s.language_id AS language, to_char(s.submitted_at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS time,
       s.state::text AS state, s.verdict::text AS verdict, j.time_ms, j.memory_kib
FROM submissions s
JOIN contest_problems p ON p.contest_id = s.contest_id AND p.problem_id = s.problem_id
LEFT JOIN judgements j ON j.id = s.judgement_id
WHERE ($1::text IS NULL OR s.contest_id = $1) AND ($2::text IS NULL OR s.team_id = $2)
  AND ($3::text IS NULL OR s.problem_id = $3)
  AND ($4::text IS NULL OR coalesce(s.verdict::text, 'none') = $4)
ORDER BY s.submitted_at DESC, s.id DESC LIMIT $5::bigint

-- name: admin_submission_show
SELECT s.id, s.contest_id AS contest, s.team_id AS team, s.account_id AS account,
       s.problem_id AS problem, s.language_id AS language, s.entry_point,
       to_char(s.submitted_at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS submitted,
       s.contest_time_ms, s.state::text AS state, s.verdict::text AS verdict,
       s.judgement_id AS judgement, s.ignored, s.practice, s.source_size
FROM submissions s WHERE s.id = $1

-- name: admin_submission_files
SELECT f.name, octet_length(f.body) AS bytes, encode(sha256(f.body), 'hex') AS sha256
FROM submission_files f JOIN submissions s ON s.id = f.submission_id AND s.month = f.month
WHERE s.id = $1 ORDER BY f.ordinal

-- name: admin_submission_judgements
SELECT j.id, j.state::text AS state, j.valid, j.verdict::text AS verdict, j.attempt, j.failures,
       j.worker, j.problem_version AS version, j.time_ms, j.memory_kib, j.tests_total AS tests,
       floor(extract(epoch FROM j.finished_at - j.started_at) * 1000)::bigint AS took_ms, j.fault
FROM judgements j WHERE j.submission_id = $1 ORDER BY j.ordinal

-- name: admin_submission_runs
SELECT r.ordinal, r.verdict::text AS verdict, r.time_ms, r.first_time_ms, r.wall_ms, r.memory_kib, r.exit_code,
       r.signal, left(r.message, 80) AS message, left(r.team_message, 80) AS team_message
FROM submission_results r JOIN submissions s ON s.judgement_id = r.judgement_id
WHERE s.id = $1 ORDER BY r.ordinal

-- name: admin_submission_groups
SELECT g->>'name' AS "group", g->>'verdict' AS verdict,
       ((g->>'points')::bigint / 1000.0)::numeric(20, 3) AS points,
       ((g->>'points_max')::bigint / 1000.0)::numeric(20, 3) AS of
FROM submissions s JOIN judgements j ON j.id = s.judgement_id,
     jsonb_array_elements(j.groups) WITH ORDINALITY t(g, n)
WHERE s.id = $1 ORDER BY n

-- name: admin_submission_transcripts
SELECT o.ordinal, convert_from(o.body, 'UTF8') AS text, o.truncated
FROM submissions s JOIN judgement_outputs o ON o.judgement_id = s.judgement_id AND o.month = s.month
WHERE s.id = $1 AND o.kind = 'transcript' ORDER BY o.ordinal

-- name: admin_submission_json
SELECT jsonb_build_object('submission', to_jsonb(s), 'judgements',
	(SELECT coalesce(jsonb_agg(to_jsonb(j) ORDER BY j.ordinal), '[]') FROM judgements j
	 WHERE j.submission_id = s.id), 'runs',
	(SELECT coalesce(jsonb_agg(to_jsonb(r) ORDER BY r.ordinal), '[]') FROM submission_results r
	 WHERE r.judgement_id = s.judgement_id), 'compile_output',
	(SELECT convert_from(o.body, 'LATIN1') FROM judgement_outputs o
	 WHERE o.judgement_id = s.judgement_id AND o.month = s.month AND o.kind = 'compile'
	 LIMIT 1), 'transcripts',
	(SELECT coalesce(jsonb_agg(jsonb_build_object('ordinal', o.ordinal, 'truncated', o.truncated,
		'text', convert_from(o.body, 'UTF8')) ORDER BY o.ordinal), '[]') FROM judgement_outputs o
	 WHERE o.judgement_id = s.judgement_id AND o.month = s.month AND o.kind = 'transcript'))
	AS submission
FROM submissions s WHERE s.id = $1

-- name: admin_contest_ids
SELECT c.contest_id AS id FROM contest_counter c WHERE c.number > 0 ORDER BY c.contest_id

-- name: admin_log_heads
SELECT contest_id AS contest, number, public_number, number || ':' || encode(head, 'hex') AS anchor
FROM contest_counter WHERE $1::text IS NULL OR contest_id = $1 ORDER BY contest_id

-- name: admin_clock
SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now_ms

-- name: admin_instance
SELECT name, incarnation, schema_version, current_setting('server_version') AS server FROM instance

-- name: admin_workers
SELECT name, status, slots, to_char(seen_at, 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS seen,
       seen_at > clock_timestamp() - interval '30 seconds' AS fresh
FROM workers WHERE seen_at > clock_timestamp() - interval '1 day' ORDER BY name

-- name: admin_dead_count
SELECT count(*) AS n FROM dead_letters WHERE resolved_at IS NULL

-- name: admin_language_published
SELECT 1 FROM languages WHERE id = $1 AND enabled AND version <> ''

-- name: admin_backup_manifest
WITH s AS MATERIALIZED (SELECT pg_export_snapshot() AS id)
SELECT s.id AS snapshot, jsonb_build_object('format', 1, 'instance', i.name,
	'incarnation', i.incarnation, 'schema_version', i.schema_version,
	'at', to_char(clock_timestamp(), 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
	'heads', (SELECT coalesce(jsonb_agg(jsonb_build_object('contest', c.contest_id,
		'number', c.number, 'public_number', c.public_number,
		'head', encode(c.head, 'hex')) ORDER BY c.contest_id), '[]')
		FROM contest_counter c)) AS manifest
FROM s, instance i

-- name: admin_restore_target
SELECT i.schema_version,
       EXISTS (SELECT FROM contests) OR EXISTS (SELECT FROM problems)
       OR EXISTS (SELECT FROM accounts) OR EXISTS (SELECT FROM teams) AS used
FROM instance i

-- name: admin_restore_heads
SELECT coalesce(jsonb_agg(jsonb_build_object('contest', c.contest_id, 'number', c.number,
	'public_number', c.public_number, 'head', encode(c.head, 'hex')) ORDER BY c.contest_id), '[]')
	AS heads
FROM contest_counter c

-- ==== scoreboard: record_reveal
-- name: reveal_get
SELECT position, steps, auto_ms, floor(extract(epoch FROM next_at) * 1000)::bigint AS next_ms,
       stop_rank
FROM contest_reveals WHERE contest_id = $1;

-- name: reveal_steps
SELECT ordinal, team_id, problem_id, rank FROM contest_reveal_steps
WHERE contest_id = $1 AND ordinal BETWEEN $2 AND $3 ORDER BY ordinal;

-- name: reveal_open
SELECT reveal_open($1, $2, $3, $4);

-- name: reveal_move
SELECT reveal_move($1, $2, $3, to_timestamp($4::double precision / 1000), $5);

-- name: reveal_close
SELECT reveal_close($1);

-- name: reveal_unjudged
SELECT count(*) AS unjudged FROM submissions
WHERE contest_id = $1 AND NOT practice AND NOT ignored
  AND (state <> 'final' OR verdict = 'JE' OR held);

-- name: reveal_due
SELECT contest_id FROM contest_reveals WHERE next_at <= clock_timestamp();

-- ==== problems and imports

-- name: problem_data_add
INSERT INTO test_data (hash, size) VALUES ($1::bytea, $2::bigint)
ON CONFLICT DO NOTHING RETURNING 1

-- name: problem_data_chunk
INSERT INTO test_data_chunks (hash, ordinal, body) VALUES ($1::bytea, $2::int, $3::bytea)

-- name: problem_import
SELECT version, same FROM problem_import($1, $2::jsonb, $3)

-- name: import_create
INSERT INTO problem_imports (problem_id, account_id, size) VALUES ($1, $2, $3::bigint)
RETURNING id

-- name: import_chunk_add
INSERT INTO problem_import_chunks (import_id, ordinal, body) VALUES ($1, $2::int, $3::bytea)

-- name: import_waiting
SELECT count(*) AS n, coalesce(sum(size), 0)::bigint AS bytes FROM problem_imports
WHERE finished_at IS NULL

-- name: import_get
SELECT id, problem_id, account_id, size, state, step, version, errors, notes, created_at,
       finished_at
FROM problem_imports WHERE id = $1

-- name: import_list
SELECT id, problem_id, account_id, size, state, step, version, errors, notes, created_at,
       finished_at
FROM problem_imports ORDER BY created_at DESC LIMIT 100

-- name: import_claim
UPDATE problem_imports SET state = 'running', step = 'reading', worker = $1,
	lease_until = clock_timestamp() + interval '20 seconds', attempts = attempts + 1
WHERE id = (SELECT id FROM problem_imports
            WHERE finished_at IS NULL AND (state = 'queued' OR lease_until < clock_timestamp())
            ORDER BY created_at LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id, problem_id, account_id, size, attempts

-- name: import_release
UPDATE problem_imports SET state = 'queued', step = '', lease_until = NULL
WHERE state = 'running' AND worker = $1

-- name: import_chunk
SELECT body FROM problem_import_chunks WHERE import_id = $1 AND ordinal = $2::int

-- name: import_step
UPDATE problem_imports SET step = $3, lease_until = clock_timestamp() + interval '20 seconds'
WHERE id = $1 AND worker = $2 AND state = 'running' RETURNING 1

-- name: import_finish
WITH done AS (
	UPDATE problem_imports SET state = $3::import_state, step = '', version = $4::int,
		errors = $5::jsonb, notes = $6::jsonb, lease_until = NULL, finished_at = clock_timestamp()
	WHERE id = $1 AND worker = $2 AND state = 'running' RETURNING id
)
DELETE FROM problem_import_chunks WHERE import_id IN (SELECT id FROM done) RETURNING 1

-- ==== scoreboard: past
-- name: past_by_number
SELECT coalesce(max(number), 0) AS number,
       floor(extract(epoch FROM max(at)) * 1000)::bigint AS at_ms
FROM leaderboard_events WHERE contest_id = $1
  AND CASE WHEN $2::boolean THEN number ELSE public_number END <= $3::bigint;

-- name: past_by_time
SELECT coalesce(max(number), 0) AS number,
       floor(extract(epoch FROM max(at)) * 1000)::bigint AS at_ms
FROM leaderboard_events WHERE contest_id = $1 AND ($2::boolean OR public_number IS NOT NULL)
  AND at < timestamptz 'epoch' + ($3::bigint + 1) * interval '1 millisecond';

-- name: importer_problems
SELECT coalesce(string_agg(DISTINCT format('%s/%s', p.problem_id, p.version), ' '), '') AS problems
FROM contests c JOIN contest_problems p ON p.contest_id = c.id
WHERE c.start_at < clock_timestamp() + interval '30 minutes' AND c.ended_at IS NULL
  AND c.start_at + make_interval(secs => c.duration_ms / 1000.0 / c.clock_rate) > clock_timestamp()

-- name: importer_ahead
WITH near AS (
	SELECT p.problem_id, p.version, min(c.start_at) AS start_at
	FROM contests c JOIN contest_problems p ON p.contest_id = c.id
	WHERE c.start_at < clock_timestamp() + interval '30 minutes' AND c.ended_at IS NULL
	  AND c.start_at + make_interval(secs => c.duration_ms / 1000.0 / c.clock_rate)
	      > clock_timestamp()
	GROUP BY p.problem_id, p.version
), wanted AS (
	SELECT n.start_at, u.hash FROM near n JOIN test_cases t USING (problem_id, version),
		unnest(ARRAY[t.input_hash, t.answer_hash]) AS u (hash)
	UNION ALL
	SELECT n.start_at, f.hash FROM near n JOIN test_case_files f USING (problem_id, version)
	UNION ALL
	SELECT n.start_at, f.hash FROM near n
	JOIN problem_program_files f USING (problem_id, version)
	WHERE f.kind IN ('output_validator', 'static_validator', 'grader', 'include')
)
SELECT encode(d.hash, 'hex') AS hash, d.size FROM test_data d
JOIN (SELECT hash, min(start_at) AS start_at FROM wanted GROUP BY hash) w ON w.hash = d.hash
ORDER BY w.start_at, d.hash
