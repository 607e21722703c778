// freeze.test.mjs -- what is hidden stays hidden: nothing that the public or another team can read
// depends on a verdict of a submission from the time of the freeze, until the thaw shows all.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, before, test } from 'node:test';
import { Arena, sleep, waitFor } from './harness.mjs';

const arena = new Arena({ languages: ['python3'] });
const BASE = '/api/contests/c1';
const right = () => arena.source('addup', 'accepted/addup.py');
const wrong = () => arena.source('addup', 'wrong_answer/absolute.py');
const act = async (action, contest = 'c1') =>
	arena.http('POST', `/api/contests/${contest}/actions`, { token: await arena.login('root'), body: { action, reason: 'test' } });
const cell = (board, team) => board.rows.find((row) => row.team_id === team).problems.find((c) => c.problem_id === 'addup');

before(async () => {
	await arena.start();
	await arena.importProblems('addup');
	const teams = await arena.makeAccounts(6);
	const lines = teams.map((id, i) => `${id},Team ${i + 1},org${i % 2},Org ${i % 2},${i % 2 ? 'NLD' : 'DEU'},${i < 3 ? 'first' : 'second'}`);
	fs.writeFileSync(arena.path('more.csv'), ['id,name,organization_id,organization_name,country,groups', ...lines, ''].join('\n'));
	await arena.codearena('team', 'import', arena.path('more.csv'));
	await arena.makeContest('c1', { problems: ['addup'] });
});
after(() => arena.stop());

const sent = (user, code) => arena.submit('c1', user, 'addup', 'python3', code).then((answer) => {
	assert.equal(answer.status, 202, answer.text);
	return answer.body.id;
});

// Everything the public can read of the contest, as bytes; clocks are left out.
async function publicBytes(token) {
	const paths = ['scoreboard', 'scoreboard?limit=3&team=team2&around=1', 'scoreboard?limit=9&country=DEU', 'submissions', 'judgements', 'runs', 'teams', 'problems', 'state'];
	const answers = await Promise.all(paths.map((p) => arena.http('GET', `${BASE}/${p}`, { token })));
	return answers.map((a, i) => `${paths[i]} ${a.status} ${a.headers.etag ?? ''} ${a.text.replace(/"(time|contest_time)":"[^"]*"/g, '')}`);
}

test('the freeze comes by a button, once, and says so to everybody', async () => {
	assert.equal(await arena.verdict('team1', await sent('team1', right())), 'AC');
	assert.ok((await act('freeze')).status < 300);
	assert.equal((await act('freeze')).status, 409, 'it is frozen already');
	const state = (await arena.http('GET', `${BASE}/state`)).body;
	assert.ok(state.frozen);
	assert.equal(state.thawed, null);
});

test('a hidden verdict sends nothing to the public and to other teams, at no time', async () => {
	await waitFor('the api to have heard of it', async () => (await arena.scoreboard('c1')).state.frozen);
	const stream = arena.sse(`${BASE}/scoreboard/stream`);
	const snapshot = await stream.until('snapshot', (e) => e.event === 'snapshot');
	assert.match(snapshot.data.notice ?? '', /^The scoreboard was frozen with/);
	await arena.judge.stop();
	const ids = [await sent('team2', right()), await sent('team3', wrong())];
	for (const team of ['team2', 'team3']) {
		await stream.until('pending', (e) => (e.data.rows ?? []).some((r) => r.team === team && r.cells?.some((c) => c.pending === 1)));
	}
	const other = await arena.login('team4');
	const before = [await publicBytes(), await publicBytes(other)];
	await arena.judge.start();
	assert.equal(await arena.verdict('team2', ids[0]), 'AC', 'the team itself goes on seeing its verdicts');
	assert.equal(await arena.verdict('team3', ids[1]), 'WA');
	await waitFor('both on the jury\'s board', async () => {
		const board = await arena.scoreboard('c1', { token: await arena.login('root'), query: '?view=jury' });
		return cell(board, 'team2')?.solved && cell(board, 'team3')?.num_judged === 1;
	});
	await sleep(1500); // longer than any tick
	assert.deepEqual(stream.events.map((e) => e.text), [], 'nothing came');
	stream.close();
	assert.deepEqual([await publicBytes(), await publicBytes(other)], before);
	for (const id of ids) {
		for (const path of [`/api/submissions/${id}`, `${BASE}/submissions/${id}/source`, `${BASE}/judgements?submission_id=${id}`]) {
			assert.doesNotMatch((await arena.http('GET', path, { token: other })).text, /"(AC|WA)"/);
		}
	}
});

test('its own row is true to a team, and its rank is not told while that would tell of the others', async () => {
	const own = async (who, contest = 'c1') => arena.http('GET', `/api/contests/${contest}/scoreboard/own`, { token: who && await arena.login(who) });
	const { body, headers } = await own('team2');
	assert.deepEqual([body.rank, body.no_rank, body.row.team, body.row.solved, body.row.cells[0].pending], [null, 'the scoreboard is frozen', 'team2', 1, 0]);
	assert.equal(headers['cache-control'], 'no-store');
	assert.equal((await own('team3')).body.row.cells[0].judged, 1);
	assert.equal((await own(undefined)).status, 401);
	assert.equal((await own('jury')).status, 403, 'it has no team');
	assert.equal((await own('team1', 'none')).status, 404);
	await arena.makeContest('c3', { problems: ['addup'] });
	await waitFor('the contest', async () => (await own('team1', 'c3')).body?.rank === 1);
});

