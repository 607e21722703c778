// reveal.test.mjs -- the resolver: from the frozen board to the final one, a step at a time, the
// same for every viewer; nobody receives a verdict before its step. Then the way back in time over
// what the resolver has left in the log.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Arena, waitFor } from './harness.mjs';

const arena = new Arena({ nodes: 2, languages: ['python3'] });
const BASE = '/api/contests/c1';
const code = { AC: () => arena.source('addup', 'accepted/addup.py'), WA: () => arena.source('addup', 'wrong_answer/absolute.py') };
const root = () => arena.login('root');
const act = async (action) => arena.http('POST', `${BASE}/actions`, { token: await root(), body: { action } });
const order = async (body) => arena.http('POST', `${BASE}/reveal`, { token: await root(), body });
const cell = (board, team) => board.rows.find((row) => row.team_id === team).problems.find((c) => c.problem_id === 'addup');
const position = async (node = 0) => (await arena.http('GET', `${BASE}/reveal`, { node })).body.position;

async function sent(user, verdict) {
	const answer = await arena.submit('c1', user, 'addup', 'python3', code[verdict]());
	assert.equal(answer.status, 202, answer.text);
	assert.equal(await arena.verdict(user, answer.body.id), verdict);
}

before(async () => {
	await arena.start();
	await arena.importProblems('addup');
	await arena.makeAccounts(4);
	await arena.makeContest('c1', { problems: ['addup'] });
	await sent('team1', 'AC');
	await act('freeze');
	await sent('team2', 'AC');
	await sent('team3', 'WA');
});
after(() => arena.stop());

test('it can be rehearsed in private before: nothing is opened, and nobody but the jury sees a step', async () => {
	const rehearse = async (who) => arena.http('GET', `${BASE}/reveal/rehearsal`, { token: who && await arena.login(who) });
	const steps = (await rehearse('jury')).body;
	assert.deepEqual(steps.map((s) => [s.position, s.team, s.problem]), [[1, 'team4', null], [2, 'team3', 'addup'], [3, 'team3', null],
		[4, 'team2', 'addup'], [5, 'team2', null], [6, 'team1', null]]);
	assert.deepEqual([(await rehearse('team1')).status, (await rehearse(undefined)).status], [403, 401]);
	assert.deepEqual(JSON.parse(await arena.codearena('--json', 'reveal', 'rehearse', 'c1')).map((s) => s.team), steps.map((s) => s.team));
	assert.equal(await position(), null);
});

test('it cannot begin before the end, and only an admin may begin it', async () => {
	assert.equal((await order({ action: 'open' })).status, 409);
	assert.equal((await act('end')).status, 200);
	assert.equal((await order({ action: 'next' })).status, 409, 'none is open');
	assert.equal((await arena.http('POST', `${BASE}/reveal`, { token: await arena.login('team1'), body: { action: 'open' } })).status, 403);
	assert.equal(await position(), null);
	const opened = await order({ action: 'open' });
	assert.equal(opened.status, 200, opened.text);
	assert.equal(opened.body.steps, 6, 'two pending cells and four rows');
	assert.deepEqual(opened.body.all.map((s) => [s.team, s.problem]), [['team4', null], ['team3', 'addup'], ['team3', null],
		['team2', 'addup'], ['team2', null], ['team1', null]].map(([t, p]) => [t, p]));
});

test('the public is told where it stands and what comes next, and no step that is to come', async () => {
	const seen = (await arena.http('GET', `${BASE}/reveal`)).body;
	assert.deepEqual(seen, { position: 0, steps: 6, last: null, next: { team: 'team4', problem: null } });
	assert.equal(cell(await arena.scoreboard('c1'), 'team2').solved, false);
});

test('each step comes to the viewers of both nodes as one delta; back takes it away again', async () => {
	const streams = [0, 1].map((node) => arena.sse(`${BASE}/scoreboard/stream`, { node }));
	for (const s of streams) await s.until('that it is open', (e) => e.data.reveal?.position === 0); // by a delta where a node is late
	const arrives = async (at) => {
		const events = await Promise.all(streams.map((s) => s.until(`step ${at}`, (e) => e.data.reveal?.position === at)));
		assert.deepEqual(events[0].data, events[1].data);
		return events[0];
	};
	assert.equal((await order({ action: 'next' })).body.position, 1);
	assert.deepEqual((await arrives(1)).data.reveal.last, { team: 'team4', problem: null });
	await order({ action: 'next' });
	let step = await arrives(2);
	assert.equal(step.event, 'delta');
	assert.deepEqual(step.data.rows.map((r) => [r.team, r.solved, r.cells[0].judged, r.cells[0].pending]), [['team3', 0, 1, 0]]);
	assert.equal(cell(await arena.scoreboard('c1'), 'team2').num_pending, 1, 'not its turn yet');
	await order({ action: 'back' });
	step = await arrives(1);
	assert.deepEqual(step.data.rows.map((r) => [r.team, r.cells[0].judged, r.cells[0].pending]), [['team3', 0, 1]]);
	await order({ action: 'jump', position: 4 });
	await arrives(4);
	assert.equal(cell(await arena.scoreboard('c1', { node: 1 }), 'team2').solved, true);
	await order({ action: 'jump', position: 0 });
	await arrives(0);
	assert.equal(cell(await arena.scoreboard('c1', { node: 1 }), 'team2').solved, false);
	for (const s of streams) s.close();
	await arena.verify();
});

