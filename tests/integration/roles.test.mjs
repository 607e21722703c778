// roles.test.mjs -- every login role tries what it must not do. The schema is the truth and the
// only guard: whatever a program of ours was talked into, PostgreSQL and Redis refuse.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { after, before, test } from 'node:test';
import { Arena } from './harness.mjs';

const ROLES = ['codearena_api', 'codearena_judge', 'codearena_admin'];
const DENIED = /permission denied|must be owner|may not do this|must be (a )?superuser/;
// The log, the cells, the submissions and what belongs to them: written by functions only.
const BY_FUNCTION = ['leaderboard_events', 'contest_penalties', 'submissions', 'submission_files',
	'judgements', 'submission_results', 'judgement_outputs'];

let arena;

before(async () => {
	arena = new Arena();
	try {
		await arena.startData();
		await arena.sql(FACTS);
	} catch (error) {
		await arena.stop();
		throw error;
	}
});
after(() => arena.stop());

// One contest with one judged submission, so that a write that is not refused would hit a row.
const FACTS = `
SET search_path = codearena;
INSERT INTO contests (id, name, start_at, duration_ms) VALUES ('c', 'C', now() - interval '1 hour', 18000000);
INSERT INTO contest_counter (contest_id) VALUES ('c');
INSERT INTO problems (id, latest_version) VALUES ('p', 1);
INSERT INTO problem_versions (problem_id, version, name, time_limit_ms, memory_limit_kib, package_hash)
	VALUES ('p', 1, 'P', 1000, 262144, pg_catalog.sha256('x'::bytea));
INSERT INTO test_data VALUES (pg_catalog.sha256('in'::bytea), 2), (pg_catalog.sha256('ans'::bytea), 3);
INSERT INTO test_data_chunks VALUES (pg_catalog.sha256('in'::bytea), 0, 'in'), (pg_catalog.sha256('ans'::bytea), 0, 'ans');
INSERT INTO test_cases (problem_id, version, ordinal, name, sample, input_hash, answer_hash) VALUES ('p', 1, 1, 'secret/1', false, pg_catalog.sha256('in'::bytea), pg_catalog.sha256('ans'::bytea));
INSERT INTO languages (id, name, extensions) VALUES ('c', 'C', '{c}');
INSERT INTO teams (id, name) VALUES ('t', 'T');
INSERT INTO accounts (id, username, role, team_id, password_hash) VALUES ('a', 'a', 'team', 't', '$y$x');
INSERT INTO contest_problems (contest_id, problem_id, version, ordinal, label) VALUES ('c', 'p', 1, 1, 'A');
INSERT INTO contest_teams (contest_id, team_id) VALUES ('c', 't');
INSERT INTO submissions (id, contest_id, ordinal, team_id, problem_id, language_id, account_id, submitted_at,
	contest_time_ms, source_size, month) VALUES ('s', 'c', 1, 't', 'p', 'c', 'a', now(), 1, 1, '2026-11-01');
INSERT INTO submission_files VALUES ('s', '2026-11-01', 0, 'main.c', 'x');
INSERT INTO judgements (id, submission_id, contest_id, ordinal, class, queue_at, problem_version)
	VALUES ('s-1', 's', 'c', 1, 'contest', now(), 1);
INSERT INTO contest_penalties VALUES ('c', 't', 'p', 0, 1, false, NULL, 0, 0, 0, 1, false, NULL, 0, 0);
INSERT INTO audit_log (actor, action) VALUES ('root', 'test');
INSERT INTO leaderboard_events VALUES ('c', 1, 1, 'contest', now(), NULL, '{}', decode(repeat('00', 16), 'hex'),
	pg_catalog.sha256(decode(repeat('00', 32), 'hex') || convert_to('{}', 'UTF8') || decode(repeat('00', 16), 'hex')));
UPDATE contest_counter SET number = 1, public_number = 1, submission_ordinal = 1,
	head = (SELECT hash FROM leaderboard_events);
`;

