// differential.test.mjs -- nothing that the public or another team can read depends on what the
// freeze hides (RULES.md section 4). The same contests are played in arenas of their own, with the
// same clock and the same ids; only hidden verdicts differ, once the judging durations as well, and
// the problems of a contest that has not started. Every answer to the public and to a team that is
// not concerned must be the same, byte for byte: status, headers, body, streams.
//
// The requests are taken from the OpenAPI document, with real ids and every documented parameter,
// so a new route or parameter is asked by itself; a route that answers nobody, since it needs a body
// or an id that is not known here, makes the test fail until it is given. Each route answers with 2xx to one of the two
// viewers, or stands in REFUSED with the reason.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import { after, before, test } from 'node:test';
import { calmFeed, END, FROZEN, gapFeed, HIDDEN, hiddenVerdict, LATER, mainFeed, MINUTE, NOW, openFeed, OVERRIDDEN, START } from './differential_contest.mjs';
import { Arena, long, sleep, waitFor } from './harness.mjs';

// LONG=1 also has the one where only the verdicts differ; the last one has to be equal anyway.
const VARIANTS = [
	{ name: 'one', seed: 1, later: ['addup'] },
	...(long ? [{ name: 'other verdicts', seed: 2, later: ['meeting'] }] : []),
	{ name: 'other verdicts, other durations', seed: 4, slow: true, later: ['meeting', 'addup'] },
];
const JUDGED = 4; // submissions that a judge really judges, in the freeze, and one of OTHER
const OTHER = 'team7'; // its own is the same everywhere
const EVERY_MS = 250; // of silence: a stream has said what it has to say

const REFUSED = {
	'POST /api/register': 'registration is closed',
	'POST /api/submissions/{sid}/rejudge': 'for admins',
	'POST /api/submissions/{sid}/ignore': 'for admins',
	'POST /api/submissions/{sid}/confirm': 'for the jury',
	'POST /api/submissions/{sid}/override': 'for the jury',
	'GET /api/judging': 'for the jury',
	'POST /api/judging': 'for admins',
	'POST /api/problems': 'for the jury',
	'GET /api/problem-imports': 'for the jury',
	'GET /api/problem-imports/{id}': 'for the jury',
	'POST /api/contests/{cid}/actions': 'for admins',
	'GET /api/contests/{cid}/blockers': 'for the jury',
	'GET /api/contests/{cid}/log': 'for the jury',
	'GET /api/contests/{cid}/audit': 'for admins',
	'GET /api/contests/{cid}/reveal/rehearsal': 'for the jury',
	'POST /api/contests/{cid}/reveal': 'for admins',
	'GET /api/contests/{cid}/rejudgings': 'for the jury',
	'POST /api/contests/{cid}/rejudgings': 'for admins',
	'GET /api/contests/{cid}/rejudgings/{set}': 'for the jury',
	'POST /api/contests/{cid}/rejudgings/{set}/apply': 'for admins',
	'POST /api/contests/{cid}/rejudgings/{set}/discard': 'for admins',
	'POST /api/contests/{cid}/rejudgings/{set}/undo': 'for admins',
};
// The machine's own loopback may read these numbers, and this test comes from there.
const OPERATORS = new Set(['GET /metrics']);
// The problems here have no such file.
const ABSENT = new Set(['GET /api/contests/{cid}/problems/{pid}/files/{name}', 'GET /api/contests/{cid}/problems/{pid}/{name}']);
// They give out random credentials: of these the length is compared, without the cookies.
const RANDOM = new Set(['POST /api/login', 'POST /api/refresh']);

