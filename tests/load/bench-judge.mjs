// bench-judge.mjs -- how fast judging is, from POST to verdict, with everything real: `make
// bench-judge`. TESTS (100), ROUNDS (5), ONLY (tests, slots or header). Prints:
//   judge_ms_per_test        a C++ submission of TESTS trivial test cases on one slot, compiled
//                            before: from the claim to the verdict, / TESTS (median)
//   judge_fixed_ms           the same with one test case: what a submission costs at least
//   judge_speedup_two_slots  one slot's time / two slots' time, of test cases that take 20 ms each
//   pch_post_to_ac_ms        C++ with bits/stdc++.h from POST to AC on an idle system, with
//   nopch_post_to_ac_ms      ... and without the precompiled header
//   pch_post_to_ac_ratio     the first / the second
import fs from 'node:fs';
import path from 'node:path';
import { Arena, sleep, waitFor } from '../integration/harness.mjs';

const TESTS = Number(process.env.TESTS ?? 100), ROUNDS = Number(process.env.ROUNDS ?? 5);
const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
const say = (name, value) => console.log(`BENCH ${name}=${value}`);

const PLAIN = '#include <iostream>\nint main() { int n; std::cin >> n; std::cout << n + 1 << "\\n"; }\n';
const BUSY = `#include <ctime>\n#include <iostream>
int main() { int n; std::cin >> n; while (clock() < CLOCKS_PER_SEC / 50); std::cout << n + 1 << "\\n"; }\n`;
const WHOLE = '#include <bits/stdc++.h>\nusing namespace std;\nint main() { int n; cin >> n; cout << n + 1 << "\\n"; }\n';

// A problem of n test cases: a number, and the next one.
async function addProblem(arena, id, n) {
	const folder = arena.path(id), data = path.join(folder, 'data', 'secret');
	fs.mkdirSync(data, { recursive: true });
	fs.writeFileSync(path.join(folder, 'problem.yaml'), `problem_format_version: legacy\nname: ${id}\nlicense: cc0\nrights_owner: CodeArena\n`);
	fs.mkdirSync(path.join(folder, 'problem_statement'));
	fs.writeFileSync(path.join(folder, 'problem_statement', 'problem.en.tex'), `\\problemname{${id}}\nThe next number.\n`);
	for (let i = 0; i < n; i++) {
		const name = path.join(data, String(i).padStart(4, '0'));
		fs.writeFileSync(`${name}.in`, `${i}\n`);
		fs.writeFileSync(`${name}.ans`, `${i + 1}\n`);
	}
	await arena.codearena('problem', 'import', folder, '--time-limit', '2');
}

async function start(settings, slots) {
	const arena = new Arena({ languages: ['cpp'], slots, settings });
	await arena.start();
	await addProblem(arena, 'one', 1);
	await addProblem(arena, 'many', TESTS);
	await arena.makeAccounts(1);
	await arena.makeContest('c1', { problems: ['one', 'many'] });
	await arena.sql('UPDATE codearena.contests SET submissions_per_minute = 1000');
	return arena;
}

// Milliseconds of one submission: `post` from POST to the verdict at its stream, `judge` from the
// claim to the verdict.
async function submit(arena, problem, code) {
	const token = await arena.login('team1'), begin = performance.now();
	const answer = await arena.submit('c1', 'team1', problem, 'cpp', code);
	if (answer.status !== 202) throw new Error(`${answer.status} ${answer.text}`);
	const stream = arena.sse(`/api/submissions/${answer.body.id}/stream`, { token });
	const event = await stream.until('the verdict', (e) => e.data?.type === 'FINISHED' || e.data?.state === 'final', 60000);
	const post = performance.now() - begin;
	stream.close();
	if (event.data.verdict !== 'AC') throw new Error(`${problem}: ${JSON.stringify(event.data)}`);
	const judge = Number(await arena.sql(`SELECT extract(epoch FROM j.finished_at - j.started_at) * 1000 FROM codearena.judgements j
		JOIN codearena.submissions s ON s.judgement_id = j.id WHERE s.id = '${answer.body.id}'`));
	return { post, judge };
}

// The median of what `measure` gives; the first round is to warm up.
async function rounds(measure) {
	const all = [];
	for (let i = 0; i <= ROUNDS; i++) {
		await sleep(300);
		all.push(await measure(i));
	}
	return median(all.slice(1));
}

async function measureTests(slots, measure) {
	const arena = await start({}, slots);
	try {
		return await measure((problem, code) => rounds(async () => (await submit(arena, problem, code)).judge));
	} finally {
		await arena.stop();
	}
}

// Each round another source: nothing is compiled already.
async function measureHeader(precompiled_headers) {
	const arena = await start({ precompiled_headers }, 1);
	try {
		if (precompiled_headers) await waitFor('the header', () => arena.judge.logText().includes('language.precompiled id=cpp'), 120000);
		return await rounds(async (i) => (await submit(arena, 'one', `${WHOLE}// ${i}\n`)).post);
	} finally {
		await arena.stop();
	}
}

const wants = (part) => (process.env.ONLY ?? part) === part;
if (wants('tests')) {
	await measureTests(1, async (judged) => {
		say('judge_ms_per_test', (await judged('many', PLAIN) / TESTS).toFixed(2));
		say('judge_fixed_ms', (await judged('one', PLAIN)).toFixed(1));
	});
}
if (wants('slots')) {
	const busy = (judged) => judged('many', BUSY);
	const one = await measureTests(1, busy), two = await measureTests(2, busy);
	say('judge_speedup_two_slots', (one / two).toFixed(2));
}
if (wants('header')) {
	const made = await measureHeader(true), none = await measureHeader(false);
	say('pch_post_to_ac_ms', made.toFixed(0));
	say('nopch_post_to_ac_ms', none.toFixed(0));
	say('pch_post_to_ac_ratio', (made / none).toFixed(2));
}
