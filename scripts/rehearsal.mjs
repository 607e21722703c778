// rehearsal.mjs -- plays a whole contest over HTTP against the running system, as teams would: they
// log in, watch the standings, submit what the jury wrote for each verdict, at plausible times, under
// a contest clock that runs `speed` times as fast. Then it asks three questions:
//   * did each submission get the verdict that its folder promises?
//   * how long from POST to verdict? (BENCH lines)
//   * are the frozen, the jury's and the thawed standings what rehearsal-oracle.py makes of the same
//     submissions? Did each viewer get each public event once?
// Any "no" is exit code 1, with what differs.
//
//   scripts/rehearsal [--teams 60] [--minutes 300] [--speed 60] [--submissions 520] [--seed N]
//                     [--url URL] [--config admin.conf] [--codearena PROGRAM]
import { execFile, spawn } from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { juryPrograms, languageOf, sleep } from './player.mjs';

const here = import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname);
const top = path.resolve(here, '..');
const run = promisify(execFile);
const SPEC = { teams: '60', minutes: '300', speed: '60', submissions: '520', seed: '', url: '', config: '', codearena: '' };
const PROBLEMS = ['addup', 'banner', 'refrain', 'conveyor', 'festival', 'awnings', 'meeting', 'ferries'];
const VERDICTS = {
	accepted: 'AC', wrong_answer: 'WA', time_limit_exceeded: 'TLE', run_time_error: 'RTE', memory_limit_exceeded: 'MLE',
	output_limit_exceeded: 'OLE', compile_error: 'CE', security_violation: 'SV',
};
// How often teams err in which way. What costs a judge seconds is rare: a contest of five hours is
// judged in five minutes here, and two cores must keep up.
const WRONG_WAYS = { WA: 60, RTE: 14, CE: 12, OLE: 5, MLE: 4, SV: 2, TLE: 1.5 };
// Compiling C takes 50 ms, C++ a second; Java and JavaScript start anew for each test case.
const LANGUAGE_WEIGHT = { c: 72, cpp: 10, python3: 15, javascript: 2, java: 1 };
const LIGHT = ['addup', 'banner', 'refrain']; // elsewhere what is not C takes seconds, and is rarer
const HEAVY_SHARE = 0.15;
const LATEST = 0.97; // of the contest: the last submission, so that none comes after the end
const FREEZE = 0.2;  // the last fifth

function options(argv) {
	const all = { ...SPEC };
	for (let i = 0; i < argv.length; i++) {
		const [, name, inline] = /^--([a-z]+)(?:=(.*))?$/.exec(argv[i]) ?? [];
		if (!(name in SPEC)) throw new Error(`unknown option ${argv[i]}; there are --${Object.keys(SPEC).join(', --')}`);
		all[name] = inline ?? argv[++i];
	}
	for (const name of ['teams', 'minutes', 'speed', 'submissions']) {
		all[name] = Number(all[name]);
		if (!(all[name] > 0)) throw new Error(`--${name} must be a number above 0`);
	}
	all.seed = Number(all.seed || crypto.randomInt(2 ** 31));
	all.config ||= process.env.CODEARENA_CONFIG ?? `/etc/codearena/${process.env.INSTANCE ?? 'codearena'}.conf`;
	const conf = fs.readFileSync(all.config, 'utf8');
	const set = (key) => new RegExp(`^\\s*${key}\\s*=\\s*(\\S+)`, 'm').exec(conf)?.[1];
	all.url ||= `http://${set('listen_address') ?? '127.0.0.1'}:${set('listen_port') ?? 8080}`;
	const places = [all.codearena, path.join(set('prefix') ?? '/opt/codearena', 'bin/codearena'), path.join(top, 'build/dev/codearena')];
	all.codearena = places.find((place) => place && fs.existsSync(place));
	if (!all.codearena) throw new Error('the program codearena is in none of the usual places: --codearena');
	return all;
}

function randomFrom(seed) {
	let a = seed >>> 0;
	return () => {
		a = (a + 0x6d2b79f5) >>> 0;
		let t = Math.imul(a ^ (a >>> 15), a | 1);
		t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
		return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
	};
}

function weighted(random, entries) {
	let at = random() * entries.reduce((sum, [, weight]) => sum + weight, 0);
	for (const [value, weight] of entries) if ((at -= weight) < 0) return value;
	return entries[entries.length - 1][0];
}

