// rejudging.test.mjs -- sets of rejudgings (RULES.md section 5): judged hidden, previewed, applied or
// discarded as a whole, undone; whatever is judged meanwhile, and whatever breaks in between.
//
// The oracle is in this file: the verdict that each program must get from each version of the data is
// known beforehand, and the standings are recomputed from that by code of its own.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Arena, long, newSeed, randomFrom, sleep, waitFor } from './harness.mjs';

const arena = new Arena({ languages: ['c'] });
const TEAMS = 12;
const MANY = long ? 500 : 60;
const MINUTE = 60000;
const seed = newSeed('rejudging');
const random = randomFrom(seed);

// Four programs, and what they get from data whose third answer is wrong (1), and corrected (2).
const sum = (answer) => `#include <stdio.h>\nint main(void) { long long a, b; scanf("%lld %lld", &a, &b); printf("%lld\\n", ${answer}); return 0; }\n`;
const PROGRAMS = {
	right: { code: sum('a + b'), 1: 'WA', 2: 'AC' },
	misled: { code: sum('a == 2147483647 ? 0 : a + b'), 1: 'AC', 2: 'WA' },
	wrong: { code: sum('a * b'), 1: 'WA', 2: 'WA' },
	broken: { code: 'int main(void) { return', 1: 'CE', 2: 'CE' },
};
const KINDS = Object.keys(PROGRAMS);
const sent = []; // { id, team, problem, kind } in order of submission

// The package of the problem with that third answer.
function writePackage(id, answer) {
	const folder = arena.path('packages', id);
	fs.rmSync(folder, { recursive: true, force: true });
	fs.cpSync(arena.problem('addup'), folder, { recursive: true });
	for (const name of fs.readdirSync(path.join(folder, 'data/secret'))) {
		if (!/^0[13]-/.test(name)) fs.rmSync(path.join(folder, 'data/secret', name));
	}
	fs.rmSync(path.join(folder, 'submissions'), { recursive: true });
	fs.writeFileSync(path.join(folder, 'data/secret/03-beyond-int.ans'), `${answer}\n`);
	return folder;
}

before(async () => {
	await arena.start();
	fs.mkdirSync(arena.path('packages'));
	for (const id of ['sum', 'plus']) await arena.codearena('problem', 'import', writePackage(id, '0'));
	await arena.makeAccounts(TEAMS);
	await arena.makeContest('c1', { problems: ['sum', 'plus'], more: ['--per-minute', '1000'] });
	await arena.codearena('contest', 'medals', 'c1', '--gold', '1', '--silver', '1', '--bronze', '1', '--reason', 'three are given');
	await arena.makeContest('c2', { problems: ['plus'], more: ['--per-minute', '1000'] });
});
after(() => arena.stop());

const api = async (method, target, body, user = 'root') => arena.http(method, `/api/contests/c1/rejudgings${target}`, { token: await arena.login(user), body });
async function done(answer, status = 200) {
	const { body, text, ...rest } = await answer;
	assert.equal(rest.status, status, text);
	return body;
}
const create = (filter, more = {}) => done(api('POST', '', { filter, reason: 'the third answer was wrong', ...more }), 201);
const show = (id) => done(api('GET', `/${id}`));
const judged = (id) => waitFor(`rejudging ${id}`, async () => {
	const set = await show(id);
	return set.progress.judged + set.progress.failed === set.progress.total && set;
}, 120000);

async function submit(team, kind, problem = 'sum', contest = 'c1') {
	const answer = await arena.submit(contest, `team${team}`, problem, 'c', PROGRAMS[kind].code);
	assert.equal(answer.status, 202, answer.text);
	const one = { id: answer.body.id, team: `team${team}`, problem, kind, contest };
	sent.push(one);
	return one;
}
const settled = () => waitFor('all verdicts', async () =>
	await arena.sql('SELECT count(*) FROM codearena.submissions WHERE state <> \'final\'') === '0', 120000);

// ------------------------------------------------------------ the oracle