const code = (word) => `#include <stdio.h>\nint main(void) { long long a, b; return scanf("%lld %lld", &a, &b) != 2 || printf("%lld\\n", a ${word} b) < 0; }\n`;
const BODIES = {
	'POST /api/login': () => ({ username: OTHER, password: `password-${OTHER}` }),
	'POST /api/refresh': (w) => ({ refresh_token: w.refresh }),
	'POST /api/register': () => ({ username: 'new', password: 'a long password', name: 'New' }),
	'POST /api/submit': () => ({ contest_id: 'main', problem_id: 'addup', language_id: 'c', code: code('+') }),
	'POST /api/contests/{cid}/submissions': () => ({ problem_id: 'addup', language_id: 'c', code: code('-') }),
	'POST /api/contests/{cid}/clarifications': () => ({ text: 'How long is it frozen?' }),
	'PUT /api/contests/{cid}/drafts/{pid}/{lang}': () => ({ body: 'x = 1', version: 1 }),
};
const PARAMS = (w) => ({
	cid: ['main', 'gap', 'open', 'later'], tid: ['team1', OTHER, 'team9'], pid: ['addup', 'p1', 'meeting'], lang: ['c'], name: ['none.png'], n: ['1'], part: ['input', 'answer'], set: [w.set],
	sid: ['main-before0', 'main-h0', 'main-h5', `main-h${HIDDEN - 1}`, 'main-own', 'gap-gap-hidden', w.judged[0], w.own], id: ['1'],
});
const QUERIES = () => ({
	view: ['public', 'jury'], at: ['0:59:00', '3:59:59.999', '4:00:00', '4:30:00', '9:00:00', ...[1, 5, 12, 60, 150, 250, 500].map(String)],
	final: ['true&at=4:30:00'], language: ['en'], team_id: ['team1', OTHER], problem_id: ['addup', 'p1'], submission_id: ['main-h0', 'main-own', 'main-before0'],
	limit: ['0', '3', '3&offset=2'], offset: ['1'], team: ['team1', 'team9', 'team3&around=2'], around: ['1'], group: ['staff', 'none'], organization: ['none'], country: ['NLD'],
	judgement_id: ['main-h0-1', 'main-own-1'], topics: ['board,state,clarifications', 'board', 'own', 'board,own'], last_event_id: ['aaaa-1', 'aaaa-20', 'aaaa-100000', 'bbbb-5'],
});

const worlds = [];
let document;

// ---------------------------------------------------------------- the contests, once per variant

async function makeWorld(variant) {
	const arena = new Arena({ languages: ['c'], slots: 1, clock: NOW, incarnation: 'aaaa', settings: { submissions_per_minute: 1000 } });
	const w = { arena, variant, judged: [], got: new Map() };
	worlds.push(w);
	await arena.startData();
	await arena.importProblems('addup', 'meeting');
	await arena.sql('UPDATE codearena.test_cases SET full_feedback = true'); // who fails one may read it
	await arena.makeAccounts(9);
	const [{ name }] = await arena.rows('SELECT name FROM codearena.problem_versions WHERE problem_id = \'addup\'');
	for (const [id, feed] of [['main', mainFeed(variant, name)], ['gap', gapFeed(variant)], ['calm', calmFeed()], ['open', openFeed()]]) {
		fs.writeFileSync(arena.path(`${id}.ndjson`), feed);
		const report = JSON.parse(await arena.codearena('--json', 'contest', 'import-feed', arena.path(`${id}.ndjson`), '--frozen'));
		assert.deepEqual([report.id, report.broken, report.left_out, report.renamed], [id, 0, 0, 0]);
	}
	// RULES.md knows intervals that end; no button makes one.
	await arena.sql(`UPDATE codearena.contest_freezes SET to_at = timestamptz '${new Date(START + 120 * MINUTE).toISOString()}' WHERE contest_id = 'gap'`);
	await arena.codearena('contest', 'create', 'later', '--name', 'Later', '--start', new Date(LATER).toISOString(), '--duration', '300m', '--freeze', '60m');
	for (const problem of variant.later) await arena.codearena('contest', 'add-problem', 'later', problem);
	await arena.codearena('contest', 'add-team', 'later', '--all');
	await arena.startPrograms();
	return w;
}

const admin = async (w, method, target, body) => {
	const answer = await w.arena.http(method, target, { token: await w.arena.login('root'), body });
	assert.ok(answer.status < 300, `${target}: ${answer.text}`);
	return answer.body;
};

