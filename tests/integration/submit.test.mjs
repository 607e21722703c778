// submit.test.mjs -- the way of one submission: HTTP, PostgreSQL, Redis, judge, runc, verdict,
// log, board, SSE. And what a repeated POST does.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Arena, waitFor } from './harness.mjs';

const arena = new Arena({ nodes: 2 });
const CONTEST = '/api/contests/c1';

before(async () => {
	await arena.start();
	await arena.importProblems('addup', 'banner');
	await arena.makeAccounts(6);
	await arena.makeContest('c1', { problems: ['addup', 'banner'] });
});
after(() => arena.stop());

const rowOf = (board, team) => board.rows.find((row) => row.team_id === team);
const cellOf = (row, problem) => row.problems.find((cell) => cell.problem_id === problem);

async function judged(user, problem, language, file) {
	const answer = await arena.submit('c1', user, problem, language, arena.source(problem, file));
	assert.equal(answer.status, 202, answer.text);
	return arena.verdict(user, answer.body.id);
}

test('right programs in C, C++ and Python are accepted', async () => {
	const verdicts = await Promise.all([
		judged('team1', 'addup', 'c', 'accepted/addup.c'), judged('team2', 'addup', 'cpp', 'accepted/addup.cpp'),
		judged('team3', 'addup', 'python3', 'accepted/addup.py'), judged('team1', 'banner', 'cpp', 'accepted/banner.cpp'),
	]);
	assert.deepEqual(verdicts, ['AC', 'AC', 'AC', 'AC']);
});

test('wrong programs get the verdict that they deserve', async () => {
	const cases = [
		['cpp', 'run_time_error/stoi.cpp', 'RTE'], ['c', 'wrong_answer/int.c', 'WA'], ['python3', 'wrong_answer/absolute.py', 'WA'],
		['c', 'compile_error/no_semicolon.c', 'CE'], ['c', 'memory_limit_exceeded/hoard.c', 'MLE'],
		['python3', 'output_limit_exceeded/chatter.py', 'OLE'], ['c', 'time_limit_exceeded/spin.c', 'TLE'],
	];
	const verdicts = await Promise.all(cases.map(([language, file]) => judged('team4', 'addup', language, file)));
	assert.deepEqual(verdicts, cases.map(([, , verdict]) => verdict));
});

test('a statement is read and compressed once; then it goes out from memory', async () => {
	const url = (query = '') => `http://127.0.0.1:${arena.apis[0].port}${CONTEST}/problems/addup/statement${query}`;
	const get = (encoding, more = {}) => fetch(url(), { headers: { 'accept-encoding': encoding, ...more } });
	const [plain, packed] = [await get('identity'), await get('gzip')];
	assert.deepEqual([plain.headers.get('content-encoding'), packed.headers.get('content-encoding')], [null, 'gzip']);
	assert.match(plain.headers.get('content-type'), /^text\/markdown/);
	const text = await plain.text();
	assert.equal(await packed.text(), text);
	assert.notEqual(plain.headers.get('etag'), packed.headers.get('etag'));
	assert.equal((await get('gzip', { 'if-none-match': packed.headers.get('etag') })).status, 304);
	await arena.sql('UPDATE codearena.problem_statements SET body = \'another\' WHERE problem_id = \'addup\'');
	assert.equal(await (await get('gzip')).text(), text, 'the database is not asked again');
	assert.equal(await (await fetch(url('?language=xx'))).text(), 'another', 'words that lead elsewhere are not kept');
	assert.equal((await fetch(url('?format=pdf'))).status, 404);
});

