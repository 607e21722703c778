-- restore-end.sql -- last third of `codearena restore`. A new incarnation tells every viewer and
-- every board in Redis that numbers they remember are not this log's.
UPDATE codearena.instance SET name = :'name', incarnation = :'incarnation';
-- Whoever judged is gone, with what it held.
UPDATE codearena.judgements SET state = 'queued', lease_until = NULL WHERE state = 'judging';
UPDATE codearena.submissions SET state = 'queued' WHERE state = 'judging';
DELETE FROM codearena.workers;