const tries = (user, text) => arena.sql(text, { user }).then(() => null, (error) => error.message);

// Each statement is tried in a transaction of its own, which is rolled back should it be let in; all
// of them in one session.
async function refused(user, statements, words = DENIED) {
	const script = statements.map((statement) =>
		`BEGIN;\n${statement};\n\\echo <try> :ERROR :LAST_ERROR_MESSAGE\nROLLBACK;\nRESET ALL;\n`).join('');
	const answers = (await arena.sql(`\\set ON_ERROR_STOP off\n\\o /dev/null\n${script}`, { user }))
		.split('\n').filter((line) => line.startsWith('<try> '));
	assert.equal(answers.length, statements.length, 'one answer each');
	statements.forEach((statement, i) => {
		assert.match(answers[i], /^<try> true/, `${user} was let in: ${statement}`);
		assert.match(answers[i], words, `${user}: ${statement}`);
	});
}

test('no login role is more than a login', async () => {
	const rows = await arena.rows(`SELECT rolname, rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls,
		rolinherit FROM pg_roles WHERE rolname LIKE 'codearena\\_%' AND rolcanlogin`);
	assert.deepEqual(rows.map((r) => r.rolname).sort(), [...ROLES].sort());
	for (const { rolname, ...rights } of rows) assert.deepEqual(Object.values(rights).filter(Boolean), [], rolname);
	const members = await arena.rows('SELECT m.member::regrole FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member WHERE r.rolname LIKE \'codearena%\'');
	assert.deepEqual(members, []);
	const owner = await arena.rows('SELECT rolcanlogin, rolsuper FROM pg_roles WHERE rolname = \'codearena_owner\'');
	assert.deepEqual(owner, [{ rolcanlogin: false, rolsuper: false }]);
});

test('everything in the schema belongs to the owner, who cannot log in', async () => {
	const rows = await arena.rows(`SELECT relname, relowner::regrole::text FROM pg_class
		WHERE relnamespace = 'codearena'::regnamespace AND relowner <> 'codearena_owner'::regrole
		UNION ALL SELECT proname, proowner::regrole::text FROM pg_proc
		WHERE pronamespace = 'codearena'::regnamespace AND proowner <> 'codearena_owner'::regrole`);
	assert.deepEqual(rows, []);
});

test('no function is open to everybody, and each that runs as the owner has a fixed search_path', async () => {
	const open = await arena.rows(`SELECT p.oid::regprocedure::text AS name FROM pg_proc p
		WHERE pronamespace = 'codearena'::regnamespace
		AND EXISTS (SELECT FROM aclexplode(coalesce(proacl, acldefault('f', proowner))) x WHERE x.grantee = 0)`);
	assert.deepEqual(open, []);
	const loose = await arena.rows(`SELECT p.oid::regprocedure::text AS name FROM pg_proc p
		WHERE pronamespace = 'codearena'::regnamespace AND prosecdef
		AND NOT coalesce(proconfig, '{}') @> '{"search_path=codearena, pg_temp"}'`);
	assert.deepEqual(loose, []);
});

