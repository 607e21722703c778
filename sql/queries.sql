-- queries.sql -- every statement the programs send, one name each; sections by folder and file.
-- The build turns it into an enum and a table (Q_<NAME>); parameters and results are text.

-- ==== model: contest, submission, event

-- name: event_lock
SELECT number, public_number, submission_ordinal, head, now_at,
       floor(extract(epoch FROM now_at) * 1000)::bigint AS now_ms
FROM contest_lock($1);

-- name: event_append
SELECT event_append($1, $2, $3, $4::event_kind, $5, $6, $7, $8, $9);

-- name: event_read
SELECT number, public_number, kind, at, floor(extract(epoch FROM at) * 1000)::bigint AS at_ms,
       submission_id, text, salt, hash
FROM leaderboard_events WHERE contest_id = $1 AND number > $2 ORDER BY number LIMIT $3;

-- name: event_head
SELECT number, public_number, submission_ordinal, head, clock_timestamp() AS now_at,
       floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now_ms
FROM contest_counter WHERE contest_id = $1;

-- name: event_incarnation
SELECT incarnation FROM instance;

-- name: contest_get
SELECT id, name, formal_name, show_runs, after_end,
       CASE rules WHEN 'icpc' THEN 0 WHEN 'ioi' THEN 1 WHEN 'points' THEN 2 END AS rules,
       floor(extract(epoch FROM start_at) * 1000)::bigint AS start_ms, duration_ms, freeze_ms,
       clock_rate, floor(extract(epoch FROM ended_at) * 1000)::bigint AS ended_ms,
       floor(extract(epoch FROM finalized_at) * 1000)::bigint AS finalized_ms,
       floor(extract(epoch FROM end_of_updates_at) * 1000)::bigint AS end_of_updates_ms,
       penalty_minutes, submissions_per_minute, compile_penalty, hidden, practice
FROM contests WHERE id = $1;

-- name: contest_freezes
SELECT floor(extract(epoch FROM from_at) * 1000)::bigint AS from_ms,
       CASE WHEN isfinite(to_at) THEN floor(extract(epoch FROM to_at) * 1000)::bigint END AS to_ms,
       floor(extract(epoch FROM thawed_at) * 1000)::bigint AS thawed_ms
FROM contest_freezes WHERE contest_id = $1 ORDER BY from_at;

-- name: contest_problems
SELECT p.problem_id, p.label, v.name, p.rgb, p.color, p.ordinal, p.version, v.time_limit_ms,
       (SELECT count(*) FROM test_cases t
        WHERE t.problem_id = p.problem_id AND t.version = p.version AND t.sample) AS sample_count,
       v.memory_limit_kib, v.output_limit_kib, v.code_limit_kib, p.points_milli
FROM contest_problems p JOIN problem_versions v USING (problem_id, version)
WHERE p.contest_id = $1 ORDER BY p.ordinal;

-- name: contest_teams
SELECT c.team_id, t.name, t.display_name, t.organization_id, o.name AS organization_name,
       o.country, coalesce(g.ids, '') AS group_ids, c.sort_group,
       c.hidden OR coalesce(g.hidden, false) AS hidden, c.disqualified, c.penalty_adjustment,
       c.extension_ms
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
       c.extension_ms
FROM contest_teams c JOIN teams t ON t.id = c.team_id
LEFT JOIN organizations o ON o.id = t.organization_id
LEFT JOIN LATERAL (SELECT string_agg(m.group_id, ',' ORDER BY m.group_id) AS ids,
                          bool_or(h.hidden) AS hidden
                   FROM team_groups m JOIN groups h ON h.id = m.group_id
                   WHERE m.team_id = c.team_id) g ON true
WHERE c.contest_id = $1 AND c.team_id = ANY ($2::text[]) ORDER BY c.team_id::text COLLATE "C";

-- name: submission_claim
SELECT judgement_id, submission_id, attempt, contest_id, team_id, problem_id, problem_version,
       language_id, entry_point, month, class, practice
FROM judgement_claim($1, $2::text[], $3::interval);

-- name: submission_heartbeat
SELECT judgement_id FROM judgement_heartbeat($1, $2::text[], $3::int[], $4::interval);

-- name: submission_release
SELECT judgement_release($1, $2, $3, $4) AS failures;

-- name: submission_files
SELECT name, body FROM submission_files
WHERE submission_id = $1 AND month = (SELECT month FROM submissions WHERE id = $1)
ORDER BY ordinal;

-- name: submission_expired
SELECT j.id AS judgement_id, j.submission_id, j.attempt, j.contest_id, s.team_id, s.problem_id,
       j.problem_version, s.language_id, s.entry_point, s.month, j.class, s.practice, j.failures
FROM judgements j JOIN submissions s ON s.id = j.submission_id
WHERE j.state = 'judging' AND j.lease_until < clock_timestamp()
ORDER BY j.lease_until LIMIT $1;

-- name: submission_count_waiting
SELECT count(*) AS n FROM judgements
WHERE state = 'queued' AND created_at < clock_timestamp() - $1::int * interval '1 millisecond';

-- ==== scoreboard: record

-- ==== scoreboard: catchup

-- ==== api: accounts and auth

-- ==== api: contests, problems, submissions

-- ==== api: feed and streams

-- ==== judge

-- ==== admin

-- name: admin_contest_create
INSERT INTO contests (id, name, formal_name, rules, start_at, duration_ms, freeze_ms, clock_rate,
	penalty_minutes, compile_penalty, after_end, show_runs, hidden, practice,
	submissions_per_minute)
VALUES ($1, $2, $3, $4::scoring_rules,
	coalesce($5::timestamptz, clock_timestamp() + $6::bigint * interval '1 millisecond'),
	$7::bigint, $8::bigint, $9::double precision, $10::int, $11::boolean, $12, $13,
	$14::boolean, $15::boolean, $16::int)

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
                 OR c.start_at + c.duration_ms / c.clock_rate * interval '1 millisecond' <= now()
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
       c.penalty_minutes, c.compile_penalty, c.after_end, c.show_runs, c.hidden, c.practice,
       c.submissions_per_minute,
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
       mine.label, nullif(q.latest_version, 0) AS version
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
