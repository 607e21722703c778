// replay.test.mjs -- a finished contest, played again as a new one: those who look on see it come
// together by the streams, frozen at its time, revealed step by step, and end as the old one did.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, before, test } from 'node:test';
import { fromSnapshot, ndjson, plain, small, standings } from './feed_oracle.mjs';
import { Arena, waitFor } from './harness.mjs';

const arena = new Arena();
const SPEED = 3600; // three hours in three seconds

before(async () => {
	try {
		await arena.startData();
		await arena.startApi(0);
	} catch (error) {
		await arena.stop();
		throw error;
	}
	fs.writeFileSync(arena.path('small.ndjson'), ndjson(small()));
	await arena.codearena('contest', 'import-feed', arena.path('small.ndjson'));
});
after(() => arena.stop());

const board = async (id, ...words) => JSON.parse(await arena.codearena('--json', 'board', 'show', id, ...words));

test('a replay goes through the live path: streams move, the freeze hides, the reveal shows, the end is the same', async () => {
	const done = arena.codearena('--json', 'contest', 'replay', 'small', '--as', 'again', '--speed', String(SPEED), '--lead', '6', '--reveal-ms', '100');
	done.catch(() => {});
	// Boards and streams know of a new contest within a second.
	await waitFor('the new contest', async () => (await arena.http('GET', '/api/contests/again/scoreboard')).status === 200);
	assert.equal((await arena.http('GET', '/api/contests/again/problems')).status, 403, 'it has not started');
	const stream = arena.sse('/api/contests/again/stream?topics=board,state');
	assert.equal(await stream.answered, 200);
	const report = JSON.parse(await done);
	assert.deepEqual(report, { id: 'again', from: 'small', submissions: 8, judged: 8 });
	const seen = [];
	for (let event; (event = await stream.next(1500));) seen.push(event);
	const of = (name) => seen.filter((e) => e.event === name);
	const deltas = of('delta').filter((e) => e.data.rows && !e.data.reveal);
	const rows = deltas.flatMap((e) => e.data.rows.map((r) => ({ ...r, ...r.cells.find((c) => c.problem === 'b') })));
	// Eight came, and what was judged of the five that came before the freeze.
	assert.equal(deltas.length, 8 + 5, seen.map((e) => `${e.event} ${e.text.slice(0, 150)}`).join('\n'));
	assert.equal(rows.some((r) => r.team === 'x' && r.problem === 'b' && r.solved !== 0 && r.judged > 0), false, 'what came in the freeze was not shown before the reveal');
	assert.ok(of('state').some((e) => e.data.frozen && !e.data.ended && /frozen with 60 minutes remaining/.test(e.data.notice)), 'everybody was told of the freeze');
	const steps = seen.filter((e) => e.data.reveal).map((e) => e.data.reveal.position);
	assert.deepEqual([...new Set(steps)], [0, 1, 2, 3, 4, 5], 'two pending cells and three rows, one after the other');
	assert.ok(of('snapshot').at(-1).data.state.thawed);
});

test('its final board is the old one\'s, and so is each row; log and board are right', async () => {
	const expected = plain(standings(small()));
	for (const id of ['small', 'again']) {
		assert.deepEqual(fromSnapshot(await board(id)), expected, id);
		assert.deepEqual(fromSnapshot(await board(id, '--jury')), expected, id);
	}
	await arena.verify();
	assert.ok((await arena.http('GET', '/api/contests/again/state')).body.finalized);
});

test('it is frozen when the old one was, which a button can have done before the schedule', async () => {
	const feed = ndjson(small()).replaceAll('"small"', '"early"').replace('"frozen":"2024-05-01T12:00:00.000Z"', '"frozen":"2024-05-01T11:30:00.000Z"');
	fs.writeFileSync(arena.path('early.ndjson'), feed);
	await arena.codearena('contest', 'import-feed', arena.path('early.ndjson'));
	await arena.codearena('contest', 'replay', 'early', '--as', 'early2', '--speed', '36000', '--lead', '1', '--reveal-ms', '0');
	assert.equal(await arena.sql('SELECT freeze_ms FROM codearena.contests WHERE id = \'early2\''), '5400000');
	assert.deepEqual(fromSnapshot(await board('early2')), fromSnapshot(await board('early')));
});

test('what is not over is not played again, nor under a name that is taken', async () => {
	await arena.codearena('contest', 'create', 'running', '--start', new Date(Date.now() - 60000).toISOString());
	for (const [words, text] of [[['running', '--as', 'x'], /not over/], [['none', '--as', 'x'], /no such contest/], [['small', '--as', 'again'], /exists already/], [['small'], /--as/]]) {
		const { status, stderr } = await arena.tryCodearena('contest', 'replay', ...words);
		assert.notEqual(status, 0);
		assert.match(stderr, text);
	}
});
