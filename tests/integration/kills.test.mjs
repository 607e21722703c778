// kills.test.mjs -- kill -9 of codearena-judge, the box, a container's agent, a step's init or the
// runtime's command at random instants while real submissions are judged. Each submission gets its own
// verdict, once, and when judge and box are there again nothing is left of what was: no process,
// cgroup, mount, container or folder. (tests/hostile/kills.test.mjs: the same of the box alone, with
// compilers and interactive pairs.) KILLS=n kills (LONG=1: 50); SEED=n repeats a run's choices.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, before, test } from 'node:test';
import { Box } from '../hostile/box.mjs';
import { Arena, long, newSeed, randomFrom, sleep, waitFor } from './harness.mjs';

const KILLS = Number(process.env.KILLS ?? (long ? 50 : 4));
const PROGRAMS = [['accepted/addup.py', 'AC'], ['wrong_answer/absolute.py', 'WA'], ['run_time_error/two_lines.py', 'RTE']];
const TEAMS = 3;
const TRIES = 3; // a submission under which as much dies goes to a person instead of a verdict

const arena = new Arena({ judges: 2, slots: 2, languages: ['python3'], settings: { rotate_after: 9 } });
let box; // to look at

before(async () => {
	await arena.start();
	await arena.importProblems('addup');
	await arena.makeAccounts(TEAMS);
	await arena.makeContest('kills', { problems: ['addup'], more: ['--per-minute', '10000'] });
	const conf = Object.fromEntries(fs.readFileSync(arena.path('etc', 'box.conf'), 'utf8').split('\n').map((line) => line.split(' = ')));
	box = Box.of({ instance: arena.instance, uids: Number(conf.uid_base), settings: { data_dir: conf.data_dir } });
});
after(() => arena.stop());

const kill = (pid) => {
	try {
		process.kill(Number(pid), 'SIGKILL');
	} catch {
		// it ended meanwhile
	}
};

function victims(random) {
	const pick = (list) => list[Math.floor(random() * list.length)];
	const one = (list) => list.length && kill(pick(list));
	// Dead, and started again; now and then killed once more while it starts.
	const strike = async (program) => {
		do {
			await program.kill();
			await sleep(random() * 200);
			if (program === arena.box) fs.rmSync(arena.path('run', 'box.sock'), { force: true });
			program.spawn();
			await sleep(random() * 200);
		} while (random() < 0.3);
	};
	return {
		judge: () => strike(pick(arena.judges)),
		box: () => strike(arena.box),
		agent: () => one(box.firsts(2)),
		init: () => one(box.firsts(3)),
		runtime: () => box.runtimes().forEach(kill),
		'judge and box': () => Promise.all([strike(pick(arena.judges)), strike(arena.box)]),
	};
}

const state = { over: false, verdicts: 0, given_up: 0 };

// What the judges say of a submission that stays without a verdict.
async function tell(error, id) {
	const rows = [...await arena.rows(`SELECT state, attempt, failures, worker, fault FROM codearena.judgements WHERE submission_id = '${id}'`),
		...await arena.rows('SELECT name, status FROM codearena.workers'), ...await arena.rows('SELECT id, enabled FROM codearena.languages')];
	throw new Error(`${error.message}: ${JSON.stringify(rows)}, ${state.given_up} given up`);
}

// A team that submits again as soon as it has its verdict.
async function team(number, random) {
	while (!state.over) {
		const [file, verdict] = PROGRAMS[Math.floor(random() * PROGRAMS.length)];
		const answer = await arena.submit('kills', `team${number}`, 'addup', 'python3', arena.source('addup', file));
		assert.equal(answer.status, 202, answer.text);
		// as the jury sees it: a team is not told that a person must look
		const got = await waitFor(`the verdict of ${answer.body.id}`, () => arena.sql(`SELECT verdict FROM codearena.judgements
			WHERE submission_id = '${answer.body.id}' AND valid AND state = 'final'`), 240000).catch((error) => tell(error, answer.body.id));
		if (got === 'JE') {
			const failures = await arena.sql(`SELECT max(failures) FROM codearena.judgements WHERE submission_id = '${answer.body.id}'`);
			assert.ok(Number(failures) >= TRIES, `given up after ${failures}`);
			state.given_up++;
		} else {
			assert.equal(got, verdict, `${file}: ${answer.body.id}`);
			state.verdicts++;
		}
	}
}