// Penalty minutes count from the start; the times are the only thing taken from the database.
async function standings(verdictOf, contest = 'c1') {
	const times = new Map((await arena.rows(`SELECT id, contest_time_ms AS ms, ordinal FROM codearena.submissions WHERE contest_id = '${contest}'`))
		.map((row) => [row.id, row]));
	const teams = new Map();
	for (let t = 1; t <= TEAMS; t++) teams.set(`team${t}`, { team: `team${t}`, solved: 0, penalty: 0, last: -1, cells: {} });
	const firsts = {};
	const ordered = sent.filter((s) => s.contest === contest).sort((a, b) => times.get(a.id).ordinal - times.get(b.id).ordinal);
	for (const one of ordered) {
		const row = teams.get(one.team);
		const cell = row.cells[one.problem] ??= { rejected: 0, judged: 0, solved: false };
		if (cell.solved) continue;
		const verdict = verdictOf(one);
		const minute = Math.floor(times.get(one.id).ms / MINUTE);
		cell.judged++;
		if (verdict === 'AC') {
			cell.solved = true;
			row.solved++;
			row.penalty += minute + 20 * cell.rejected;
			row.last = Math.max(row.last, minute);
			firsts[one.problem] ??= one.team;
		} else if (verdict !== 'CE') cell.rejected++;
	}
	const rows = [...teams.values()];
	const before = (a, b) => b.solved - a.solved || a.penalty - b.penalty || a.last - b.last;
	for (const row of rows) row.rank = 1 + rows.filter((other) => before(other, row) < 0).length;
	return { rows: new Map(rows.map((row) => [row.team, row])), firsts };
}

// What the preview must say when each submission goes from one verdict to the other.
async function expected(old, now) {
	const [from, to] = [await standings(old), await standings(now)];
	const standing = (row) => ({ rank: row.rank, solved: row.solved, penalty: row.penalty, points: 0 });
	const ranks = [...from.rows.keys()].filter((team) => {
		const [a, b] = [from.rows.get(team), to.rows.get(team)];
		return a.rank !== b.rank || a.solved !== b.solved || a.penalty !== b.penalty;
	}).map((team) => [team, standing(from.rows.get(team)), standing(to.rows.get(team))]);
	const firsts = ['plus', 'sum'].filter((p) => from.firsts[p] !== to.firsts[p])
		.map((p) => [p, from.firsts[p] ?? null, to.firsts[p] ?? null]);
	const changes = sent.filter((one) => one.contest === 'c1' && old(one) !== now(one))
		.map((one) => [one.id, one.team, one.problem, old(one), now(one)]);
	const winners = ({ rows }, id) => [...rows.values()].filter((r) => r.solved > 0 && MEDALS[id](r.rank)).map((r) => r.team).sort();
	const medals = Object.keys(MEDALS).map((id) => [id, winners(from, id), winners(to, id)]).filter(([, a, b]) => String(a) !== String(b)).sort();
	return { ranks: ranks.sort(), firsts, changes: changes.sort(), medals };
}
const MEDALS = { winner: (r) => r === 1, 'gold-medal': (r) => r === 1, 'silver-medal': (r) => r === 2, 'bronze-medal': (r) => r === 3 };

// Points are milli-points here and not what ICPC looks at.
const shown = (preview) => ({
	ranks: preview.ranks.map((r) => [r.team_id, { ...r.old, points: 0 }, { ...r.new, points: 0 }])
		.filter(([, a, b]) => JSON.stringify(a) !== JSON.stringify(b)).sort(),
	firsts: preview.first_to_solve.map((f) => [f.problem_id, f.old_team_id, f.new_team_id]).sort(),
	changes: preview.changes.map((c) => [c.submission_id, c.team_id, c.problem_id, c.old, c.new]).sort(),
	medals: preview.awards.filter((a) => a.id in MEDALS).map((a) => [a.id, a.old.toSorted(), a.new.toSorted()]).filter(([, a, b]) => String(a) !== String(b)).sort(),
});

async function boardIs(verdictOf, contest = 'c1') {
	const { rows } = await standings(verdictOf, contest);
	for (const view of ['', '?view=jury']) {
		const board = await arena.scoreboard(contest, { token: view ? await arena.login('root') : undefined, query: view });
		const got = board.rows.map((r) => [r.team_id, r.rank, r.score.num_solved, r.score.total_time]).sort();
		assert.deepEqual(got, [...rows.values()].map((r) => [r.team, r.rank, r.solved, r.penalty]).sort(), `board${view}, SEED=${seed}`);
	}
}