// Verdicts that come while everybody is looking: by a judge, by a person's word, by a rejudging.
async function playLive(w) {
	const { arena, variant } = w;
	const own = await arena.submit('main', OTHER, 'addup', 'c', code('-'));
	assert.equal(own.status, 202, own.text);
	w.own = own.body.id;
	assert.equal(await arena.verdict(OTHER, w.own), 'WA');
	for (let i = 0; i < JUDGED; i++) {
		const right = (i + variant.seed) % 2 === 0, team = `team${i % 3 + 1}`;
		arena.setClock(NOW + i * 1000);
		const answer = await arena.submit('main', team, 'addup', 'c', code(right ? '+' : '-'));
		assert.equal(answer.status, 202, answer.text);
		if (variant.slow) arena.setClock(NOW + i * 1000 + 700);
		w.judged.push(answer.body.id);
		assert.equal(await arena.verdict(team, answer.body.id), right ? 'AC' : 'WA');
	}
	arena.setClock(NOW + 10000);
	const words = [];
	for (let i = HIDDEN - OVERRIDDEN; i < HIDDEN; i++) words.push([`main-h${i}`, hiddenVerdict(variant, i)]);
	words.unshift(['gap-gap-in', variant.seed % 2 ? 'AC' : 'WA'], ['gap-gap-after', 'AC']);
	for (const [id, verdict] of words) {
		await admin(w, 'POST', `/api/submissions/${id}/override`, { verdict, reason: 'the test', password: 'password-root' });
		if (variant.slow && id.startsWith('main')) arena.setClock(NOW + 10000 + words.length * 10);
	}
	arena.setClock(NOW + 20000);
	const set = await admin(w, 'POST', '/api/contests/main/rejudgings', { reason: 'the test', filter: { submission_ids: w.judged.slice(0, 2) } });
	w.set = set.id;
	await waitFor('the set to be judged', async () => (await admin(w, 'GET', `/api/contests/main/rejudgings/${w.set}`)).preview.status.ready === 2);
	await admin(w, 'POST', `/api/contests/main/rejudgings/${w.set}/apply`, {});
	await waitFor('the gap\'s verdict', async () => cellOf(await arena.scoreboard('gap'), 'team2')?.solved);
}

const cellOf = (board, team, problem = 'p1') => board.rows.find((r) => r.team_id === team)?.problems.find((c) => c.problem_id === problem);

// ---------------------------------------------------------------- asking

// Every operation with every combination of real ids, plain and with each query parameter.
function requests(w, methods) {
	const list = [];
	const params = PARAMS(w), queries = QUERIES();
	for (const [template, operations] of Object.entries(document.paths)) {
		for (const [method, operation] of Object.entries(operations)) {
			const key = `${method.toUpperCase()} ${template}`;
			if (method === 'parameters' || !methods(method.toUpperCase()) || OPERATORS.has(key)) continue;
			const all = [...(operations.parameters ?? []), ...(operation.parameters ?? [])]
				.map((p) => (p.$ref ? document.components.parameters[p.$ref.split('/').pop()] : p));
			let paths = [template];
			for (const [, name] of template.matchAll(/\{(\w+)\}/g)) {
				const { schema } = all.find((p) => p.in === 'path' && p.name === name);
				const values = params[name] ?? schema?.enum ?? [schema?.minimum ?? 1];
				paths = paths.flatMap((p) => values.map((value) => p.replace(`{${name}}`, value)));
			}
			const asked = [''];
			for (const { name, schema } of all.filter((p) => p.in === 'query')) {
				const values = queries[name] ?? schema?.enum ?? [schema?.minimum ?? 1];
				asked.push(...values.map((value) => `?${name}=${value}`));
			}
			for (const path of method === 'get' ? paths : paths.slice(0, 1)) for (const query of method === 'get' ? asked : ['']) list.push({ key, method: method.toUpperCase(), target: path + query });
		}
	}
	return list;
}

