// doctor.test.mjs -- `codearena doctor` on a system that runs, and then with one thing broken at a
// time: it must name that thing, say what to do about it, and name nothing else that is whole.
//
// Each fault is repaired before the next, so that a line of FAIL can only come from its own fault.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { after, before, test } from 'node:test';
import { Arena, build } from './harness.mjs';

const arena = new Arena({ slots: 1, languages: ['c', 'python3'] });
const WORK = () => arena.path('judge', 'judge0');
const HOUR_MS = 3600 * 1000;

before(() => arena.start());
after(() => arena.stop());

// A copy of the runtime, to be taken away: the arena's own one, not the host's.
function copyRuntime() {
	const to = arena.path('bin', 'runtime');
	const from = execFileSync('/bin/sh', ['-c', 'command -v runc'], { encoding: 'utf8' }).trim();
	fs.copyFileSync(from, to);
	fs.chmodSync(to, 0o755);
	return to;
}

// What doctor says: { status, ok: [check], failed: [{ check, remedy }] }.
async function doctor({ env = {}, settings = {} } = {}) {
	arena.adminSettings = { work_dir: WORK(), ...settings };
	const { status, stdout, stderr } = await arena.tryCodearenaIn(env, '--json', 'doctor');
	let lines;
	try {
		lines = JSON.parse(stdout);
	} catch {
		assert.fail(`no JSON: ${stdout}${stderr}`);
	}
	return { status, ok: lines.filter((l) => l.ok).map((l) => l.check), failed: lines.filter((l) => !l.ok) };
}

const texts = (failed) => failed.map((l) => `${l.check} -> ${l.remedy}`);

// Every FAIL must match one of `expected` ([check, remedy]), and each of those must be there.
function assertFault(said, ...expected) {
	const all = texts(said.failed);
	assert.equal(said.status, 1, `exit code: ${all.join('\n')}`);
	for (const [check, remedy] of expected)
		assert.ok(said.failed.some((l) => check.test(l.check) && remedy.test(l.remedy)), `${check} ${remedy} in:\n${all.join('\n')}`);
	for (const line of said.failed)
		assert.ok(expected.some(([check]) => check.test(line.check)), `not asked for: ${line.check} -> ${line.remedy}`);
}

test('all is well: every line is OK and the exit code 0', async () => {
	const said = await doctor();
	assert.deepEqual(texts(said.failed), []);
	assert.equal(said.status, 0);
	const seen = [/^kernel /, /\/dev\/null/, /^data_dir/, /^work_dir/, /^PostgreSQL/, /^clock/, /^Redis/, /^cgroup/, /^OCI runtime/,
		/^box/, /^language c:/, /^language python3:/, /^sandbox/, /^judge judge0: running/, /^no dead/];
	for (const line of seen) assert.ok(said.ok.some((check) => line.test(check)), `${line} in:\n${said.ok.join('\n')}`);
});

test('for people it is one line for each check, OK or FAIL with what to do', async () => {
	arena.adminSettings = { work_dir: WORK(), runtime: arena.path('bin', 'missing') };
	const { status, stdout } = await arena.tryCodearena('doctor');
	const lines = stdout.trimEnd().split('\n');
	assert.equal(status, 1);
	for (const line of lines) assert.match(line, /^(OK {3}\S|FAIL \S.* -> \S)/);
	assert.match(stdout, /^FAIL OCI runtime .*missing.* -> .*runc/m);
});

test('the runtime is gone: named by the settings, and by a program of each language', async () => {
	const runtime = copyRuntime();
	arena.settings.runtime = runtime;
	await arena.box.stop();
	await arena.startBox();
	await arena.judge.restart();
	assert.deepEqual(texts((await doctor()).failed), []);
	fs.rmSync(runtime);
	try {
		await arena.box.stop();
		await arena.box.start().catch(() => {});
		const said = await doctor();
		assertFault(said, [/^OCI runtime .*no such|^OCI runtime .*runtime/i, /install it .*runc/], [/^box/, /codearena-box/],
			[/^language (c|python3)/, /codearena-box/], [/^no language works/, /install/], [/^escape/, /./], [/^judge judge0/, /log/]);
	} finally {
		delete arena.settings.runtime;
		await arena.box.stop();
		await arena.startBox();
		await arena.judge.stop();
		await arena.startJudgeAgain?.(0);
	}
});