// All that a contest is, as text: its log, its counter, cells, submissions, which judgements count, both boards.
async function fingerprint() {
	const tables = await arena.sql([
		'SELECT * FROM codearena.contest_counter ORDER BY contest_id',
		'SELECT contest_id, number, public_number, encode(hash, \'hex\') FROM codearena.leaderboard_events ORDER BY contest_id, number',
		'SELECT * FROM codearena.contest_penalties ORDER BY contest_id, team_id, problem_id',
		'SELECT * FROM codearena.submissions ORDER BY id',
		'SELECT id, verdict, points_milli FROM codearena.judgements WHERE valid ORDER BY id',
		'SELECT * FROM codearena.contest_problems ORDER BY contest_id, problem_id',
	].join(';\n'));
	const scores = (board) => arena.redis('ZRANGE', `${arena.instance}:leaderboard:${board}`, '0', '-1', 'WITHSCORES');
	const answer = await arena.http('GET', '/api/contests/c1/scoreboard');
	return [tables, await scores('c1'), await scores('c1:jury'), JSON.stringify(answer.body.rows), answer.headers.etag].join('\n');
}

const first = (one) => PROGRAMS[one.kind][1];
const corrected = (one) => PROGRAMS[one.kind][2];
const onlySum = (one) => PROGRAMS[one.kind][one.problem === 'sum' ? 2 : 1];

// ------------------------------------------------------------ the tests

test('a contest runs on wrong test data; a corrected version alone changes nothing', async () => {
	for (let i = 0; i < MANY; i++) {
		await submit(1 + Math.floor(random() * TEAMS), KINDS[Math.floor(random() * KINDS.length)], random() < 0.8 ? 'sum' : 'plus');
	}
	await settled();
	await boardIs(first);
	await arena.codearena('problem', 'import', writePackage('sum', '2147483648'));
	const one = await submit(1, 'right');
	assert.equal(await arena.verdict('team1', one.id), 'WA', 'the contest goes on with its version');
});

test('only the jury sees rejudgings, and only an admin makes them', async () => {
	assert.equal((await arena.http('GET', '/api/contests/c1/rejudgings')).status, 401);
	assert.equal((await api('GET', '', undefined, 'team1')).status, 403);
	assert.deepEqual(await done(api('GET', '', undefined, 'jury')), []);
	assert.equal((await api('POST', '', { filter: {}, reason: 'x' }, 'jury')).status, 403);
	assert.equal((await api('POST', '', { filter: {} })).status, 400, 'a reason is needed');
	assert.equal((await api('POST', '', { filter: { verdict: ['WA'] }, reason: 'x' })).status, 400);
	assert.equal((await api('POST', '', { filter: { verdicts: ['OK'] }, reason: 'x' })).status, 400);
	assert.equal((await api('POST', '', { filter: { team_ids: ['nobody'] }, reason: 'x' })).status, 409);
});

test('it chooses by any combination of problem, language, team, time, verdict, worker and submission', async () => {
	const rows = await arena.rows(`SELECT s.id, s.team_id, s.problem_id, s.language_id, s.verdict, s.contest_time_ms AS ms, j.worker
		FROM codearena.submissions s JOIN codearena.judgements j ON j.id = s.judgement_id WHERE s.contest_id = 'c1' ORDER BY s.ordinal`);
	const middle = rows[rows.length >> 1].ms;
	const reltime = (ms) => `${Math.floor(ms / 3600000)}:${String(Math.floor(ms / MINUTE) % 60).padStart(2, '0')}:${(ms % MINUTE / 1000).toFixed(3).padStart(6, '0')}`;
	const cases = [
		[{ problem_ids: ['plus'] }, (r) => r.problem_id === 'plus'],
		[{ team_ids: ['team1', 'team2'], verdicts: ['WA', 'CE'] }, (r) => /^team[12]$/.test(r.team_id) && /WA|CE/.test(r.verdict)],
		[{ from: reltime(middle), problem_ids: ['sum'] }, (r) => r.ms >= middle && r.problem_id === 'sum'],
		[{ until: reltime(middle) }, (r) => r.ms < middle],
		[{ submission_ids: [rows[0].id, rows[2].id] }, (r) => [rows[0].id, rows[2].id].includes(r.id)],
		[{ workers: ['judge0'], language_ids: ['c'] }, () => true],
	];
	await arena.judge.stop();
	for (const [filter, wanted] of cases) {
		const set = await create(filter);
		const members = await arena.rows(`SELECT submission_id AS id FROM codearena.rejudging_submissions WHERE rejudging_id = '${set.id}'`);
		assert.deepEqual(members.map((m) => m.id).sort(), rows.filter(wanted).map((r) => r.id).sort(), JSON.stringify(filter));
		assert.equal(set.progress.total, members.length);
		assert.deepEqual(set.filter, filter);
		await done(api('POST', `/${set.id}/discard`, {}));
	}
	for (const nothing of [{ workers: ['other'] }, { language_ids: ['cpp'] }]) assert.equal((await api('POST', '', { filter: nothing, reason: 'x' })).status, 409);
	await arena.judge.start();
});

