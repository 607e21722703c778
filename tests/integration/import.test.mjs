// import.test.mjs -- problem packages over HTTP (RULES.md section 6): the jury sends one, a judge host
// reads it in a process without rights, and what comes out is a version of the problem or a list of
// all mistakes. Contests keep the version that they took.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Arena, waitFor } from './harness.mjs';
import { smallPackage, tar, zip } from './packages.mjs';
import { validate } from './schema.mjs';

const MIB = 1 << 20;
const arena = new Arena({ languages: ['python3'], settings: { upload_mib: 24 } });
const people = {};
let document;

before(async () => {
	await arena.start();
	await arena.makeAccounts(1);
	for (const name of ['team1', 'jury', 'root']) people[name] = await arena.login(name);
	document = (await arena.http('GET', '/api/openapi.json')).body;
});
after(() => arena.stop());

const send = (id, bytes, { who = 'jury', headers = {} } = {}) => arena.http('POST', `/api/problems?problem_id=${id}`,
	{ token: people[who], raw: bytes, headers: { 'content-type': 'application/zip', ...headers } });
const look = (answer) => arena.http('GET', answer.headers.location, { token: people.jury });

// Sends and waits for the end. The states that were seen, in order.
async function upload(id, bytes) {
	const answer = await send(id, bytes);
	assert.equal(answer.status, 202, answer.text);
	const seen = [answer.body.state];
	const last = await waitFor(`the import of ${id}`, async () => {
		const { body } = await look(answer);
		assert.deepEqual(validate(document, { $ref: '#/components/schemas/ProblemImport' }, body), []);
		if (seen.at(-1) !== body.state) seen.push(body.state);
		return body.finished_at && body;
	});
	return { ...last, seen, location: answer.headers.location };
}

const versions = (id) => arena.rows(`SELECT version, name FROM codearena.problem_versions WHERE problem_id = '${id}' ORDER BY version`);
// Of judges alone: there is no name for an upload on disk.
const leftOnDisk = () => fs.readdirSync(arena.path('judge', 'judge0'), { recursive: true }).filter((name) => !/^testdata(\/|$)/.test(name));

test('a package is queued, then version 1; the same bytes again make none; its bytes are kept nowhere', async () => {
	const before = leftOnDisk();
	const one = await upload('sum', zip(smallPackage()));
	assert.equal(one.state, 'imported', JSON.stringify(one));
	assert.equal(one.version, 1);
	assert.deepEqual(one.errors, []);
	assert.equal(one.seen[0], 'queued');
	assert.match(one.location, /^\/api\/problem-imports\/\d+$/);
	const again = await upload('sum', zip(smallPackage()));
	assert.deepEqual([again.state, again.version], ['unchanged', 1]);
	assert.deepEqual(await versions('sum'), [{ version: 1, name: 'Sum' }]);
	assert.equal(await arena.sql('SELECT count(*) FROM codearena.problem_import_chunks'), '0');
	assert.deepEqual(leftOnDisk(), before);
	const list = await arena.http('GET', '/api/problem-imports', { token: people.jury });
	assert.deepEqual(list.body.map((i) => i.state), ['unchanged', 'imported']);
});

test('a tar in a folder of its own, compressed, means the same as the zip', async () => {
	const entries = Object.entries(smallPackage()).map(([name, data]) => ({ name: `sum/${name}`, data }));
	const { gzipSync } = await import('node:zlib');
	for (const bytes of [tar(entries), gzipSync(tar(entries))]) {
		const one = await upload('sum', bytes);
		assert.deepEqual([one.state, one.version, one.errors], ['unchanged', 1, []]);
	}
});

test('a changed package is version 2; a contest that runs keeps version 1 until a set of rejudgings', async () => {
	await arena.makeContest('c1', { problems: ['sum'] });
	const wrong = 'print(10)';
	const one = await arena.submit('c1', 'team1', 'sum', 'python3', wrong);
	assert.equal(await arena.verdict('team1', one.body.id), 'WA');
	const changed = await upload('sum', zip(smallPackage({
		'problem.yaml': 'name: Sum again\n', 'data/sample/1.ans': '10\n', 'data/secret/01.ans': '10\n',
	})));
	assert.deepEqual([changed.state, changed.version], ['imported', 2]);
	const inContest = async () => (await arena.http('GET', '/api/contests/c1/problems/sum', { token: people.team1 })).body.name;
	assert.equal(await inContest(), 'Sum');
	const again = await arena.submit('c1', 'team1', 'sum', 'python3', `${wrong} # again`);
	assert.equal(await arena.verdict('team1', again.body.id), 'WA');
	const told = await arena.codearena('contest', 'add-problem', 'c1', 'sum', '--color', 'red', '--rgb', '#ff0000');
	assert.match(told, /keeps version 1.*version 2.*rejudging create/s);
	assert.equal(await inContest(), 'Sum', 'another colour is no other version');
	const base = '/api/contests/c1/rejudgings';
	const set = await arena.http('POST', base, { token: people.root, body: { filter: { problem_ids: ['sum'] }, reason: 'wrong data' } });
	assert.equal(set.status, 201, set.text);
	await waitFor('the set', async () => (await arena.http('GET', `${base}/${set.body.id}`, { token: people.root })).body.preview.status.ready === 2);
	assert.equal(await inContest(), 'Sum', 'a preview changes nothing');
	const applied = await arena.http('POST', `${base}/${set.body.id}/apply`, { token: people.root, body: {} });
	assert.equal(applied.status, 200, applied.text);
	assert.equal(await inContest(), 'Sum again');
	assert.equal(await arena.verdict('team1', one.body.id), 'AC');
	await arena.verify();
});