test('the frozen board counts what is hidden as pending, even when it is right', async () => {
	const board = await arena.scoreboard('c1');
	assert.deepEqual([cell(board, 'team2').solved, cell(board, 'team2').num_pending, cell(board, 'team2').num_judged], [false, 1, 0]);
	assert.deepEqual([cell(board, 'team3').solved, cell(board, 'team3').num_pending], [false, 1]);
	assert.equal(cell(board, 'team1').solved, true);
});

test('a submission from before the freeze that is judged in it still changes the public board', async () => {
	await arena.makeContest('c2', { problems: ['addup'] });
	await arena.judge.stop();
	const answer = await arena.submit('c2', 'team5', 'addup', 'python3', right());
	assert.ok((await act('freeze', 'c2')).status < 300);
	await arena.judge.start();
	assert.equal(await arena.verdict('team5', answer.body.id), 'AC');
	await waitFor('it on the public board', async () => cell(await arena.scoreboard('c2'), 'team5')?.solved);
});

test('a part of the board is what the whole of it has there, each with its own tag', async () => {
	const token = await arena.login('root');
	const tags = new Set();
	for (const view of ['public', 'jury']) {
		const part = (query, headers) => arena.http('GET', `${BASE}/scoreboard?view=${view}${query}`, { token, headers });
		const whole = (await part('')).body;
		const germans = whole.rows.filter((r) => ['team1', 'team3', 'team5'].includes(r.team_id));
		const middle = whole.rows[2].team_id;
		for (const [query, rows, total] of [['&limit=2', whole.rows.slice(0, 2), 6], ['&offset=4', whole.rows.slice(4), 6],
			['&country=DEU', germans, 3], ['&group=first&offset=3', [], 3], [`&team=${middle}&around=1&limit=0`, [], 6]]) {
			const answer = await part(query);
			assert.deepEqual(answer.body.rows.map(({ filtered_rank: _, ...row }) => row), rows, query);
			assert.equal(answer.body.total, total);
			assert.ok(!tags.has(answer.headers.etag), `${query}: ${answer.headers.etag}`);
			tags.add(answer.headers.etag);
			assert.equal((await part(query, { 'if-none-match': answer.headers.etag })).status, 304);
		}
		const own = (await part(`&team=${middle}&around=1&limit=0`)).body;
		assert.deepEqual(own.team, whole.rows[2]);
		assert.deepEqual(own.around, { offset: 1, rows: whole.rows.slice(1, 4) });
	}
	const json = JSON.parse(await arena.codearena('board', 'show', 'c1', '--json', '--jury', '--group', 'second', '--top', '1'));
	assert.deepEqual([json.rows.length, json.total, json.rows[0].filtered_rank], [1, 3, 1]);
	assert.match(await arena.codearena('board', 'show', 'c1', '--team', 'team4', '--around', '1'), /Team 4/);
	assert.match((await arena.tryCodearena('board', 'show', 'c1', '--country', 'FRA')).stderr, /no ranked team of this board is of country "FRA"/);
});

test('the thaw shows all, by a reset and one snapshot or by deltas', async () => {
	const stream = arena.sse(`${BASE}/scoreboard/stream`);
	await stream.until('snapshot', (e) => e.event === 'snapshot');
	assert.ok((await act('end')).status < 300);
	assert.equal(cell(await arena.scoreboard('c1'), 'team2').solved, false, 'the end alone reveals nothing');
	assert.ok((await act('thaw')).status < 300);
	await stream.until('the hidden verdict', (e) => (e.data.rows ?? []).some((r) => r.team === 'team2' && r.solved === 1));
	stream.close();
	const board = await arena.scoreboard('c1');
	assert.equal(cell(board, 'team2').solved, true);
	assert.equal(cell(board, 'team3').num_judged, 1);
	const jury = await arena.scoreboard('c1', { token: await arena.login('root'), query: '?view=jury' });
	assert.deepEqual(board.rows, jury.rows);
	const own = (await arena.http('GET', `${BASE}/scoreboard/own`, { token: await arena.login('team3') })).body;
	assert.deepEqual([own.rank, own.no_rank], [board.rows.find((r) => r.team_id === 'team3').rank, null]);
	const first = JSON.parse(await arena.codearena('--json', 'board', 'awards', 'c1')).find((a) => a.id === 'winner');
	assert.equal(first.team_ids[0], board.rows[0].team_id);
});

test('after the end nothing more is accepted, and the result can be made final', async () => {
	const answer = await arena.submit('c1', 'team6', 'addup', 'python3', right());
	assert.equal(answer.status, 403);
	assert.ok((await act('finalize')).status < 300);
	assert.ok((await arena.http('GET', `${BASE}/state`)).body.finalized);
});

test('board and log are what they must be', () => arena.verify());