test('a set is judged hidden; the preview is what an independent recomputation says; a discard leaves everything bit-identical', async () => {
	const was = await fingerprint();
	const stream = arena.sse('/api/contests/c1/scoreboard/stream');
	await stream.until('snapshot', (e) => e.event === 'snapshot');
	const own = arena.sse('/api/contests/c1/stream?topics=own', { token: await arena.login('team1') });
	const set = await create({ problem_ids: ['sum'] });
	const live = arena.sse(`/api/submissions/${sent.find((s) => s.problem === 'sum').id}/stream`, { token: await arena.login('root') });
	assert.deepEqual(set.problems, [{ problem_id: 'sum', version: 2, old_version: 1 }]);
	const ready = await judged(set.id);
	assert.equal(await fingerprint(), was, 'judging changed nothing');
	assert.deepEqual(ready.preview.status, { ready: set.progress.total, pending: 0, failed: 0, kept: 0 });
	assert.deepEqual(shown(ready.preview), await expected(first, onlySum), `SEED=${seed}`);
	const matrix = {};
	for (const one of sent.filter((s) => s.problem === 'sum')) {
		const key = `${first(one)} ${onlySum(one)}`;
		matrix[key] = (matrix[key] ?? 0) + 1;
	}
	assert.deepEqual(Object.fromEntries(ready.preview.matrix.map((m) => [`${m.old} ${m.new}`, m.count]).sort()), Object.fromEntries(Object.entries(matrix).sort()));
	assert.equal((await api('POST', '', { filter: {}, reason: 'x' })).status, 409, 'a submission is in one open set only');
	const dropped = await done(api('POST', `/${set.id}/discard`, {}));
	assert.deepEqual([dropped.state, dropped.preview, dropped.ended_by], ['discarded', null, ready.created_by]);
	assert.equal((await api('POST', `/${set.id}/apply`, {})).status, 409);
	assert.equal(await fingerprint(), was);
	await sleep(1200); // longer than any tick
	assert.deepEqual(stream.events.map((e) => e.text), [], 'the public heard nothing');
	assert.ok(!own.events.some((e) => e.event === 'own' && e.data.submissions?.length === 1), 'nor did a team');
	assert.ok(!live.events.some((e) => /COMPILING|TEST_RESULT|FINISHED/.test(e.text)), 'nor do the submission\'s own viewers');
	for (const one of [stream, own, live]) one.close();
});

test('an unfinished set cannot be applied, and a discarded one is judged no further', async () => {
	await arena.judge.stop();
	const set = await create({ problem_ids: ['plus'] });
	assert.equal((await api('POST', `/${set.id}/apply`, {})).status, 409);
	await done(api('POST', `/${set.id}/discard`, {}));
	await arena.judge.start();
	assert.equal(await arena.sql('SELECT count(*) FROM codearena.judgements WHERE state <> \'final\''), '0');
});

