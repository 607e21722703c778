// backup.test.mjs -- the drill: backup, the instance is destroyed, another is made, restore. The
// boards and the log's heads are the same; who remembers the old numbers is told to reset.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Arena, top, waitFor } from './harness.mjs';

const options = { languages: ['python3'] };
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'citest-backup-'));
const file = path.join(folder, 'contest.backup');
const HEADS = 'SELECT contest_id, number, public_number, encode(head, \'hex\') AS head FROM codearena.contest_counter ORDER BY 1';
const kept = {};
let arena = new Arena(options);

before(async () => {
	await arena.start();
	await arena.importProblems('addup', 'banner');
	await arena.makeAccounts(5);
	for (const id of ['c1', 'c2']) await arena.makeContest(id, { problems: ['addup', 'banner'] });
	await play('c1', 'team1', 'addup', 'accepted/addup.py');
	await play('c1', 'team2', 'addup', 'wrong_answer/absolute.py');
	await play('c2', 'team3', 'banner', 'accepted/banner.py');
	await arena.codearena('contest', 'freeze', 'c1');
	await play('c1', 'team2', 'addup', 'accepted/addup.py');
});
after(async () => {
	await arena.stop();
	fs.rmSync(folder, { recursive: true, force: true });
});

async function play(contest, user, problem, source) {
	const answer = await arena.submit(contest, user, problem, 'python3', arena.source(problem, source));
	assert.equal(answer.status, 202, answer.text);
	await arena.verdict(user, answer.body.id);
	return answer.body.id;
}

async function boards() {
	const token = await arena.login('root');
	const of = (id) => Promise.all([arena.scoreboard(id), arena.scoreboard(id, { token, query: '?view=jury' })]);
	return (await Promise.all(['c1', 'c2'].map(of))).flat().map((board) => board.rows);
}

const superuser = () => ['--superuser-password-file', arena.path('secrets', 'postgres'), '--sql', path.join(top, 'sql')];

test('a backup is one file that only its owner can read', async () => {
	await waitFor('boards that are still', async () => JSON.stringify((await boards())[1]).includes('"num_judged":2'));
	const stream = arena.sse('/api/contests/c1/scoreboard/stream');
	kept.id = (await stream.until('snapshot', (e) => e.event === 'snapshot')).id;
	stream.close();
	kept.boards = await boards();
	kept.heads = await arena.rows(HEADS);
	await arena.codearena('backup', file);
	assert.ok(fs.statSync(file).size > 1000);
	assert.equal(fs.statSync(file).mode & 0o077, 0);
});

test('what happened after the backup is not in it, and its making changed nothing', async () => {
	assert.deepEqual(await arena.rows(HEADS), kept.heads);
	await play('c2', 'team4', 'addup', 'accepted/addup.py');
	assert.notDeepEqual(await arena.rows(HEADS), kept.heads);
});

test('an instance that holds something is not overwritten unless told so', async () => {
	const refused = await arena.tryCodearena('restore', file, ...superuser());
	assert.equal(refused.status, 1);
	assert.match(refused.stderr, /--replace/);
});

test('a file that is cut or changed is refused, and nothing is half restored', async () => {
	await arena.stop();
	arena = new Arena(options);
	await arena.startData();
	const bytes = fs.readFileSync(file);
	const bad = path.join(folder, 'bad.backup');
	const flipped = Buffer.from(bytes);
	flipped[Math.floor(bytes.length * 0.6)] ^= 0xff;
	for (const [what, content] of [['cut', bytes.subarray(0, bytes.length >> 1)], ['empty', Buffer.alloc(0)], ['noise', Buffer.alloc(5000, 'x')], ['flipped', flipped]]) {
		fs.writeFileSync(bad, content);
		const { status } = await arena.tryCodearena('restore', bad, ...superuser());
		if (what !== 'flipped') assert.equal(status, 1, what);
		if (status === 0) break; // the changed byte was one that carries nothing
		assert.equal(await arena.sql('SELECT count(*) FROM codearena.contests'), '0', what);
	}
});

test('the restored instance has the same boards and the same heads', async () => {
	const held = Number(await arena.sql('SELECT count(*) FROM codearena.contests'));
	await arena.codearena('restore', file, ...superuser(), ...(held ? ['--replace'] : []));
	await arena.startPrograms();
	assert.deepEqual(await arena.rows(HEADS), kept.heads);
	assert.deepEqual(await boards(), kept.boards);
	await arena.verify();
});

test('the log has a new incarnation, and a viewer with an old id is told to reset', async () => {
	const stream = arena.sse('/api/contests/c1/scoreboard/stream', { lastId: kept.id });
	const first = await stream.until('reset or data', (e) => e.event !== 'state');
	assert.equal(first.event, 'reset');
	const snapshot = await stream.until('snapshot', (e) => e.event === 'snapshot');
	assert.notEqual(snapshot.id.split('-')[0], kept.id.split('-')[0]);
	assert.equal(snapshot.id.split('-')[1], kept.id.split('-')[1]);
	stream.close();
});

test('the contest goes on where it was: login, submit, verdict, thaw', async () => {
	const id = await play('c1', 'team5', 'addup', 'accepted/addup.py');
	const old = await arena.sql('SELECT max(id::bigint) FROM codearena.submissions');
	assert.equal(id, old, 'ids go on');
	await arena.codearena('contest', 'end', 'c1');
	await arena.codearena('contest', 'thaw', 'c1');
	await waitFor('the thawed board', async () => (await arena.scoreboard('c1')).rows.filter((r) => r.score.num_solved === 1).length === 3);
	await arena.verify();
});