// ---------------------------------------------------------------- HTTP

const agent = new http.Agent({ keepAlive: true, maxSockets: 64 });

function ask(o, method, where, { token, body } = {}) {
	const data = body === undefined ? undefined : JSON.stringify(body);
	const headers = { ...(data && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(data) }),
		...(token && { authorization: `Bearer ${token}` }) };
	return new Promise((done, fail) => {
		const req = http.request(o.url + where, { method, headers, agent, timeout: 30000 }, (res) => {
			const pieces = [];
			res.on('data', (piece) => pieces.push(piece));
			res.on('error', fail);
			res.on('end', () => {
				const text = Buffer.concat(pieces).toString('utf8');
				const answer = { status: res.statusCode, headers: res.headers, text };
				try {
					answer.body = JSON.parse(text);
				} catch {
					answer.body = undefined;
				}
				done(answer);
			});
		});
		req.on('timeout', () => req.destroy(new Error(`${method} ${where}: no answer in 30 s`)));
		req.on('error', fail);
		req.end(data);
	});
}

// Until it works: a limit is waited for, as a person would.
async function insist(o, method, where, options, status) {
	for (let tries = 0; ; tries++) {
		const answer = await ask(o, method, where, options);
		if (answer.status === status) return answer.body;
		if (tries >= 60 || ![429, 503].includes(answer.status)) {
			throw new Error(`${method} ${where}: ${answer.status} ${answer.text.slice(0, 300)}`);
		}
		await sleep(1000 * Number(answer.headers['retry-after'] ?? 1));
	}
}

// Reads an SSE stream until it ends; onEvent({ id, event, data }). Returns what closes it.
function follow(o, where, { token, lastId }, onEvent, onEnd) {
	const headers = { accept: 'text/event-stream', ...(token && { authorization: `Bearer ${token}` }),
		...(lastId && { 'last-event-id': lastId }) };
	let over = false;
	const end = () => {
		if (!over) onEnd();
		over = true;
	};
	const req = http.get(o.url + where, { headers, agent: false }, (res) => {
		let text = '';
		if (res.statusCode !== 200) return req.destroy();
		res.setEncoding('utf8');
		res.on('data', (piece) => {
			text += piece;
			for (let at; (at = text.indexOf('\n\n')) >= 0; text = text.slice(at + 2)) {
				const frame = {};
				for (const line of text.slice(0, at).split('\n')) {
					const [, name, value] = /^([^:]+): ?(.*)$/.exec(line) ?? [];
					if (name) frame[name] = name === 'data' && frame.data !== undefined ? `${frame.data}\n${value}` : value;
				}
				if (frame.data !== undefined) onEvent(frame);
			}
		});
		res.on('close', end);
		return undefined;
	});
	req.on('error', end);
	return () => {
		over = true;
		req.destroy();
	};
}

// ---------------------------------------------------------------- the plan

// A time limit that is over soon, and not before a dozen tests that nearly are.
const isShort = (p) => ['addup', 'refrain'].includes(p.problem) && ['c', 'cpp', 'python3'].includes(p.language);

// What can be sent: by problem and verdict.
function programs(languages) {
	const all = juryPrograms().filter((p) => VERDICTS[p.expected])
		.map((p) => ({ ...p, verdict: VERDICTS[p.expected], language: languageOf(languages, p)?.id }))
		.filter((p) => p.language && (p.verdict !== 'TLE' || isShort(p)));
	const hostile = path.join(top, 'tests/hostile/programs/sv_ptrace.c');
	if (fs.existsSync(hostile)) for (const problem of PROBLEMS) all.push({ problem, file: hostile, verdict: 'SV', language: 'c' });
	return all;
}

const weight = (p) => (LANGUAGE_WEIGHT[p.language] ?? 1) * (p.language === 'c' || LIGHT.includes(p.problem) ? 1 : HEAVY_SHARE);
const choose = (random, list) => weighted(random, list.map((p) => [p, weight(p)]));

