// doctor.test.mjs -- `codearena doctor` on a system that runs, and then with one thing broken at a
// time: it must name that thing, say what to do about it, and blame nothing that is whole.
//
// What must stay true: each fault is repaired before the next, so that a FAIL can only come from
// the fault of its own test. The runtime is a copy, so that it can be taken away.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { after, before, test } from 'node:test';
import { Arena, waitFor } from './harness.mjs';

const arena = new Arena({ slots: 1, languages: ['c', 'python3'] });
const RUNTIME = arena.path('bin', 'runtime');
const WORK = arena.path('judge', 'judge0');

const hasSanitizer = Boolean(process.env.SAN || process.env.TSAN);

arena.settings = { runtime: RUNTIME };
arena.adminSettings = { work_dir: WORK };
before(async () => {
	const from = execFileSync('/bin/sh', ['-c', 'command -v runc'], { encoding: 'utf8' }).trim();
	fs.copyFileSync(from, RUNTIME);
	fs.chmodSync(RUNTIME, 0o755);
	await arena.start();
});
after(() => arena.stop());

// { status, ok: [check], failed: [{ check, remedy }] }
async function doctor(env = {}) {
	const { status, stdout, stderr } = await arena.tryCodearenaIn(env, '--json', 'doctor');
	let lines;
	try {
		lines = JSON.parse(stdout);
	} catch {
		assert.fail(`no JSON: ${stdout}${stderr}`);
	}
	return { status, ok: lines.filter((l) => l.ok).map((l) => l.check), failed: lines.filter((l) => !l.ok) };
}

const textOf = (lines) => lines.map((l) => `${l.check} -> ${l.remedy}`).join('\n');

// The fault is named with its remedy; the other FAILs are among what it may break besides.
function assertFault(said, [check, remedy], ...besides) {
	const all = textOf(said.failed);
	assert.equal(said.status, 1, `exit code; it said:\n${all}`);
	assert.ok(said.failed.some((l) => check.test(l.check) && remedy.test(l.remedy)), `no ${check} -> ${remedy} in:\n${all}`);
	for (const line of said.failed) {
		assert.ok(line.remedy, `what to do about: ${line.check}`);
		assert.ok([check, ...besides].some((c) => c.test(line.check)), `nothing wrong with: ${line.check}\n${all}`);
	}
}

// Nothing is left of the fault: judge and box have found each other again.
async function assertWell() {
	const said = await waitFor('doctor to be content', async () => {
		const one = await doctor();
		return (one.status === 0 || !one.failed.every((l) => /^judge |^box/.test(l.check))) && one;
	}, 60000);
	assert.equal(textOf(said.failed), '');
	assert.equal(said.status, 0);
	return said;
}

test('all is well: every line is OK and the exit code 0', async () => {
	const said = await assertWell();
	const seen = [/^kernel /, /^\/dev\/null/, /^data_dir/, /^work_dir/, /^PostgreSQL/, /^clock/, /^Redis/, /^cgroup/, /^OCI runtime/,
		/^box/, /^language root: the host's own \/usr, read-only$/, /^language c:/, /^language python3:/, /^sandbox/, /^judge judge0: running/, /^no dead/];
	for (const line of seen) assert.ok(said.ok.some((check) => line.test(check)), `${line} in:\n${said.ok.join('\n')}`);
});

test('the runtime is removed', async () => {
	fs.renameSync(RUNTIME, `${RUNTIME}.away`);
	try {
		assertFault(await doctor(), [/^OCI runtime .*runtime/, /install .*runc/], /^box/, /^language/, /^no language/, /^escape/, /^judge/);
		const { status, stdout } = await arena.tryCodearena('doctor');
		assert.equal(status, 1);
		for (const line of stdout.trimEnd().split('\n')) assert.match(line, /^(OK {3}\S|FAIL \S.* -> \S)/);
		assert.match(stdout, /^FAIL OCI runtime .* -> install .*runc/m);
	} finally {
		fs.renameSync(`${RUNTIME}.away`, RUNTIME);
	}
	await assertWell();
});

test('Redis is stopped', async () => {
	await arena.redisServer.stop();
	try {
		assertFault(await doctor(), [/^Redis/, /start it/], /^judge/);
	} finally {
		await arena.redisServer.start();
	}
	await assertWell();
});

test('the disk of the work folder is full', async () => {
	execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m,mode=700', 'codearena-test', WORK]);
	try {
		assert.throws(() => fs.writeFileSync(`${WORK}/filler`, Buffer.alloc(8 << 20)), { code: 'ENOSPC' });
		assertFault(await doctor(), [/^work_dir .*full/, /make room/], /^judge/);
		// the judge finds it out by itself, too; repaired earlier, it could say so in a later test
		await waitFor('the judge to report it', async () =>
			(await doctor()).failed.some((l) => /^judge judge0: fault.*MiB left/.test(l.check)));
	} finally {
		execFileSync('umount', ['-l', WORK]);
	}
	await assertWell();
});

// A sanitizer must be the first library of a program, so its build takes our own setting.
test("the clock is an hour off PostgreSQL's", async () => {
	for (const [sign, found] of [['+', /^clock.* -3[56]\d{5} ms/], ['-', /^clock.* 3[56]\d{5} ms/]]) {
		const own = { CODEARENA_CLOCK_OFFSET_MS: `${sign}3600000` };
		const faked = execFileSync('faketime', ['-f', `${sign}1h`, 'env'], { encoding: 'utf8' }).split('\n')
			.filter((line) => /^(LD_PRELOAD|FAKETIME\w*)=/.test(line)).map((line) => line.split(/=(.*)/s).slice(0, 2));
		assertFault(await doctor(hasSanitizer ? own : Object.fromEntries(faked)), [found, /NTP/]);
	}
});

test('a compiler always fails', async () => {
	const file = arena.languageFile();
	const good = fs.readFileSync(file, 'utf8');
	fs.writeFileSync(file, good.replace(/compile: \/usr\/bin\/python3 .*/, 'compile: /bin/false'));
	try {
		await arena.box.restart();
		await waitFor('box', async () => !(await doctor()).failed.some((l) => /^box/.test(l.check)));
		assertFault(await doctor(), [/^language python3: .*CE/, /compiler/], /^judge/);
	} finally {
		fs.writeFileSync(file, good);
		await arena.box.restart();
	}
	await assertWell();
});
