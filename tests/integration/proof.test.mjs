// proof.test.mjs -- the log can be believed: whoever changes it afterwards is found, and the event is
// named. One flipped byte in a restored dump; events or tables changed by hand, with a chain of hashes
// that was made anew to fit; a board in Redis that is not the log's.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import { after, before, test } from 'node:test';
import { ndjson, small } from './feed_oracle.mjs';
import { Arena, long, newSeed, randomFrom, waitFor } from './harness.mjs';

let arena;
before(async () => {
	arena = new Arena({ settings: { verify_seconds: 1 } });
	try {
		await arena.startData();
		const file = arena.path('small.ndjson');
		fs.writeFileSync(file, ndjson(small()));
		await arena.codearena('contest', 'import-feed', file);
	} catch (error) {
		await arena.stop();
		throw error;
	}
});
after(() => arena.stop());

const verify = (...words) => arena.tryCodearena('log', 'verify', 'small', ...words);
async function found(words, ...options) {
	const { status, stdout, stderr } = await verify(...options);
	assert.equal(status, 1, `not found: ${stdout}`);
	assert.match(stdout + stderr, words);
}

// What a superuser can do who takes the guard away first; undone afterwards.
const GUARD = 'SET search_path = codearena, pg_temp; ALTER TABLE leaderboard_events DISABLE TRIGGER ALL;';
async function tampered(change, check) {
	await arena.sql(`DROP TABLE IF EXISTS saved; CREATE TABLE saved AS TABLE codearena.leaderboard_events;
		CREATE TABLE IF NOT EXISTS saved_counter AS TABLE codearena.contest_counter; CREATE TABLE IF NOT EXISTS saved_judgements AS TABLE codearena.judgements;
		CREATE TABLE IF NOT EXISTS saved_submissions AS TABLE codearena.submissions`);
	try {
		await arena.sql(`${GUARD} ${change}`);
		await check();
	} finally {
		await arena.sql(`${GUARD} DELETE FROM leaderboard_events; INSERT INTO leaderboard_events TABLE public.saved;
			UPDATE contest_counter c SET head = s.head, number = s.number, public_number = s.public_number FROM public.saved_counter s WHERE s.contest_id = c.contest_id;
			UPDATE judgements j SET verdict = s.verdict FROM public.saved_judgements s WHERE s.id = j.id;
			UPDATE submissions j SET verdict = s.verdict, points_milli = s.points_milli, ignored = s.ignored FROM public.saved_submissions s WHERE s.id = j.id;
			ALTER TABLE leaderboard_events ENABLE ALWAYS TRIGGER events_append_only; ALTER TABLE leaderboard_events ENABLE ALWAYS TRIGGER events_no_truncate`);
	}
}

// The whole chain made anew, as an attacker would who knows how: texts by number, changed by `edit`.
async function rechained(edit) {
	const rows = await arena.rows('SELECT number, text, encode(salt, \'hex\') AS salt FROM codearena.leaderboard_events ORDER BY number');
	let head = Buffer.alloc(32);
	const statements = rows.map(({ number, text, salt }) => {
		const event = JSON.parse(text);
		edit(event);
		const now = canonical(event);
		head = crypto.createHash('sha256').update(head).update(now).update(Buffer.from(salt, 'hex')).digest();
		return `UPDATE leaderboard_events SET text = $x$${now}$x$, hash = '\\x${head.toString('hex')}' WHERE number = ${number};`;
	});
	return `${statements.join('\n')} UPDATE contest_counter SET head = '\\x${head.toString('hex')}' WHERE contest_id = 'small';`;
}
function canonical(v) {
	if (Array.isArray(v)) return `[${v.map(canonical).join(',')}]`;
	if (v === null || typeof v !== 'object') return JSON.stringify(v);
	return `{${Object.keys(v).sort().map((k) => `${JSON.stringify(k)}:${k === 'clock_rate' ? '1.0' : canonical(v[k])}`).join(',')}}`;
}

