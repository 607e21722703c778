// feed.test.mjs -- contests that were held elsewhere, imported from their event feeds: the standings
// are theirs, row by row; the frozen public board is what was judged before the freeze; and a feed in
// any version of the format, out of order, doubled or damaged, gives the same contest.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fromSnapshot, lines, ndjson, plain, small, standings, things } from './feed_oracle.mjs';
import { Arena, newSeed, randomFrom, top, waitFor } from './harness.mjs';

const feeds = path.resolve(top, '../shared/feeds');
const skip = fs.existsSync(feeds) ? false : '../shared is absent';
const EUC = path.join(feeds, 'euc2025.ndjson');
const SWERC = path.join(feeds, 'swerc2022.ndjson');

let arena;
before(async () => {
	arena = new Arena();
	try {
		await arena.startData();
	} catch (error) {
		await arena.stop();
		throw error;
	}
});
after(() => arena.stop());

const importFeed = async (...words) => JSON.parse(await arena.codearena('--json', 'contest', 'import-feed', ...words));
const board = async (id, ...words) => JSON.parse(await arena.codearena('--json', 'board', 'show', id, ...words));
async function verify(...ids) {
	for (const id of ids) {
		await arena.codearena('board', 'verify', id);
		await arena.codearena('log', 'verify', id);
	}
}
function write(name, text) {
	const file = arena.path(name);
	fs.writeFileSync(file, text);
	return file;
}

test('EUC 2025: the final standings and who was first are the feed\'s, row by row', { skip }, async () => {
	const events = lines(EUC);
	const report = await importFeed(EUC);
	assert.deepEqual([report.id, report.broken, report.left_out, report.teams, report.submissions], ['euc2025', 0, 0, 53, 856]);
	const expected = plain(standings(events));
	assert.deepEqual(fromSnapshot(await board('euc2025', '--jury')), expected);
	assert.deepEqual(fromSnapshot(await board('euc2025')), expected, 'thawed: the public sees the same');
	const awards = things(events)('awards');
	assert.equal(awards.length, 11);
	for (const { id, team_ids: teams } of awards) {
		const problem = id.slice('first-to-solve-'.length);
		assert.deepEqual([...expected.values()].filter((r) => r.first.includes(problem)).map((r) => r.team), teams, id);
	}
	await verify('euc2025');
	await arena.startApi(0);
	const list = await waitFor('the board', async () => {
		const answer = await arena.http('GET', '/api/contests/euc2025/awards');
		return answer.status === 200 && answer.body;
	});
	const ours = new Map(list.map((a) => [a.id, a.team_ids]));
	const firsts = [...ours].filter(([id]) => id.startsWith('first-to-solve-')).sort();
	assert.deepEqual(firsts, awards.map((a) => [a.id, a.team_ids]).sort(), 'the feed\'s awards, all of them, and none that it does not have');
	assert.deepEqual(ours.get('winner'), [...expected.values()].filter((r) => r.rank === 1).map((r) => r.team));
});

// The resolver by another hand: what is pending, from the bottom, the leftmost first; a row that
// rises is met again where it then is.
function resolver(events, hidden) {
	const shown = new Set();
	const problems = things(events)('problems').sort((a, b) => a.ordinal - b.ordinal).map((p) => p.id);
	const name = new Map(things(events)('teams').map((t) => [t.id, (t.display_name ?? t.name)]));
	const hides = (s) => hidden(s) && !shown.has(`${s.team_id} ${s.problem_id}`);
	const steps = [];
	for (let place = name.size - 1; place >= 0;) {
		const rows = standings(events, hides).sort((a, b) => a.rank - b.rank || (name.get(a.team) < name.get(b.team) ? -1 : 1));
		const row = rows[place];
		const next = problems.find((p) => row.cells[p]?.pending && !row.cells[p].solved);
		steps.push([row.team, next ?? null]);
		if (next) shown.add(`${row.team} ${next}`);
		else place--;
	}
	return steps;
}

