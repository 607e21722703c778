// verify.test.mjs -- what packages can ask of judging: own validators in C++, Python and by scripts,
// interaction, passes, groups, scores, tolerance, static validation, answers instead of programs,
// words and files for programs. Each package of tests/packages through `codearena problem verify`, and most through a
// contest to its board.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Arena, build, top, waitFor } from './harness.mjs';
import { smallPackage, writeFolder } from './packages.mjs';
import { validate } from './schema.mjs';

const folder = path.join(top, 'tests/packages');
const names = fs.readdirSync(folder).sort();
const imported = ['guess', 'courier', 'orchard', 'parcel', 'choir', 'voyage', 'auction', 'harbour', 'atlas', 'golf'];
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'verify-test-'));
const JUDGED_MS = 240000; // eight at once, whose validators are compiled first, on a busy machine
const arena = new Arena();

function verify(...packages) {
	const words = ['problem', 'verify', '--json', '--languages', path.join(top, 'judge/languages.yaml'), ...packages];
	return new Promise((done) => execFile(path.join(build, 'codearena'), words, { maxBuffer: 1 << 24 }, (error, stdout, stderr) =>
		done({ status: error ? error.code : 0, reports: stdout ? JSON.parse(stdout) : [], stderr })));
}

const reportOf = (all, name) => all.reports.find((r) => r.package === path.join(folder, name));
const resultOf = (all, name, file) => reportOf(all, name).submissions.find((s) => s.submission === file);

// Groups that its package shows to nobody, and a validator whose words are no text.
const hushed = smallPackage({
	'problem.yaml': 'problem_format_version: legacy\nname: Hushed\ntype: scoring\nvalidation: custom\n',
	'output_validators/raw/raw.py': `import sys
def leave(name, what):
    with open(sys.argv[3] + name, 'wb') as f:
        f.write(what)
leave('judgemessage.txt', b'jury only \\xff\\x00\\x1b[2J \\xc3\\xa4')
leave('teammessage.txt', b'team \\xfe\\x00\\x07 \\xe2\\x82\\xac' + b'\\xe2\\x82\\xac' * 2000)
sys.exit(42 if sys.stdin.read().split() == open(sys.argv[2]).read().split() else 43)
`,
	'data/secret/01.in': null,
	'data/secret/01.ans': null,
	'data/secret/one/testdata.yaml': 'accept_score: 30\nrange: 0 30\ngrader_flags: min\n',
	'data/secret/one/a.in': '4 5\n',
	'data/secret/one/a.ans': '9\n',
	'data/secret/two/testdata.yaml': 'accept_score: 70\nrange: 0 70\ngrader_flags: min\n',
	'data/secret/two/b.in': '40 50\n',
	'data/secret/two/b.ans': '90\n',
	'data/secret/testdata.yaml': 'on_reject: continue\ngrader_flags: accept_if_any_accepted sum\n',
	'data/testdata.yaml': 'on_reject: continue\ngrader_flags: ignore_sample\n',
});

// Both at once: the sandbox of verify is its own.
let verified;
before(async () => {
	const running = verify(...names.map((name) => path.join(folder, name)));
	await arena.start();
	for (const name of imported) await arena.codearena('problem', 'import', path.join(folder, name));
	await arena.codearena('problem', 'import', '--id', 'hushed', writeFolder(path.join(scratch, 'hushed'), hushed));
	await arena.makeAccounts(3);
	await arena.makeContest('c1', { problems: [...imported, 'hushed'], more: ['--rules', 'ioi', '--per-minute', '100'] });
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
	const mute = writeFolder(path.join(scratch, 'mute'), smallPackage({
		'problem.yaml': 'problem_format_version: legacy\nname: Mute\nvalidation: custom\n',
		'output_validators/mute.py': "import sys\nopen(sys.argv[3] + 'judgeerror.txt', 'w').write('no such case')\nsys.exit(1)\n",
	}));
	const { status, reports: [report, fault] } = await verify(copy, mute);
	assert.equal(status, 1);
	assert.equal(report.ok, false);
	assert.equal(report.mismatches, 1);
	const lie = report.submissions.find((s) => s.submission === 'accepted/three.py');
	assert.equal(lie.status, 'mismatch');
	assert.equal(lie.first_failed, 'sample/1');
	assert.match(lie.why, /expected AC, got WA/);
	assert.match(report.data.join('\n'), /data\/secret\/3\.in: input validator small\.py refuses it/);
	assert.match(fault.submissions[0].why, /mute\.py: exit code 1, 42 or 43 is right: no such case$/);
});

