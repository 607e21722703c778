// speed.test.mjs -- what makes judging fast, and what keeps it fair: programs that are compiled
// once, headers that are made behind the start, a second look at a slow program, slots that are
// measured.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, before, test } from 'node:test';
import { Arena, waitFor } from './harness.mjs';

const arena = new Arena({
	languages: ['c', 'cpp'],
	settings: { precompiled_headers: true, calibrate_seconds: 1, max_jitter_percent: 100 },
});
const LIMIT_MS = 200; // little: a busy machine must reach it before the wall limit
// The compiler tells what it includes; a submission that does not compile is shown it.
const shipped = arena.languageFile.bind(arena);
arena.languageFile = () => {
	const made = fs.existsSync(arena.path('etc', 'languages.yaml')), file = shipped();
	if (made) return file;
	const text = fs.readFileSync(file, 'utf8');
	fs.writeFileSync(file, text.replace('-O2 -static -pipe -o main {sources}\n', '-O2 -static -pipe -H -o main {sources}\n'));
	return file;
};

// Its runs differ by a random factor of up to 16.
const NOISY = `
#include <stdio.h>
#include <time.h>
int main(void) {
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	unsigned x = 1;
	for (long i = 0; i < 2000000 * (1 + t.tv_nsec / 1000 % 16); i++) x = x * 69069 + 1;
	return printf("%u\\n", x) < 0;
}
`;

before(async () => {
	await arena.start();
	await arena.importProblems('addup');
	await arena.sql(`UPDATE codearena.problem_versions SET time_limit_ms = ${LIMIT_MS}`);
	await arena.makeAccounts(3);
	await arena.makeContest('c1', { problems: ['addup'] });
});
after(() => arena.stop());

const jury = () => arena.login('root');
const log = () => arena.judge.logText();
const counts = async () => (await arena.rows('SELECT (info->\'artifacts\'->>\'hits\')::int AS hits, (info->\'artifacts\'->>\'misses\')::int AS misses FROM codearena.workers'))[0];

async function judged(user, language, code) {
	const answer = await arena.submit('c1', user, 'addup', language, code);
	assert.equal(answer.status, 202, answer.text);
	return { id: answer.body.id, verdict: await arena.verdict(user, answer.body.id) };
}

const seen = () => arena.sql("SELECT seen_at FROM codearena.workers WHERE name = 'judge0'");
// The host's figures are written every few seconds: the second that comes was gathered after the
// first was written, so it tells all that was compiled before the call.
async function countsNow() {
	for (let i = 0; i < 2; i++) {
		const last = await seen();
		await waitFor('figures of the host', async () => await seen() !== last, 60000);
	}
	return { ...await counts() };
}

test('a header is made behind the start, and then compilers use it', async () => {
	const ready = log().indexOf('language.on id=cpp');
	assert.ok(ready >= 0, 'the language does not wait for it');
	await waitFor('the header', () => log().includes('language.precompiled id=cpp'), 300000);
	assert.ok(log().indexOf('language.precompiled id=cpp') > ready);
	const { id, verdict } = await judged('team1', 'cpp', '#include <bits/stdc++.h>\nint main() { return 0 }\n');
	assert.equal(verdict, 'CE');
	const output = await arena.sql(`SELECT convert_from(o.body, 'UTF8') FROM codearena.judgement_outputs o
		JOIN codearena.submissions s ON s.judgement_id = o.judgement_id WHERE s.id = '${id}'`);
	assert.match(output, /^! \/pre\/cpp-[0-9a-f]+\/bits\/stdc\+\+\.h\.gch$/m);
});

test('the same source of the same team is compiled once, also when it is judged again', async () => {
	const code = `${arena.source('addup', 'accepted/addup.c')}\n// mine\n`;
	const start = await countsNow();
	const first = await judged('team1', 'c', code);
	assert.equal((await judged('team1', 'c', code)).verdict, 'AC');
	const again = await arena.http('POST', `/api/submissions/${first.id}/rejudge`, { token: await jury(), body: {} });
	assert.equal(again.status, 202);
	await waitFor('the second judgement', async () => Number(await arena.sql(
		`SELECT count(*) FROM codearena.judgements WHERE submission_id = '${first.id}' AND verdict IS NOT NULL`)) === 2, 120000);
	assert.deepEqual(await countsNow(), { hits: start.hits + 2, misses: start.misses + 1 });
	assert.equal((await judged('team2', 'c', code)).verdict, 'AC');
	assert.deepEqual(await countsNow(), { hits: start.hits + 2, misses: start.misses + 2 });
	const metrics = await arena.http('GET', '/metrics', { token: await jury() });
	assert.match(metrics.text, /^codearena_worker_artifacts_total\{worker="judge0",result="hits"\} \d+$/m);
});