// One team's evening: problems roughly from easy to hard, some wrong ways before the right one.
function evening(random, all, wanted) {
	const skill = 0.35 + random() * 0.6;
	const order = PROBLEMS.map((problem, i) => ({ problem, at: i + random() * 3 })).sort((a, b) => a.at - b.at);
	const out = [];
	for (let round = 0; out.length < wanted; round++) {
		const { problem } = order[round % order.length];
		const mine = all.filter((p) => p.problem === problem);
		const wrongs = Math.floor(-Math.log(1 - random()) * (1.3 - skill) * 2);
		for (let i = 0; i < wrongs; i++) {
			const ways = Object.entries(WRONG_WAYS).filter(([v]) => mine.some((p) => p.verdict === v));
			const verdict = weighted(random, ways);
			out.push(choose(random, mine.filter((p) => p.verdict === verdict)));
		}
		if (random() < skill + 0.25) {
			out.push(choose(random, mine.filter((p) => p.verdict === 'AC')));
		}
	}
	return out.slice(0, wanted);
}

function makePlan(o, random, teams, languages) {
	const all = programs(languages);
	const plan = [];
	teams.forEach((team, i) => {
		const wanted = Math.floor(((i + 1) * o.submissions) / teams.length) - Math.floor((i * o.submissions) / teams.length);
		const list = evening(random, all, wanted);
		const times = list.map(() => (0.02 + random() * (LATEST - 0.02)) * o.minutes).sort((a, b) => a - b);
		list.forEach((program, k) => plan.push({ team, program, minute: times[k] }));
	});
	// Every verdict and every language at least once.
	const wanted = [...Object.values(VERDICTS).map((v) => (p) => p.verdict === v), ...Object.keys(LANGUAGE_WEIGHT).map((l) => (p) => p.language === l)];
	for (const test of wanted) {
		const cheap = all.filter((p) => test(p) && p.problem === 'addup')[0] ?? all.find(test);
		if (cheap && !plan.some((s) => test(s.program))) plan[Math.floor(random() * plan.length)].program = cheap;
	}
	return plan.sort((a, b) => a.minute - b.minute);
}

// ---------------------------------------------------------------- the contest

const admin = async (o, ...words) => (await run(o.codearena, ['--config', o.config, ...words], { maxBuffer: 1 << 26 })).stdout;

async function prepare(o) {
	const contest = `rehearsal-${Date.now().toString(36)}`;
	const teams = Array.from({ length: o.teams }, (_, i) => ({
		id: `${contest}-${String(i + 1).padStart(3, '0')}`, name: `Rehearsal ${String(i + 1).padStart(3, '0')}`,
		password: crypto.randomBytes(12).toString('base64url'),
	}));
	const jury = { id: `${contest}-jury`, password: crypto.randomBytes(12).toString('base64url') };
	const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'rehearsal-'));
	try {
		const file = (name, head, lines) => {
			fs.writeFileSync(path.join(folder, name), `${[head, ...lines].join('\n')}\n`, { mode: 0o600 });
			return path.join(folder, name);
		};
		await admin(o, 'problem', 'import', ...PROBLEMS.map((id) => path.join(top, 'problems', id)));
		await admin(o, 'team', 'import', file('teams.csv', 'id,name', teams.map((t) => `${t.id},${t.name}`)));
		await admin(o, 'account', 'import', file('accounts.csv', 'username,password,role,team_id',
			[...teams.map((t) => `${t.id},${t.password},team,${t.id}`), `${jury.id},${jury.password},admin,`]));
		// It starts when everybody is there.
		const duration = `${Math.round(o.minutes * 60)}s`;
		const freeze = `${Math.round(o.minutes * 60 * FREEZE)}s`;
		await admin(o, 'contest', 'create', contest, '--name', 'Rehearsal', '--duration', duration, '--freeze', freeze,
			'--clock-rate', String(o.speed), '--per-minute', '1000');
		for (const problem of PROBLEMS) await admin(o, 'contest', 'add-problem', contest, problem);
		await admin(o, 'contest', 'add-team', contest, '--csv', path.join(folder, 'teams.csv'));
	} finally {
		fs.rmSync(folder, { recursive: true });
	}
	return { id: contest, teams, jury };
}

// A viewer of the standings: counts events, checks that the numbers have no hole, resumes by itself.
class Viewer {
	constructor(o, contest, token) {
		Object.assign(this, { o, contest, token, events: 0, wrong: [], last: undefined, connections: 0 });
		this.connect();
	}

