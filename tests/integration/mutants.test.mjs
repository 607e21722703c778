// mutants.test.mjs -- a bug in each branch of freeze.c in turn makes differential.test.mjs fail
// (LONG=1: each is built apart and costs a run of it). Two conditions no client can reach today:
// what stands behind them is a second wall, and the unit tests of freeze.c fail instead.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { build, long, top } from './harness.mjs';

const run = promisify(execFile);
// What stands in freeze.c, and the bug that takes its place.
const MUTANTS = [
	['none: it passes', 'enum { MINUTE_MS = 60000 };', 'enum { MINUTE_MS = 60000 };', 'nobody'],
	['freeze_hides: the thaw shows nothing', 'if (f->thawed_ms == 0 && f->from_ms', 'if (f->from_ms'],
	['freeze_hides: what is thawed is hidden alone', 'if (f->thawed_ms == 0 && f->from_ms', 'if (f->thawed_ms != 0 && f->from_ms'],
	['freeze_hides: the first instant is shown', 'f->from_ms <= submitted_ms', 'f->from_ms < submitted_ms'],
	['freeze_hides: what came before is hidden', 'f->from_ms <= submitted_ms && ', ''],
	['freeze_hides: the last instant is hidden', 'submitted_ms < f->to_ms)', 'submitted_ms <= f->to_ms)'],
	['freeze_hides: an interval has no end', ' && submitted_ms < f->to_ms)', ')'],
	['freeze_hides: never', '\t\t\treturn true;\n\t}\n\treturn false;\n}\n\n/* "Post-freeze', '\t\t\treturn false;\n\t}\n\treturn false;\n}\n\n/* "Post-freeze'],
	['freeze_public_fact: the verdict stays', '\t\tf.verdict = VERDICT_NONE;\n', ''],
	['freeze_public_fact: the points stay', '\t\tf.points_milli = 0;\n', '', 'unit'],
	['freeze_public_fact: a compile error is shown', 'if (freeze_hides(c, submitted_ms)) {', 'if (freeze_hides(c, submitted_ms) && f.verdict != VERDICT_CE) {'],
	['freeze_public_fact: an AC is shown', 'if (freeze_hides(c, submitted_ms)) {', 'if (freeze_hides(c, submitted_ms) && f.verdict != VERDICT_AC) {'],
	['freeze_revealed: everything', 'return c->nrevealed > 0 &&\n\t       bsearch(&key, c->revealed, c->nrevealed, sizeof(key), compare_revealed) != NULL;', 'return c->nrevealed > 0 && compare_revealed(&key, &key) == 0;'],
	['freeze_revealed: nothing', 'return c->nrevealed > 0 &&', 'return c->nrevealed > SIZE_MAX / 2 &&'],
	['freeze_public_team: all', 'return !t->hidden;', 'return t != NULL;'],
	['freeze_public_team: none', 'return !t->hidden;', 'return t->hidden;'],
	['freeze_shows_awards: while it runs', ' || now_ms < contest_last_end_ms(c))', ')'],
	['freeze_shows_awards: while it is frozen', 'if (c->freezes[i].thawed_ms == 0 && c->freezes[i].from_ms <= now_ms)\n\t\t\treturn false;', 'if (c->freezes[i].thawed_ms == 0 && c->freezes[i].from_ms <= now_ms)\n\t\t\tcontinue;'],
	['freeze_shows_awards: never', '\t}\n\treturn true;\n}\n\n/* "Before the start', '\t}\n\treturn false;\n}\n\n/* "Before the start'],
	['freeze_public_problems: before the start', ' && now_ms >= c->start_ms;', ';\n\t(void)now_ms;'],
	['freeze_public_problems: never', 'now_ms >= c->start_ms;', 'now_ms < c->start_ms;'],
	['freeze_shows_verdict: not to the jury', 'if (v == VIEWER_JURY)', 'if (v == VIEWER_JURY && own)'],
	['freeze_shows_verdict: not to its own team', 'if (v == VIEWER_TEAM && own)', 'if (v == VIEWER_TEAM && !own)'],
	['freeze_shows_verdict: to everybody', 'return !freeze_hides(c, submitted_ms);\n}\n\n/* When', 'return freeze_hides(c, submitted_ms) || true;\n}\n\n/* When', 'unit'],
	['freeze_notice: before the freeze', ' || f->from_ms > now_ms ||', ' ||'],
	['freeze_notice: after the thaw', 'if (f->thawed_ms != 0 || f->from_ms > now_ms', 'if (f->from_ms > now_ms'],
	['freeze_notice: never', 'if (begin == INT64_MIN || f->from_ms < begin)', 'if (begin != INT64_MIN && f->from_ms < begin)'],
	['freeze_notice: the minutes', 'contest_time_at(c, end) - contest_time_at(c, begin)', 'contest_time_at(c, begin)'],
];