for (const user of ROLES) {
	test(`${user} cannot write the log, cells, submissions or judgements by hand`, async () => {
		const columns = await arena.rows(`SELECT attrelid::regclass::text AS name, attname FROM pg_attribute WHERE attnum = 1
			AND attrelid IN (${BY_FUNCTION.map((table) => `'codearena.${table}'::regclass`)})`);
		await refused(user, columns.flatMap(({ name, attname }) => [
			`INSERT INTO ${name} SELECT * FROM ${name}`, `INSERT INTO ${name} DEFAULT VALUES`,
			`UPDATE ${name} SET ${attname} = ${attname}`, `DELETE FROM ${name}`, `TRUNCATE ${name}`,
			`ALTER TABLE ${name} DISABLE TRIGGER ALL`, `DROP TABLE ${name}`, `ALTER TABLE ${name} ADD COLUMN x int`,
		]));
	});

	test(`${user} cannot write a partition behind its table's back`, async () => {
		const names = await arena.rows(`SELECT relname FROM pg_class WHERE relispartition AND relkind = 'r'
			AND relnamespace = 'codearena'::regnamespace ORDER BY relname`);
		assert.ok(names.length > 10);
		const may = await arena.rows(`SELECT relname, r FROM pg_class, unnest('{INSERT,UPDATE,DELETE,TRUNCATE}'::text[]) r
			WHERE relispartition AND relkind = 'r' AND has_table_privilege('${user}', pg_class.oid, r)`);
		assert.deepEqual(may, []);
	});

	test(`${user} cannot rewrite the audit log, become another role or reach the machine`, async () => {
		await refused(user, [
			'UPDATE audit_log SET actor = \'nobody\'', 'DELETE FROM audit_log', 'TRUNCATE audit_log',
			'SET ROLE codearena_owner', 'SET ROLE postgres', 'SET SESSION AUTHORIZATION postgres',
			'SET session_replication_role = replica', 'COPY (SELECT 1) TO PROGRAM \'true\'',
			'SELECT pg_read_file(\'/etc/passwd\')', 'COPY audit_log TO \'/tmp/x\'', 'CREATE TABLE codearena.mine (x int)',
			'CREATE FUNCTION codearena.mine() RETURNS int LANGUAGE sql AS \'SELECT 1\'', 'CREATE TABLE public.mine (x int)',
			'CREATE SCHEMA mine', 'DROP SCHEMA codearena CASCADE', 'CREATE ROLE mine', 'CREATE EXTENSION adminpack',
			'ALTER ROLE codearena_owner LOGIN',
		], /permission denied|must be owner|must be superuser|must be (a )?member|cannot set/);
	});
}

test('api cannot read test data beyond the samples', async () => {
	await refused('codearena_api', ['SELECT * FROM test_data_chunks', 'SELECT body FROM test_data_chunks',
		'SELECT * FROM test_data', 'SELECT input_hash FROM test_cases', 'SELECT answer_hash FROM test_cases', 'SELECT * FROM test_cases']);
	assert.equal(await arena.sql('SELECT count(*) FROM sample_data(\'p\', 1)', { user: 'codearena_api' }), '0');
	assert.equal(await arena.sql('SELECT count(feedback_data(\'s-1\', 1, \'input\'))', { user: 'codearena_api' }), '0');
});

test('api cannot judge', async () => {
	await refused('codearena_api', [
		'SELECT judgement_claim(\'w\', \'{c}\', \'3 s\', true)', 'SELECT judgement_heartbeat(\'w\', \'{s-1}\', \'{1}\', \'3 s\')',
		'SELECT judgement_release(\'s-1\', 0, false, \'\')', 'SELECT judgement_finish(\'s-1\', 0, \'AC\', 0, 0, 0, 0, NULL, NULL)',
		'SELECT runs_add(\'s-1\', \'{}\', \'{}\', \'{}\', \'{}\', \'{}\', \'{}\', \'{}\', \'{}\', \'{}\', \'{}\', 0)',
		'SELECT outputs_add(\'s-1\', \'2026-11-01\', \'{compile}\', \'{0}\', \'{""}\', \'{f}\')',
		'UPDATE languages SET version = \'\'', 'UPDATE contests SET start_at = now()', 'UPDATE contest_counter SET number = 0',
		'DELETE FROM contest_freezes', 'INSERT INTO accounts (id, username, role) VALUES (\'x\', \'x\', \'admin\')',
		'UPDATE accounts SET role = \'admin\'', 'UPDATE accounts SET enabled = true', 'UPDATE problem_versions SET time_limit_ms = 1',
	]);
});

