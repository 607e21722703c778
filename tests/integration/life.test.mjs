// life.test.mjs -- a contest's life beyond its buttons: time given and taken out, penalties and
// marks of teams, a person's word about a submission, judging paused. RULES.md sections 3 and 4.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Arena, waitFor } from './harness.mjs';
import { smallPackage, writeFolder } from './packages.mjs';

const arena = new Arena({ languages: ['python3'] });
const right = () => arena.source('addup', 'accepted/addup.py');
const wrong = () => arena.source('addup', 'wrong_answer/absolute.py');
const post = async (path, body, who = 'root') => arena.http('POST', path, { token: await arena.login(who), body });
const act = (contest, action, more = {}) => post(`/api/contests/${contest}/actions`, { action, reason: 'test', ...more });
const done = async (answer) => {
	const { status, text, body } = await answer;
	assert.ok(status < 300, text);
	return body;
};
const board = async (contest, who) => arena.scoreboard(contest, who ? { token: await arena.login(who), query: '?view=jury' } : {});
// Not there yet: a node hears of a new contest within its next look, which can be late on a busy machine.
const row = async (contest, team, who) => (await board(contest, who).catch(() => ({ rows: [] }))).rows.find((r) => r.team_id === team);
const value = (sql) => arena.sql(sql);
const sent = async (contest, user, code) => (await done(arena.submit(contest, user, 'addup', 'python3', code))).id;
const judged = async (contest, user, code) => {
	const id = await sent(contest, user, code);
	await waitFor(`a verdict of ${id}`, () => value(`SELECT state FROM codearena.submissions WHERE id = '${id}'`).then((s) => s === 'final'), 60000);
	return id;
};

before(async () => {
	await arena.start();
	await arena.importProblems('addup');
	await arena.makeAccounts(4);
	await arena.makeContest('c1', { problems: ['addup'] });
});
after(() => arena.stop());

test('every one of them needs a reason and an admin', async () => {
	assert.equal((await post('/api/contests/c1/actions', { action: 'extend', by: '0:10:00' })).status, 400);
	assert.equal((await post('/api/contests/c1/actions', { action: 'extend', by: '0:10:00', reason: 'x' }, 'team1')).status, 403);
	assert.equal((await post('/api/contests/c1/actions', { action: 'extend', by: '0:10:00', reason: 'x' }, 'jury')).status, 403);
});

test('an extension moves the end, and can be taken back', async () => {
	const before = (await arena.http('GET', '/api/contests/c1')).body;
	const longer = await done(act('c1', 'extend', { by: '0:10:00.000' }));
	assert.equal(Date.parse(longer.end_time) - Date.parse(before.end_time), 600000);
	const back = await done(act('c1', 'extend', { by: '-0:10:00.000' }));
	assert.equal(back.end_time, before.end_time);
	assert.equal((await act('c1', 'extend', { by: '-9:00:00.000' })).status, 400);
	assert.equal(await value(`SELECT string_agg(actor || ' ' || (detail ->> 'reason') || ' ' || (detail ->> 'by'), ', ' ORDER BY id) FROM codearena.audit_log WHERE action = 'contest.extend'`),
		'root test 600000, root test -600000');
});

test('a freeze that has begun is not moved by an extension, one to come is', async () => {
	await arena.makeContest('c2', { problems: ['addup'], minutes: 60, freeze: 10 });
	const from = () => value(`SELECT extract(epoch FROM from_at)::bigint FROM codearena.contest_freezes WHERE contest_id = 'c2'`).then(Number);
	const first = await from();
	await done(act('c2', 'extend', { by: '0:10:00.000' }));
	assert.equal(await from(), first + 600);
	await done(act('c2', 'freeze'));
	const begun = await from();
	await done(act('c2', 'extend', { by: '0:10:00.000' }));
	assert.equal(await from(), begun);
	const start = Date.parse((await arena.http('GET', '/api/contests/c2')).body.start_time);
	await done(act('c2', 'remove-interval', { from: new Date(start).toISOString(), to: new Date(start + 30000).toISOString() }));
	assert.equal(await from(), begun, 'nor by time that is taken out');
});