test('a static validator has the submission as its folder, and what it is told; whatever else than 42 and 43 is a fault', async () => {
	const terse = (script) => smallPackage({
		'problem.yaml': 'problem_format_version: 2025-09\nname: Terse\nuuid: 0e7a0b7e-6c1c-4f0b-9d0c-2d1a7f2b5c99\nlimits:\n  time_limit: 2\n',
		'problem_statement/problem.en.md': null,
		'statement/problem.en.md': '# Sum\n',
		'.timelimit': null,
		'data/secret/test_group.yaml': 'static_validation_score: pass-fail\nstatic_validator_args: ["two words", import]\n',
		'static_validator/check.sh': script,
		'submissions/wrong_answer/sum.py': 'import sys\nprint(sum(map(int, sys.stdin.read().split())))\n',
	});
	const good = '[ "$1 $2 $4" = "python3 sum.py two words" ] || exit 1\ngrep -q "^$5" "$2" && exit 43\nexit 42\n';
	const { reports: [told, fault] } = await verify(writeFolder(path.join(scratch, 'terse'), terse(good)), writeFolder(path.join(scratch, 'dumb'), terse('echo lost >&2; exit 1\n')));
	assert.deepEqual([told.mismatches, told.data, told.tests], [0, [], 3]);
	assert.deepEqual(told.submissions.map((s) => [s.got, s.first_failed]), [['AC', ''], ['WA', 'secret/static_validation']]);
	assert.match(fault.submissions[0].why, /^judging error: static_validator: exit code 1, 42 or 43 is right: lost$/);
});

