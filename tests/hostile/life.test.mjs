// life.test.mjs -- slots, refusals, and what is left when a judge or the box dies.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { Box, build, few, programs, sleep, slow, until, words } from './box.mjs';

async function withBox(settings, body) {
	const box = await new Box(settings).start();
	try {
		await body(box);
	} finally {
		await box.stop();
	}
}

const answer42 = { language: 'c', source: path.join(programs, 'end_42.c') };

test('limits of 0, negative and absurd ones are refused by name', () => withBox({}, (box) => {
	const refused = [
		[{ cpu_ms: 0 }, /CPU time limit.* not 0$/], [{ cpu_ms: -5 }, /CPU time limit.* not -5$/],
		[{ wall_ms: 0 }, /wall time limit/], [{ wall_ms: 10 ** 12 }, /wall time limit/],
		[{ memory_mib: 0 }, /memory limit/], [{ memory_mib: 1 }, /memory limit/],
		[{ memory_mib: 10 ** 9 }, /memory limit/], [{ memory_mib: 60000 }, /above this host's budget/],
		[{ pids: 0 }, /pids limit/], [{ pids: 100000 }, /pids limit/],
		[{ file_mib: 0 }, /file size limit.* not 0$/], [{ file_mib: -1 }, /file size limit/], [{ file_mib: 10 ** 4 }, /file size limit/],
		[{ tmp_mib: 0 }, /size of \/tmp/], [{ tmp_mib: 10 ** 6 }, /size of \/tmp/],
	];
	for (const [options, words] of refused) {
		const answer = box.try({ ...answer42, ...options });
		assert.match(answer.error ?? '', words);
		assert.equal(answer.code, 1);
	}
}));

test('an unknown language, a name with a path and stdin that is no file are refused', () => withBox({}, (box) => {
	assert.match(box.try({ ...answer42, language: 'cobol' }).error, /no such language: "cobol"/);
	assert.match(box.try({ ...answer42, name: '-o' }).error, /not a plain name/);
	assert.match(box.try({ ...answer42, name: '../x.c', entry: 'x.c' }).error, /no file name/);
	assert.match(box.try({ ...answer42, stdin: '/dev/zero' }).error, /stdin must be a regular file/);
	const open = path.join(box.folder, 'open');
	fs.writeFileSync(open, 'x');
	fs.chmodSync(open, 0o666);
	assert.match(box.try({ ...answer42, stdin: open }).error, /not writable by others/);
}));

test('a language without its compiler says so by its version command', () => withBox({}, (box) => {
	assert.match(box.try({ language: 'cpp', version: 1 }).version, /g\+\+|GCC/);
	const missing = path.join(box.folder, 'languages.yaml');
	fs.writeFileSync(missing, 'languages: [{id: none, name: None, extensions: [x], source: x.x, run: ./x, version: /usr/bin/none}]\n');
	return withBox({ language_file: missing }, (other) => assert.equal(other.try({ language: 'none', version: 1 }).code, 3));
}));

test('each connection is a slot, and one more is refused', () => withBox({ slots: 1 }, async (box) => {
	const first = box.tryLater({ language: 'c', source: box.program('sleep.c'), wall_ms: 1500 * few, exact: ['wall_ms'] });
	await until('the first to run', () => box.processes(true).length > 0);
	assert.match(box.try(answer42).error, /no free slot/);
	assert.equal((await first.answer).runs[0].end, 'wall limit');
	assert.equal(box.try(answer42).runs[0].exit_code, 42);
}));

test('steps beyond the memory budget wait for their turn', () => withBox({ memory_budget_mib: 2100 }, async (box) => {
	const options = { language: 'c', source: box.program('sleep.c'), wall_ms: 600 * few, exact: ['wall_ms'], memory_mib: 1500 };
	const both = [box.tryLater(options), box.tryLater(options)];
	let most = 0;
	const timer = setInterval(() => (most = Math.max(most, box.processes(true).length)), 50);
	for (const one of both) assert.equal((await one.answer).runs[0].end, 'wall limit');
	clearInterval(timer);
	assert.ok(most <= 5, `${most} processes at once`); // one step, or one compiler's
}));

test('two steps at once see nothing of each other', () => withBox({}, async (box) => {
	const options = { language: 'c', source: box.program('two_at_once.c'), repeat: 3 };
	const both = [box.tryLater(options), box.tryLater(options)];
	for (const one of both) for (const run of (await one.answer).runs) assert.equal(run.exit_code, 0);
}));

test('only the judge\'s user and root can connect', () => withBox({}, (box) => {
	fs.chmodSync(box.folder, 0o755);
	fs.chmodSync(box.socket, 0o666);
	const copy = path.join(box.folder, 'boxtry');
	fs.copyFileSync(path.join(build, 'boxtry'), copy);
	fs.chmodSync(copy, 0o755);
	const answer = box.try({ language: 'c', version: 1 }, { uid: 65534, gid: 65534 });
	assert.equal(answer.code, 5, JSON.stringify(answer));
	assert.match(fs.readFileSync(box.log, 'utf8'), /box\.denied uid=65534/);
}));

test('when the judge dies its step dies at once', () => withBox({}, async (box) => {
	const judge = box.tryLater({ language: 'c', source: box.program('ignore_signals.c'), cpu_ms: 60000, wall_ms: 100000 });
	await until('the step to run', () => box.processes(true).length > 0 && fs.readFileSync(box.log, 'utf8').includes('opened'));
	await new Promise((done) => setTimeout(done, 700));
	judge.child.kill('SIGKILL');
	await until('the step to die', () => box.processes(true).length === 0, 2000);
	assert.equal(box.try(answer42).runs[0].exit_code, 42);
}));

test('kill -9 of the box leaves nothing after its restart', () => withBox({}, async (box) => {
	const judge = box.tryLater({ language: 'c', source: box.program('spin_orphans.c'), cpu_ms: 60000, wall_ms: 100000 });
	await until('the step to run', () => box.processes(true).length > 3);
	await box.kill('SIGKILL');
	assert.equal((await judge.answer).code, 5);
	await until('every process to die', () => box.processes().length === 0, 3000);
	assert.deepEqual(box.mounts(), []);
	fs.unlinkSync(box.socket);
	await box.start();
	assert.equal(box.try(answer42).runs[0].exit_code, 42);
	await box.kill('SIGTERM');
	assert.deepEqual(box.processes(), []);
	assert.deepEqual(box.cgroups(), []);
	assert.deepEqual(box.containers(), []);
	assert.deepEqual(box.mounts(), []);
}));

// The processors that the box's steps may use now, one list for each process.
const cores = (box) => box.processes(true).map((pid) => {
	try {
		return /^Cpus_allowed_list:\t(.*)$/m.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))[1];
	} catch {
		return undefined; // it ended meanwhile
	}
}).filter(Boolean);
const allowed = /^Cpus_allowed_list:\t(.*)$/m.exec(fs.readFileSync('/proc/self/status', 'utf8'))[1]
	.split(',').flatMap((range) => {
		const [first, last = first] = range.split('-').map(Number);
		return Array.from({ length: last - first + 1 }, (_, i) => String(first + i));
	});