// Through all steps of the ceremony: they are the resolver's, what is not reached stays hidden, and
// behind the last one stands exactly the final board.
async function revealed(id, events, hidden) {
	await arena.codearena('reveal', 'open', id);
	const steps = JSON.parse(await arena.codearena('--json', 'reveal', 'steps', id));
	assert.deepEqual(steps.map((s) => [s.team_id, s.problem_id]), resolver(events, hidden));
	for (const at of [1, Math.floor(steps.length / 3), Math.floor(steps.length / 2), steps.length - 1]) {
		await arena.codearena('reveal', 'jump', id, String(at));
		const shown = new Set(steps.slice(0, at).map((s) => `${s.team_id} ${s.problem_id}`));
		const expected = plain(standings(events, (s) => hidden(s) && !shown.has(`${s.team_id} ${s.problem_id}`)));
		assert.deepEqual(fromSnapshot(await board(id)), expected, `after step ${at} of ${steps.length}`);
	}
	await arena.codearena('reveal', 'jump', id, String(steps.length));
	assert.deepEqual(fromSnapshot(await board(id)), plain(standings(events)), 'the final board');
	await verify(id);
}

test('EUC 2025 before its ceremony: the public board is what was judged of what came before the freeze', { skip }, async () => {
	const events = lines(EUC);
	await importFeed(EUC, '--id', 'euc-frozen', '--frozen');
	const frozen = Date.parse(things(events)('state').at(-1).frozen);
	const hidden = (s) => Date.parse(s.time) >= frozen;
	assert.deepEqual(fromSnapshot(await board('euc-frozen')), plain(standings(events, hidden)));
	assert.deepEqual(fromSnapshot(await board('euc-frozen', '--jury')), plain(standings(events)));
	await verify('euc-frozen');
	await revealed('euc-frozen', events, hidden);
	await arena.codearena('contest', 'thaw', 'euc-frozen');
	assert.deepEqual(fromSnapshot(await board('euc-frozen')), plain(standings(events)));
	await verify('euc-frozen');
});

test('SWERC 2022, whose feed ends frozen: imported whole, the 315 that are not judged are pending', { skip }, async () => {
	const events = lines(SWERC);
	const report = await importFeed(SWERC);
	assert.deepEqual([report.broken, report.left_out, report.submissions], [0, 0, 1322]);
	const state = await arena.rows('SELECT count(*) FILTER (WHERE state <> \'final\') AS open FROM codearena.submissions WHERE contest_id = \'swerc2022\'');
	assert.equal(state[0].open, 315);
	const teams = await arena.rows('SELECT t.team_id AS id FROM codearena.contest_teams t WHERE t.contest_id = \'swerc2022\'');
	const ours = (rows) => new Map(rows.map((r) => {
		const id = teams.some((t) => t.id === r.team) ? r.team : `swerc2022.${r.team}`;
		return [id, { ...r, team: id }];
	}));
	const expected = ours([...plain(standings(events)).values()]);
	assert.deepEqual(fromSnapshot(await board('swerc2022')), expected);
	assert.deepEqual(fromSnapshot(await board('swerc2022', '--jury')), expected);
	await verify('swerc2022');
});

// PCMS2's standings as an event feed; compile errors are free there.
function nercFeed(xml) {
	const all = (text, pattern) => [...text.matchAll(pattern)];
	const start = Date.parse('2021-04-12T08:00:00Z');
	const time = (t) => new Date(start + t).toISOString();
	const reltime = (t) => `${Math.floor(t / 3600000)}:${String(Math.floor(t / 60000) % 60).padStart(2, '0')}:${(t % 60000 / 1000).toFixed(3).padStart(6, '0')}`;
	const types = { accepted: 'AC', 'compilation-error': 'CE', 'wrong-answer': 'WA', 'presentation-error': 'PE', 'runtime-error': 'RTE',
		'time-limit-exceeded': 'TLE', 'memory-limit-exceeded': 'MLE', 'idleness-limit-exceeded': 'ILE', 'security-violation': 'SV' };
	const events = [{ type: 'contest', id: 'nerc2020', data: { id: 'nerc2020', name: 'NERC 2020', start_time: time(0), duration: '5:00:00', penalty_time: 20 } }];
	const add = (type, data) => events.push({ type, id: data.id, data });
	for (const id of Object.values(types)) add('judgement-types', { id, name: id, penalty: !['AC', 'CE'].includes(id), solved: id === 'AC' });
	for (const [, id, name] of all(xml.slice(0, xml.indexOf('</challenge>')), /<problem alias="(\w+)" name="([^"]*)"/g)) add('problems', { id, label: id, name, ordinal: id.charCodeAt(0) });
	const official = new Map();
	for (const [, party, team, penalty, solved, body] of all(xml, /<session party="([^"]*)" id="[^"]*" alias="([^"]*)" penalty="(\d+)" solved="(\d+)"[^>]*>(.*?)<\/session>/gs)) {
		official.set(team, [Number(solved), Number(penalty)]);
		add('teams', { id: team, name: party });
		for (const [, label, runs] of all(body, /<problem [^>]*alias="(\w+)"[^>]*[^/]>(.*?)<\/problem>/gs)) {
			for (const [, at, language, id, outcome] of all(runs, /<run [^>]*time="(\d+)" language-id="([^"]*)" run-id="([^"]*)" outcome="([^"]*)"/g)) {
				assert.ok(types[outcome], outcome);
				add('submissions', { id, team_id: team, problem_id: label, language_id: language, time: time(Number(at)), contest_time: reltime(Number(at)) });
				add('judgements', { id: `j-${id}`, submission_id: id, judgement_type_id: types[outcome], start_time: time(Number(at)), end_time: time(Number(at) + 1000) });
			}
		}
	}
	return { events, official };
}