// The first rule that a run breaks, or ''. What is broken ends the run: the rest of it says no more.
async function failure(file, words, env) {
	const { NODE_TEST_CONTEXT: _, ...mine } = process.env; // or node would take it for a part of this test
	const child = spawn(file, words, { cwd: top, env: { ...mine, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
	const broken = () => /^not ok \d+ - .*|^\[  FAILED  \] .*/m.exec(said)?.[0];
	let said = '';
	for (const stream of [child.stdout, child.stderr]) {
		stream.on('data', (piece) => {
			said += piece;
			if (broken()) child.kill();
		});
	}
	await new Promise((done) => { child.once('close', done); });
	assert.match(said, broken() ? /./ : /^# pass [1-9]|PASSED|^ok 1/m, `it ran\n${said}`);
	assert.doesNotMatch(said, /hookFailed/, 'the contests were played');
	return { rule: broken() ?? '', said };
}

// A copy of the tree and of what is built; only freeze.c differs.
function copyTree() {
	const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'mutants-'));
	fs.chmodSync(folder, 0o755);
	fs.cpSync(top, path.join(folder, 'tree'), { recursive: true, preserveTimestamps: true, filter: (from) => !/\/(\.git|node_modules)$|^build$/.test(path.relative(top, from) ? `/${path.relative(top, from)}` : '') });
	fs.cpSync(path.dirname(build), path.join(folder, 'build'), { recursive: true, preserveTimestamps: true });
	return folder;
}

const only = process.env.MUTANT ? new RegExp(process.env.MUTANT) : /./;
test('a bug in any branch of freeze.c is caught', async () => {
	if (!long) return; // the counts of `make check-long`
	const folder = copyTree();
	const tree = path.join(folder, 'tree'), file = path.join(tree, 'scoreboard/freeze.c');
	const text = fs.readFileSync(file, 'utf8');
	const survived = [];
	const make = (...words) => run('make', ['-s', 'WARN=-w', 'WARN_GCC=', `BUILD=${folder}/build`, ...words], { cwd: tree, maxBuffer: 1 << 28 });
	const env = { CODEARENA_BUILD: path.join(folder, 'build', path.basename(build)), LONG: '' };
	const programs = ['codearena-api', 'codearena-judge', 'codearena'].map((name) => path.join(env.CODEARENA_BUILD, name));
	const unit = path.join(env.CODEARENA_BUILD, 'tests/unit/test_freeze');
	try {
		for (const [name, from, to, by] of MUTANTS.filter(([what]) => only.test(what))) {
			assert.equal(text.split(from).length, 2, `${name}: freeze.c has changed`);
			fs.writeFileSync(file, text.replace(from, () => to));
			await make(...by === 'unit' ? [unit] : programs);
			const { rule, said } = by === 'unit' ? await failure(unit, [], env)
				: await failure(process.execPath, [path.join(tree, 'tests/integration/differential.test.mjs')], env);
			console.log(`# ${rule ? 'caught' : 'passes'}: ${name}${by === 'unit' ? ' (unit test)' : ''}: ${rule}`);
			if (rule && by === 'nobody') console.log(said);
			if (!rule !== (by === 'nobody')) survived.push(name);
		}
	} finally {
		fs.rmSync(folder, { recursive: true, force: true });
	}
	assert.deepEqual(survived, []);
});
