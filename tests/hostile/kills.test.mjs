// kills.test.mjs -- kill -9 of the box, of a judge, of a container's agent, of a step's init or of
// the runtime's command at random instants while submissions run, compile and talk to validators.
// What comes of a submission is its verdict or a fault, never another verdict; and when the box is
// there again nothing is left of what was: no process, cgroup, mount, container or folder.
// KILLS=n kills (LONG=1: 50); SEED=n repeats a run's choices.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Box, build, here, read, sleep, until, words } from './box.mjs';

const KILLS = Number(process.env.KILLS ?? (process.env.LONG ? 50 : 10));
const seed = Number(process.env.SEED ?? Date.now() % 1000000);
let state = seed + 1;
const random = () => { // mulberry32
	state = (state + 0x6d2b79f5) | 0;
	let t = Math.imul(state ^ (state >>> 15), 1 | state);
	t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
	return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
};
const pick = (list) => list[Math.floor(random() * list.length)];

// Containers are replaced often, so that the runtime is at work when something dies.
const box = new Box({ rotate_after: 7, slots: 3 });
const judges = new Set(); // boxtry and jurytry at work: a judge each, with a slot of its own
let chaos = true, judged = 0;

function judge(program, options) {
	const child = spawn(path.join(build, program), options, { stdio: ['ignore', 'pipe', 'ignore'] });
	judges.add(child);
	return new Promise((done) => {
		let text = '';
		child.stdout.on('data', (piece) => (text += piece));
		child.once('close', () => {
			judges.delete(child);
			done(text ? JSON.parse(text) : { error: 'killed' });
		});
	});
}

// A submission and what must come of it, unless something was killed under it.
function submission() {
	const name = pick(['end_42.c', 'end_42.c', 'sleep.c', 'spin_orphans.c', 'leave_files.c', 'syntax.py', 'pair']);
	if (name === 'pair') {
		const place = (file) => path.join(here, 'jury', file);
		const secret = path.join(box.folder, 'secret');
		const options = words({ socket: box.socket, validator: place('guess.c'), source: place('guess_ok.c'), input: secret, answer: secret, repeat: 5 });
		return { answer: judge('jurytry', options), ends: (a) => (a.steps ?? []).map((s) => `${s.submission.end} ${s.validator.exit_code}`), want: 'exited 42' };
	}
	const want = read(box.program(name));
	const options = { language: name.endsWith('.c') ? 'c' : 'python3', source: box.program(name), repeat: name === 'end_42.c' ? 60 : 1, wall_ms: 60000, exact: want.end.endsWith('limit') ? ['cpu_ms', 'wall_ms'] : [], ...want.options };
	const ends = (a) => (want.stage === 'compile' ? [a.compile] : (a.runs ?? []))
		.map((r) => [r.end, ...(want.number === undefined ? [] : [r.exit_code])].join(' '));
	return { answer: judge('boxtry', box.words(options)), ends, want: [want.end, ...(want.number === undefined ? [] : [want.number])].join(' ') };
}

async function work() {
	while (chaos) {
		const { answer, ends, want } = submission();
		const a = await answer;
		if (a.error !== undefined) {
			assert.match(a.error, /^(killed$|box: )/, 'a fault, or a box that is gone');
			await sleep(20);
			continue;
		}
		for (const end of ends(a)) assert.equal(end, want, JSON.stringify(a));
		judged++;
	}
}

const kill = (pid) => {
	try {
		process.kill(Number(pid), 'SIGKILL');
	} catch {
		// it ended meanwhile
	}
};

async function restart() {
	fs.rmSync(box.socket, { force: true });
	await box.start();
}

const victims = {
	async box() {
		await box.kill('SIGKILL');
		await sleep(pick([0, 0, 5, 50, 300]));
		while (random() < 0.4) { // once more while it starts
			fs.rmSync(box.socket, { force: true });
			const starting = box.start().catch(() => {});
			await sleep(random() * 250);
			await box.kill('SIGKILL');
			await starting;
		}
		await restart();
	},
	async judge() {
		if (judges.size) pick([...judges]).kill('SIGKILL');
	},
	async agent() {
		const all = box.firsts(2);
		if (all.length) kill(pick(all));
	},
	async init() {
		const all = box.firsts(3);
		if (all.length) kill(pick(all));
	},
	async runtime() {
		await until('the runtime to be at work', () => box.runtimes().length > 0, 3000).catch(() => {});
		for (const pid of box.runtimes()) kill(pid);
	},
};

before(async () => {
	fs.writeFileSync(path.join(box.folder, 'secret'), '77\n', { mode: 0o644 });
	await box.start();
});
after(() => box.stop());

const stepCgroups = () => box.cgroups().filter((folder) => /\/step-\d+$/.test(folder));
const folders = () => fs.readdirSync(path.join(box.settings.data_dir, 'box')).sort();

test(`${KILLS} kills of box, judge, agent, init and runtime leave nothing (seed ${seed})`, async () => {
	const workers = [work(), work()], counts = {};
	const failed = Promise.all(workers);
	failed.catch(() => (chaos = false));
	for (let i = 0; chaos && i < KILLS; i++) {
		await sleep(random() * 700);
		const victim = i < 5 ? Object.keys(victims)[i] : pick(Object.keys(victims));
		counts[victim] = (counts[victim] ?? 0) + 1;
		await victims[victim]();
		if (i % 5 === 4) await sleep(500); // now and then something is judged to its end
	}
	await until('a submission to be judged', () => judged > 0 || !chaos, 30000);
	chaos = false;
	await failed;
	console.log(`# killed ${JSON.stringify(counts)}; ${judged} submissions judged meanwhile`);

	// a box of fewer slots takes over, which has no use for the names of all containers: those of the
	// last one are gone although nobody starts them anew
	await box.kill('SIGKILL');
	fs.writeFileSync(box.conf, fs.readFileSync(box.conf, 'utf8').replace(/^slots = 3$/m, 'slots = 1'));
	await restart();
	const answer = box.try({ language: 'c', source: box.program('end_42.c') });
	assert.deepEqual(answer.runs?.map((run) => run.exit_code), [42], JSON.stringify(answer));
	await until('steps to be gone', () => box.processes(true).length === 0 && box.firsts(3).length === 0);
	await until('the runtime to be done', () => box.runtimes().length === 0);
	const cells = 2 + 1; // the slot's, the doctor's, a spare; nobody needed a second lane
	const numbers = (paths, pattern) => [...new Set(paths.map((one) => pattern.exec(one)?.[1]).filter(Boolean))];
	assert.ok(box.firsts(2).length <= cells, box.firsts(2).join(' '));
	for (const found of [numbers(box.containers(), /-(\d+)$/), numbers(box.cgroups(), new RegExp(`${box.instance}/(\\d+)`))])
		for (const number of found) assert.ok(Number(number) < cells, found.join(' '));
	assert.ok(stepCgroups().length <= cells, stepCgroups().join(' '));

	await box.kill('SIGTERM');
	assert.deepEqual(box.processes(), []);
	assert.deepEqual(box.runtimes(), []);
	assert.deepEqual(box.cgroups(), []);
	assert.deepEqual(box.containers(), []);
	assert.deepEqual(box.mounts(), []);
	assert.ok(!fs.existsSync(`/run/codearena-${box.instance}`));
	for (const name of folders()) assert.match(name, /^(\d|lock|pre|runtime)$/); // one a container, with its config
	assert.deepEqual(fs.readdirSync(path.join(box.settings.data_dir, 'box/pre')), []);
});
