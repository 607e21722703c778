// walls.test.mjs -- shows that the tests bite: hostile programs behind walls of which one was taken
// down get another result than programs.test.mjs wants of them. Three ways:
//   - the agent's walls, by one that leaves out those that WALLS_DOWN names (open_walls.c);
//   - the container's, by a runtime that changes config.json before it calls the real one;
//   - limits, which are raised: never taken away, and those of memory and processes stay so low that
//     a bomb hurts nobody (box.mjs puts a limit on processes around all of it, too).
// Each program is either shown here or named below with the reason why it is not.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { Box, build, compiled, exchange, programs, read, slow, until } from './box.mjs';

const MIB = 1 << 20;
const RUNTIME = `#!/bin/sh
# a runtime for walls.test.mjs
for word; do
	[ "$last" != --bundle ] || bundle=$word
	last=$word
done
if [ -n "$bundle" ]; then
	tr -d '\\n' <"$bundle/config.json" | sed CHANGES >"$bundle/changed" && mv "$bundle/changed" "$bundle/config.json" || exit 1
fi
exec ${process.env.HOSTILE_RUNTIME ?? 'runc'} "$@"
`;
const folders = [];
const shown = new Set();

after(() => {
	for (const folder of folders) fs.rmSync(folder, { recursive: true, force: true });
});

// A box without these walls. Beside those of open_walls.c: 'network', the container's own namespace;
// 'files', there are files of the host in /data.
async function without(down, body, settings = {}) {
	const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'open-')), runtime = path.join(folder, 'runtime');
	const changes = ['s|"PATH=/usr/bin"|&, "WALLS_DOWN=' + down.join(' ') + '"|'];
	if (down.includes('network')) changes.push('s|{[^{}]*"type": "network"[^{}]*}, *||');
	if (down.includes('files'))
		changes.push(`s|"mounts": \\[|&{"destination": "/data", "type": "bind", "source": "${folder}/data", "options": ["bind", "ro"]}, |`);
	folders.push(folder);
	fs.chmodSync(folder, 0o755);
	fs.mkdirSync(path.join(folder, 'data'));
	fs.writeFileSync(path.join(folder, 'data/canary'), 'CANARY-of-host\n', { mode: 0o644 });
	fs.writeFileSync(runtime, RUNTIME.replace('CHANGES', changes.map((change) => `-e '${change}'`).join(' ')), { mode: 0o755 });
	fs.copyFileSync(path.join(build, 'codearena-box'), path.join(folder, 'codearena-box'));
	fs.copyFileSync(path.join(build, 'open/codearena-agent'), path.join(folder, 'codearena-agent'));
	const box = new Box({ slots: 1, runtime, ...settings });
	box.build = folder;
	await box.start();
	try {
		await body(box, (name, options) => attempt(box, name, options));
	} finally {
		await box.stop();
	}
}

async function answer(box, name, options = {}) {
	const file = path.join(programs, name), want = read(file);
	Object.assign(want.options, options);
	if (options.wall_ms) want.end = 'wall limit';
	const got = await compiled(box, file, want, true);
	assert.equal(got.error, undefined, name);
	shown.add(name);
	return got;
}

const attempt = async (box, name, options) => (await answer(box, name, options)).runs[0];
const unclean = (box) => (fs.readFileSync(box.log, 'utf8').match(/cell\.unclean/g) ?? []).length;

test('without the filter calls are allowed, nothing is a security violation, sockets can be had', () =>
	without(['seccomp'], async (box, run) => {
		const { stdout } = await run('denied.c');
		for (const call of ['CLONE_NEWUSER', 'SYS_flock', 'F_GETLK', 'SYS_inotify_init1', 'SYS_shmget', 'SYS_mincore',
			'SYS_sched_setaffinity', 'SYS_vmsplice', 'SYS_personality', 'SYS_pidfd_open'])
			assert.ok(stdout.includes(call), `${call} is still refused: ${stdout}`);
		for (const name of fs.readdirSync(programs).filter((file) => file.startsWith('sv_')))
			assert.equal((await run(name)).end, 'exited', name);
		assert.match((await run('network.c')).stdout, /socket 1 1\n/);
		assert.match((await run('connect.c')).stdout, /socket for 127\.0\.0\.1/);
		assert.equal((await run('int80.c')).exit_code, 1);
		assert.equal((await run('int80_mount.c')).exit_code, 1);
		assert.equal((await run('preadv2_nowait.c')).exit_code, 0);
		if (os.cpus().length > 1) assert.notEqual((await run('affinity.c')).stdout, '1 1 1');
	}));