test('a problem of which nothing is judged takes its newest version by the admin\'s word alone', async () => {
	await upload('calm', zip(smallPackage()));
	await arena.makeContest('c2', { problems: ['calm'] });
	await upload('calm', zip(smallPackage({ 'problem.yaml': 'name: Calm\n' })));
	const name = async () => (await arena.http('GET', '/api/contests/c2/problems/calm', { token: people.team1 })).body.name;
	assert.equal(await name(), 'Sum');
	await arena.codearena('contest', 'add-problem', 'c2', 'calm');
	assert.equal(await name(), 'Calm');
	await arena.codearena('judging', 'pause', '--language', 'python3', '--reason', 'to wait');
	const waits = await arena.submit('c2', 'team1', 'calm', 'python3', 'print(10)');
	await upload('calm', zip(smallPackage({ 'problem.yaml': 'name: Calmer\n', 'data/sample/1.ans': '10\n', 'data/secret/01.ans': '10\n' })));
	await arena.codearena('contest', 'add-problem', 'c2', 'calm');
	assert.equal(await name(), 'Calmer');
	await arena.codearena('judging', 'resume', '--language', 'python3', '--reason', 'waited');
	assert.equal(await arena.verdict('team1', waits.body.id), 'AC', 'what waited is judged with the new one');
	assert.match(await arena.codearena('contest', 'add-problem', 'c2', 'calm'), /is in contest c2\n$/);
	await arena.verify();
});

test('a broken package gets all its mistakes at once, and nothing of it is there', async () => {
	const count = () => arena.sql(`SELECT (SELECT count(*) FROM codearena.problems), (SELECT count(*) FROM codearena.test_data),
		(SELECT count(*) FROM codearena.problem_versions)`);
	const before = await count();
	const bad = await upload('broken', zip(smallPackage({
		'problem.yaml': 'name: Sum\nlimits:\n  memory: many\nvalidator_flags: float_tolerance\n',
		'.timelimit': 'soon\n',
		'data/secret/02.in': `only ${crypto.randomUUID()}\n`,
		'data/secret/03.ans': '1\n',
	})));
	assert.equal(bad.state, 'refused');
	assert.equal(bad.version, null);
	assert.deepEqual(bad.errors.sort(), [
		'.timelimit:1: must be seconds, from 0.001 to 600',
		'data/secret/02.in: has no .ans',
		'data/secret/03.ans: has no .in',
		'problem.yaml:3: limits.memory: must be a number',
		'problem.yaml:4: validator_flags: no such flag of the default validator, or its number is missing: "float_tolerance"',
	]);
	const junk = await upload('broken', Buffer.from('this is no archive'));
	assert.equal(junk.state, 'refused');
	assert.match(junk.errors.join(), /neither a zip nor a tar file/);
	assert.equal(await count(), before);
	assert.equal(await arena.sql('SELECT count(*) FROM codearena.problem_import_chunks'), '0');
});

test('only the jury may send, look and list; a package that is too large is refused', async () => {
	const bytes = zip(smallPackage());
	const rows = () => arena.sql('SELECT count(*) FROM codearena.problem_imports');
	const before = await rows();
	assert.equal((await send('x', bytes, { who: 'nobody' })).status, 401);
	assert.equal((await send('x', bytes, { who: 'team1' })).status, 403);
	for (const who of ['nobody', 'team1']) {
		for (const target of ['/api/problem-imports', '/api/problem-imports/1']) {
			assert.equal((await arena.http('GET', target, { token: people[who] })).status, who === 'team1' ? 403 : 401);
		}
	}
	assert.equal((await send('x', crypto.randomBytes(24 * MIB + 1))).status, 413);
	assert.equal((await send('x', Buffer.alloc(0))).status, 400);
	assert.equal((await send('../x', bytes)).status, 400);
	assert.equal((await arena.http('GET', '/api/problem-imports/999999', { token: people.jury })).status, 404);
	assert.equal(await rows(), before);
});