test('the standings count solved problems and what was wrong before them', async () => {
	// The board follows the verdict by the blink of an eye, on each node by itself.
	const boards = await Promise.all([0, 1].map((node) => waitFor(`the board of node ${node}`, async () => {
		const board = await arena.scoreboard('c1', { node });
		return cellOf(rowOf(board, 'team4'), 'addup')?.num_judged === 7 && board;
	})));
	assert.equal(rowOf(boards[0], 'team1').score.num_solved, 2);
	assert.equal(rowOf(boards[0], 'team1').rank, 1);
	assert.equal(rowOf(boards[0], 'team4').score.num_solved, 0);
	assert.deepEqual(boards[0].rows, boards[1].rows, 'the other node says the same');
});

test('a submission is seen on its own stream from the first test to the verdict', async () => {
	const token = await arena.login('team5');
	const answer = await arena.submit('c1', 'team5', 'addup', 'python3', arena.source('addup', 'accepted/addup.py'));
	const stream = arena.sse(`/api/submissions/${answer.body.id}/stream`, { token });
	const first = await stream.until('first state', (e) => e.event === 'submission');
	assert.equal(first.data.id, answer.body.id);
	const ordinals = [];
	const last = await stream.until('final state', (e) => {
		if (e.event === 'progress' && e.data.type === 'TEST_RESULT') ordinals.push(e.data.ordinal);
		return e.event === 'submission' && e.data.state === 'final';
	});
	assert.equal(last.data.verdict, 'AC');
	assert.deepEqual(ordinals, [...ordinals].sort((a, b) => a - b));
	assert.ok(ordinals.length > 0 || first.data.state === 'final', 'test results come while it runs');
	stream.close();
});

test('a verdict moves the board of every viewer on every node, by one delta', async () => {
	const streams = [0, 1].map((node) => arena.sse(`${CONTEST}/scoreboard/stream`, { node }));
	const snapshots = await Promise.all(streams.map((s) => s.until('snapshot', (e) => e.event === 'snapshot')));
	assert.equal(snapshots[0].id, snapshots[1].id);
	assert.equal(await judged('team6', 'addup', 'cpp', 'accepted/addup.cpp'), 'AC');
	const solved = (e) => e.event === 'delta' && (e.data.rows ?? []).some((r) => r.team === 'team6' && r.solved === 1);
	const deltas = await Promise.all(streams.map((s) => s.until('delta with the verdict', solved)));
	assert.equal(deltas[0].id, deltas[1].id);
	assert.equal(deltas[0].text, deltas[1].text);
	for (const s of streams) s.close();
});

test('a delta reaches viewers within 250 ms of the verdict\'s commit', async () => {
	const stream = arena.sse(`${CONTEST}/scoreboard/stream`);
	await stream.until('snapshot', (e) => e.event === 'snapshot');
	const late = [];
	for (let i = 0; i < 5; i++) {
		const answer = await arena.submit('c1', 'team6', 'banner', 'python3', arena.source('banner', 'wrong_answer/lower_case.py'));
		assert.equal(answer.status, 202);
		const judgedCell = (e) => (e.data.rows ?? []).some((r) => r.team === 'team6' && r.cells?.some((c) => c.problem === 'banner' && c.judged === i + 1));
		const delta = await stream.until('delta', judgedCell);
		const at = await arena.sql(`SELECT extract(epoch FROM at) * 1000 FROM codearena.leaderboard_events
			WHERE kind = 'judgement' AND submission_id = '${answer.body.id}'`);
		late.push(delta.at - Number(at));
	}
	stream.close();
	late.sort((a, b) => a - b);
	console.log(`# ms from commit to viewer: ${late.map(Math.round).join(' ')}`);
	assert.ok(late[2] <= 250, `median ${late[2]} ms`);
});

test('the short way in takes the only running contest', async () => {
	const token = await arena.login('team5');
	const body = { problem_id: 'banner', language_id: 'python3', code: arena.source('banner', 'accepted/banner.py') };
	const answer = await arena.http('POST', '/api/submit', { token, body });
	assert.equal(answer.status, 202, answer.text);
	assert.equal(await arena.verdict('team5', answer.body.id), 'AC');
});