test('without the filter and the network namespace two slots talk by locks, inotify and sockets', () =>
	without(['seccomp', 'network'], async (box) => {
		const left = new Set(['flock', 'posix-lock', 'ofd-lock', 'inotify', 'abstract-socket']);
		let last;
		for (let tries = 0; left.size && tries < 6; tries++) { // a busy machine misses bits
			const { sent, seen, text } = (last = await exchange(box, 8 << Math.min(tries, slow > 1 ? 2 : 3)));
			for (const name of left)
				if ([...seen[name]].filter((bit, i) => bit === sent[i]).length >= 13) left.delete(name);
			// these have other walls: the other namespaces of the container, or of the step
			for (const name of ['files', '/dev/shm', 'SysV', 'mq', 'file-offset', 'signals'])
				assert.equal(new Set(seen[name]).size, 1, `${name}: ${text}`);
		}
		assert.deepEqual([...left], [], last.text);
	}, { slots: 2 }));

// More programs than there are containers.
async function leave(run) {
	const codes = [];
	while (codes.length < 7) codes.push((await run('leave_sysv.c')).exit_code);
	return codes;
}

test('without the filter an ipc namespace for each program still hides what others left', () =>
	without(['seccomp'], async (box, run) => assert.ok(!(await leave(run)).includes(1))));

test('without that either it is found', () =>
	without(['seccomp', 'ipc'], async (box, run) => assert.ok((await leave(run)).includes(1))));

test('without its pid namespace a step sees others, lives on after its end and is said to be unclean', () =>
	without(['pid'], async (box, run) => {
		assert.notEqual((await run('proc_others.c')).stdout, '2');
		for (const [i, name] of ['orphan_writer.c', 'leave_files.c', 'fork_bomb_setsid.c'].entries()) {
			assert.equal(unclean(box), i);
			await run(name, { repeat: 1 });
			await until('it to be said', () => unclean(box) > i);
		}
	}));

test('without a /tmp of its own a step finds files of the one before, and more room', () =>
	without(['tmp'], async (box, run) => {
		assert.deepEqual((await answer(box, 'leave_files.c')).runs.map((one) => one.exit_code), [0, 1, 1]);
		assert.equal((await run('tmpfs_full.c')).end, 'memory limit');
		assert.equal((await run('inode_bomb.c', { memory_mib: 64 })).end, 'memory limit');
	}));