// Headers and body as they came; fetch() would hide some.
function ask(w, { method, target, key }, token, headers = {}) {
	const body = method === 'GET' ? undefined : JSON.stringify(BODIES[key]?.(w) ?? {});
	const all = { ...headers, ...(token ? { authorization: `Bearer ${token}` } : {}), ...(body ? { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) } : {}) };
	return new Promise((done, fail) => {
		const req = http.request({ host: '127.0.0.1', port: w.arena.apis[0].port, method, path: target, headers: all, agent: w.agent }, (res) => {
			const pieces = [];
			res.on('data', (piece) => pieces.push(piece));
			res.on('end', () => {
				const bytes = Buffer.concat(pieces).toString('latin1').replaceAll(w.arena.instance, 'INSTANCE');
				done({ status: res.statusCode, etag: res.headers.etag, text: bytes,
					all: RANDOM.has(key) && res.statusCode < 300 ? `${res.statusCode}, ${bytes.length} bytes` : `${res.statusCode} ${res.rawHeaders.join(' ')}\n${bytes}` });
			});
			res.on('error', fail);
		});
		req.on('error', fail);
		req.end(body);
	});
}

const VIEWERS = ['public', OTHER];
const tokenOf = (w, who) => (who === 'public' ? undefined : w.arena.login(who));
const good = new Map(); // key -> whether a viewer got 2xx

async function askOne(w, request, who, phase) {
	const token = await tokenOf(w, who);
	const answer = await ask(w, request, token);
	good.set(request.key, good.get(request.key) || answer.status < 300);
	const name = `${phase} | ${who} | ${request.method} ${request.target}`;
	w.got.set(name, answer.all);
	if (request.method !== 'GET' || answer.status >= 300) return;
	if (answer.etag) w.got.set(`${name} | again`, (await ask(w, request, token, { 'if-none-match': answer.etag })).all);
	if (/history|openapi/.test(request.key)) w.got.set(`${name} | gzip`, (await ask(w, request, token, { 'accept-encoding': 'gzip' })).all);
}

// What a stream says until it is silent.
async function listen(stream, ms = EVERY_MS) {
	const seen = [];
	for (let event; (event = await stream.next(ms));) seen.push(`${event.event} ${event.id ?? ''} ${event.text}`);
	return `${stream.status} ${seen.join('\n')}`;
}

async function askStreams(w, phase, list) {
	for (const who of VIEWERS) {
		const token = await tokenOf(w, who);
		await Promise.all(list.map(async (request) => {
			const stream = w.arena.sse(request.target, { token });
			const status = await stream.answered;
			good.set(request.key, good.get(request.key) || status < 300);
			w.got.set(`${phase} | ${who} | stream ${request.target}`, await listen(stream));
			stream.close();
		}));
	}
}

async function askAll(w, phase, methods = (m) => m === 'GET') {
	w.agent ??= new http.Agent({ keepAlive: true, maxSockets: 6 });
	const list = requests(w, methods);
	const streams = list.filter((r) => r.key.endsWith('/stream')), plain = list.filter((r) => !r.key.endsWith('/stream'));
	for (const who of VIEWERS) {
		const writes = plain.filter((r) => r.method !== 'GET' && r.key !== 'POST /api/logout');
		const gets = plain.filter((r) => r.method === 'GET');
		await tokenOf(w, who); // once, not by all of them
		for (const request of writes) await askOne(w, request, who, phase);
		await Promise.all(gets.map((request) => askOne(w, request, who, phase)));
	}
	await askStreams(w, phase, streams);
	for (const request of plain.filter((r) => r.key === 'POST /api/logout')) await askOne(w, request, OTHER, phase);
	w.arena.tokens.clear();
}

function compare(phase, what = () => true) {
	const [one, ...others] = worlds;
	let n = 0;
	for (const other of others) {
		for (const [name, bytes] of one.got) {
			if (!name.startsWith(phase) || !what(name)) continue;
			assert.equal(other.got.get(name), bytes, `${other.variant.name}: ${name}`);
			n++;
		}
	}
	assert.ok(n > 0, phase);
	return n;
}

const each = (what) => Promise.all(worlds.map(what));
async function moveClock(ms) {
	await each(async (w) => {
		w.arena.setClock(ms);
		await waitFor('the api to see it', async () => (await w.arena.http('GET', '/api/contests/main')).body.server_time === new Date(ms).toISOString());
	});
	await sleep(1300); // more than the tick that looks at the time
}

before(async () => {
	try {
		await Promise.all(VARIANTS.map((variant) => makeWorld(variant)));
		document = (await worlds[0].arena.http('GET', '/api/openapi.json')).body;
	} catch (error) {
		await Promise.all(worlds.map((w) => w.arena.stop()));
		throw error;
	}
});
after(() => Promise.all(worlds.map((w) => w.arena.stop())));

