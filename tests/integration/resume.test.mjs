// resume.test.mjs -- a viewer who is cut off again and again, each time on another node, gets every
// public event once, and folds them into the very board that a new viewer gets.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Arena, long, newSeed, randomFrom, sleep, waitFor } from './harness.mjs';

const NODES = 2;
const CUTS = long ? 1000 : 100;
const TEAMS = 8;
const arena = new Arena({ nodes: NODES, languages: ['python3'] });
const BASE = '/api/contests/c1';

before(async () => {
	await arena.start();
	await arena.importProblems('addup', 'banner');
	await arena.makeAccounts(TEAMS + 1); // one that has sent nothing yet when Redis is wiped
	await arena.makeContest('c1', { problems: ['addup', 'banner'], more: ['--per-minute', '10000'] });
});
after(() => arena.stop());

const number = (id) => Number(id.split('-')[1]);

// What a page keeps: rows by team, cells by problem; a delta's values are absolute.
class Fold {
	snapshot(part) {
		this.rows = new Map();
		this.apply(part);
	}

	apply(part) {
		for (const { cells = [], ...total } of part.rows ?? []) {
			const old = this.rows.get(total.team) ?? { cells: new Map() };
			const merged = new Map(old.cells);
			for (const cell of cells) merged.set(cell.problem, cell);
			this.rows.set(total.team, { ...total, cells: merged });
		}
	}

	// Only what is not as at the beginning; the same for every way to the state.
	state() {
		const seen = (c) => c.judged || c.pending;
		return [...this.rows.values()].map((row) => ({ ...row, cells: [...row.cells.values()].filter(seen)
			.sort((a, b) => (a.problem < b.problem ? -1 : 1)) }))
			.filter((row) => row.cells.length).sort((a, b) => (a.team < b.team ? -1 : 1));
	}
}

// One connection after another, each cut at a random instant.
async function watch(random, isOver) {
	const fold = new Fold();
	const wrong = [];
	let last;
	let connections = 0;
	let refused = 0; // had what was asked for, and gave a snapshot
	while (!isOver(connections, last)) {
		const asked = last;
		const stream = arena.sse(`${BASE}/scoreboard/stream`, { node: Math.floor(random() * NODES), lastId: asked });
		connections++;
		const end = Date.now() + random() * 120;
		for (let e; (e = await stream.next(Math.max(1, end - Date.now())));) {
			if (e.event === 'reset') last = undefined;
			if (e.event === 'snapshot') {
				if (last !== undefined && number(e.id) < number(last)) wrong.push(`snapshot ${e.id} after ${last}`);
				// a node that has not come so far yet cannot resume: its board is an earlier one
				if (asked !== undefined && number(e.id) >= number(asked)) refused++;
				fold.snapshot(e.data);
				last = e.id;
			}
			if (e.event === 'delta') {
				if (last === undefined || number(e.id) !== number(last) + 1) wrong.push(`delta ${e.id} after ${last}`);
				fold.apply(e.data);
				last = e.id;
			}
		}
		stream.close();
		arena.streams.delete(stream);
	}
	return { fold, wrong, connections, refused, last };
}

async function submitForever(random, isOver) {
	const bodies = [['addup', 'accepted/addup.py'], ['addup', 'wrong_answer/absolute.py'], ['banner', 'accepted/banner.py'],
		['banner', 'wrong_answer/lower_case.py']].map(([problem, file]) => [problem, arena.source(problem, file)]);
	let n = 0;
	while (!isOver()) {
		const [problem, code] = bodies[Math.floor(random() * bodies.length)];
		const answer = await arena.submit('c1', `team${1 + Math.floor(random() * TEAMS)}`, problem, 'python3', code, { node: n % NODES });
		assert.equal(answer.status, 202, answer.text);
		n++;
		await sleep(random() * 150);
	}
	return n;
}

test(`a viewer cut ${CUTS} times on ${NODES} nodes has no gap and no duplicate`, async () => {
	const random = randomFrom(newSeed('resume'));
	for (let i = 1; i <= TEAMS; i++) await arena.login(`team${i}`);
	let over = false;
	const sending = submitForever(random, () => over);
	const first = await watch(random, (connections) => connections >= CUTS);
	over = true;
	const n = await sending;
	console.log(`# ${first.connections} connections, ${n} submissions, ${first.refused} not resumed, last ${first.last}`);
	assert.deepEqual(first.wrong, []);
	assert.equal(first.refused, 0, 'all were resumed, but by a node that was behind');

	// The rest of the verdicts, then the last state against a new viewer's.
	await waitFor('all judged', async () => (await arena.sql('SELECT count(*) FROM codearena.submissions WHERE state <> \'final\'')) === '0', 400000);
	const total = await arena.sql('SELECT public_number FROM codearena.contest_counter WHERE contest_id = \'c1\'');
	const stream = arena.sse(`${BASE}/scoreboard/stream`, { lastId: first.last });
	while (number(first.last) < Number(total)) {
		const e = await stream.next();
		assert.equal(e?.event, 'delta');
		assert.equal(number(e.id), number(first.last) + 1);
		first.fold.apply(e.data);
		first.last = e.id;
	}
	stream.close();
	for (let node = 0; node < NODES; node++) {
		const other = arena.sse(`${BASE}/scoreboard/stream`, { node });
		const e = await other.until('snapshot', (x) => x.event === 'snapshot');
		const fresh = new Fold();
		fresh.snapshot(e.data);
		other.close();
		assert.equal(number(e.id), Number(total));
		assert.deepEqual(first.fold.state(), fresh.state());
	}
});

test('an id from another log, from the future or of no sense gets a reset and a snapshot', async () => {
	const stream = arena.sse(`${BASE}/scoreboard/stream`);
	const { id } = await stream.until('snapshot', (e) => e.event === 'snapshot');
	stream.close();
	for (const lastId of [`other-${number(id)}`, `${id.split('-')[0]}-99999999`, 'x', '-', `${id}${'9'.repeat(30)}`, '1-1-1']) {
		const again = arena.sse(`${BASE}/scoreboard/stream`, { lastId });
		const events = [];
		while (!events.includes('snapshot')) {
			const e = await again.next();
			assert.ok(e, `${lastId}: ${events}`);
			events.push(e.event);
			assert.notEqual(e.event, 'delta', lastId);
		}
		again.close();
	}
});

test('Redis wiped in between changes no id and loses no event', async () => {
	const stream = arena.sse(`${BASE}/scoreboard/stream`);
	const first = await stream.until('snapshot', (e) => e.event === 'snapshot');
	await arena.redis('FLUSHALL');
	const answer = await arena.submit('c1', `team${TEAMS + 1}`, 'addup', 'python3', arena.source('addup', 'wrong_answer/absolute.py'));
	assert.equal(answer.status, 202);
	await arena.verdict(`team${TEAMS + 1}`, answer.body.id);
	const delta = await stream.until('delta', (e) => e.event === 'delta', 10000);
	assert.equal(delta.id.split('-')[0], first.id.split('-')[0]);
	stream.close();
});

test('board and log are what they must be', () => arena.verify());
