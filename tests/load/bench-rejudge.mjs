// bench-rejudge.mjs -- what contestants feel of a rejudging: `make bench-rejudge`. A contest runs on
// wrong test data; it is corrected, and MANY (500) submissions are judged anew while two contestants
// submit, one after the other each. RUNS (3) times, each with its own baseline just before it:
//   p95_ms_without, p95_ms_with   from the commit of a submission to its verdict
//   longest_test_ms               wall time of the longest test case of the set
//   p95_growth_ms                 with - without, the median of the runs; RULES.md wants it to be at
//                                 most the longest test case
//   judged_of_the_set             in the time of the samples: it did go on meanwhile
import fs from 'node:fs';
import path from 'node:path';
import { Arena, sleep, waitFor } from '../integration/harness.mjs';

const number = (name, fallback) => Number(process.env[name] ?? fallback);
const MANY = number('MANY', 500), RUNS = number('RUNS', 3), SAMPLES = number('SAMPLES', 60);
const TEAMS = 12, CONTESTANTS = ['team1', 'team2'], TESTS = 4;
const say = (name, value) => console.log(`BENCH rejudge_${name}=${value}`);
const at = (list, part) => [...list].sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * part))];
// Each test case takes a tenth of a second of CPU time.
const CODE = `#include <stdio.h>
#include <time.h>
int main(void) { long long a, b; scanf("%lld %lld", &a, &b); while (clock() < CLOCKS_PER_SEC / 10); printf("%lld\\n", a + b); return 0; }
`;
const arena = new Arena({ languages: ['c'], slots: 2 });

// The first version has one test case, with a wrong answer; the corrected one has TESTS.
async function importData(corrected) {
	const folder = arena.path('sum'), data = path.join(folder, 'data/secret');
	fs.rmSync(folder, { recursive: true, force: true });
	fs.cpSync(arena.problem('addup'), folder, { recursive: true });
	fs.rmSync(path.join(folder, 'submissions'), { recursive: true });
	fs.rmSync(path.join(folder, 'data/sample'), { recursive: true, force: true });
	const names = fs.readdirSync(data).filter((name) => name.endsWith('.in')).sort().map((name) => name.slice(0, -3));
	for (const name of names.slice(corrected ? TESTS : 1)) for (const end of ['.in', '.ans']) fs.rmSync(path.join(data, name + end));
	if (!corrected) fs.writeFileSync(path.join(data, `${names[0]}.ans`), '0\n');
	await arena.codearena('problem', 'import', folder);
}

const post = async (target, body) => arena.http('POST', `/api/contests/c/rejudgings${target}`, { token: await arena.login('root'), body });
const progress = async (id) => (await arena.http('GET', `/api/contests/c/rejudgings/${id}`, { token: await arena.login('root') })).body.progress;

async function submit(user) {
	const answer = await arena.submit('c', user, 'sum', 'c', CODE);
	if (answer.status !== 202) throw new Error(answer.text);
	return answer.body.id;
}

// Milliseconds of each sample, by the database's clock.
async function sample() {
	const ids = [];
	const one = async (user) => {
		for (let i = 0; i < SAMPLES / CONTESTANTS.length; i++) {
			const id = await submit(user);
			await arena.verdict(user, id);
			ids.push(id);
			await sleep(Math.random() * 200);
		}
	};
	await Promise.all(CONTESTANTS.map(one));
	return (await arena.rows(`SELECT extract(epoch FROM j.finished_at - s.submitted_at) * 1000 AS ms FROM codearena.submissions s
		JOIN codearena.judgements j ON j.submission_id = s.id AND j.ordinal = 1 WHERE s.id = ANY ('{${ids}}')`)).map((row) => Number(row.ms));
}

async function once() {
	const without = at(await sample(), 0.95);
	const answer = await post('', { filter: { team_ids: Array.from({ length: TEAMS - 2 }, (_, i) => `team${i + 3}`) }, reason: 'the answer was wrong' });
	if (answer.status !== 201 || answer.body.progress.total !== MANY) throw new Error(answer.text);
	await waitFor('the set to begin', async () => (await progress(answer.body.id)).judged > 0);
	const before = (await progress(answer.body.id)).judged;
	const sampled = at(await sample(), 0.95);
	const after = await progress(answer.body.id);
	if (after.judged === after.total) throw new Error('the set was over before the samples were: more of MANY');
	const [{ ms }] = await arena.rows(`SELECT max(r.wall_ms) AS ms FROM codearena.submission_results r JOIN codearena.rejudging_submissions m USING (judgement_id)
		WHERE m.rejudging_id = '${answer.body.id}'`);
	const discarded = await post(`/${answer.body.id}/discard`, {});
	if (discarded.status !== 200) throw new Error(discarded.text);
	return { without, with: sampled, longest: Number(ms), judged: after.judged - before };
}

try {
	await arena.start();
	await importData(false);
	await arena.makeAccounts(TEAMS);
	await arena.makeContest('c', { problems: ['sum'], more: ['--per-minute', '10000'] });
	for (let i = 0; i < MANY; i++) await submit(`team${3 + (i % (TEAMS - 2))}`);
	await waitFor('the wrong verdicts', async () => (await arena.sql('SELECT count(*) FROM codearena.submissions WHERE state <> \'final\'')) === '0', MANY * 2000);
	await importData(true);
	const runs = [];
	for (let i = 0; i < RUNS; i++) {
		runs.push(await once());
		const { without, with: sampled, longest, judged } = runs.at(-1);
		say('p95_ms_without', without.toFixed(0));
		say('p95_ms_with', sampled.toFixed(0));
		say('longest_test_ms', longest);
		say('judged_of_the_set', judged);
	}
	say('p95_growth_ms', at(runs.map((r) => r.with - r.without), 0.5).toFixed(0));
	say('longest_test_ms_median', at(runs.map((r) => r.longest), 0.5));
} finally {
	await arena.stop();
}
