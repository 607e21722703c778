// jury.test.mjs -- VALIDATE and INTERACTIVE: what a validator is given and what comes back of it, what
// hostile ones of either side can do, and who is said to have ended first.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Box, build, programs, sleep, top, until, words } from './box.mjs';

const jury = path.join(top, 'tests/hostile/jury');
const box = new Box();
const rounds = process.env.LONG ? 30 : 4;

const file = (name, text) => {
	const where = path.join(box.folder, name);
	fs.writeFileSync(where, text, { mode: 0o644 });
	return where;
};

// One run of jurytry; a name without a slash is a program of jury/.
function told({ validator, source, ...options }, on = box) {
	const place = (name) => (name.includes('/') ? name : path.join(jury, name));
	const all = { socket: on.socket, validator: place(validator), ...options };
	if (source) all.source = place(source);
	return words(all);
}

function attempt(options, on = box) {
	const r = spawnSync(path.join(build, 'jurytry'), told(options, on), { encoding: 'utf8', maxBuffer: 1 << 26 });
	try {
		return JSON.parse(r.stdout);
	} catch {
		throw new Error(`jurytry: status ${r.status} ${r.signal} ${r.stdout} ${r.stderr}`);
	}
}

function steps(options, on = box) {
	const answer = attempt(options, on);
	assert.equal(answer.error, undefined);
	return answer.steps;
}

const files = {};

before(async () => {
	Object.assign(files, {
		input: file('input', 'abc\n'), answer: file('answer', 'xyz\n'), output: file('output', 'xyz\n'),
	});
	files.wrong = file('wrong', 'xy\n');
	files.secret = file('secret', '77\n');
	await box.start();
});
after(() => box.stop());

const validated = (validator, options = {}) =>
	steps({ validator, input: files.input, answer: files.answer, output: files.output, ...options })[0];
const talked = (validator, source, options = {}) =>
	steps({ validator, source, input: files.secret, answer: files.answer, ...options })[0];
const code = (step) => [step.validator.end, step.validator.exit_code];

test('a validator reads output, input and answer, and its words come back', () => {
	const step = validated('check.c', { args: 'first,,2nd' });
	assert.deepEqual(code(step), ['exited', 42]);
	assert.equal(step.feedback['judgemessage.txt'], '/data/input\n/data/answer\n/data/feedback/\nfirst\n\n2nd\n');
	assert.match(step.output, /on stdout\n/);
	assert.match(step.output, /on stderr\n/);
	assert.deepEqual(code(validated('check.c', { output: files.wrong })), ['exited', 43]);
});

test('a validator may be Python, or scripts of a package', () => {
	const python = validated('check.py', { validator_language: 'python3' });
	assert.deepEqual(code(python), ['exited', 42]);
	assert.equal(python.feedback['teammessage.txt'], 'from python\n');
	const script = validated('script/build'.replace(/^/, `${jury}/`), { validator_language: 'script', args: 'word' });
	assert.deepEqual(code(script), ['exited', 42], JSON.stringify(script));
	assert.equal(script.feedback['judgemessage.txt'], 'built\nword\n');
});

test('multi-pass: the feedback folder stays between passes, nextpass.in does not', () => {
	const passes = steps({ validator: 'passes.c', input: files.input, answer: files.answer, output: files.output, passes: 9 });
	assert.deepEqual(passes.map((step) => step.output), ['pass 1 read abc\n', 'pass 2 read after 1\n', 'pass 3 read after 2\n']);
	assert.deepEqual(passes.map((step) => step.feedback['sub/count']), ['1', '2', '3']);
	assert.equal(passes[2].feedback['nextpass.in'], undefined);
});

test('a validator that does not accept or ends badly is reported as it is', () => {
	assert.deepEqual(code(validated('broken.c')), ['exited', 0]);
	assert.deepEqual([validated('crash.c').validator.end, validated('crash.c').validator.signal], ['signal', 6]);
	assert.equal(validated('guess_spin.c', { jury_cpu_ms: 200, exact: ['jury_cpu_ms'] }).validator.end, 'cpu limit');
	assert.equal(validated('sleep.c', { jury_wall_ms: 300, exact: ['jury_wall_ms'] }).validator.end, 'wall limit');
});