test('it is applied as one step for every viewer; what was judged meanwhile is in it; what comes after gets the new version', async () => {
	const set = await create({ problem_ids: ['sum'] });
	const late = await submit(2, 'right');
	assert.equal(await arena.verdict('team2', late.id), 'WA', 'with the contest\'s version until it is applied');
	const again = sent.find((s) => s.problem === 'sum' && s.kind === 'misled');
	assert.equal((await arena.http('POST', `/api/submissions/${again.id}/rejudge`, { token: await arena.login('root'), body: {} })).status, 202);
	await settled();
	const ready = await judged(set.id);
	assert.ok(ready.progress.total > set.progress.total, 'the late one joined');
	assert.equal(ready.preview.status.ready, ready.progress.total);
	assert.deepEqual(shown(ready.preview), await expected(first, onlySum), `SEED=${seed}`);
	const viewers = [arena.sse('/api/contests/c1/scoreboard/stream'), arena.sse('/api/contests/c1/stream?topics=board&view=jury', { token: await arena.login('root') })];
	for (const viewer of viewers) await viewer.until('snapshot', (e) => e.event === 'snapshot');
	const own = arena.sse('/api/contests/c1/stream?topics=own', { token: await arena.login('team2') });
	await own.until('the first', (e) => e.event === 'own');
	const applied = await done(api('POST', `/${set.id}/apply`, {}));
	assert.equal(applied.state, 'applied');
	assert.deepEqual(applied.preview, ready.preview, 'it keeps what the preview said');
	for (const viewer of viewers) {
		await viewer.until('the step', (e) => (e.data.rows ?? []).length > 0);
		await sleep(300);
		assert.deepEqual(viewer.events.filter((e) => e.data.rows).map((e) => e.text), [], 'one step, no more');
		viewer.close();
	}
	const told = await own.until('the new verdict', (e) => e.data.submissions?.some((s) => s.id === late.id && s.verdict === 'AC'));
	assert.ok(told.data.submissions.every((s) => s.state === 'final'));
	own.close();
	await boardIs(onlySum);
	const next = await submit(3, 'right');
	assert.equal(await arena.verdict('team3', next.id), 'AC');
	const history = (await arena.http('GET', `/api/contests/c1/judgements?submission_id=${late.id}`, { token: await arena.login('root') })).body;
	assert.deepEqual(history.filter((j) => j.valid).map((j) => j.judgement_type_id), ['AC']);
	assert.ok(history.some((j) => !j.valid && j.judgement_type_id === 'WA'), 'old judgements stay in the history');
	const events = await arena.rows(`SELECT kind, text FROM codearena.leaderboard_events WHERE contest_id = 'c1' AND number = ${applied.event_number}`);
	assert.equal(JSON.parse(events[0].text).subject.rejudging, set.id);
	assert.equal(await arena.sql(`SELECT count(*) FROM codearena.audit_log WHERE subject = '${set.id}' AND action LIKE 'rejudging.%'`), '2');
	await arena.verify();
});

test('an undo is another set, and brings everything back', async () => {
	const [set] = await arena.rows('SELECT id FROM codearena.rejudgings WHERE state = \'applied\'');
	const undo = await done(api('POST', `/${set.id}/undo`, { reason: 'it was right after all' }), 201);
	assert.equal(undo.undoes, set.id);
	const ready = await judged(undo.id);
	assert.deepEqual(shown(ready.preview), await expected(onlySum, first), `SEED=${seed}`);
	await arena.codearena('rejudging', 'apply', undo.id);
	await boardIs(first);
	const after = await submit(4, 'right');
	assert.equal(await arena.verdict('team4', after.id), 'WA', 'the version is the old one again');
	await arena.verify();
});

test('what a judge decided after the set was made stands, unless the set has newer data', async () => {
	const one = sent.find((s) => s.problem === 'plus');
	const set = await create({ submission_ids: [one.id] });
	await judged(set.id);
	await arena.http('POST', `/api/submissions/${one.id}/rejudge`, { token: await arena.login('root'), body: {} });
	await settled();
	const was = await arena.sql(`SELECT judgement_id FROM codearena.submissions WHERE id = '${one.id}'`);
	assert.equal((await show(set.id)).preview.status.kept, 1);
	await done(api('POST', `/${set.id}/apply`, {}));
	assert.equal(await arena.sql(`SELECT judgement_id FROM codearena.submissions WHERE id = '${one.id}'`), was);
	await boardIs(first);
});

test('a crash at any step of applying leaves all or nothing', async () => {
	const set = JSON.parse(await arena.codearena('rejudging', 'create', 'c1', '--problem', 'sum', '--reason', 'again', '--json'));
	await judged(set.id);
	const was = await fingerprint();
	let at = 1;
	for (;; at += long ? 1 : 3) {
		const r = await arena.tryCodearenaIn({ FAULT_AT: String(at) }, 'rejudging', 'apply', set.id);
		const state = await arena.sql(`SELECT state FROM codearena.rejudgings WHERE id = '${set.id}'`);
		if (state === 'applied') break;
		assert.notEqual(r.status, 0, `FAULT_AT=${at}`);
		assert.equal(await fingerprint(), was, `FAULT_AT=${at} left something`);
		assert.ok(at < 300, 'it ends');
	}
	assert.ok(at > 6, `only ${at} steps`);
	await waitFor('the board', () => boardIs(onlySum).then(() => true, () => false), 10000);
	await boardIs(onlySum);
	await arena.verify();
});