// Holds the table of test data, so that an import stands still in the middle. release() ends it.
async function holdData() {
	const password = arena.secrets.postgres;
	const psql = spawn('psql', ['-X', '-q', '-At', '-h', arena.path('run'), '-U', 'postgres', '-d', 'codearena'],
		{ env: { PATH: process.env.PATH, PGPASSWORD: password }, stdio: ['pipe', 'pipe', 'inherit'] });
	psql.stdin.write('BEGIN; LOCK TABLE codearena.test_data IN EXCLUSIVE MODE; SELECT 1;\n');
	await new Promise((done) => psql.stdout.once('data', done));
	return () => new Promise((done) => {
		psql.once('exit', done);
		psql.stdin.end('ROLLBACK;\n');
	});
}

const childrenOf = (pid) => fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name)).filter((name) => {
	try {
		const text = fs.readFileSync(`/proc/${name}/stat`, 'utf8');
		return Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[1]) === pid;
	} catch {
		return false;
	}
});

test('the reading process has no rights; a judge that dies in the middle leaves nothing, and another attempt ends it', async () => {
	const release = await holdData();
	let answer;
	try {
		answer = await send('heavy', zip(smallPackage({ 'data/secret/01.in': crypto.randomBytes(4 * MIB) })));
		assert.equal(answer.status, 202);
		await waitFor('the import to run', async () => (await look(answer)).body.step === 'checking');
		const child = await waitFor('the reading process', () => childrenOf(arena.judge.pid)[0]);
		const status = await waitFor('its filter', () => {
			const text = fs.readFileSync(`/proc/${child}/status`, 'utf8');
			return /^Seccomp:\t2$/m.test(text) && text;
		});
		assert.match(status, /^NoNewPrivs:\t1$/m);
		assert.match(status, /^CapEff:\t0+$/m);
		assert.match(status, /^CapPrm:\t0+$/m);
		const fds = fs.readdirSync(`/proc/${child}/fd`);
		assert.deepEqual(fds.sort(), ['0', '1', '2']);
		assert.match(fs.readlinkSync(`/proc/${child}/fd/0`), /\(deleted\)$/, 'the upload has no name');
		const limits = fs.readFileSync(`/proc/${child}/limits`, 'utf8');
		assert.match(limits, /^Max open files +3 /m);
		assert.match(limits, /^Max file size +0 /m);
		assert.match(limits, /^Max cpu time +120 /m);
		await arena.judge.kill();
		await waitFor('the reading process to end', () => !fs.existsSync(`/proc/${child}`));
	} finally {
		await release();
	}
	assert.equal((await look(answer)).body.state, 'running', 'its lease is not over');
	assert.deepEqual(await versions('heavy'), []);
	await arena.judge.start();
	const last = await waitFor('the second attempt', async () => {
		const { body } = await look(answer);
		return body.finished_at && body;
	});
	assert.deepEqual([last.state, last.version], ['imported', 1]);
	assert.equal(await arena.sql(`SELECT attempts FROM codearena.problem_imports WHERE id = '${last.id}'`), '2');
	assert.equal(await arena.sql('SELECT count(*) FROM codearena.problem_import_chunks'), '0');
});

test('who has an import whose lease is over cannot finish it', async () => {
	const release = await holdData();
	let answer;
	try {
		answer = await send('late', zip(smallPackage({ 'data/secret/01.in': `${crypto.randomUUID()}\n` })));
		await waitFor('the import to run', async () => (await look(answer)).body.step === 'checking');
		await arena.sql(`UPDATE codearena.problem_imports SET worker = 'another', lease_until = clock_timestamp() WHERE state = 'running'`);
	} finally {
		await release();
	}
	const last = await waitFor('its end', async () => {
		const { body } = await look(answer);
		return body.finished_at && body;
	});
	assert.deepEqual([last.state, last.version], ['imported', 1]);
	assert.match(arena.judge.logText(), /import\.failed.*another host has it/);
	assert.deepEqual(await versions('late'), [{ version: 1, name: 'Sum' }]);
});

test('the admin tool says all mistakes too, in words and as JSON, and goes on with the next package', async () => {
	const bad = arena.path('bad.zip');
	const good = arena.path('good.zip');
	fs.writeFileSync(bad, zip(smallPackage({ '.timelimit': 'soon\n', 'data/secret/02.in': '1\n' })));
	fs.writeFileSync(good, zip(smallPackage()));
	const { status, stdout, stderr } = await arena.tryCodearena('--json', 'problem', 'import', bad, good);
	assert.equal(status, 1);
	const wrong = ['.timelimit:1: must be seconds, from 0.001 to 600', 'data/secret/02.in: has no .ans'];
	for (const line of wrong) assert.ok(stderr.includes(`${line}\n`), stderr);
	const [first, second] = JSON.parse(stdout);
	assert.deepEqual({ ...first, errors: first.errors.sort() }, { path: bad, status: 'refused', errors: wrong });
	assert.deepEqual([second.id, second.status, second.version], ['good', 'imported', 1]);
	assert.equal(path.basename(bad, '.zip'), 'bad');
	assert.deepEqual(await versions('bad'), []);
});