const sleeper = { language: 'c', source: path.join(programs, 'sleep.c'), wall_ms: 1000 * few, exact: ['wall_ms'] };

test('each slot has a core, as many slots as cores', () => withBox({ slots: 0 }, async (box) => {
	const all = allowed.map(() => box.tryLater(sleeper)), seen = () => cores(box);
	let once = []; // they may end between two looks
	await until('all to sleep', () => (once = seen()).length >= all.length && new Set(once).size === allowed.length);
	assert.deepEqual([...new Set(once)].sort(), [...allowed].sort());
	for (const one of all) assert.equal((await one.answer).runs[0].end, 'wall limit');
}));

test('cores that are set are the only ones for programs, pairs and compilers', () => withBox({ slots: 0, cores: allowed.at(-1) }, async (box) => {
	const place = (file) => path.join(path.dirname(programs), 'jury', file), secret = path.join(box.folder, 'secret');
	fs.writeFileSync(secret, '77\n', { mode: 0o644 });
	const pair = [`socket=${box.socket}`, `validator=${place('guess.c')}`, `source=${place('guess_hang.c')}`,
		`input=${secret}`, `answer=${secret}`, ...words({ wall_ms: 800 * few, jury_wall_ms: 1500, exact: ['wall_ms'] }, [])];
	for (const begin of [() => box.tryLater({ language: 'java', source: box.program('Deep.java'), entry: 'Deep' }),
		() => box.tryLater(sleeper), () => ({ answer: new Promise((done) => spawn(path.join(build, 'jurytry'), pair).once('close', done)) })]) {
		const { answer } = begin(), seen = new Set();
		let over = false, most = 0;
		answer.then(() => (over = true));
		for (; !over; await sleep(20)) {
			const now = cores(box);
			most = Math.max(most, now.length);
			for (const list of now) seen.add(list);
		}
		assert.ok(most > 0);
		assert.deepEqual([...seen], [allowed.at(-1)]);
	}
	const first = box.tryLater(sleeper); // one core: one slot
	await until('it to run', () => cores(box).length > 0);
	assert.match(box.try(answer42).error, /no free slot/);
	await first.answer;
}));