test('it runs by itself, pauses behind the ranks it was told, and goes on', async () => {
	assert.equal((await order({ action: 'auto', every_ms: 100, stop_rank: 3 })).status, 200);
	await waitFor('the pause behind rank 3', async () => (await position(1)) === 1);
	const jury = (await arena.http('GET', `${BASE}/reveal`, { token: await root() })).body;
	assert.equal(jury.running, false);
	await order({ action: 'auto', every_ms: 100 });
	await waitFor('the end', async () => (await position(1)) === 6);
	assert.equal((await order({ action: 'next' })).status, 409, 'everything is revealed');
	await arena.verify();
});

test('the last step leaves exactly the final board, and a late viewer sees where it stands', async () => {
	const late = arena.sse(`${BASE}/scoreboard/stream`, { node: 1 });
	assert.equal((await late.until('snapshot', (e) => e.event === 'snapshot')).data.reveal.position, 6);
	const jury = await arena.scoreboard('c1', { token: await root(), query: '?view=jury' });
	assert.deepEqual((await arena.scoreboard('c1')).rows, jury.rows);
	assert.equal((await act('thaw')).status, 200);
	const end = await late.until('the thaw', (e) => e.event === 'snapshot' && e.data.state?.thawed);
	assert.equal(end.data.reveal, undefined);
	late.close();
	assert.equal(await position(), null);
	assert.deepEqual((await arena.scoreboard('c1')).rows, jury.rows);
	await arena.verify();
});

const at = async (when, { token, more = '' } = {}) => arena.http('GET', `${BASE}/scoreboard?at=${when}${more}`, { token });

test('each board of the past is the one that its viewer saw', async () => {
	const jury = { token: await root(), more: '&view=jury' };
	const numbers = (await arena.rows(`SELECT number, public_number, kind FROM codearena.leaderboard_events WHERE contest_id = 'c1' ORDER BY number`));
	const freeze = numbers.find((e) => e.kind === 'freeze'), thaw = numbers.find((e) => e.kind === 'thaw');
	const frozen = (await at(thaw.public_number - 1)).body, before = (await at(freeze.public_number - 1)).body;
	assert.deepEqual([cell(before, 'team1').solved, before.state.frozen, before.state.ended, before.state.thawed], [true, null, null, null]);
	assert.equal(cell(before, 'team2'), undefined);
	assert.ok(frozen.state.frozen && frozen.state.ended && !frozen.state.thawed);
	assert.deepEqual((await at(thaw.public_number)).body.rows, (await arena.scoreboard('c1')).rows);
	const steps = numbers.filter((e) => e.kind === 'reveal');
	assert.equal(cell((await at(steps[0].public_number)).body, 'team2').num_pending, 1, 'frozen when the reveal began');
	assert.equal(cell((await at(thaw.number - 1, jury)).body, 'team2').solved, true);
	assert.equal((await at(thaw.number, { more: '&view=jury' })).status, 403);
	assert.equal((await at(0)).status, 404);
	assert.equal((await at('soon')).status, 400);
	assert.equal((await at('99:00:00')).status, 200, 'a time that is to come: all that there is');
});

test('by contest time, and with the verdicts known now for the jury alone', async () => {
	const [{ ms: t }] = await arena.rows(`SELECT contest_time_ms AS ms FROM codearena.submissions WHERE team_id = 'team2' AND contest_id = 'c1'`);
	const text = (ms) => `${Math.floor(ms / 3600000)}:${String(Math.floor(ms / 60000) % 60).padStart(2, '0')}:${String(Math.floor(ms / 1000) % 60).padStart(2, '0')}.${String(ms % 1000).padStart(3, '0')}`;
	const seen = await at(text(t));
	assert.equal(seen.status, 200, seen.text);
	assert.equal(cell(seen.body, 'team2')?.solved ?? false, false);
	assert.equal(cell((await at(text(t), { token: await root(), more: '&final=true' })).body, 'team2').solved, true);
	assert.equal(cell((await at(text(t - 1), { token: await root(), more: '&final=true' })).body, 'team2'), undefined);
	assert.equal((await at(text(t), { more: '&final=true' })).status, 403);
	const shell = async (...more) => JSON.parse(await arena.codearena('--json', 'board', 'show', 'c1', '--at', text(t), ...more)).rows.find((r) => r.team === 'team2').solved;
	assert.deepEqual([await shell(), await shell('--final')], [0, 1], 'the command line shows the same');
	assert.match((await arena.tryCodearena('board', 'show', 'c1', '--at', 'soon')).stderr, /contest time/);
});

test('the history is the public log, from which a browser can seek by itself', async () => {
	const plain = await arena.http('GET', `${BASE}/history`);
	const packed = await fetch(`http://127.0.0.1:${arena.apis[0].port}${BASE}/history`, { headers: { 'accept-encoding': 'gzip' } });
	assert.equal(packed.headers.get('content-encoding'), 'gzip');
	assert.equal(await packed.text(), plain.text);
	const lines = plain.text.trimEnd().split('\n').map((l) => JSON.parse(l));
	assert.deepEqual(lines.map((l) => l.number), lines.map((_, i) => i + 1), 'the public numbers, without a gap');
	assert.doesNotMatch(plain.text, /"(subject|verdict|kind)"/);
	const again = await arena.http('GET', `${BASE}/history`, { headers: { 'if-none-match': plain.headers.etag } });
	assert.equal(again.status, 304);
	assert.equal((await arena.http('GET', `${BASE}/history?view=jury`)).status, 403);
});