test('NERC 2020: solved and penalty of all 50 teams are the official ones', { skip }, async () => {
	const { events, official } = nercFeed(fs.readFileSync(path.join(feeds, 'nerc2020-standings.xml'), 'utf8'));
	assert.equal(official.size, 50);
	const runs = things(events)('submissions').length;
	assert.ok(runs >= 795);
	const report = await importFeed(write('nerc.ndjson', ndjson(events)));
	assert.deepEqual([report.broken, report.left_out, report.submissions], [0, 0, runs]);
	const rows = (await board('nerc2020', '--jury')).rows;
	assert.deepEqual(new Map(rows.map((r) => [r.team, [r.solved, r.penalty]]).sort()), new Map([...official].sort()));
	await verify('nerc2020');
});

const versions = {
	'2020-03': (events) => {
		const seen = new Set();
		return events.map((e, i) => {
			const key = `${e.type} ${e.data.id}`;
			const op = seen.has(key) ? 'update' : 'create';
			seen.add(key);
			return { id: `event${i}`, type: e.type === 'contest' ? 'contests' : e.type, op, data: e.data };
		});
	},
	'2022-07': (events) => events.map((e, i) => ({ ...e, token: `t${i}` })),
	'2023-06, whole lists': (events) => [
		...['teams', 'problems', 'languages'].map((type) => ({ type, id: null, data: events.filter((e) => e.type === type).map((e) => e.data) })),
		...events.filter((e) => !['teams', 'problems', 'languages'].includes(e.type)),
	],
	'2026-01': (events) => events.map((e) => {
		if (e.type === 'contest') return { ...e, data: { ...e.data, scoreboard_type: 'pass-fail', penalty_time: '0:20:00' } };
		if (e.type === 'judgements' && e.data.judgement_type_id) return { ...e, data: { ...e.data, current: true } };
		return e;
	}),
};

test('every version of the format gives the same contest', async () => {
	const expected = plain(standings(small()));
	for (const [name, convert] of Object.entries(versions)) {
		const id = `v${name.slice(0, 7)}`;
		const report = await importFeed(write(`${id}.ndjson`, ndjson(convert(small()))), '--id', id);
		assert.deepEqual([report.broken, report.left_out, report.submissions, report.judgements], [0, 0, 9, 9], name);
		assert.deepEqual(fromSnapshot(await board(id)), expected, name);
	}
	assert.equal(expected.get('x').rank, 1);
	assert.equal(expected.get('z').penalty, 50, 'compile errors are free, and what came after the end counts for nothing');
	await verify(...Object.keys(versions).map((name) => `v${name.slice(0, 7)}`));
});

