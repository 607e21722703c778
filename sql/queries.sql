-- queries.sql -- every statement the programs send, one name each; sections by folder and file.
-- The build turns it into an enum and a table (Q_<NAME>); parameters and results are text.

-- ==== model: contest, submission, event

-- name: event_lock
SELECT number, public_number, submission_ordinal, head, now_at,
       floor(extract(epoch FROM now_at) * 1000)::bigint AS now_ms
FROM contest_lock($1);

-- ==== scoreboard: record

-- ==== scoreboard: catchup

-- ==== api: accounts and auth

-- ==== api: contests, problems, submissions

-- ==== api: feed and streams

-- ==== judge

-- ==== admin