test('one team has its own time; thaw and finalize wait for it', async () => {
	await arena.makeContest('c3', { problems: ['addup'], minutes: 20 });
	await done(act('c3', 'freeze'));
	await done(act('c3', 'extend', { by: '0:30:00.000', team_id: 'team1' }));
	// The end comes in two seconds, however long the way to here was; an order that came too late is given again.
	await waitFor('an end that is near', async () => {
		const left = Date.parse((await arena.http('GET', '/api/contests/c3')).body.end_time) - Date.now() - 2000;
		const by = `-0:${String(Math.floor(left / 60000)).padStart(2, '0')}:${(left % 60000 / 1000).toFixed(3).padStart(6, '0')}`;
		return (await act('c3', 'extend', { by })).status === 200;
	});
	await waitFor('the end', async () => (await arena.http('GET', '/api/contests/c3/state')).body.ended);
	assert.equal((await arena.submit('c3', 'team2', 'addup', 'python3', right())).status, 403);
	await judged('c3', 'team1', right());
	const ends = async (who) => (await arena.http('GET', '/api/contests/c3', { token: await arena.login(who) })).body;
	const [longer, other] = [await ends('team1'), await ends('team2')];
	assert.equal(Date.parse(longer.own_end_time) - Date.parse(other.own_end_time), 1800000);
	assert.deepEqual([other.own_end_time, (await ends('jury')).own_end_time], [other.end_time, null]);
	const blockers = (await arena.http('GET', '/api/contests/c3/blockers', { token: await arena.login('jury') })).body;
	assert.deepEqual(blockers, [{ why: 'not over', count: 1, ids: [] }]);
	assert.equal((await act('c3', 'thaw')).status, 409);
	assert.equal((await act('c3', 'finalize')).status, 409);
	await done(act('c3', 'extend', { by: '-0:30:00.000', team_id: 'team1' }).then(async (a) => {
		assert.equal(a.status, 409, 'its time cannot end in the past');
		return act('c3', 'end').then(() => ({ status: 200 }));
	}));
});

test('minutes of penalty are added and taken away; the board shows them at once', async () => {
	await judged('c1', 'team1', right());
	await waitFor('it on the board', async () => (await row('c1', 'team1'))?.score.num_solved === 1);
	const time = (await row('c1', 'team1')).score.total_time;
	await done(act('c1', 'adjust', { team_id: 'team1', minutes: 30 }));
	await waitFor('30 more', async () => (await row('c1', 'team1')).score.total_time === time + 30);
	await done(act('c1', 'adjust', { team_id: 'team1', minutes: -30 }));
	await waitFor('30 less', async () => (await row('c1', 'team1')).score.total_time === time);
	assert.equal((await act('c1', 'adjust', { team_id: 'none', minutes: 1 })).status, 404);
});

test('an ignored submission is of no board until it counts again', async () => {
	const id = await value(`SELECT id FROM codearena.submissions WHERE contest_id = 'c1' AND team_id = 'team1'`);
	await done(post(`/api/submissions/${id}/ignore`, { reason: 'test' }));
	await waitFor('it gone', async () => (await row('c1', 'team1')).score.num_solved === 0);
	assert.equal((await post(`/api/submissions/${id}/ignore`, { reason: 'test' })).status, 409);
	await done(post(`/api/submissions/${id}/rejudge`, { reason: 'what is ignored is judged all the same' }));
	await arena.verdict('team1', id);
	await done(post(`/api/submissions/${id}/ignore`, { reason: 'test', ignored: false }));
	await waitFor('it back', async () => (await row('c1', 'team1')).score.num_solved === 1);
});

test('a disqualified team has no rank, is nobody\'s first and may not submit; and back', async () => {
	await judged('c1', 'team2', right());
	await waitFor('both', async () => (await row('c1', 'team2'))?.score.num_solved === 1);
	assert.equal((await row('c1', 'team2')).problems[0].first_to_solve, false);
	await done(act('c1', 'disqualify', { team_id: 'team1' }));
	await waitFor('no row with a rank', async () => !(await row('c1', 'team1')));
	await waitFor('the first moved', async () => (await row('c1', 'team2')).problems[0].first_to_solve);
	assert.equal((await row('c1', 'team2')).rank, 1);
	assert.equal((await arena.submit('c1', 'team1', 'addup', 'python3', right())).status, 403);
	assert.equal((await act('c1', 'disqualify', { team_id: 'team1' })).status, 409);
	await done(act('c1', 'requalify', { team_id: 'team1' }));
	await waitFor('it back', async () => (await row('c1', 'team1'))?.problems[0].first_to_solve);
});

