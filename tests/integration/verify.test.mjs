// verify.test.mjs -- what packages can ask of judging: own validators in C++, Python and by scripts,
// interaction, passes, groups, scores, tolerance, answers instead of programs. Each package of
// tests/packages through `codearena problem verify`, and some through a contest to its board.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Arena, build, top, waitFor } from './harness.mjs';

const folder = path.join(top, 'tests/packages');
const names = fs.readdirSync(folder).sort();
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'verify-test-'));
const arena = new Arena();

function verify(...packages) {
	const words = ['problem', 'verify', '--json', '--languages', path.join(top, 'judge/languages.yaml'), ...packages];
	return new Promise((done) => execFile(path.join(build, 'codearena'), words, { maxBuffer: 1 << 24 }, (error, stdout, stderr) =>
		done({ status: error ? error.code : 0, reports: stdout ? JSON.parse(stdout) : [], stderr })));
}

const reportOf = (all, name) => all.reports.find((r) => r.package === path.join(folder, name));
const resultOf = (all, name, file) => reportOf(all, name).submissions.find((s) => s.submission === file);

// Both at once: the sandbox of verify is its own.
let verified;
before(async () => {
	const running = verify(...names.map((name) => path.join(folder, name)));
	await arena.start();
	for (const name of ['guess', 'courier', 'orchard', 'parcel', 'choir']) await arena.codearena('problem', 'import', path.join(folder, name));
	await arena.makeAccounts(3);
	await arena.makeContest('c1', { problems: ['guess', 'courier', 'orchard', 'parcel', 'choir'], more: ['--rules', 'ioi'] });
	verified = await running;
});
after(async () => {
	fs.rmSync(scratch, { recursive: true });
	await arena.stop();
});

test('every package of this repository is what it says', () => {
	for (const name of names) {
		const report = reportOf(verified, name);
		assert.ok(report, `${name}: ${verified.stderr}`);
		const wrong = report.submissions.filter((s) => s.status !== 'ok');
		assert.deepEqual(wrong, [], name);
		assert.deepEqual(report.data, [], name);
		assert.ok(report.submissions.length >= 3, `${name} has wrong submissions too`);
	}
	assert.equal(verified.status, 0);
});

test('a score is that of the validator and the groups, not of the verdict', () => {
	assert.equal(resultOf(verified, 'parcel', 'accepted/all_sets.py').score, 100);
	assert.equal(resultOf(verified, 'parcel', 'mixed/heaviest_first.py').score, 76);
	assert.equal(resultOf(verified, 'parcel', 'mixed/too_heavy.py').score, 0);
	assert.equal(resultOf(verified, 'orchard', 'accepted/best.c').score, 100);
	assert.equal(resultOf(verified, 'orchard', 'partially_accepted/sum.py').score, 40);
});

test('a package whose folders lie is told, and ends with 1', async () => {
	const copy = path.join(scratch, 'ratio');
	fs.cpSync(path.join(folder, 'ratio'), copy, { recursive: true });
	fs.renameSync(path.join(copy, 'submissions/wrong_answer/three.py'), path.join(copy, 'submissions/accepted/three.py'));
	fs.writeFileSync(path.join(copy, 'input_validators.py'), '');
	fs.mkdirSync(path.join(copy, 'input_validators'));
	fs.writeFileSync(path.join(copy, 'input_validators/small.py'), 'import sys\nsys.exit(42 if len(input()) < 6 else 43)\n');
	const { status, reports: [report] } = await verify(copy);
	assert.equal(status, 1);
	assert.equal(report.ok, false);
	assert.equal(report.mismatches, 1);
	const lie = report.submissions.find((s) => s.submission === 'accepted/three.py');
	assert.equal(lie.status, 'mismatch');
	assert.equal(lie.first_failed, 'sample/1');
	assert.match(lie.why, /expected AC, got WA/);
	assert.match(report.data.join('\n'), /data\/secret\/3\.in: input validator small\.py refuses it/);
});

async function send(user, problem, file) {
	const code = fs.readFileSync(path.join(folder, problem, 'submissions', file), 'utf8');
	const answer = await arena.submit('c1', user, problem, file.endsWith('.c') ? 'c' : 'python3', code);
	assert.equal(answer.status, 202, answer.text);
	return `${problem} ${file} ${await arena.verdict(user, answer.body.id)}`;
}

test('a contest judges interactions, passes and several validators as verify does', async () => {
	const wanted = [
		['guess', 'accepted/halve.c', 'AC'], ['guess', 'wrong_answer/one_by_one.py', 'WA'], ['guess', 'run_time_error/falls_at_the_end.c', 'RTE'],
		['courier', 'accepted/turn.py', 'AC'], ['courier', 'wrong_answer/forgets.py', 'WA'], ['courier', 'run_time_error/falls.py', 'RTE'],
		['choir', 'accepted/odd_last.py', 'AC'], ['choir', 'wrong_answer/twice.py', 'WA'],
	];
	const got = await Promise.all(wanted.map(([problem, file]) => send('team1', problem, file)));
	assert.deepEqual(got, wanted.map((w) => w.join(' ')));
});

test('the board has the points of the groups and of the validator', async () => {
	await Promise.all([send('team2', 'orchard', 'partially_accepted/sum.py'), send('team2', 'parcel', 'mixed/heaviest_first.py')]);
	await Promise.all([send('team3', 'orchard', 'accepted/best.c'), send('team3', 'parcel', 'mixed/too_heavy.py')]);
	const points = (board, team) => Object.fromEntries(board.rows.find((r) => r.team_id === team).problems
		.filter((cell) => ['orchard', 'parcel'].includes(cell.problem_id)).map((cell) => [cell.problem_id, cell.score ?? 0]));
	const seen = await waitFor('the board', async () => {
		const board = await arena.scoreboard('c1');
		const judged = board.rows.flatMap((r) => r.problems).filter((c) => ['orchard', 'parcel'].includes(c.problem_id)).reduce((n, c) => n + c.num_judged, 0);
		return judged === 4 && board;
	});
	assert.deepEqual([points(seen, 'team2'), points(seen, 'team3')], [{ orchard: 40, parcel: 76 }, { orchard: 100, parcel: 0 }]);
});

test('after all this the board and the log are what they must be', () => arena.verify());