test('on a busy host a container weighs more than an ordinary process', () => withBox({ slots: 1 }, () => {
	const files = ['cpu/codearena/cpu.shares', 'cpu,cpuacct/codearena/cpu.shares', 'codearena/cpu.weight'];
	const file = files.map((name) => path.join('/sys/fs/cgroup', name)).find((name) => fs.existsSync(name));
	const weight = Number(fs.readFileSync(file, 'utf8')) / (file.endsWith('weight') ? 100 : 1024);
	assert.ok(weight >= 2 * allowed.length, `${weight} processes`);
}));

test('a core that is not there stops the start by name', async () => {
	const box = new Box({ cores: '0,1023' });
	await assert.rejects(box.start(), /cores: there is no processor 1023/);
	fs.rmdirSync(box.guardFolder());
	fs.rmSync(box.folder, { recursive: true });
});

// A used-up container goes on until another is ready, so how many there were depends on the machine.
test('containers are replaced after so many executions, and nobody notices', () => withBox({ rotate_after: 5 }, async (box) => {
	const made = () => fs.readFileSync(box.log, 'utf8').match(/cell\.ready/g).length;
	await until('containers beyond the first', () => {
		const answer = box.try({ ...answer42, repeat: 60 });
		assert.equal(answer.runs.length, 60);
		for (const run of answer.runs) assert.equal(run.exit_code, 42);
		return made() > 6;
	});
}));

test('a container whose agent is killed is a fault, and the next step finds another', () => withBox({}, async (box) => {
	const judge = box.tryLater({ language: 'c', source: box.program('sleep.c'), wall_ms: 60000, cpu_ms: 50000 });
	await until('the program to run', () => box.stepOf('./main'));
	const step = box.stepOf('./main');
	const parent = (pid) => /^PPid:\t(\d+)/m.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))[1];
	process.kill(Number(parent(parent(step))), 'SIGKILL');
	assert.match((await judge.answer).error, /fault: the container ended/);
	assert.equal(box.try(answer42).runs[0].exit_code, 42);
}));

test('a container in which something is left is replaced', () => withBox({ slots: 1 }, async (box) => {
	const lost = spawn('sleep', ['1000']), made = () => fs.readFileSync(box.log, 'utf8').match(/cell\.ready/g).length;
	const dead = new Promise((done) => lost.once('exit', (code, signal) => done(signal)));
	const { answer } = box.tryLater({ ...sleeper, repeat: 2 });
	await until('the program to run', () => box.stepOf('./main'));
	const own = fs.readFileSync(`/proc/${box.stepOf('./main')}/cgroup`, 'utf8');
	const inside = /^(?:\d+:memory|0:):(\/codearena\/\S+\/step-\d+)$/m.exec(own)[1];
	const step = box.cgroups().find((folder) => folder.endsWith(inside)), before = made();
	fs.writeFileSync(path.join(step, 'cgroup.procs'), String(lost.pid));
	for (const run of (await answer).runs) assert.equal(run.end, 'wall limit');
	assert.equal(await dead, 'SIGKILL');
	await until('another container', () => made() > before);
	assert.match(fs.readFileSync(box.log, 'utf8'), /cell\.unclean/);
}));

test('a runtime that is missing is a judge fault with a sentence, not an end', () => withBox({ runtime: '/nonexistent/runc' }, async (box) => {
	const answer = box.try(answer42);
	assert.equal(answer.code, 5);
	assert.match(answer.error, /fault: no container: .*nonexistent/);
	assert.equal(box.child.exitCode, null);
}));

test('a runtime that cannot hand over a socket is refused by name', async () => {
	const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'runtime-')), runtime = path.join(folder, 'unfit');
	fs.writeFileSync(runtime, '#!/bin/sh\n[ "$1" = --version ] && echo unfit version 1\n', { mode: 0o755 });
	await withBox({ runtime }, (box) =>
		assert.match(box.try(answer42).error, /fault: no container: OCI runtime \S+unfit hands no descriptors/));
	fs.rmSync(folder, { recursive: true });
});

test('two boxes of one instance: the second refuses to start', () => withBox({}, async (box) => {
	const second = new Box({ instance: box.instance, data_dir: box.settings.data_dir });
	second.instance = box.instance;
	await assert.rejects(second.start(), /another codearena-box/);
	fs.rmSync(second.folder, { recursive: true });
}));

test('the time per test case (told, for a person)', () => withBox({}, (box) => {
	const answer = box.try({ ...answer42, repeat: 200 });
	const times = answer.runs.map((run) => run.round_us).sort((a, b) => a - b);
	const ms = (i) => (times[Math.floor(i * (times.length - 1))] / 1000).toFixed(2);
	console.log(`# ms per test case: median ${ms(0.5)}, p10 ${ms(0.1)}, p95 ${ms(0.95)}`);
}));