test('unofficial teams stand behind the others without a rank; hidden ones are the jury\'s alone', async () => {
	const shown = async (who) => {
		const stream = arena.sse(`/api/contests/c1/scoreboard/stream${who ? '?view=jury' : ''}`, { token: who && await arena.login(who) });
		const { data } = await stream.until('snapshot', (e) => e.event === 'snapshot');
		stream.close();
		return data.teams.find((t) => t.id === 'team1');
	};
	await done(act('c1', 'unofficial', { team_id: 'team1' }));
	await waitFor('no rank', async () => (await shown())?.ranked === false);
	assert.ok((await shown()).sort_group > 0);
	await done(act('c1', 'official', { team_id: 'team1' }));
	await done(act('c1', 'hide', { team_id: 'team1' }));
	await waitFor('it hidden', async () => !(await shown()));
	assert.equal((await shown('root')).hidden, true);
	const groups = (await arena.sse('/api/contests/c1/scoreboard/stream').until('snapshot', (e) => e.event === 'snapshot')).data.first;
	assert.ok((await shown('root')).sort_group > 10000, 'behind the unofficial ones');
	assert.ok(groups.every((f) => f.sort_group === 0), 'a group of hidden teams is named to nobody');
	await done(act('c1', 'show', { team_id: 'team1' }));
	await waitFor('it back', async () => (await shown())?.ranked === undefined);
});

test('time that is taken out counts for nobody, and can be put back', async () => {
	await arena.makeContest('c4', { problems: ['addup'], startIn: -7200000 });
	const start = Date.parse((await arena.http('GET', '/api/contests/c4')).body.start_time);
	await judged('c4', 'team1', right());
	await waitFor('two hours', async () => (await row('c4', 'team1'))?.score.total_time === 120);
	const at = (minutes) => new Date(start + minutes * 60000).toISOString();
	const before = (await arena.http('GET', '/api/contests/c4')).body;
	const cut = await done(act('c4', 'remove-interval', { from: at(10), to: at(40) }));
	assert.equal(Date.parse(cut.end_time) - Date.parse(before.end_time), 1800000);
	assert.equal(cut.removed_intervals.length, 1);
	await waitFor('90 minutes', async () => (await row('c4', 'team1')).score.total_time === 90);
	await judged('c4', 'team2', right());
	await waitFor('90 for the next as well', async () => (await row('c4', 'team2'))?.score.total_time === 90);
	assert.equal((await act('c4', 'remove-interval', { from: at(39), to: at(50) })).status, 409, 'they would overlap');
	assert.equal((await act('c4', 'remove-interval', { from: at(-5), to: at(5) })).status, 400);
	await done(act('c4', 'restore-interval', { interval: cut.removed_intervals[0].id }));
	await waitFor('two hours again', async () => (await row('c4', 'team1')).score.total_time === 120);
	assert.equal((await act('c4', 'restore-interval', { interval: 1 })).status, 404);
});

test('an override needs a reason and the password again, and a person stands in the log for it', async () => {
	const id = await judged('c1', 'team3', wrong());
	await waitFor('it judged', async () => (await row('c1', 'team3'))?.problems[0]?.num_judged === 1);
	const body = { verdict: 'AC', reason: 'the checker is wrong', password: 'password-jury' };
	assert.equal((await post(`/api/submissions/${id}/override`, { ...body, password: 'nope' }, 'jury')).status, 403);
	assert.equal((await post(`/api/submissions/${id}/override`, { ...body, reason: '' }, 'jury')).status, 400);
	assert.equal((await post(`/api/submissions/${id}/override`, { ...body, verdict: 'JE' }, 'jury')).status, 400);
	assert.equal((await post(`/api/submissions/${id}/override`, body, 'team3')).status, 403);
	await done(post(`/api/submissions/${id}/override`, body, 'jury'));
	await waitFor('it solved', async () => (await row('c1', 'team3')).score.num_solved === 1);
	assert.equal(await value(`SELECT actor || ': ' || (detail ->> 'reason') FROM codearena.audit_log WHERE action = 'submission.override'`), 'jury: the checker is wrong');
	assert.match(await value(`SELECT text FROM codearena.leaderboard_events WHERE kind = 'override'`), /"reason":"the checker is wrong"/);
});

