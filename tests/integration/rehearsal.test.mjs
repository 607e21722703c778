// rehearsal.test.mjs -- scripts/rehearsal in small, against a system of its own: it says yes when all
// is well, and its oracle says no when a single cell of a board is changed.
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import path from 'node:path';
import { test } from 'node:test';
import { top, withArena } from './harness.mjs';

const oracle = (input) => spawnSync(path.join(top, 'scripts/rehearsal-oracle.py'), { input: JSON.stringify(input), encoding: 'utf8' });

test('a small contest is played over HTTP, and all three standings are the oracle\'s', () =>
	withArena({ languages: ['c', 'cpp', 'python3', 'java', 'javascript'] }, async (arena) => {
		const words = ['--teams', '8', '--minutes', '40', '--speed', '120', '--submissions', '40',
			'--url', `http://127.0.0.1:${arena.apis[0].port}`, '--config', arena.conf('admin', 'admin'), '--codearena', arena.path('bin', 'codearena')];
		const { code, text } = await new Promise((done) => {
			execFile(path.join(top, 'scripts/rehearsal'), words, { maxBuffer: 1 << 26 },
				(error, stdout, stderr) => done({ code: error?.code ?? 0, text: stdout + (error ? stderr : '') }));
		});
		console.log(text.replace(/^/gm, '# '));
		assert.equal(code, 0, text);
		assert.match(text, /40 of 40 got the expected verdict/);
		for (const board of ['frozen', 'jury', 'thawed']) assert.match(text, new RegExp(`^${board} board: 8 rows equal`, 'm'));
	}));

// Two teams by hand, after the rules' own words.
const cell = (problem_id, num_judged, num_pending, time) => ({ problem_id, num_judged, num_pending, solved: time !== undefined, ...(time !== undefined && { time }) });
const contest = () => ({
	penalty_minutes: 20, freeze_at_ms: 240 * 60000, problems: ['a', 'b'],
	teams: [{ id: 't1', name: 'One' }, { id: 't2', name: 'Two' }, { id: 't3', name: 'Three' }],
	submissions: [
		['1', 't1', 'a', '0:10:59.999', 'WA'], ['2', 't1', 'a', '0:20:00.000', 'AC'], ['3', 't1', 'a', '0:21:00.000', 'WA'],
		['4', 't2', 'a', '0:30:00.000', 'CE'], ['5', 't2', 'a', '0:40:30.000', 'AC'], ['6', 't2', 'b', '4:10:00.000', 'AC'],
	].map(([id, team, problem, contest_time, verdict]) => ({ id, team, problem, contest_time, verdict })),
	boards: {
		frozen: { rows: [
			{ rank: 1, team_id: 't1', score: { num_solved: 1, total_time: 40 }, problems: [cell('a', 2, 0, 20)] },
			{ rank: 2, team_id: 't2', score: { num_solved: 1, total_time: 40 }, problems: [cell('a', 2, 0, 40), cell('b', 0, 1)] },
			{ rank: 3, team_id: 't3', score: { num_solved: 0, total_time: 0 }, problems: [] },
		] },
		thawed: { rows: [
			{ rank: 1, team_id: 't2', score: { num_solved: 2, total_time: 290 }, problems: [cell('a', 2, 0, 40), cell('b', 1, 0, 250)] },
			{ rank: 2, team_id: 't1', score: { num_solved: 1, total_time: 40 }, problems: [cell('a', 2, 0, 20)] },
			{ rank: 3, team_id: 't3', score: { num_solved: 0, total_time: 0 }, problems: [] },
		] },
	},
});

test('the oracle knows penalty, free compile errors, the freeze and the tie-break by the last AC', () => {
	const { status, stdout } = oracle(contest());
	assert.equal(status, 0, stdout);
});

test('the oracle finds a board that is wrong in one cell, one rank, one row or its order', () => {
	const change = [
		(rows) => { rows[0].problems[0].num_judged++; }, (rows) => { rows[1].rank = 1; }, (rows) => { rows.pop(); },
		(rows) => { rows.reverse(); }, (rows) => { rows[1].score.total_time++; }, (rows) => { rows[2].problems.push(cell('b', 0, 1)); },
		(rows) => { rows[0].problems[0].time = 21; },
	];
	for (const [i, one] of change.entries()) {
		const wrong = contest();
		one(wrong.boards.frozen.rows);
		const { status, stdout } = oracle(wrong);
		assert.equal(status, 1, `change ${i}`);
		assert.match(stdout, /frozen board, place/);
		assert.match(stdout, /thawed board: 3 rows equal/);
	}
});