test('links in the feedback folder are left out, and never followed', () => {
	assert.deepEqual(validated('links.c').feedback, { 'real.txt': 'real\n' });
});

test('too much feedback is the validator\'s fault, and hurts nobody', () => {
	const sparse = validated('sparse.c');
	assert.deepEqual(code(sparse), ['exited', 1]);
	assert.match(sparse.output, /feedback folder is larger than/);
	assert.equal(sparse.feedback, null);
	const many = validated('many.c');
	assert.deepEqual(code(many), ['exited', 42], many.output);
	assert.equal(validated('hoard.c', { jury_memory_mib: 32 }).validator.end, 'memory limit');
	assert.match(validated('hoard.c', { jury_memory_mib: 256 }).output, /feedback folder is larger than/);
});

test('large files are copied, and count for the budget, not for the validator', () => {
	const large = file('large', Buffer.alloc(60 << 20, 'x'));
	const step = validated('large.c', { input: large, answer: large, output: large, jury_memory_mib: 32 });
	assert.deepEqual(code(step), ['exited', 42], JSON.stringify(step));
	assert.equal(step.output, `${60 << 20} ${60 << 20} ${60 << 20}\n`);
	assert.ok(step.validator.memory_bytes < 8 << 20, `${step.validator.memory_bytes}`);
	fs.unlinkSync(large);
});

test('a validator has a deep stack', () => {
	assert.deepEqual(code(validated('deep.c')), ['exited', 42]);
});

test('a validator cannot change what it was given, nor reach anything else', () => {
	const step = validated('spoil.c');
	assert.equal(step.output, '');
	assert.deepEqual(code(step), ['exited', 42]);
});