test('judge can neither steer a contest nor submit, and sees no password or draft', async () => {
	await refused('codearena_judge', [
		...['start', 'freeze', 'thaw', 'end', 'finalize', 'unfinalize'].map((what) => `SELECT contest_${what}('c', now())`),
		'SELECT contest_reschedule_freeze(\'c\')', 'SELECT judgement_add(\'s\', \'rejudge\', true)',
		'SELECT account_register(\'x\', \'x\', \'x\', \'x\')',
		'SELECT submission_add(\'c\', 2, \'t\', \'p\', \'c\', \'a\', NULL, now(), 1, false, 1, NULL, NULL, \'{}\', \'{}\')',
		'SELECT * FROM accounts', 'SELECT password_hash FROM accounts', 'SELECT * FROM refresh_tokens', 'SELECT * FROM drafts',
		'SELECT * FROM audit_log', 'SELECT * FROM idempotency_keys', 'UPDATE contests SET duration_ms = 1000',
		'UPDATE contest_teams SET penalty_adjustment = -100', 'UPDATE contest_counter SET number = 0',
		'UPDATE contest_freezes SET thawed_at = now()', 'UPDATE problem_versions SET time_limit_ms = 1', 'UPDATE test_cases SET sample = true',
	]);
});

test('the admin tool cannot claim like a judge', () =>
	refused('codearena_admin', ['SELECT judgement_claim(\'w\', \'{c}\', \'3 s\', true)', 'SELECT judgement_heartbeat(\'w\', \'{s-1}\', \'{1}\', \'3 s\')']));

// A well-formed next event: only its kind is wrong for the role.
async function append(user, kind, number = 2, changeHash = false) {
	const head = await arena.sql('SELECT encode(head, \'hex\') FROM codearena.contest_counter');
	const text = '{"test":true}';
	const salt = Buffer.alloc(16, 7);
	const hash = crypto.createHash('sha256').update(Buffer.from(head, 'hex')).update(text).update(salt).digest();
	if (changeHash) hash[0] ^= 1;
	return tries(user, `BEGIN; SELECT event_append('c', ${number}, NULL, '${kind}', clock_timestamp(), 's', '${text}',
		'\\x${salt.toString('hex')}', '\\x${hash.toString('hex')}'); ROLLBACK;`);
}

test('each role appends only its own kinds of event', async () => {
	const kinds = (await arena.sql('SELECT unnest(enum_range(NULL::codearena.event_kind))')).split('\n');
	for (const kind of kinds) {
		const judged = kind === 'judgement';
		assert[judged ? 'match' : 'equal'](await append('codearena_api', kind), judged ? DENIED : null, kind);
		assert[judged ? 'equal' : 'match'](await append('codearena_judge', kind), judged ? null : DENIED, kind);
		assert.equal(await append('codearena_admin', kind), null);
	}
});

test('an event that does not follow the last one, or whose hash is wrong, is refused', async () => {
	for (const number of [1, 3, 0, -1]) assert.match(await append('codearena_api', 'freeze', number), /does not follow/);
	assert.match(await append('codearena_api', 'freeze', 2, true), /wrong hash/);
});

test('even a superuser cannot change the log without taking its guard away', async () => {
	for (const change of ['UPDATE codearena.leaderboard_events SET text = \'\'', 'DELETE FROM codearena.leaderboard_events',
		'TRUNCATE codearena.leaderboard_events', 'SET session_replication_role = replica; DELETE FROM codearena.leaderboard_events']) {
		assert.match(await tries('postgres', change), /append-only/);
	}
});

test('a Redis user reaches only the keys and channels of its instance', async () => {
	const as = (name, ...words) => arena.redis('--no-auth-warning', '--user', name, '--pass', arena.secrets[`redis-${name}`], ...words);
	for (const name of ['api', 'judge', 'admin']) {
		assert.match(await as(name, 'LPUSH', `${arena.instance}:submissions`, '1'), /^\d+$/);
		for (const words of [['GET', 'other:x'], ['PUBLISH', 'other:x', '1'], ['FLUSHALL'], ['CONFIG', 'GET', '*'], ['ACL', 'LIST'], ['SHUTDOWN']]) {
			assert.match(await as(name, ...words), /NOPERM/, `${name} ${words.join(' ')}`);
		}
	}
});