test('with all of /proc the kernel can be read', () =>
	without(['proc'], async (box, run) => assert.match((await run('read_host.c')).stdout, /OPEN:\/proc\//)));

test('as root of its container a program has rights, and may signal its init', () =>
	without(['uid'], async (box, run) => {
		assert.match((await run('rights.c')).stdout, /^0 0 \d+ caps=[1-9a-f]/);
		assert.equal((await run('stop_parent.c')).exit_code, 1);
		assert.equal((await run('signal_all.c')).stdout, '1\n');
		assert.equal((await run('shebang.py')).stdout, '0');
	}));

test('without rlimits timers and the size of a file are counted by nobody, and the stack is short', () =>
	without(['rlimits'], async (box, run) => {
		assert.equal((await run('stack_deep.c')).signal, 11);
		assert.equal((await run('file_size.c')).end, 'exited');
		assert.ok((await run('timers.c')).memory_bytes > 2 * MIB);
	}));

test('what lies in its root a program finds', () =>
	without(['files'], async (box, run) => {
		assert.equal((await run('find_secret.c')).stdout, '/data/canary\n');
		assert.match((await run('read_host.c')).stdout, / IN:canary/);
	}));

// Programs that a limit ends get further when it is higher: { what is raised, to what, what is measured, and
// above what that is then }. Two at once, in two slots.
const raised = {
	memory_mib: {
		to: 128, of: (one) => one.memory_bytes / MIB, above: 100,
		names: ['malloc_bomb.c', 'mmap_bomb.c', 'memfd_bomb.c', 'stack_bomb.c', 'shm_bomb.c', 'tmpfs_bomb.c', 'memory.py'],
	},
	compile_memory_mib: {
		to: 300, of: (one) => one.memory_bytes / MIB, above: 280,
		names: ['macro_bomb.c', 'include_zero.c'],
	},
	cpu_ms: {
		to: 500, of: (one) => one.cpu_us / 1000, above: 450,
		names: ['spin.c', 'spin.py', 'spin_threads.c', 'spin_orphans.c', 'exec_loop.c', 'ignore_signals.c'],
	},
	compile_cpu_ms: { to: 1300, of: (one) => one.cpu_ms, above: 1200, names: ['template_bomb.cpp', 'include_self.c'] },
	wall_ms: { to: 900, of: (one) => one.wall_us / 1000, above: 800, names: ['sleep.c', 'stop_self.c', 'stop_continue.c'] },
	output: {
		to: 1500000, of: (one) => one.stdout_bytes + one.stderr_bytes, above: 1200000,
		names: ['flood_lines.c', 'flood_both.c', 'flood_ignoring.c', 'stdout_flood.c', 'stderr_flood.c'],
	},
};

test('with higher limits the bombs get further', async () => {
	const box = await new Box().start(), left = [], short = [];
	for (const [what, { names, ...how }] of Object.entries(raised)) for (const name of names) left.push({ what, name, ...how });
	const slot = async () => {
		for (let next = left.pop(); next; next = left.pop()) {
			const got = await answer(box, next.name, { [next.what]: next.to });
			const one = next.what.startsWith('compile') ? got.compile : got.runs[0];
			if (!(next.of(one) > next.above)) short.push(`${next.name}: ${JSON.stringify(got)}`);
		}
	};
	try {
		await Promise.all([slot(), slot()]);
		assert.deepEqual(short, []);
		// up to the size of its folder
		const { compile } = await answer(box, 'fill_object.c', { compile_file_mib: 8192, compile_memory_mib: 1024 });
		assert.match(compile.output, /No space left/);
		assert.equal((await attempt(box, 'memory_in_children.c', { memory_mib: 400, wall_ms: 1500 })).end, 'wall limit');
		assert.equal((await attempt(box, 'thread_bomb.c', { pids: 40 })).exit_code, 1);
		assert.equal((await attempt(box, 'tmpfs_full.c', { tmp_mib: 5 })).stdout, '28 5242880');
		assert.equal((await attempt(box, 'output_counted.c', { output: 1000000 })).end, 'killed');
	} finally {
		await box.stop();
	}
});

// Every other program, and why it is not shown.
const others = {
	'ordinary, or an end that is only reported: it meets no wall': `
		Deep.java Processor.java close_stdout.c compile_time.py dev_stdio.c end_255.c end_42.c end_7.py end_abort.c
		end_alarm.c end_fpe.c end_kill.c end_segv.c environ.c fifty.c handler_exit.c incbin_environ.c kill_everybody.c
		kill_group.c large_bss_unused.c linker_words.c memory_just_enough.c page_cache.c pipes.c plugin.c
		say_accepted.c syntax.py template_warm.cpp`,
	'its compiler or runtime ends it before a limit does': `
		Memory.java coding.py incbin_zero.c include_stdin.c include_tty.c linker_script.c memory.js
		recursion.py warning_flood.c`,
	'as others above, but takes longer': `
		Threads.java big_binary.c child.js compile_memory.cpp constexpr_bomb.cpp deep_nesting.c exec_bomb.js fork_sleepers.c
		network.py two_at_once.c`,
	'more spinning processes could slow down the machine': 'fork_bomb.c',
	'without its wall it would reach files of the host': `
		include_environ.c include_neighbours.c include_shadow.c incbin_shadow.c mountinfo.c proc_self.c read_shadow.c
		rewrite_self.c setuid_program.c write_root.c`,
	'it has a second wall: the container, the kernel, or how box opens files': `
		descriptors.c descriptors_full.c file_size_ignored.c file_sparse.c rlimits.c write_stdin.c x32.c`,
};

test('each program is shown to be stopped by its wall, or it is said why not', () => {
	const known = Object.values(others).flatMap((names) => names.trim().split(/\s+/));
	assert.deepEqual([...shown, ...known].sort(), fs.readdirSync(programs).sort());
});