test('limits of 0, negative and absurd ones are refused by name, of both sides', () => {
	const given = { validator: 'check.c', input: files.input, answer: files.answer, output: files.output };
	for (const [options, sentence] of [
		[{ jury_cpu_ms: 0 }, /CPU time limit.* not 0$/], [{ jury_wall_ms: -1 }, /wall time limit.* not -1$/],
		[{ jury_memory_mib: 1 }, /memory limit/], [{ jury_memory_mib: 60000 }, /above this host's budget/],
		[{ jury_pids: 0 }, /pids limit/]])
		assert.match(attempt({ ...given, ...options }).error ?? '', sentence);
	for (const [options, sentence] of [
		[{ cpu_ms: 0 }, /INTERACTIVE: CPU time limit/], [{ jury_cpu_ms: 0 }, /the validator's CPU time limit/],
		[{ jury_wall_ms: 10 ** 12 }, /the validator's wall time limit/], [{ output_bytes: 0 }, /output limit \(bytes\)/],
		[{ output_bytes: -7 }, /output limit.* not -7$/], [{ output_bytes: 2 ** 40 }, /output limit/],
		[{ memory_mib: 3000, jury_memory_mib: 3000 }, /above this host's budget/]])
		assert.match(attempt({ ...given, source: 'guess_ok.c', ...options }).error ?? '', sentence);
	assert.match(attempt({ ...given, input: '/dev/zero' }).error, /input must be a regular file/);
	assert.match(attempt({ ...given, source: 'guess_ok.c', language: 'cobol' }).error, /no such language/);
});

// Who ended first, how the submission ended, how the validator did.
const talks = [
	['guess.c', 'guess_ok.c', 'either', ['exited', 0], 42],
	['guess.c', 'guess_one.c', 'validator', 'killed', 43],
	['guess.c', 'guess_leave.c', 'submission', ['exited', 0], 43],
	['guess.c', 'guess_crash.c', 'submission', ['signal', 6], 43],
	['guess.c', 'guess_late_crash.c', 'validator', ['signal', 6], 42],
	['guess.c', 'guess_spin.c', 'submission', 'cpu limit', 43],
	['guess.c', 'guess_hang.c', 'submission', 'wall limit', 43],
	['close_early.c', 'guess_ok.c', 'validator', 'killed', 43],
	['close_early.c', 'guess_one.c', 'validator', 'killed', 43],
	['broken.c', 'guess_hang.c', 'validator', 'killed', 0],
	['late.c', 'guess_leave.c', 'submission', ['exited', 0], 42],
	['late.c', 'guess_crash.c', 'submission', ['signal', 6], 42],
];

for (const [validator, source, first, end, exit] of talks)
	test(`${validator} and ${source}: ${first === 'either' ? 'both end' : `the ${first} ends first`}`, () => {
		const repeat = typeof end === 'string' && end.endsWith('limit') ? 1 : rounds;
		const exact = { 'cpu limit': ['cpu_ms'], 'wall limit': ['wall_ms'] }[end] ?? [];
		for (const step of steps({ validator, source, input: files.secret, answer: files.answer, cpu_ms: source === 'guess_spin.c' ? 200 : 5000, wall_ms: source === 'guess_spin.c' ? 20000 : 1000, jury_wall_ms: 25000, repeat, exact })) {
			const told = JSON.stringify(step).slice(0, 1000), [name, number] = [end].flat();
			assert.equal(step.submission.end, name, told);
			if (name === 'exited') assert.equal(step.submission.exit_code, number, told);
			if (name === 'signal') assert.equal(step.submission.signal, number, told);
			assert.deepEqual(code(step), ['exited', exit], told);
			if (first !== 'either') assert.equal(step.first, first, told);
		}
	});

test('the transcript has both sides\' words in order, and is bounded', () => {
	const step = talked('guess.c', 'guess_late_crash.c');
	assert.equal(step.transcript.replace(/= the submission ended\n/, ''), '>77\n<right\n= the validator ended\n');
	const flood = talked('sink.c', 'guess_flood.c', { output_bytes: 300000 });
	assert.equal(flood.submission.end, 'output limit');
	assert.ok(flood.transcript.length <= 65536);
	assert.match(flood.transcript, /= the rest is left out\n$/);
});

test('20,000 round trips (measured, generous bound)', () => {
	const step = talked('talk.c', 'talk_many.c', { wall_ms: 60000, jury_wall_ms: 60000, cpu_ms: 20000, jury_cpu_ms: 20000 });
	console.log(`# us per round trip: ${(step.submission.wall_us / 20000).toFixed(1)}`);
	assert.deepEqual([step.submission.exit_code, ...code(step)], [0, 'exited', 42]);
});

test('a submission sees nothing of its validator', () => {
	const step = talked('hide.c', 'look_around.c');
	assert.equal(step.errors, '');
	assert.deepEqual([step.submission.end, step.submission.exit_code], ['exited', 0]);
	assert.deepEqual(step.feedback, { secret: '' });
});

test('the memory of either side is limited by itself', () => {
	const bomb = path.join(programs, 'malloc_bomb.c');
	assert.equal(talked('sleep.c', bomb, { jury_wall_ms: 1500 }).submission.end, 'memory limit');
	const step = talked(bomb, 'guess_hang.c');
	assert.equal(step.validator.end, 'memory limit');
	assert.equal(step.submission.end, 'killed');
});

test('one slot is enough for a pair, and two pairs in two slots do not wait for each other', async () => {
	const one = await new Box({ slots: 1 }).start();
	try {
		const step = steps({ validator: 'guess.c', source: 'guess_ok.c', input: files.secret }, one)[0];
		assert.deepEqual(code(step), ['exited', 42]);
	} finally {
		await one.stop();
	}
	const pairs = [0, 1].map(() => spawn(path.join(build, 'jurytry'), told({ validator: 'guess.c', source: 'guess_ok.c', input: files.secret, repeat: 20 }),
		{ stdio: ['ignore', 'pipe', 'inherit'] }));
	const texts = await Promise.all(pairs.map(async (child) => {
		let text = '';
		for await (const piece of child.stdout) text += piece;
		return text;
	}));
	for (const text of texts)
		for (const step of JSON.parse(text).steps) assert.deepEqual(code(step), ['exited', 42]);
});

test('when the judge dies both sides of its pair die at once', async () => {
	const judge = spawn(path.join(build, 'jurytry'), told({ validator: 'sleep.c', source: 'guess_hang.c', wall_ms: 60000, jury_wall_ms: 60000 }), { stdio: 'ignore' });
	const mains = () => box.processes(true).filter((pid) => {
		try {
			return fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith('./main');
		} catch {
			return false;
		}
	});
	await until('both to run', () => mains().length === 2);
	await sleep(50);
	judge.kill('SIGKILL');
	await until('both to die', () => box.processes(true).length === 0, 3000);
	assert.deepEqual(code(validated('check.c')), ['exited', 42]);
});