// Uses the processor for so long, the first time; from `until` on it is quick.
const slowUntil = (ms, until) => `
#include <stdio.h>
#include <time.h>
#include <unistd.h>
int main(void) {
	long long a, b;
	if (time(NULL) < ${until}) {
		while (clock() < (clock_t)(${ms} / 1000.0 * CLOCKS_PER_SEC))
			;
		while (time(NULL) < ${until})
			sleep(1);
	}
	if (scanf("%lld %lld", &a, &b) == 2)
		printf("%lld\\n", a + b);
}
`;
async function runsOf(id, token) {
	const judgement = await arena.sql(`SELECT judgement_id FROM codearena.submissions WHERE id = '${id}'`);
	return (await arena.http('GET', '/api/contests/c1/runs', { token })).body.filter((run) => run.judgement_id === judgement);
}

// Judges it until a first run used as much processor time as the rule is about: on a machine with
// other things to do it may reach the wall limit before, or use a little more than it wanted.
const FAR = (ms) => ms > LIMIT_MS * 1.1 + 1, NEAR = (ms) => ms > LIMIT_MS && ms < LIMIT_MS * 1.1 - 1; // whole ms
async function slowRun(wanted, code, tries = 12) {
	const { id, verdict } = await judged('team3', 'c', code());
	const runs = await runsOf(id, await jury());
	const run = runs.find((r) => wanted(r.first_time_ms ?? r.time_ms));
	if (run) return { id, verdict, run };
	assert.ok(tries > 1, `no run of this kind: ${JSON.stringify(runs)}`);
	return slowRun(wanted, code, tries - 1);
}

test('a program a little above its limit runs once more, and the lower time decides', async () => {
	const { verdict, run } = await slowRun(NEAR, () => slowUntil(LIMIT_MS * 1.04, Math.ceil(Date.now() / 1000) + 3));
	assert.equal(verdict, 'AC');
	assert.ok(NEAR(run.first_time_ms), JSON.stringify(run));
	assert.ok(run.time_ms < LIMIT_MS, `${run.time_ms}`);
	assert.match(run.message, /CPU \d+ ms, alone \d+ ms/);
});

test('one that is slow twice is slow; only the jury hears of the two times', async () => {
	const { id, verdict, run } = await slowRun(NEAR, () => slowUntil(LIMIT_MS * 1.04, 2 ** 33).replace('sleep(1)', 'return 0'));
	assert.equal(verdict, 'TLE');
	assert.ok(run.first_time_ms >= run.time_ms && run.time_ms >= LIMIT_MS, JSON.stringify(run));
	for (const theirs of await runsOf(id, await arena.login('team3'))) {
		assert.equal(theirs.first_time_ms, undefined);
		assert.equal(theirs.message, undefined);
	}
});

test('one far above its limit runs once', async () => {
	const { verdict, run } = await slowRun(FAR, () => slowUntil(LIMIT_MS * 3, 2 ** 33));
	assert.equal(verdict, 'TLE');
	assert.equal(run.first_time_ms, undefined, JSON.stringify(run));
});

test('slots are measured; one that is too noisy is not used, but the last one is', async () => {
	const text = await waitFor('figures of both slots', async () => {
		const { text: all } = await arena.http('GET', '/metrics', { token: await jury() });
		return all.match(/^codearena_slot_jitter_percent\{worker="judge0",slot="\d+"\} [\d.]+$/gm)?.length === 2 && all;
	}, 120000);
	assert.match(text, /^codearena_slot_fastest_us\{worker="judge0",slot="0"\} [1-9]\d*$/m);
	fs.writeFileSync(arena.path('etc', 'selftest', 'c', 'calibrate.c'), NOISY);
	await arena.judge.restart();
	await waitFor('a slot that is not used', () => /slot\.noisy .*used=false/.test(log()), 120000);
	await waitFor('one that stays', () => /slot\.noisy .*used=true why="it is the last one"/.test(log()), 120000);
	const used = async () => (await arena.http('GET', '/metrics', { token: await jury() }))
		.text.match(/^codearena_slot_used\{worker="judge0",slot="\d+"\} \d$/gm)?.map((line) => line.at(-1)).sort().join('');
	await waitFor('one of two in the metrics', async () => await used() === '01', 120000);
	const { verdict } = await judged('team1', 'c', `${arena.source('addup', 'accepted/addup.c')}\n// again\n`);
	assert.equal(verdict, 'AC');
});