test('a POST that is repeated with its key is one submission, also on another node', async () => {
	const code = arena.source('addup', 'wrong_answer/absolute.py');
	const options = { headers: { 'idempotency-key': 'key-1' } };
	const before = await arena.sql('SELECT count(*) FROM codearena.submissions');
	const answers = await Promise.all(Array.from({ length: 8 }, (_, i) =>
		arena.submit('c1', 'team2', 'banner', 'python3', code, { ...options, node: i % 2 })));
	for (const answer of answers) assert.equal(answer.status, 202, answer.text);
	assert.equal(new Set(answers.map((a) => a.body.id)).size, 1);
	const later = await arena.submit('c1', 'team2', 'banner', 'python3', code, options);
	assert.equal(later.body.id, answers[0].body.id);
	assert.equal(await arena.sql('SELECT count(*) FROM codearena.submissions'), String(Number(before) + 1));
});

test('another body under the same key is a conflict; another account\'s key is its own', async () => {
	const options = { headers: { 'idempotency-key': 'key-1' } };
	const other = await arena.submit('c1', 'team2', 'banner', 'python3', 'print(2)', options);
	assert.equal(other.status, 409);
	assert.match(other.body.message, /idempotency|key/i);
	const code = arena.source('addup', 'wrong_answer/absolute.py');
	const first = await arena.submit('c1', 'team2', 'banner', 'python3', code, options);
	const mine = await arena.submit('c1', 'team3', 'banner', 'python3', code, options);
	assert.equal(mine.status, 202);
	assert.notEqual(mine.body.id, first.body.id);
});

test('a team sees its own source and nothing of another team\'s', async () => {
	const code = arena.source('addup', 'accepted/addup.py');
	const { body: { id } } = await arena.submit('c1', 'team3', 'addup', 'python3', code);
	await arena.verdict('team3', id);
	const own = await arena.http('GET', `${CONTEST}/submissions/${id}/source`, { token: await arena.login('team3') });
	assert.equal(own.body.files[0].text, code);
	const token = await arena.login('team4');
	for (const path of [`/api/submissions/${id}`, `${CONTEST}/submissions/${id}/source`, `/api/submissions/${id}/stream`]) {
		const other = await arena.http('GET', path, { token });
		assert.ok([403, 404].includes(other.status), `${path}: ${other.status}`);
		const nobody = await arena.http('GET', path);
		assert.ok([401, 403, 404].includes(nobody.status), `${path}: ${nobody.status}`);
	}
});

test('one more judgement of a submission takes the place of the first', async () => {
	const { body: { id } } = await arena.submit('c1', 'team4', 'banner', 'python3', arena.source('banner', 'accepted/banner.py'));
	await arena.verdict('team4', id);
	const again = await arena.http('POST', `/api/submissions/${id}/rejudge`, { token: await arena.login('root'), body: {} });
	assert.ok(again.status < 300, again.text);
	await waitFor('the second judgement', async () => (await arena.sql(`SELECT verdict FROM codearena.judgements WHERE id = '${id}-2'`)) === 'AC');
	const row = await waitFor('the board', async () => {
		const now = rowOf(await arena.scoreboard('c1'), 'team4');
		return cellOf(now, 'banner').num_pending === 0 && now;
	});
	assert.equal(row.score.num_solved, 1);
	assert.equal(cellOf(row, 'banner').num_judged, 1);
});

test('a flood is refused with Retry-After, and what was acknowledged counts', async () => {
	const answers = [];
	for (let i = 0; i < 14; i++) answers.push(await arena.submit('c1', 'team1', 'addup', 'python3', 'print(1)'));
	const refused = answers.filter((a) => a.status === 429);
	assert.ok(refused.length > 0, 'more than 10 in a minute');
	assert.ok(Number(refused[0].headers['retry-after']) >= 1);
	assert.match(refused[0].body.message, /minute|second/);
});

test('after all this the board and the log are what they must be', () => arena.verify());