// Takes a fifth of a second of every test.
const SLOW = `#include <stdio.h>\n#include <time.h>\nint main(void) { long long a, b; while (clock() < CLOCKS_PER_SEC / 5) ;
scanf("%lld %lld", &a, &b); printf("%lld\\n", a + b); return 0; }\n`;

test('a rejudging gives way between two test cases, which is no failure, and leaves a slot free', async () => {
	await arena.codearena('problem', 'import', arena.problem('addup'));
	await arena.makeContest('c3', { problems: ['addup'], more: ['--per-minute', '1000'] });
	const slow = async (team) => {
		const answer = await arena.submit('c3', `team${team}`, 'addup', 'c', SLOW);
		assert.equal(answer.status, 202, answer.text);
		return answer.body.id;
	};
	await Promise.all([slow(1), slow(2)]);
	await settled();
	const token = await arena.login('root');
	const target = '/api/contests/c3/rejudgings';
	const set = (await arena.http('POST', target, { token, body: { filter: {}, reason: 'slow' } })).body;
	const atWork = () => arena.rows(`SELECT j.id, j.attempt, j.failures, j.state FROM codearena.judgements j
		JOIN codearena.rejudging_submissions m ON m.judgement_id = j.id WHERE m.rejudging_id = '${set.id}'`);
	const finished = (rows) => rows.every((j) => j.state === 'final');
	let rows = [];
	let most = 0;
	let sentIn = 0;
	await waitFor('the set', async () => {
		rows = await atWork();
		const n = rows.filter((j) => j.state === 'judging').length;
		most = Math.max(most, n);
		// Two contestants, one free slot: the rejudging's is needed.
		if (n > 0 && sentIn < 2) sentIn += (await Promise.all([slow(3), slow(4)])).length;
		return finished(rows);
	}, 240000);
	assert.equal(most, 1, 'of two slots one is for contestants only');
	assert.ok(rows.some((j) => j.attempt > 1), `none gave way: ${JSON.stringify(rows)}`);
	assert.ok(rows.every((j) => j.failures === 0));
	await settled();
	const runs = await arena.rows(`SELECT r.judgement_id AS id, count(*)::int AS n FROM codearena.submission_results r
		WHERE r.judgement_id = ANY ('{${rows.map((j) => j.id)}}') GROUP BY 1`);
	assert.deepEqual(runs.map((r) => r.n), [16, 16], 'each has all its runs, once');
	const { body: ready } = await arena.http('GET', `${target}/${set.id}`, { token });
	assert.deepEqual(ready.preview.matrix, [{ old: 'AC', new: 'AC', count: 2 }]);
	assert.equal((await arena.http('POST', `${target}/${set.id}/discard`, { token, body: {} })).status, 200);
});

test('applied while verdicts pour in, the board is that of all submissions with the data they were judged with in the end', async () => {
	await arena.codearena('problem', 'import', writePackage('plus', '2147483648'));
	const mine = [];
	const burst = async (n) => {
		for (let i = 0; i < n; i++) mine.push(await submit(1 + Math.floor(random() * TEAMS), KINDS[Math.floor(random() * 3)], 'plus', 'c2'));
	};
	await burst(long ? 60 : 12);
	await settled();
	const token = await arena.login('root');
	const call = (method, target, body) => arena.http(method, `/api/contests/c2/rejudgings${target}`, { token, body });
	const { body: set } = await call('POST', '', { filter: {}, reason: 'again' });
	let sending = true;
	const pouring = (async () => {
		for (let i = 0; sending && i < 200; i++) {
			await burst(2);
			await sleep(long ? 200 : 100);
		}
	})();
	let refused = 0;
	await waitFor('it to be applied', async () => {
		const answer = await call('POST', `/${set.id}/apply`, {});
		refused += answer.status === 409;
		if (refused > 5) sending = false; // it may not catch up on a slow machine
		return answer.status === 200;
	}, 90000);
	await burst(4);
	sending = false;
	await pouring;
	await settled();
	await boardIs(corrected, 'c2');
	assert.equal(await arena.sql(`SELECT count(*) FROM codearena.submissions s JOIN codearena.judgements j ON j.id = s.judgement_id
		WHERE s.contest_id = 'c2' AND j.problem_version <> 2`), '0', 'none was left with the old data');
	await arena.verify();
});