// ---------------------------------------------------------------- the rules

test('while the verdicts come, the streams of the public and of another team stay the same', async () => {
	await each(async (w) => {
		w.watching = await Promise.all([['public', 'scoreboard/stream'], ['public', 'stream?topics=board,state,clarifications'], [OTHER, 'stream?topics=board,own'], [OTHER, 'scoreboard/stream']]
			.map(async ([who, path]) => [`${who} ${path}`, w.arena.sse(`/api/contests/main/${path}`, { token: await tokenOf(w, who) })]));
		for (const [, stream] of w.watching) assert.equal(await stream.answered, 200);
		await playLive(w);
		for (const [name, stream] of w.watching) {
			// Whether a judge has taken the team's own submission when the api reads it is chance.
			const said = (await listen(stream, 1500)).replaceAll('"state":"queued"', '"state":"judging"');
			assert.equal(said.split('\n').filter((line) => line.startsWith('delta')).length, JUDGED + 1, `${name}: one delta for each submission, none for a verdict\n${said.slice(-3000)}`);
			w.got.set(`live | ${name}`, said);
			stream.close();
		}
	});
	compare('live');
});

test('the verdicts that are hidden do differ, and the jury sees it', async () => {
	const boards = await each(async (w) => (await w.arena.scoreboard('main', { token: await w.arena.login('root'), query: '?view=jury' })).rows);
	for (const other of boards.slice(1)) assert.notDeepEqual(other, boards[0]);
	const hidden = await each((w) => w.arena.rows(`SELECT id, verdict FROM codearena.submissions WHERE contest_id = 'main' AND submitted_at >= '${new Date(FROZEN).toISOString()}' ORDER BY ordinal`));
	for (const other of hidden.slice(1)) {
		assert.deepEqual(other.map((s) => s.id), hidden[0].map((s) => s.id));
		assert.ok(other.length >= 200 && other.every((s) => s.verdict));
		assert.ok(other.filter((s, i) => s.verdict !== hidden[0][i].verdict).length >= 100);
	}
});

test('in the freeze every answer and every stream is the same, and so is all of a contest before its start', async () => {
	for (const w of worlds) await w.arena.judge.stop(); // what is asked by POST stays queued
	await each(async (w) => {
		w.refresh = (await w.arena.http('POST', '/api/login', { body: { username: OTHER, password: `password-${OTHER}` } })).body.refresh_token;
		await askAll(w, 'frozen', () => true);
	});
	const n = compare('frozen');
	console.log(`# ${n} answers compared`);
});

test('each route answers with 2xx, or is refused for a reason that is said here', () => {
	const got = [...good].filter(([, ok]) => ok).map(([key]) => key);
	const missing = [...good.keys()].filter((key) => !got.includes(key) && !REFUSED[key] && !ABSENT.has(key));
	assert.deepEqual(missing, [], 'answered nobody with 2xx');
	assert.deepEqual(got.filter((key) => REFUSED[key]), [], 'stand in REFUSED and are not refused');
	assert.deepEqual(Object.keys(REFUSED).filter((key) => !good.has(key)), [], 'stand in REFUSED and are no routes');
});

