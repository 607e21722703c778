// programs.test.mjs -- each file of programs/ is compiled and run in the sandbox; its first lines say
// what must come of it:
//
//     // expect: run|compile END [NUMBER][; pids_denied]     how it ends, with exit code or signal
//     // options: NAME=VALUE ...                             limits and the like, see boxtry.c
//     // stdout: TEXT          exactly
//     // stdout_bytes: N       exactly
//     // output: TEXT          part of what the compiler said
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Box, programs, runcHash, until } from './box.mjs';

const languages = { '.c': 'c', '.cpp': 'cpp', '.py': 'python3', '.java': 'java', '.js': 'javascript' };
const box = new Box();
const hash = runcHash();
const input = path.join(box.folder, 'input');

before(async () => {
	fs.writeFileSync(input, '1 2 3\n', { mode: 0o644 });
	await box.start();
	// as a judge does at its start: nothing of a compiler is cold when it is measured
	for (const name of ['end_42.c', 'template_warm.cpp', 'end_7.py', 'Deep.java', 'child.js'])
		box.try({ language: languages[path.extname(name)], source: path.join(programs, name), entry: name.split('.java')[0] });
});
after(() => box.stop());

function header(file, name) {
	const text = fs.readFileSync(file, 'utf8');
	return new RegExp(`^(?://|#) ${name}:(.*)$`, 'm').exec(text)?.[1].trim();
}

function read(file) {
	const expect = /^(run|compile) ([a-z ]+?)(?: (\d+))?(; pids_denied)?$/.exec(header(file, 'expect'));
	const options = {};
	for (const word of (header(file, 'options') ?? '').split(' ').filter(Boolean)) {
		const [name, value] = word.split('=');
		options[name] = value === 'input' ? input : value;
	}
	return { stage: expect[1], end: expect[2], number: expect[3], denied: !!expect[4], options };
}

function check(run, want, file) {
	const stdout = header(file, 'stdout'), bytes = header(file, 'stdout_bytes');
	assert.equal(run.end, want.end, JSON.stringify(run));
	if (want.number !== undefined)
		assert.equal(want.end === 'signal' ? run.signal : run.exit_code, Number(want.number), JSON.stringify(run));
	if (want.denied) assert.equal(run.pids_denied, 1);
	if (stdout !== undefined) assert.equal(run.stdout, stdout);
	if (bytes !== undefined) assert.equal(run.stdout_bytes, Number(bytes));
}

for (const name of fs.readdirSync(programs).sort()) {
	const file = path.join(programs, name), want = read(file);
	test(`${name}: ${header(file, 'expect')}`, async () => {
		const answer = box.try({ language: languages[path.extname(name)], source: file, ...want.options });
		assert.equal(answer.error, undefined);
		if (want.stage === 'compile') {
			check(answer.compile, want, file);
			assert.ok(!answer.compile.ok);
			const part = header(file, 'output');
			if (part) assert.ok(answer.compile.output.includes(part), answer.compile.output.slice(0, 2000));
		} else {
			assert.ok(answer.compile.ok, answer.compile.output);
			assert.equal(answer.runs.length, Number(want.options.repeat ?? 1));
			for (const run of answer.runs) check(run, want, file);
		}
		await until('all processes of the step to be dead', () => box.processes(true).length === 0, 2000);
	});
}

test('the runtime itself is unchanged, and so is the input', () => {
	assert.equal(runcHash(), hash);
	assert.equal(fs.readFileSync(input, 'utf8'), '1 2 3\n');
});

test('a step that uses up its CPU time is ended within 20 ms of it', () => {
	const answer = box.try({ language: 'c', source: box.program('spin.c'), cpu_ms: 200, repeat: 5 });
	const over = answer.runs.map((run) => run.cpu_us - 200000).sort((a, b) => a - b);
	assert.ok(over[2] < 20000, `${over} us over`);
});