test('lines out of order, twice, deleted, unknown or broken: the same contest, and what was wrong is counted and named', async () => {
	const expected = plain(standings(small()));
	const random = randomFrom(newSeed('feed'));
	const get = things(small());
	const last = ['contest', 'state', 'groups', 'organizations', 'judgement-types', 'problems', 'teams', 'languages', 'submissions', 'judgements']
		.flatMap((type) => get(type).map((data) => ({ type, id: data.id ?? null, data })));
	const gone = [{ type: 'teams', id: 'gone', data: { id: 'gone', name: 'Gone' } }, { type: 'teams', id: 'gone', data: null },
		{ type: 'submissions', id: 'lost', data: { id: 'lost', team_id: 'nobody', problem_id: 'a', language_id: 'cpp', contest_time: '0:01:00' } },
		{ type: 'judgements', id: 'odd', data: { id: 'odd', submission_id: 's0', judgement_type_id: 'XYZ', end_time: '2024-05-01T10:12:00Z' } },
		{ type: 'moonphase', id: '1', data: { id: '1' } }];
	for (let round = 0; round < 5; round++) {
		const list = [...last, ...last].map((e) => [random(), JSON.stringify(e)]).sort(([a], [b]) => a - b).map(([, text]) => text);
		for (const [i, bad] of ['{"type":"teams","id":', '[1,2]', 'nonsense', '{"data":{}}', '{"type":"teams","id":"q","data":5}', ''].entries()) list.splice(i * 7, 0, bad);
		const id = `chaos${round}`;
		const file = write(`${id}.ndjson`, `${list.join('\n')}\n${ndjson(gone)}`);
		const { status, stdout, stderr } = await arena.tryCodearena('--json', 'contest', 'import-feed', file, '--id', id);
		assert.equal(status, 0, stderr);
		const report = JSON.parse(stdout);
		assert.deepEqual([report.broken, report.left_out, report.teams], [5, 2, 3]);
		assert.deepEqual(report.unused, { moonphase: 1 });
		assert.match(stderr, new RegExp(`${id}.ndjson:1: `), 'the broken line is named');
		assert.match(stderr, /submission lost: no such team: "nobody"/);
		assert.match(stderr, /judgement odd: no such judgement type: "XYZ"/);
		assert.deepEqual(fromSnapshot(await board(id)), expected);
	}
	await verify('chaos0');
});

test('a contest is imported once: again is refused and changes nothing; another id is another contest', async () => {
	const file = write('once.ndjson', ndjson(small()));
	await importFeed(file, '--id', 'once');
	const before = await arena.codearena('log', 'head', 'once');
	const { status, stderr } = await arena.tryCodearena('contest', 'import-feed', file, '--id', 'once');
	assert.equal(status, 1);
	assert.match(stderr, /contest once exists already/);
	assert.equal(await arena.codearena('log', 'head', 'once'), before);
	await importFeed(file, '--id', 'twice');
	for (const [text, words] of [['', /no contest/], [ndjson(small().slice(1)), /no contest/], [ndjson([{ type: 'contest', id: 'q q', data: { id: 'q q' } }]), /--id/]]) {
		const answer = await arena.tryCodearena('contest', 'import-feed', write('bad.ndjson', text));
		assert.equal(answer.status, 1);
		assert.match(answer.stderr, words);
	}
});

test('what was judged elsewhere cannot be judged anew, and nobody can log in as its account', async () => {
	const file = write('past.ndjson', ndjson(small()));
	await importFeed(file, '--id', 'past');
	const { status, stderr } = await arena.tryCodearena('submission', 'rejudge-one', 'past-s0');
	assert.notEqual(status, 0);
	assert.match(stderr, /judged elsewhere/);
	const accounts = await arena.rows('SELECT enabled, password_hash FROM codearena.accounts WHERE id = \'past.feed\'');
	assert.deepEqual(accounts, [{ enabled: false, password_hash: null }]);
});

test('a feed comes over HTTP with a login; what is not there, too long in coming or a redirect elsewhere is refused', async () => {
	const server = http.createServer((req, res) => {
		if (req.url === '/moved') return res.writeHead(302, { location: '/feed' }).end();
		if (req.url === '/file') return res.writeHead(302, { location: 'file:///etc/hostname' }).end();
		if (req.headers.authorization !== `Basic ${Buffer.from('me:secret').toString('base64')}`) return res.writeHead(401).end();
		return res.writeHead(200, { 'content-type': 'application/x-ndjson' }).end(ndjson(small()));
	});
	await new Promise((done) => { server.listen(0, '127.0.0.1', done); });
	const url = `http://127.0.0.1:${server.address().port}`;
	const login = write('login', 'me:secret\n');
	try {
		assert.equal((await importFeed(`${url}/moved`, '--id', 'over-http', '--login', login)).submissions, 9);
		for (const [target, words] of [[`${url}/feed`, /answered with 401/], [`${url}/file`, /rotocol/], ['http://127.0.0.1:1/', /onnect/]]) {
			const answer = await arena.tryCodearena('contest', 'import-feed', target, '--id', 'none');
			assert.equal(answer.status, 1, target);
			assert.match(answer.stderr, words);
		}
	} finally {
		server.close();
	}
});