test('the log as it was written is believed, and every row in it is recomputed', async () => {
	const [report] = JSON.parse(await arena.codearena('--json', 'log', 'verify', 'small'));
	assert.equal(report.ok, true);
	assert.equal(report.events, 19); // the contest, 8 submissions in time and their judgements, thaw, finalize
	assert.ok(report.rows >= 16 + 6);
	assert.equal(report.not_recomputed, 0);
	await tampered(await rechained(() => {}), async () => assert.equal((await verify()).status, 0, 'this test chains as the product does'));
});

test('one flipped byte in a restored dump is found and its event named', async () => {
	const random = randomFrom(newSeed('proof'));
	const pg = (program, words, input) => new Promise((done, fail) => {
		const child = execFile(program, ['-h', arena.path('run'), '-U', 'postgres', ...words],
			{ env: { PATH: process.env.PATH, PGPASSWORD: arena.secrets.postgres }, maxBuffer: 1 << 28 },
			(error, stdout) => (error ? fail(error) : done(stdout)));
		child.stdin.end(input);
	});
	const dump = await pg('pg_dump', ['-d', 'codearena']);
	const begin = dump.indexOf('\n', dump.indexOf('COPY codearena.leaderboard_events ')) + 1;
	const lines = dump.slice(begin, dump.indexOf('\n\\.', begin)).split('\n');
	assert.equal(lines.length, 19);
	for (let round = 0; round < (long ? 9 : 1); round++) {
		const victim = Math.floor(random() * lines.length);
		const number = Number(lines[victim].split('\t')[1]);
		const columns = lines[victim].split('\t');
		const column = [6, 7, 8][(victim + round) % 3]; // text, salt, hash
		const places = [...columns[column].matchAll(/[0-9]/g)].map((m) => m.index);
		const place = places[Math.floor(random() * places.length)];
		const text = columns[column];
		columns[column] = text.slice(0, place) + ((Number(text[place]) + 1) % 10) + text.slice(place + 1);
		const bad = [...lines.slice(0, victim), columns.join('\t'), ...lines.slice(victim + 1)].join('\n');
		const name = `copy${round}`;
		await arena.sql(`CREATE DATABASE ${name}`, { database: 'postgres' });
		await pg('psql', ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', name, '-f', '-'], dump.slice(0, begin) + bad + dump.slice(begin + lines.join('\n').length));
		arena.adminSettings = { pg_database: name };
		try {
			await found(new RegExp(`event ${number} of contest small`));
		} finally {
			delete arena.adminSettings;
		}
	}
	assert.equal((await verify()).status, 0);
});

test('every column of an event is covered, and an event that is missing, doubled or cut off is named', async () => {
	for (const [change, words] of [
		['UPDATE leaderboard_events SET at = at + interval \'1 s\' WHERE number = 5', /event 5 .*time differs/],
		['UPDATE leaderboard_events SET kind = \'ignore\' WHERE number = 6', /event 6 .*kind differ/],
		['UPDATE leaderboard_events SET submission_id = \'small-s7\' WHERE number = 3', /event 3 .*submission differs/],
		['UPDATE leaderboard_events SET public_number = NULL WHERE number = 4', /event 4 /],
		['DELETE FROM leaderboard_events WHERE number = 7', /event 7 of contest small: missing/],
		['DELETE FROM leaderboard_events WHERE number = 19', /event 19 .*missing/],
		['UPDATE contest_counter SET number = 18', /counter/],
	]) await tampered(change, () => found(words));
});

test('a chain that was made anew is found by an anchor that was printed before', async () => {
	const anchors = JSON.parse(await arena.codearena('--json', 'log', 'head', 'small'));
	const { anchor } = anchors[0];
	assert.equal((await verify('--anchor', anchor)).status, 0);
	const edit = (event) => { if (event.number === 4) event.subject.actor = 'somebody'; };
	await tampered(await rechained(edit), async () => {
		assert.equal((await verify()).status, 0, 'the chain alone cannot tell');
		await found(/event 19 of contest small: its hash is not the anchor's/, '--anchor', anchor);
	});
	await tampered(`${await rechained(edit)} DELETE FROM leaderboard_events WHERE number > 17;
		UPDATE contest_counter SET number = 17, public_number = (SELECT max(public_number) FROM leaderboard_events), head = (SELECT hash FROM leaderboard_events WHERE number = 17)`,
	() => found(/event 19 of contest small: missing, the anchor names it/, '--anchor', anchor));
});

test('a chain made anew over other facts is found without an anchor: each row is recomputed from the submissions', async () => {
	const row = (event) => event.jury.rows?.[0];
	for (const [edit, words] of [
		[(e) => { if (e.number === 5) row(e).penalty = 1; }, /event 5 .*total of team \w+ is not what the submissions make/],
		[(e) => { if (e.number === 5) row(e).cells[0].judged += 1; }, /event 5 .*cell of team/],
		[(e) => { if (e.kind === 'judgement' && e.subject.verdict === 'WA') e.subject.verdict = 'AC'; }, /judgement small-s\d-1 is WA, not AC/],
		[(e) => { if (e.kind === 'thaw') e.jury.rows[1].cells.pop(); }, /event 18 .*missing/],
	]) await tampered(await rechained(edit), () => found(words));
});

test('tables that were changed beside the log are found', async () => {
	await tampered('UPDATE judgements SET verdict = \'AC\' WHERE id = \'small-s0-1\'', () => found(/judgement small-s0-1 is AC, not WA/));
	await tampered('UPDATE submissions SET verdict = \'AC\' WHERE id = \'small-s0\'', () => found(/small-s0 does not stand as the log left it/));
	await tampered('UPDATE submissions SET ignored = true WHERE id = \'small-s2\'', () => found(/small-s2 does not stand/));
});

test('a board in Redis that is not the log\'s is found, jury\'s and public', async () => {
	const key = (name) => `${arena.instance}:leaderboard:small${name}`;
	const check = async (words) => {
		const { status, stdout } = await arena.tryCodearena('board', 'verify', 'small');
		assert.equal(status, 1, 'not found');
		assert.match(stdout, words);
		await arena.codearena('board', 'rebuild', 'small');
		await arena.codearena('board', 'verify', 'small');
	};
	for (const board of ['', ':jury']) {
		await arena.redis('ZINCRBY', key(board), '1', 'x');
		await check(/score of team x/);
		await arena.redis('HSET', key(`${board}:places`), 'y', 'hidden');
		await check(/place of team y/);
		await arena.redis('ZREM', key(board), 'z');
		await check(/teams/);
		await arena.redis('ZADD', key(board), '1', 'nobody');
		await check(/teams/);
	}
});

test('a rebuild leaves no moment with an empty board', async () => {
	const key = `${arena.instance}:leaderboard:small`;
	const words = ['-s', arena.path('run', 'redis.sock'), '-r', '-1', 'ZCARD', key];
	const seen = [];
	const reader = spawn('redis-cli', words, { stdio: ['ignore', 'pipe', 'inherit'] });
	reader.stdout.on('data', (piece) => seen.push(piece));
	for (let i = 0; i < 8; i++) await arena.codearena('board', 'rebuild', 'small');
	reader.kill();
	await new Promise((done) => { reader.once('exit', done); });
	const answers = Buffer.concat(seen).toString().split('\n').slice(0, -1);
	assert.ok(answers.length > 100, `${answers.length} looks`);
	assert.deepEqual([...new Set(answers)], ['3']);
});

const metric = async (what) => {
	const { text } = await arena.http('GET', '/metrics');
	return new RegExp(`^codearena_contest_check_ok\\{contest="small",what="${what}"\\} (\\d)$`, 'm').exec(text)?.[1];
};
const doctor = async () => JSON.parse((await arena.tryCodearena('--json', 'doctor', '--no-box')).stdout)
	.filter((line) => /contest small|logs and boards/.test(line.check));

test('both are looked at in the background: what is wrong is a metric, a line of doctor and an error in the log', async () => {
	await arena.startApi(0);
	for (const what of ['log', 'board', 'apply']) await waitFor(`${what} to be looked at`, async () => (await metric(what)) === '1');
	assert.deepEqual((await doctor()).map((line) => line.ok), [true]);
	await tampered(await rechained((e) => { if (e.number === 5) e.jury.rows[0].penalty = 1; }), async () => {
		await waitFor('the change to be seen', async () => (await metric('log')) === '0');
		// A look that began before the change was whole may have found another event first.
		await waitFor('the event to be named', async () => (await doctor()).some((line) => !line.ok && /contest small: log: event 5 .*total of team/.test(line.check)));
	});
	await waitFor('the log to be well again', async () => (await metric('log')) === '1');
	await arena.redis('ZINCRBY', `${arena.instance}:leaderboard:small`, '1', 'x');
	await waitFor('the board to be seen', async () => (await metric('board')) === '0');
	await arena.codearena('board', 'rebuild', 'small');
	await waitFor('the board to be well again', async () => (await metric('board')) === '1');
	assert.match(arena.apis[0].logText(), /error contest.wrong contest=small what=log why="event 5 of contest small: /);
	const [{ anchor }] = JSON.parse(await arena.codearena('--json', 'log', 'head', 'small'));
	assert.ok(arena.apis[0].logText().includes(`info log.anchor contest=small anchor=${anchor}`), 'the head stands where the database cannot reach it');
});

test('an event that cannot be applied marks its board as stale; other contests go on', async () => {
	const at = '2030-01-01T00:00:00.000Z';
	const [{ number, public_number: publicNumber, head }] = await arena.rows('SELECT number, public_number, encode(head, \'hex\') AS head FROM codearena.contest_counter WHERE contest_id = \'small\'');
	const part = { rows: [{ team: 'nobody', solved: 0, penalty: 0, points: 0, wrong: 0, last: null, cells: [] }] };
	const text = canonical({ at, contest: 'small', contest_time: null, jury: part, kind: 'adjustment', number: number + 1, public: part, public_number: publicNumber + 1, subject: {} });
	const salt = Buffer.alloc(16, 3);
	const hash = crypto.createHash('sha256').update(Buffer.from(head, 'hex')).update(text).update(salt).digest('hex');
	await arena.sql(`SELECT event_append('small', ${number + 1}, ${publicNumber + 1}, 'adjustment', '${at}', NULL, $x$${text}$x$, '\\x${salt.toString('hex')}', '\\x${hash}')`, { user: 'codearena_admin' });
	await waitFor('the metric', async () => (await metric('apply')) === '0');
	for (const board of ['', ':jury']) assert.match(await arena.redis('GET', `${arena.instance}:leaderboard:small${board}:stale`), /event 20.*unknown team: "nobody"/);
	assert.equal(await arena.redis('ZCARD', `${arena.instance}:leaderboard:small`), '3', 'the board stands, as it was');
	assert.ok((await doctor()).some((line) => !line.ok && /its board is stale: .*nobody/.test(line.check)));
	const file = arena.path('other.ndjson');
	fs.writeFileSync(file, ndjson(small()));
	await arena.codearena('contest', 'import-feed', file, '--id', 'other');
	await arena.redis('DEL', ...['', ':meta', ':jury', ':jury:meta'].map((k) => `${arena.instance}:leaderboard:other${k}`));
	await waitFor('the other contest', async () => (await arena.redis('ZCARD', `${arena.instance}:leaderboard:other`)) === '3');
});