	connect() {
		this.connections++;
		this.close = follow(this.o, `/api/contests/${this.contest}/scoreboard/stream`, { token: this.token, lastId: this.last },
			(e) => this.take(e), () => { this.timer = setTimeout(() => this.connect(), 300); });
	}

	take(e) {
		const number = Number(e.id?.split('-')[1]);
		this.events++;
		if (e.event === 'delta' && number !== this.number + 1) this.wrong.push(`event ${e.id} after ${this.last}`);
		if (e.event === 'delta' || e.event === 'snapshot') {
			this.number = number;
			this.last = e.id;
		}
	}

	stop() {
		clearTimeout(this.timer);
		this.close();
	}
}

// The final state of a submission, heard of on its stream.
function verdictOf(o, id, token) {
	return new Promise((done) => {
		let stop = () => {};
		const look = () => {
			stop = follow(o, `/api/submissions/${id}/stream`, { token }, (e) => {
				if (e.event !== 'submission') return;
				const data = JSON.parse(e.data);
				if (data.state !== 'final') return;
				stop();
				done(data);
			}, () => setTimeout(look, 200));
		};
		look();
	});
}

async function send(o, contest, entry) {
	const { team, program } = entry;
	const body = { problem_id: program.problem, language_id: program.language,
		files: [{ filename: path.basename(program.file), data: fs.readFileSync(program.file, 'base64') }] };
	const start = performance.now();
	const answer = await insist(o, 'POST', `/api/contests/${contest.id}/submissions`, { token: team.token, body }, 202);
	const accepted = performance.now();
	const final = await verdictOf(o, answer.id, team.token);
	return { id: answer.id, team: team.id, problem: program.problem, contest_time: answer.contest_time, expected: program.verdict,
		verdict: final.verdict, file: path.relative(top, program.file), language: program.language,
		accept_ms: accepted - start, ms: performance.now() - start };
}

async function play(o, contest, plan) {
	const start = Date.now();
	let waiting = 0;
	const timer = setInterval(() => {
		const minute = Math.floor(((Date.now() - start) / 60000) * o.speed);
		process.stderr.write(`\r  minute ${minute} of ${o.minutes}, ${waiting} waiting for a verdict `);
	}, 1000);
	const all = plan.map(async (entry) => {
		await sleep(Math.max(0, start + (entry.minute * 60000) / o.speed - Date.now()));
		waiting++;
		try {
			return await send(o, contest, entry);
		} finally {
			waiting--;
		}
	});
	const sent = await Promise.all(all);
	clearInterval(timer);
	process.stderr.write('\n');
	return sent;
}

// ---------------------------------------------------------------- the questions

const quantile = (sorted, q) => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? 0;

function judgeVerdicts(sent) {
	const wrong = sent.filter((s) => s.verdict !== s.expected);
	for (const s of wrong) console.log(`submission ${s.id} ${s.file}: expected ${s.expected}, got ${s.verdict}`);
	const table = {};
	for (const s of sent) table[s.expected] = (table[s.expected] ?? 0) + 1;
	const languages = new Set(sent.map((s) => s.language));
	const rejected = sent.filter((s) => s.expected !== 'AC').length;
	console.log(`${sent.length} submissions in ${languages.size} languages (${[...languages].sort().join(', ')}), `
		+ `${Math.round((100 * rejected) / sent.length)} % not AC: ${Object.entries(table).sort().map((e) => e.join(' ')).join(', ')}`);
	console.log(`${sent.length - wrong.length} of ${sent.length} got the expected verdict`);
	return wrong.length === 0;
}

function printTimes(sent) {
	const ms = sent.map((s) => s.ms).sort((a, b) => a - b);
	const accept = sent.map((s) => s.accept_ms).sort((a, b) => a - b);
	const print = (name, value) => console.log(`BENCH rehearsal_${name}_ms=${Math.round(value)}`);
	print('p50', quantile(ms, 0.5));
	print('p95', quantile(ms, 0.95));
	print('max', ms[ms.length - 1]);
	print('accept_p95', quantile(accept, 0.95));
	const by = {};
	for (const s of sent) (by[`${s.language} ${s.expected}`] ??= []).push(s.ms);
	const slow = Object.entries(by).map(([what, list]) => [what, list.reduce((a, b) => a + b) / list.length, list.length]).sort((a, b) => b[1] - a[1]);
	console.log(`slowest kinds (mean ms): ${slow.slice(0, 6).map(([what, mean, n]) => `${what} ${Math.round(mean)} (${n})`).join(', ')}`);
}

