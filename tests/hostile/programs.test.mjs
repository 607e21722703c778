// programs.test.mjs -- each file of programs/ is compiled and run in the sandbox; its first lines say
// what must come of it:
//
//     // expect: run|compile END [NUMBER][; pids_denied]     how it ends, with exit code or signal
//     // options: NAME=VALUE ...                             limits and the like, see boxtry.c
//     // stdout: TEXT          exactly
//     // stdout_bytes: N       exactly
//     // output: TEXT          part of what the compiler said
//
// After each, no process of it lives and no canary outside has changed. LONG=1 runs all of them
// ROUNDS (20) times instead, in random order and two slots at once.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Box, Canaries, compiled, languages, programs, read, slow, until } from './box.mjs';

const box = new Box();
const input = path.join(box.folder, 'input');
let canaries;

before(async () => {
	fs.writeFileSync(input, '1 2 3\n', { mode: 0o644 });
	await box.start();
	canaries = new Canaries(box, [input]);
	// as a judge does at its start: nothing of a compiler is cold when it is measured
	for (const name of ['end_42.c', 'template_warm.cpp', 'end_7.py', 'Deep.java', 'child.js'])
		box.try({ language: languages[path.extname(name)], source: path.join(programs, name), entry: name.split('.java')[0] });
});
after(async () => {
	canaries?.remove();
	await box.stop();
});

function check(run, want) {
	const stdout = want.header('stdout'), bytes = want.header('stdout_bytes');
	assert.equal(run.end, want.end, JSON.stringify(run));
	if (want.number !== undefined)
		assert.equal(want.end === 'signal' ? run.signal : run.exit_code, Number(want.number), JSON.stringify(run));
	if (want.denied) assert.equal(run.pids_denied, 1);
	if (stdout !== undefined) assert.equal(run.stdout, stdout);
	if (bytes !== undefined) assert.equal(run.stdout_bytes, Number(bytes));
}

// LONG=1: so many rounds, two programs at once in two slots; a flake shows.
const rounds = process.env.LONG ? Number(process.env.ROUNDS ?? 20) : 1;

async function attempt(name) {
	const file = path.join(programs, name), want = read(file, { input });
	const answer = await compiled(box, file, want, rounds > 1);
	assert.equal(answer.error, undefined);
	if (want.stage === 'compile') {
		check(answer.compile, want);
		assert.ok(!answer.compile.ok);
		const part = want.header('output');
		if (part) assert.ok(answer.compile.output.includes(part), answer.compile.output.slice(0, 2000));
	} else {
		assert.ok(answer.compile.ok, answer.compile.output);
		assert.equal(answer.runs.length, Number(want.options.repeat ?? 1));
		for (const run of answer.runs) check(run, want);
	}
}

const names = fs.readdirSync(programs).sort();
for (const name of rounds === 1 ? names : [])
	test(`${name}: ${read(path.join(programs, name)).text}`, async () => {
		await attempt(name);
		await until('all processes of the step to be dead', () => box.processes(true).length === 0, 2000);
		canaries.check();
	});

for (let round = 1; rounds > 1 && round <= rounds; round++)
	test(`round ${round} of ${rounds}, two slots at once`, async () => {
		const left = [...names].sort(() => Math.random() - 0.5), bad = [];
		const slot = async () => {
			for (let name = left.pop(); name; name = left.pop())
				await attempt(name).catch((error) => bad.push(`${name}: ${error.message}`));
		};
		await Promise.all([slot(), slot()]);
		assert.deepEqual(bad, []);
		await until('all processes to be dead', () => box.processes(true).length === 0, 2000);
		canaries.check();
	});

test('a step that uses up its CPU time is ended within 20 ms of it', () => {
	const answer = box.try({ language: 'c', source: box.program('spin.c'), cpu_ms: 200, wall_ms: 30000, repeat: 5, exact: ['cpu_ms'] });
	const over = answer.runs.map((run) => run.cpu_us - 200000).sort((a, b) => a - b);
	assert.ok(over[2] < 20000 * slow, `${over} us over`);
});