test('what is not hidden is there: verdicts from before the freeze, the notice, the awards of each problem', async () => {
	for (const w of worlds) {
		const board = await w.arena.scoreboard('main');
		assert.equal(cellOf(board, 'team1', 'p1').solved, true);
		assert.equal(cellOf(board, 'team2', 'p4').num_judged, 1, 'submitted an instant before the freeze, judged in it');
		assert.equal(cellOf(board, 'team3', 'p4').num_judged, 0, 'submitted with the first instant of the freeze');
		const told = [...w.got].filter(([name, bytes]) => name.startsWith('frozen | public') && !name.includes('team9') && bytes.includes('team9'));
		assert.deepEqual(told.map(([name]) => name), [], 'a hidden team');
		assert.equal(board.rows.length, 8);
		const gap = await w.arena.scoreboard('gap');
		assert.deepEqual(['team1', 'team2', 'team3'].map((t) => cellOf(gap, t).num_judged), [0, 1, 0], 'an interval ends before its last instant');
		const notice = async (id) => (await w.arena.sse(`/api/contests/${id}/scoreboard/stream`).until('snapshot', (e) => e.event === 'snapshot')).data.notice;
		assert.equal(await notice('main'), 'The scoreboard was frozen with 60 minutes remaining - submissions in the last 60 minutes of the contest are still shown as pending.');
		assert.equal(await notice('open'), '');
		assert.equal(await notice('later'), '');
		const awards = async (id) => (await w.arena.http('GET', `/api/contests/${id}/awards`)).body.map((a) => a.id);
		assert.ok((await awards('main')).includes('first-to-solve-p1'));
		assert.deepEqual((await awards('main')).filter((id) => !id.startsWith('first-to-solve-')), [], 'who wins is not known');
		assert.deepEqual(await awards('open'), ['first-to-solve-p1'], 'it runs');
		assert.equal((await w.arena.http('GET', '/api/contests/open/problems')).body.length, 2);
		const mine = (await w.arena.http('GET', '/api/contests/main/submissions', { token: await w.arena.login(OTHER) })).body;
		assert.equal(mine.find((s) => s.id === 'main-own').verdict, 'AC', 'a team goes on seeing its own');
		const all = (await w.arena.http('GET', '/api/contests/main/submissions', { token: await w.arena.login('jury') })).body;
		assert.ok(all.filter((s) => s.verdict).length > HIDDEN, 'the jury sees them all');
	}
});

test('the end changes nothing in that, nor does a reveal tell more than it has shown', async () => {
	await moveClock(END + MINUTE);
	await each((w) => askAll(w, 'ended'));
	compare('ended');
	for (const w of worlds) {
		for (const id of ['main', 'calm']) assert.equal((await w.arena.http('GET', `/api/contests/${id}/awards`)).body.some((a) => a.id === 'winner'), false, id);
	}
	await each(async (w) => {
		for (const { id } of await w.arena.rows('SELECT id FROM codearena.submissions WHERE state <> \'final\' AND contest_id = \'main\' ORDER BY ordinal')) {
			await admin(w, 'POST', `/api/submissions/${id}/override`, { verdict: 'WA', reason: 'what was asked above is not judged', password: 'password-root' });
		}
		await admin(w, 'POST', '/api/contests/main/reveal', { action: 'open' });
		await admin(w, 'POST', '/api/contests/main/reveal', { action: 'next' });
		await waitFor('team8', async () => cellOf(await w.arena.scoreboard('main'), 'team8').num_judged === 1);
		await askAll(w, 'reveal');
	});
	compare('reveal');
});

test('the thaw shows everybody what the jury sees, and only now the answers differ', async () => {
	const boards = await each(async (w) => {
		await admin(w, 'POST', '/api/contests/main/actions', { action: 'thaw' });
		const jury = (await w.arena.scoreboard('main', { token: await w.arena.login('root'), query: '?view=jury' })).rows;
		const shown = await waitFor('the thaw', async () => {
			const { rows, state } = await w.arena.scoreboard('main');
			return state.thawed && rows;
		});
		assert.deepEqual(shown, jury.filter((r) => r.team_id !== 'team9'));
		const snapshot = await w.arena.sse('/api/contests/main/scoreboard/stream').until('snapshot', (e) => e.event === 'snapshot');
		assert.equal(snapshot.data.notice, '');
		const awards = (await w.arena.http('GET', '/api/contests/main/awards')).body;
		assert.deepEqual(awards.find((a) => a.id === 'winner').team_ids, jury.filter((r) => r.rank === 1).map((r) => r.team_id));
		return shown;
	});
	assert.notDeepEqual(boards[0], boards[1]);
});

test('the start shows the problems, and only now do they differ', async () => {
	await moveClock(LATER + MINUTE);
	const lists = await each((w) => waitFor('the problems', async () => {
		const list = (await w.arena.http('GET', '/api/contests/later/problems')).body;
		return list.length && list.map((p) => p.id);
	}));
	assert.deepEqual(lists, VARIANTS.map((v) => v.later));
});