test('a held verdict is pending for contestants and boards until a judge confirms it', async () => {
	await done(act('c1', 'hold'));
	const team = await arena.login('team4');
	const own = arena.sse('/api/contests/c1/stream?topics=own', { token: team });
	await own.until('own', (e) => e.event === 'own');
	const id = await judged('c1', 'team4', right());
	await waitFor('it pending', async () => (await row('c1', 'team4', 'root'))?.problems[0]?.num_pending === 1);
	const seen = async (who) => {
		const token = await arena.login(who);
		const paths = [`/api/submissions/${id}`, '/api/contests/c1/submissions', `/api/contests/c1/judgements?submission_id=${id}`, `/api/contests/c1/runs?judgement_id=${id}-1`];
		return (await Promise.all(paths.map((p) => arena.http('GET', p, { token })))).map((a) => a.text).join('\n');
	};
	assert.doesNotMatch(await seen('team4'), /"(AC|WA)"/);
	assert.match(await seen('jury'), /"held":true/);
	assert.doesNotMatch(own.events.map((e) => e.text).join('\n'), /"verdict":"/);
	await value(`UPDATE codearena.submissions SET points_milli = 70000 WHERE id = '${id}'`); // as a problem with points
	const later = arena.sse('/api/contests/c1/stream?topics=own', { token: team });
	assert.equal((await later.until('own', (e) => e.event === 'own')).data.submissions.find((s) => s.id === id).points, 0);
	later.close();
	await value(`UPDATE codearena.submissions SET points_milli = 0 WHERE id = '${id}'`);
	assert.equal((await post(`/api/submissions/${id}/confirm`, {}, 'team4')).status, 403);
	await done(post(`/api/submissions/${id}/confirm`, {}, 'jury'));
	await waitFor('it solved', async () => (await row('c1', 'team4')).score.num_solved === 1);
	await own.until('its verdict', (e) => /"verdict":"AC"/.test(e.text));
	own.close();
	const other = await judged('c1', 'team4', wrong());
	assert.match((await act('c1', 'end').then(() => act('c1', 'finalize'))).text, /waits for confirmation/);
	const blockers = (await arena.http('GET', '/api/contests/c1/blockers', { token: await arena.login('jury') })).body;
	assert.deepEqual(blockers, [{ why: 'waits for confirmation', count: 1, ids: [other] }]);
	await done(act('c1', 'release'));
	assert.ok((await act('c1', 'finalize')).status < 300);
});

test('a final result stays: no override, nothing ignored or judged again, no rejudging that would change it', async () => {
	const [id, other] = (await value(`SELECT id FROM codearena.submissions WHERE contest_id = 'c1' AND team_id = 'team4' ORDER BY ordinal LIMIT 2`)).split('\n');
	const before = await arena.scoreboard('c1', { token: await arena.login('root'), query: '?view=jury' });
	const refused = async (path, body) => {
		const { status, text } = await post(path, body);
		assert.equal(status, 409, `${path}: ${text}`);
		assert.match(text, /c1 is finalized/);
	};
	await refused(`/api/submissions/${id}/override`, { verdict: 'WA', reason: 'late', password: 'password-root' });
	await refused(`/api/submissions/${id}/ignore`, { reason: 'late' });
	await refused(`/api/submissions/${id}/rejudge`, {});
	await refused('/api/contests/c1/actions', { action: 'adjust', team_id: 'team4', minutes: 20, reason: 'late' });
	const rejudging = async (submission) => {
		const made = await done(post('/api/contests/c1/rejudgings', { filter: { submission_ids: [submission] }, reason: 'late' }));
		const at = `/api/contests/c1/rejudgings/${made.id}`;
		await waitFor('it judged', async () => (await arena.http('GET', at, { token: await arena.login('root') })).body.progress.judged === 1, 60000);
		return at;
	};
	await done(post(`${await rejudging(other)}/apply`, {})); // moves nothing: one more proof
	const set = await rejudging(id);
	await value(`UPDATE codearena.judgements SET verdict = 'WA' WHERE submission_id = '${id}' AND NOT valid`);
	await refused(`${set}/apply`, {});
	assert.deepEqual((await arena.scoreboard('c1', { token: await arena.login('root'), query: '?view=jury' })).rows, before.rows);
	assert.equal((await post('/api/contests/c1/actions', { action: 'unfinalize' })).status, 400, 'without a reason');
	assert.equal((await done(act('c1', 'unfinalize'))).state.finalized, null);
	assert.match((await act('c1', 'unfinalize')).text, /c1 is not finalized/);
	await done(post(`${set}/apply`, {}));
	await waitFor('the change', async () => (await row('c1', 'team4', 'root')).score.num_solved === 0);
	await done(post(`${await rejudging(id)}/apply`, {}));
	await waitFor('it back', async () => (await row('c1', 'team4', 'root')).score.num_solved === 1);
	await done(act('c1', 'finalize'));
});

test('nothing paused is judged: a problem, a language, a host; a button resumes it', async () => {
	await arena.makeContest('c5', { problems: ['addup'] });
	const host = await value('SELECT name FROM codearena.workers');
	for (const what of [{ contest_id: 'c5', problem_id: 'addup' }, { language_id: 'python3' }, { host }]) {
		await done(post('/api/judging', { action: 'pause', reason: 'test', ...what }));
		const id = await sent('c5', 'team1', right());
		await new Promise((wait) => setTimeout(wait, 1500));
		assert.equal(await value(`SELECT state FROM codearena.submissions WHERE id = '${id}'`), 'queued', JSON.stringify(what));
		await done(post('/api/judging', { action: 'resume', reason: 'test', ...what }));
		assert.equal(await arena.verdict('team1', id), 'AC');
	}
	assert.equal((await post('/api/judging', { action: 'pause', reason: 'x', language_id: 'cobol' })).status, 404);
	assert.equal((await post('/api/judging', { action: 'pause', reason: 'x', problem_id: 'addup' })).status, 400);
});

test('start, duration and freeze move until they have begun, never into the past', async () => {
	await arena.makeContest('c6', { problems: ['addup'], startIn: 3600000, minutes: 60, freeze: 10 });
	const from = () => value(`SELECT coalesce((extract(epoch FROM min(from_at)) * 1000)::bigint::text, 'none') FROM codearena.contest_freezes WHERE contest_id = 'c6'`);
	const start = Date.now() + 7200000;
	const moved = await done(act('c6', 'schedule', { start: new Date(start).toISOString(), duration: '2:00:00' }));
	assert.deepEqual([Date.parse(moved.start_time), Date.parse(moved.end_time)], [start, start + 7200000]);
	assert.equal(await from(), String(start + 6600000), 'the freeze goes along');
	assert.equal((await act('c6', 'schedule', { start: new Date(Date.now() - 60000).toISOString() })).status, 400);
	assert.equal((await act('c6', 'schedule', {})).status, 400, 'no time is given');
	assert.equal((await done(act('c6', 'schedule', { start: null, freeze: null }))).start_time, null);
	assert.equal(await from(), 'none');
	await done(act('c6', 'start'));
	assert.equal((await act('c6', 'schedule', { start: new Date(start).toISOString() })).status, 409, 'it has started');
	assert.equal((await act('c6', 'schedule', { duration: '1:00:00' })).status, 409);
	await done(act('c6', 'schedule', { freeze: '9:00:00' }));
	assert.ok(Number(await from()) > Date.parse((await arena.http('GET', '/api/contests/c6')).body.start_time), 'it never begins in the past');
	assert.equal((await act('c6', 'schedule', { freeze: '0:10:00' })).status, 409, 'it has begun');
});

test('thaw and finalize come by the clock once nothing is in their way; the end of updates is the last of all', async () => {
	const state = async () => (await arena.http('GET', '/api/contests/c6/state')).body;
	const past = new Date(Date.now() - 1000).toISOString();
	await done(act('c6', 'schedule', { thaw: past, finalize: past }));
	const question = await done(post('/api/contests/c6/clarifications', { text: 'Is 0 a number?' }, 'team1'));
	assert.equal((await state()).thawed, null, 'it is not over');
	await done(act('c6', 'end'));
	await waitFor('the thaw', async () => (await state()).thawed);
	assert.equal((await state()).finalized, null, 'a clarification is not answered');
	assert.equal((await act('c6', 'end-updates')).status, 409);
	await done(post('/api/contests/c6/clarifications', { text: 'Yes.', reply_to_id: question.id }, 'jury'));
	await waitFor('it to be final', async () => (await state()).finalized);
	assert.equal((await state()).end_of_updates, null);
	await arena.codearena('contest', 'end-updates', 'c6', '--reason', 'the archive is made');
	const { thawed, finalized, end_of_updates: end } = await state();
	assert.ok(thawed <= end && finalized <= end, JSON.stringify({ thawed, finalized, end }));
	assert.match((await act('c6', 'unfinalize')).text, /updates of contest c6 have ended/);
	assert.equal((await act('c6', 'end-updates')).status, 409);
	assert.equal(await value(`SELECT string_agg(actor || ' ' || action, ', ' ORDER BY id) FROM codearena.audit_log WHERE contest_id = 'c6' AND actor <> 'root' AND action ~ 'thaw|finalize'`),
		'schedule contest.thaw, schedule contest.finalize');
});

test('three judging errors stop a problem, not its language; teams see none, finalize names them, a person ends them', async () => {
	const broken = smallPackage({ 'problem.yaml': 'problem_format_version: legacy\nname: Broken\nvalidation: custom\n', 'output_validators/validate.py': 'raise SystemExit(1)\n' });
	await arena.codearena('problem', 'import', writeFolder(arena.path('broken'), broken));
	await arena.makeContest('c9', { problems: ['broken', 'addup'] });
	const send = async () => (await done(arena.submit('c9', 'team1', 'broken', 'python3', 'print(9)'))).id;
	const count = (where) => value(`SELECT count(*) FROM codearena.submissions WHERE contest_id = 'c9' AND ${where}`).then(Number);
	const ids = [];
	for (let i = 0; i < 3; i++) {
		ids.push(await send());
		await waitFor('the judging error', async () => await count(`verdict = 'JE'`) === i + 1, 60000);
	}
	const paused = (await arena.http('GET', '/api/judging', { token: await arena.login('jury') })).body.filter((p) => p.paused);
	assert.deepEqual(paused.map((p) => [p.kind, p.contest_id, p.id, p.judging_errors]), [['problem', 'c9', 'broken', 3]]);
	assert.equal(await value(`SELECT actor || ' ' || action || ' ' || subject FROM codearena.audit_log WHERE contest_id = 'c9' AND actor = 'judge'`), 'judge judging.pause broken');
	const other = (await done(arena.submit('c9', 'team1', 'addup', 'python3', right()))).id;
	const waiting = await send();
	assert.equal(await arena.verdict('team1', other), 'AC', 'the language goes on');
	assert.equal(await value(`SELECT state FROM codearena.submissions WHERE id = '${waiting}'`), 'queued');
	const seen = (await arena.http('GET', `/api/submissions/${ids[0]}`, { token: await arena.login('team1') })).text;
	assert.match(seen, /"state":"judging"/);
	assert.doesNotMatch(seen, /JE/);
	await waitFor('four pending', async () => (await row('c9', 'team1'))?.problems.find((p) => p.problem_id === 'broken')?.num_pending === 4);
	assert.match((await act('c9', 'end').then(() => act('c9', 'finalize'))).text, /judging error: 3 .*; not judged: 1/);
	for (const id of [...ids, waiting]) await done(post(`/api/submissions/${id}/override`, { verdict: 'WA', reason: 'the validator is wrong', password: 'password-jury' }, 'jury'));
	assert.ok((await act('c9', 'finalize')).status < 300);
});

test('what comes after the end is practice, if that is the setting: judged, and on no board', async () => {
	await arena.makeContest('c10', { problems: ['addup'], more: ['--after-end', 'practice'] });
	await done(act('c10', 'end'));
	const id = await judged('c10', 'team1', right());
	const { text, body } = await arena.http('GET', `/api/submissions/${id}`, { token: await arena.login('team1') });
	assert.deepEqual([body.practice, body.verdict], [true, 'AC'], text);
	for (const who of [undefined, 'root']) assert.deepEqual((await waitFor('the board', () => row('c10', 'team1', who))).problems, []);
	assert.equal(await value(`SELECT count(*) FROM codearena.leaderboard_events WHERE contest_id = 'c10' AND submission_id IS NOT NULL`), '0');
	assert.ok((await act('c10', 'finalize')).status < 300, 'nor is it in anybody\'s way');
	await done(post(`/api/submissions/${id}/rejudge`, {}));
});

test('a team hears of its tests what the contest shows: none, how many, or their verdicts', async () => {
	await arena.makeContest('c11', { problems: ['addup'] });
	await waitFor('the contest to be known', () => row('c11', 'team1'));
	const token = await arena.login('team1');
	const heard = async (show) => {
		const stream = arena.sse('/api/contests/c11/stream?topics=board,own', { token });
		const events = [];
		const read = async (what, wanted) => {
			do {
				const event = await stream.next(30000);
				assert.ok(event, what);
				events.push(event);
			} while (!wanted(events.at(-1)));
		};
		await read('own', (e) => e.event === 'own');
		await done(act('c11', 'settings', { settings: { show_runs: show } }));
		await read('the setting', (e) => e.data.contest?.show_runs === show);
		let id, tests = [];
		for (let i = 0; i < 5 && !tests.length; i++) { // messages are hints: on a bad day one is lost, or comes behind the verdict
			id = await judged('c11', 'team1', right());
			await read('the verdict', (e) => e.event === 'own' && e.data.submissions.some((s) => s.id === id && s.verdict === 'AC'));
			for (let event; (event = await stream.next(500));) events.push(event);
			tests = events.filter((e) => e.event === 'progress' && e.data.type === 'TEST_RESULT').map((e) => e.data.verdict ?? 'done');
			if (show === 'none') break;
		}
		stream.close();
		const view = (await arena.http('GET', `/api/submissions/${id}`, { token })).body;
		return { tests: [...new Set(tests)], runs: view.runs.length > 0, accepted: view.tests_accepted > 0 };
	};
	assert.deepEqual(await heard('none'), { tests: [], runs: false, accepted: false });
	assert.deepEqual(await heard('count'), { tests: ['done'], runs: false, accepted: true });
	assert.deepEqual(await heard('verdicts'), { tests: ['AC'], runs: true, accepted: true });
});

test('settings change while it runs, and every cell is computed anew', async () => {
	await arena.makeContest('c8', { problems: ['addup'] });
	await judged('c8', 'team1', wrong());
	await judged('c8', 'team1', right());
	await waitFor('20 minutes', async () => (await row('c8', 'team1'))?.score.total_time >= 20);
	const time = (await row('c8', 'team1')).score.total_time;
	const now = await done(act('c8', 'settings', { settings: { penalty_time: 7, show_runs: 'count', name: 'Another name' } }));
	assert.deepEqual([now.penalty_time, now.show_runs, now.name, now.after_end], [7, 'count', 'Another name', 'refuse']);
	await waitFor('7 minutes', async () => (await row('c8', 'team1')).score.total_time === time - 13);
	for (const settings of [{}, { show_runs: 'all' }, { show_runs: 'none count' }, { name: '' }, { penalty_time: -1 }, { rules: 'ioi' }, { hidden: 'yes' }]) {
		assert.equal((await act('c8', 'settings', { settings })).status, 400, JSON.stringify(settings));
	}
	await arena.codearena('contest', 'set', 'c8', '--hidden', 'yes', '--penalty', '20', '--reason', 'a rehearsal');
	await waitFor('it gone', async () => (await arena.http('GET', '/api/contests/c8/scoreboard')).status === 404);
	assert.equal((await row('c8', 'team1', 'root')).score.total_time, time);
	assert.equal(await value(`SELECT string_agg(detail ->> 'reason', ', ' ORDER BY id) FROM codearena.audit_log WHERE contest_id = 'c8' AND action = 'contest.settings'`), 'test, a rehearsal');
});

test('with ICPC\'s own set of verdicts a memory limit is a run-time error; the set stays from the start on', async () => {
	await arena.makeContest('c12', { problems: ['addup'], startIn: 3600000 });
	assert.equal((await done(act('c12', 'settings', { settings: { icpc_verdicts: true } }))).icpc_verdicts, true);
	await done(act('c12', 'schedule', { start: new Date(Date.now() + 1000).toISOString() }));
	await waitFor('the start', async () => (await arena.http('GET', '/api/contests/c12/state')).body.started);
	const types = (await arena.http('GET', '/api/contests/c12/judgement-types')).body.map((t) => t.id);
	assert.ok(types.includes('RTE') && !types.includes('MLE'), types.join());
	const refused = await act('c12', 'settings', { settings: { icpc_verdicts: false } });
	assert.equal(refused.status, 409);
	assert.match(refused.text, /c12 has started: \\?"icpc_verdicts\\?"/);
	const hoard = 'kept = []\nwhile True:\n\tkept.append(bytearray(1 << 24))\n';
	const verdicts = async (contest, id) => {
		const { body } = await arena.http('GET', `/api/contests/${contest}/runs`, { token: await arena.login('root') });
		const failed = body.filter((run) => run.judgement_id === `${id}-1` && run.judgement_type_id !== 'AC');
		return `${await value(`SELECT verdict FROM codearena.submissions WHERE id = '${id}'`)}: ${failed.map((run) => `${run.judgement_type_id}, ${run.message}`)}`;
	};
	const id = await judged('c12', 'team1', hoard);
	assert.match(await verdicts('c12', id), /^RTE: RTE, .*[Mm]emory/, 'the jury reads why');
	const body = { verdict: 'MLE', reason: 'it is', password: 'password-root' };
	assert.match((await post(`/api/submissions/${id}/override`, body)).text, /not MLE but RTE/);
	await arena.makeContest('c13', { problems: ['addup'] });
	assert.match(await verdicts('c13', await judged('c13', 'team1', hoard)), /^MLE: MLE, .*[Mm]emory/);
});

test('the command line does the same', async () => {
	await arena.makeContest('c7', { problems: ['addup'], startIn: 3600000 });
	await arena.codearena('contest', 'schedule', 'c7', '--start', 'none', '--freeze', '1h', '--thaw', '2030-01-01T00:00:00Z', '--reason', 'rain');
	assert.equal(await value(`SELECT concat(start_at, ' ', freeze_ms, ' ', thaw_at IS NOT NULL) FROM codearena.contests WHERE id = 'c7'`), ' 3600000 t');
	await arena.codearena('contest', 'extend', 'c5', '--by', '5m', '--reason', 'late start');
	await arena.codearena('team', 'adjust', 'c5', 'team1', '--minutes', '-5', '--reason', 'why not');
	await arena.codearena('team', 'disqualify', 'c5', 'team2', '--reason', 'why not');
	const id = await value(`SELECT min(id) FROM codearena.submissions WHERE contest_id = 'c5'`);
	await arena.codearena('submission', 'ignore', id, '--reason', 'why not');
	await arena.codearena('judging', 'pause', '--language', 'python3', '--reason', 'why not');
	assert.match(await arena.codearena('judging', 'status'), /python3/);
	await arena.codearena('judging', 'resume', '--language', 'python3', '--reason', 'why not');
	await assert.rejects(arena.codearena('team', 'adjust', 'c5', 'team1', '--minutes', '-5'), /reason/);
});

test('who did what, when and why can be read, by admins alone; so can the log\'s head, by the jury', async () => {
	const get = async (path, who) => arena.http('GET', `/api/contests/c5/${path}`, { token: await arena.login(who) });
	const rows = (await get('audit?limit=3', 'root')).body;
	assert.equal(rows.length, 3);
	const row = (await get('audit?action=team.disqualify', 'root')).body[0];
	assert.deepEqual([row.action, row.subject, row.reason], ['team.disqualify', 'team2', 'why not']);
	assert.ok(Math.abs(Date.parse(row.time) - Date.now()) < 3600000);
	assert.ok((await get(`audit?before=${row.id}`, 'root')).body.every((r) => r.id < row.id));
	assert.deepEqual([(await get('audit', 'jury')).status, (await get('audit?limit=x', 'root')).status, (await get('log', 'team1')).status], [403, 400, 403]);
	assert.match(await arena.codearena('audit', 'list', 'c5', '--action', 'team.disqualify'), /team2 +why not/);
	const { anchor, number } = (await get('log', 'jury')).body;
	assert.match(await arena.codearena('log', 'verify', 'c5', '--anchor', anchor), new RegExp(`event ${number} is the anchor`));
});

test('board and log are what they must be', () => arena.verify());