test('on a terminal there is a bar that fits into its line and goes again; in a pipe there is none', async () => {
	const words = `problem verify --languages ${top}/judge/languages.yaml ${folder}/atlas`;
	const seen = (command) => new Promise((done) => execFile('script', ['-qec', command, '/dev/null'], { env: { ...process.env, TERM: 'xterm', SHELL: '/bin/sh' } },
		(error, stdout) => done(stdout)));
	const text = await seen(`stty cols 40; ${build}/codearena ${words}`);
	const drawn = [...text.matchAll(/\r([^\r\n]*)\x1b\[K/g)].map((m) => m[1]);
	assert.ok(drawn.some((line) => /^submissions \[#*\.*\] \d+\/12$/.test(line)), JSON.stringify(drawn));
	assert.ok(drawn.every((line) => line.length < 40), JSON.stringify(drawn));
	assert.equal(drawn.at(-1), '');
	assert.match(text, /ok {3}accepted/);
	assert.doesNotMatch(await seen(`${build}/codearena ${words} 2>&1 | cat`), /\x1b|\[#*\.*\]/);
});

// One file or a folder, under their own names.
async function send(user, problem, file) {
	const place = path.join(folder, problem, 'submissions', file);
	const all = fs.statSync(place).isDirectory() ? fs.readdirSync(place).map((name) => path.join(place, name)) : [place];
	const files = all.map((name) => ({ filename: path.basename(name), data: fs.readFileSync(name, 'base64') }));
	const answer = await arena.submit('c1', user, problem, file.endsWith('.c') ? 'c' : 'python3', undefined, { more: { files } });
	assert.equal(answer.status, 202, answer.text);
	return `${problem} ${file} ${await arena.verdict(user, answer.body.id, JUDGED_MS)}`;
}

test('a contest judges interactions, passes, several validators, included files and answers as verify does', async () => {
	const wanted = [
		['guess', 'accepted/halve.c', 'AC'], ['guess', 'wrong_answer/one_by_one.py', 'WA'], ['guess', 'run_time_error/falls_at_the_end.py', 'RTE'],
		['courier', 'accepted/turn.py', 'AC'], ['courier', 'wrong_answer/forgets.py', 'WA'], ['courier', 'run_time_error/falls.py', 'RTE'],
		['choir', 'accepted/odd_last.py', 'AC'], ['choir', 'wrong_answer/twice.py', 'WA'],
		['voyage', 'accepted/look_up.c', 'AC'], ['voyage', 'run_time_error/one_name.py', 'RTE'],
		['auction', 'accepted/bid.py', 'AC'], ['auction', 'wrong_answer/rich.py', 'WA'],
		['harbour', 'accepted/quay.py', 'AC'], ['harbour', 'wrong_answer/own_main', 'WA'], ['harbour', 'run_time_error/quay.py', 'RTE'],
		['atlas', 'accepted/all', 'AC'], ['atlas', 'wrong_answer/missing', 'WA'],
	];
	const got = await Promise.all(wanted.map(([problem, file], i) => send(`team${1 + (i % 2)}`, problem, file)));
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

// ---------------------------------------------------------------- what is kept and shown

const sent = {}; // "guess halve.c" -> id
async function sendOne(problem, file, code, more) {
	code ??= fs.readFileSync(path.join(folder, problem, 'submissions', file), 'utf8');
	const answer = await arena.submit('c1', 'team1', problem, file.endsWith('.c') ? 'c' : 'python3', code, { more });
	assert.equal(answer.status, 202, answer.text);
	await arena.verdict('team1', answer.body.id, JUDGED_MS);
	sent[`${problem} ${path.basename(file)}`] = answer.body.id;
}

async function view(id, who) {
	const { status, body, text } = await arena.http('GET', `/api/submissions/${id}`, { token: await arena.login(who) });
	assert.equal(status, 200, text);
	const document = (await arena.http('GET', '/api/openapi.json')).body;
	assert.deepEqual(validate(document, { $ref: '#/components/schemas/SubmissionView' }, body), []);
	return body;
}
const groupsOf = (it) => it.judgement.groups?.map((g) => [g.name, g.verdict, g.points, g.points_max]);

test('a team sees the results of its groups, to the thousandth, where the package and the contest let it', async () => {
	const good = 'a, b = map(int, input().split())\nprint(a + b if a < 40 else 0)\n';
	await Promise.all([sendOne('orchard', 'partially_accepted/sum.py'), sendOne('parcel', 'mixed/heaviest_first.py'), sendOne('hushed', 'good.py', good)]);
	const orchard = [['sample', 'AC', null, null], ['secret', 'AC', 40000, 100000], ['secret/1-no-debts', 'AC', 40000, 40000], ['secret/2-all', 'WA', 0, 60000]];
	const parcel = [['sample', 'AC', null, null], ['secret', 'AC', 76000, 100000], ['secret/1-few', 'AC', 20000, 20000], ['secret/2-many', 'AC', 56000, 80000]];
	const silent = [['sample', 'AC', null, null], ['secret', 'AC', 30000, null], ['secret/one', 'AC', 30000, 30000], ['secret/two', 'WA', 0, 70000]];
	for (const who of ['team1', 'jury']) {
		assert.deepEqual(groupsOf(await view(sent['orchard sum.py'], who)), orchard, who);
		assert.deepEqual(groupsOf(await view(sent['parcel heaviest_first.py'], who)), parcel, who);
	}
	assert.equal((await view(sent['parcel heaviest_first.py'], 'team1')).judgement.score, 76);
	assert.equal(groupsOf(await view(sent['hushed good.py'], 'team1')), undefined, 'show_test_data_groups is false');
	assert.deepEqual(groupsOf(await view(sent['hushed good.py'], 'jury')), silent);
	const listed = async (who) => (await arena.http('GET', '/api/contests/c1/judgements', { token: await arena.login(who) })).body;
	assert.deepEqual((await listed('team1')).filter((j) => j.groups).map((j) => j.submission_id).sort(), [sent['orchard sum.py'], sent['parcel heaviest_first.py']].sort());
	assert.deepEqual((await listed('team2')).filter((j) => Object.values(sent).includes(j.submission_id)), [], 'another team');
	assert.equal((await arena.http('GET', `/api/submissions/${sent['orchard sum.py']}`, { token: await arena.login('team2') })).status, 404);
	assert.equal((await arena.http('GET', `/api/submissions/${sent['orchard sum.py']}`)).status, 401);
});

test('a static validation is a run of its group, with points of its own, and has no data to show', async () => {
	await Promise.all(['accepted/short.c', 'mixed/long.py', 'mixed/too_long.py'].map((file) => sendOne('golf', file)));
	const points = async (file) => groupsOf(await view(sent[`golf ${file}`], 'team1')).map((g) => [g[1], g[2]]);
	assert.deepEqual(await points('short.c'), [['AC', null], ['AC', 100000], ['AC', 60000], ['AC', 40000]]);
	assert.deepEqual(await points('long.py'), [['AC', null], ['AC', 90000], ['AC', 60000], ['AC', 30000]]);
	assert.deepEqual(await points('too_long.py'), [['AC', null], ['AC', 20000], ['WA', 0], ['AC', 20000]]);
	const id = sent['golf too_long.py'];
	const { runs } = await view(id, 'jury');
	assert.deepEqual(runs.map((r) => [r.ordinal, r.test_name, r.judgement_type_id]), [[1, 'sample/1', 'AC'], [2, 'secret/1-any/static_validation', 'WA'],
		[5, 'secret/2-short/static_validation', 'WA'], [6, 'secret/2-short/a', 'AC'], [7, 'secret/2-short/b', 'AC']]);
	assert.match(runs[1].message, /^\d+ bytes in main\.py$/);
	assert.equal((await view(id, 'team1')).runs[1].team_message, '200 bytes are all you have');
	for (const who of ['team1', 'jury']) {
		const token = await arena.login(who);
		for (const part of ['input', 'answer']) assert.equal((await arena.http('GET', `/api/submissions/${id}/runs/2/${part}`, { token })).status, 404);
	}
});

test('the setting for runs holds for groups and messages too: none shows neither, count no verdicts', async () => {
	const setting = (how) => arena.sql(`UPDATE codearena.contests SET show_runs = '${how}' WHERE id = 'c1'`);
	const id = sent['orchard sum.py'];
	try {
		await setting('none');
		const none = await view(id, 'team1');
		assert.deepEqual([groupsOf(none), none.runs], [undefined, []]);
		await setting('count');
		const count = await view(id, 'team1');
		assert.deepEqual(groupsOf(count), [['sample', null, null, null], ['secret', null, 40000, 100000], ['secret/1-no-debts', null, 40000, 40000], ['secret/2-all', null, 0, 60000]]);
		assert.deepEqual(count.runs, []);
		assert.equal(groupsOf(await view(id, 'jury'))[3][1], 'WA');
	} finally {
		await setting('verdicts');
	}
});

test('groups judged anew are shown when they count, not before', async () => {
	const id = sent['orchard sum.py'], token = await arena.login('root');
	await arena.sql(`UPDATE codearena.judgements SET groups = '[]' WHERE submission_id = '${id}'`);
	const made = await arena.http('POST', '/api/contests/c1/rejudgings', { token, body: { reason: 'the test', filter: { submission_ids: [id] } } });
	assert.equal(made.status, 201, made.text);
	const set = `/api/contests/c1/rejudgings/${made.body.id}`;
	await waitFor('the set', async () => (await arena.http('GET', set, { token })).body.preview.status.ready === 1);
	assert.deepEqual(groupsOf(await view(id, 'team1')), []);
	assert.equal((await arena.http('POST', `${set}/apply`, { token, body: {} })).status, 200);
	assert.equal(groupsOf(await view(id, 'team1')).length, 4);
});

test('the jury reads what was said in an interaction that failed; the team reads what the validator says to it', async () => {
	await Promise.all([sendOne('guess', 'wrong_answer/one_by_one.py'), sendOne('guess', 'accepted/halve.c')]);
	const id = sent['guess one_by_one.py'];
	const [team, jury] = [(await view(id, 'team1')).runs.at(-1), (await view(id, 'jury')).runs.at(-1)];
	assert.equal(team.team_message, '7 guesses are all you have');
	assert.deepEqual(['message', 'transcript', 'transcript_cut'].filter((name) => name in team), []);
	assert.equal(jury.message, 'not found with 7 guesses');
	assert.match(jury.transcript, /^>1\n<higher\n>2\n<higher\n.*>7\n<(higher|lower)\n/s);
	assert.match(jury.transcript, /= the validator ended/);
	assert.equal(jury.transcript_cut, false);
	assert.equal((await view(id, 'jury')).judgement.groups, undefined, 'a problem without groups');
	assert.ok((await view(sent['guess halve.c'], 'jury')).runs.every((r) => !('transcript' in r)), 'those that passed are not kept');
	const shown = await arena.codearena('submission', 'show', id);
	assert.match(shown, /Transcript of run \d+ .*\n>1\n<higher\n/);
	assert.match(await arena.codearena('submission', 'show', sent['parcel heaviest_first.py']), /secret\/2-many +AC +56\.000 +80\.000/);
	const json = JSON.parse(await arena.codearena('--json', 'submission', 'show', id));
	assert.equal(json.transcripts[0].text, jury.transcript);
});

test('who fails a test reads the hint that its package has for it', async () => {
	await sendOne('parcel', 'mixed/too_heavy.py');
	const hints = async (id, who) => (await view(id, who)).runs.filter((r) => r.hint).map((r) => [r.judgement_type_id, r.hint]);
	const heavy = await hints(sent['parcel too_heavy.py'], 'team1');
	assert.deepEqual(heavy, [['WA', 'a parcel may not weigh more than the box can take']]);
	assert.deepEqual(await hints(sent['parcel heaviest_first.py'], 'team1'), [], 'it passed that test');
	const run = (await view(sent['parcel too_heavy.py'], 'jury')).runs.find((r) => r.hint);
	assert.equal(run.test_name, 'secret/1-few/b');
	assert.equal('test_name' in (await view(sent['parcel too_heavy.py'], 'team1')).runs[0], false);
});

test('a test that its package shows is shown to the team that fails it, with what it wrote; no other test, and to nobody else', async () => {
	const quay = (body) => `import sys\ndef needed(lengths, gap):\n    ${body}\n`;
	const send = (name, body) => sendOne('harbour', name, quay(body), { filename: 'quay.py' });
	await Promise.all([send('one', "print('one', file=sys.stderr); return sum(lengths) + gap * max(1, len(lengths) - 1)"),
		send('three', 'return sum(lengths) + gap * (len(lengths) - 1) + len(lengths) // 3')]);
	const [failed, hidden] = [sent['harbour one'], sent['harbour three']];
	const other = (await view(hidden, 'team1')).runs.at(-1);
	assert.deepEqual([other.ordinal, other.judgement_type_id, other.test_files, other.transcript, other.hint], [2, 'WA', undefined, undefined, null]);
	for (const who of ['team1', 'jury']) {
		const { runs } = await view(failed, who);
		assert.deepEqual(runs.map((r) => [r.ordinal, r.test_files?.map((f) => f.filename), r.hint]),
			[[1, undefined, null], [2, undefined, null], [3, ['test-3.in', 'test-3.ans'], 'one ship has no neighbour']], who);
		assert.equal(runs[2].transcript, '>103\n!one');
	}
	const file = async (id, part, who) => arena.http('GET', `/api/submissions/${id}/runs/${part}`, { token: who && await arena.login(who) });
	for (const who of ['team1', 'jury']) {
		assert.equal((await file(failed, '3/input', who)).text, '3\n100\n');
		assert.equal((await file(failed, '3/answer', who)).text, '100\n');
	}
	const no = [[failed, '2/input', 'team1'], [failed, '3/name', 'team1'], [failed, 'x/input', 'team1'], [hidden, '2/input', 'team1'], [failed, '3/input', 'team2'], ['none', '3/input', 'team1']];
	for (const [id, part, who] of no) assert.equal((await file(id, part, who)).status, 404, `${id} ${part} ${who}`);
	assert.equal((await file(failed, '3/input')).status, 401);
	await arena.sql("UPDATE codearena.contests SET show_runs = 'count' WHERE id = 'c1'");
	try {
		assert.equal((await file(failed, '3/input', 'team1')).status, 404, 'the contest shows no runs');
		assert.equal((await file(failed, '3/input', 'jury')).status, 200);
	} finally {
		await arena.sql("UPDATE codearena.contests SET show_runs = 'verdicts' WHERE id = 'c1'");
	}
});

test('a long talk is kept from its beginning, and said to be cut', async () => {
	await sendOne('guess', 'loud.py', 'for i in range(1, 8): print(str(i).zfill(30000), flush=True)\n');
	const run = (await view(sent['guess loud.py'], 'jury')).runs.at(-1);
	assert.ok(run.transcript.startsWith('>00000'), run.transcript.slice(0, 100));
	assert.ok(run.transcript.length > 20000 && run.transcript.length < 32768, `${run.transcript.length}`);
	assert.equal(run.transcript_cut, true);
});

test('what is no text in a message becomes text, and has an end', async () => {
	const team = (await view(sent['hushed good.py'], 'team1')).runs[0], jury = (await view(sent['hushed good.py'], 'jury')).runs[0];
	assert.match(team.team_message, /^team \?\?\? \u20ac+\??\??$/);
	assert.ok(Buffer.byteLength(team.team_message) <= 1024);
	assert.equal(jury.message, 'jury only ???[2J \u00e4');
	assert.equal('message' in team, false);
});

test('IOI rules: the best submission, or the sum over subtasks of the best, also after a rejudging', async () => {
	const token = await arena.login('root');
	const scoreOf = async (contest) => (await arena.scoreboard(contest)).rows.find((r) => r.team_id === 'team1').problems[0];
	const start = (id, ...more) => arena.makeContest(id, { problems: ['hushed'], more: ['--rules', 'ioi', ...more] });
	await Promise.all([start('ioi'), start('subtasks', '--best-subtasks')]);
	for (const id of ['ioi', 'subtasks']) {
		const { body } = await arena.http('GET', `/api/contests/${id}`, { token });
		assert.deepEqual([body.rules, body.best_subtasks], ['ioi', id === 'subtasks']);
		for (const answer of [9, 90]) { // of the one subtask, of the other
			const { body: { id: sub } } = await arena.submit(id, 'team1', 'hushed', 'python3', `print(${answer})\n`);
			await arena.verdict('team1', sub);
		}
	}
	const judged = (contest) => waitFor(`the board of ${contest}`, async () => {
		const cell = await scoreOf(contest);
		return cell?.num_judged === 2 && cell.score;
	});
	assert.deepEqual([await judged('ioi'), await judged('subtasks')], [70, 100]);
	const { body: set } = await arena.http('POST', '/api/contests/subtasks/rejudgings', { token, body: { reason: 'the test', filter: {} } });
	const path = `/api/contests/subtasks/rejudgings/${set.id}`;
	await waitFor('the set', async () => (await arena.http('GET', path, { token })).body.preview.status.ready === 2);
	assert.equal((await arena.http('POST', `${path}/apply`, { token, body: {} })).status, 200);
	assert.equal(await judged('subtasks'), 100);
	assert.equal((await arena.http('POST', '/api/contests/subtasks/actions', { token, body: { action: 'end' } })).status, 200);
	await arena.codearena('contest', 'replay', 'subtasks', '--as', 'again', '--speed', '18000', '--lead', '1');
	assert.equal(await judged('again'), 100);
});

test('after all this the board and the log are what they must be', () => arena.verify());