async function askOracle(o, contest, sent, boards) {
	const input = {
		penalty_minutes: 20, freeze_at_ms: Math.round(o.minutes * 60) * 1000 - Math.round(o.minutes * 60 * FREEZE) * 1000,
		teams: contest.teams.map(({ id, name }) => ({ id, name })), problems: PROBLEMS,
		submissions: sent.map(({ id, team, problem, contest_time, expected }) => ({ id, team, problem, contest_time, verdict: expected })),
		boards,
	};
	const child = spawn(path.join(here, 'rehearsal-oracle.py'), { stdio: ['pipe', 'inherit', 'inherit'] });
	child.stdin.end(JSON.stringify(input));
	return (await new Promise((done) => child.once('close', done))) === 0;
}

// What the board shows is heard of a moment after the last verdict: wait until it says nothing new.
async function board(o, contest, token, query = '') {
	let text = '';
	for (let same = 0; same < 3; await sleep(300)) {
		const answer = await ask(o, 'GET', `/api/contests/${contest.id}/scoreboard${query}`, { token });
		const rows = JSON.stringify(answer.body?.rows);
		same = rows === text ? same + 1 : 0;
		text = rows;
	}
	return { rows: JSON.parse(text) };
}

async function verify(o, contest) {
	let fine = true;
	for (const what of ['board', 'log']) {
		await admin(o, what, 'verify', contest.id).then((text) => process.stdout.write(text), (error) => {
			fine = false;
			console.log(`${what} verify: ${error.stdout ?? ''}${error.stderr ?? error}`);
		});
	}
	return fine;
}

async function main() {
	const o = options(process.argv.slice(2));
	const random = randomFrom(o.seed);
	console.log(`rehearsal at ${o.url}: ${o.teams} teams, ${o.minutes} minutes at ${o.speed} times the speed, `
		+ `${o.submissions} submissions; SEED=${o.seed}`);
	const contest = await prepare(o);
	const login = async (who) => {
		who.token = (await insist(o, 'POST', '/api/login', { body: { username: who.id, password: who.password } }, 200)).token;
	};
	await Promise.all([...contest.teams, contest.jury].map(login));
	const viewers = contest.teams.map((team) => new Viewer(o, contest.id, team.token));
	await admin(o, 'contest', 'start', contest.id);
	const end = Date.now() + (o.minutes * 60000) / o.speed;
	const languages = await insist(o, 'GET', `/api/contests/${contest.id}/languages`, { token: contest.jury.token }, 200);
	const plan = makePlan(o, random, contest.teams, languages);
	const sent = await play(o, contest, plan);
	await sleep(Math.max(0, end + 500 - Date.now()));
	// A rehearsal may outlast an access token.
	await login(contest.jury);
	const boards = { frozen: await board(o, contest), jury: await board(o, contest, contest.jury.token, '?view=jury') };
	await admin(o, 'contest', 'thaw', contest.id);
	await sleep(1000);
	boards.thawed = await board(o, contest);

	const answers = [judgeVerdicts(sent), await askOracle(o, contest, sent, boards), await verify(o, contest)];
	printTimes(sent);
	for (const viewer of viewers) viewer.stop();
	const wrong = viewers.flatMap((v) => v.wrong);
	const numbers = new Set(viewers.map((v) => v.number));
	console.log(`${viewers.length} viewers got ${viewers.reduce((sum, v) => sum + v.events, 0)} events on `
		+ `${viewers.reduce((sum, v) => sum + v.connections, 0)} connections, ${wrong.length} out of order`);
	for (const line of wrong.slice(0, 10)) console.log(line);
	if (numbers.size > 1) console.log(`viewers ended at different numbers: ${[...numbers].join(' ')}`);
	answers.push(wrong.length === 0, numbers.size === 1);
	process.exit(answers.every(Boolean) ? 0 : 1);
}

main().catch((error) => {
	console.error(`rehearsal: ${error.stack ?? error}${error.stderr ?? ''}`);
	process.exit(1);
});
