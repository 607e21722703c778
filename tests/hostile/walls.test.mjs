// walls.test.mjs -- shows that the tests bite: the same programs behind an agent without its system
// call filter (open_seccomp.c), and with other walls lowered by settings, must get another result.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Box, build, compiled, exchange, programs, read } from './box.mjs';

const open = new Box();

before(async () => {
	open.build = fs.mkdtempSync(path.join(open.folder, 'open-'));
	fs.copyFileSync(path.join(build, 'codearena-box'), path.join(open.build, 'codearena-box'));
	fs.copyFileSync(path.join(build, 'open/codearena-agent'), path.join(open.build, 'codearena-agent'));
	await open.start();
});
after(() => open.stop());

const attempt = (name, options = {}) => {
	const file = path.join(programs, name), want = read(file);
	Object.assign(want.options, options);
	if (options.wall_ms) want.end = 'wall limit';
	const answer = compiled(open, file, want);
	assert.equal(answer.error, undefined);
	return answer.runs[0];
};

test('without the filter the calls of denied.c are allowed', () => {
	const run = attempt('denied.c');
	for (const call of ['CLONE_NEWUSER', 'SYS_flock', 'F_GETLK', 'SYS_inotify_init1', 'SYS_shmget', 'SYS_mincore',
		'SYS_sched_setaffinity', 'SYS_vmsplice', 'SYS_personality', 'SYS_pidfd_open'])
		assert.ok(run.stdout.includes(call), `${call} is still refused: ${JSON.stringify(run)}`);
});

test('without the filter affinity.c leaves its processor', { skip: os.cpus().length < 2 }, () =>
	assert.notEqual(attempt('affinity.c').stdout, '1 1 1'));

for (const name of ['sv_mount.c', 'sv_umount.c', 'sv_ptrace.c', 'sv_keyctl.c', 'sv_bpf.c', 'sv_fsopen.c', 'sv_pivot_root.c'])
	test(`without the filter ${name} is no security violation`, () => assert.equal(attempt(name).end, 'exited'));

test('without the filter sockets can be had, and a 32-bit call is answered', () => {
	assert.match(attempt('network.c').stdout, /socket 1 1\n/);
	assert.match(attempt('connect.c').stdout, /socket for 127\.0\.0\.1/);
	assert.equal(attempt('int80.c').exit_code, 1);
	assert.equal(attempt('preadv2_nowait.c').exit_code, 0);
});

test('without the filter two slots talk by locks and inotify', async () => {
	const left = new Set(['flock', 'posix-lock', 'ofd-lock', 'inotify']);
	let last;
	for (let tries = 0; left.size && tries < 4; tries++) { // a busy machine misses bits
		const { sent, seen, text } = (last = await exchange(open, 8 << Math.min(tries, 2)));
		for (const name of left)
			if ([...seen[name]].filter((bit, i) => bit === sent[i]).length >= 13) left.delete(name);
		// these have a second wall: namespaces of the container, or of the step
		for (const name of ['files', '/dev/shm', 'SysV', 'mq', 'abstract-socket', 'file-offset', 'signals'])
			assert.equal(new Set(seen[name]).size, 1, `${name}: ${text}`);
	}
	assert.deepEqual([...left], [], last.text);
});

test('with more memory, processes or time the bombs get further', () => {
	assert.equal(attempt('memory_in_children.c', { memory_mib: 400, wall_ms: 1500 }).end, 'wall limit');
	assert.equal(attempt('thread_bomb.c', { pids: 40 }).exit_code, 1);
	assert.equal(attempt('tmpfs_full.c', { tmp_mib: 5 }).stdout, '28 5242880');
	assert.equal(attempt('stack_bomb.c', { memory_mib: 64, cpu_ms: 1 }).end, 'cpu limit');
	assert.equal(attempt('output_counted.c', { output: 1000000 }).end, 'killed');
});