// What is there is judged to its end, so that no submission meets so many kills that it is given up.
async function breathe() {
	await standStill();
	const newest = await arena.sql('SELECT coalesce(max(id::int), 0) FROM codearena.submissions');
	const open = () => arena.sql(`SELECT count(*) FROM codearena.submissions WHERE id::int <= ${newest} AND state <> 'final'`);
	await waitFor('the submissions so far', async () => state.over || await open() === '0', 240000)
		.catch(async (error) => tell(error, await arena.sql("SELECT min(id::int) FROM codearena.submissions WHERE state <> 'final'")));
}

async function standStill() {
	await waitFor('box to be ready', () => arena.box.isRunning() && arena.box.options.ready());
	for (const judge of arena.judges) await waitFor(`${judge.name} to be ready`, () => judge.isRunning() && judge.options.ready(), 120000);
}

test(`${KILLS} kills of judges, box, agents, inits and the runtime: each submission gets its verdict, and nothing is left`, async () => {
	const random = randomFrom(newSeed('kills')), all = victims(random), names = Object.keys(all), counts = {};
	const teams = Promise.all(Array.from({ length: TEAMS }, (_, i) => team(i + 1, random)));
	teams.catch(() => (state.over = true));
	for (let i = 0; i < KILLS && !state.over; i++) {
		await sleep(200 + random() * 800);
		const name = names[i < names.length ? i : Math.floor(random() * names.length)];
		counts[name] = (counts[name] ?? 0) + 1;
		await all[name]();
		if (i % 2 === 1) await breathe();
	}
	await standStill();
	state.over = true;
	await teams;
	console.log(`# killed ${JSON.stringify(counts)}; ${state.verdicts} verdicts, ${state.given_up} given up`);
	assert.ok(state.verdicts > 0);
	assert.equal(await arena.sql("SELECT count(*) FROM codearena.submissions WHERE state <> 'final'"), '0');
	await arena.verify();

	// one more start, and no judge that could need anything
	for (const judge of arena.judges) await judge.stop();
	await arena.box.kill();
	await waitFor('all containers to die with the box', () => box.processes().length === 0, 10000);
	fs.rmSync(arena.path('run', 'box.sock'), { force: true });
	await arena.box.start();
	await waitFor('the runtime to be done', () => box.runtimes().length === 0 && box.firsts(2).length > 0, 30000);
	assert.deepEqual(box.processes(true), []);
	assert.deepEqual(box.firsts(3), []);
	const cells = arena.slots + 1 + Math.floor((arena.slots + 1) / 4) + 1; // and the doctor's, and spare ones
	for (const [what, paths] of [['container', box.containers()], ['cgroup', box.cgroups()]])
		for (const name of paths) {
			const number = new RegExp(what === 'container' ? '-(\\d+)$' : `${box.instance}/(\\d+)`).exec(name)?.[1];
			assert.ok(number === undefined || Number(number) < cells, `${what} ${name}`);
		}
	assert.ok(box.cgroups().filter((folder) => /\/step-\d+$/.test(folder)).length <= cells);

	await arena.box.stop();
	assert.deepEqual(box.processes(), []);
	assert.deepEqual(box.cgroups(), []);
	assert.deepEqual(box.containers(), []);
	assert.deepEqual(box.mounts(), []);
	assert.ok(!fs.existsSync(`/run/codearena-${box.instance}`));
	for (const judge of arena.judges) {
		assert.deepEqual(fs.readdirSync(arena.path('judge', judge.name)), ['testdata']);
		for (const name of fs.readdirSync(arena.path('judge', judge.name, 'testdata'))) assert.match(name, /^[0-9a-f]{64}$/);
	}
});
