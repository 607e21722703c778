#!/usr/bin/env node
// demo-history.mjs URL ACCOUNTS CONTEST SECONDS -- the first hour of the demo contest.
//
// Thirty teams submit the jury's programs, right and wrong ones, over HTTP, at the times of a plan
// that is the same each time. A team has a strength, a problem a difficulty; a team stays with a
// problem until it is solved, mostly, and then takes the next. Everything is real: time of
// submission, judging, verdict. The contest's clock runs faster meanwhile (scripts/demo-contest).
import { juryPrograms, languageOf, readAccounts, sleep } from './player.mjs';

const [url, accountsFile, contest, secondsText] = process.argv.slice(2);
const seconds = Number(secondsText);
// From trivial to hard; the rest follows in the order of the folder.
const ORDER = ['addup', 'banner', 'refrain', 'conveyor', 'festival', 'awnings', 'meeting', 'ferries'];
// Kinds of wrong programs and how often teams write them.
const WRONG = { wrong_answer: 12, run_time_error: 4, time_limit_exceeded: 2, compile_error: 3, output_limit_exceeded: 1 };
const SLOW = new Set(['java']); // fewer of them, so that two cores keep up with the hour

// xorshift32: the same plan on every machine.
let state = 20260131;
function random() {
	state ^= state << 13;
	state ^= state >>> 17;
	state ^= state << 5;
	return (state >>> 0) / 2 ** 32;
}
const pick = (list) => list[Math.floor(random() * list.length)];

function pickKind() {
	let left = random() * Object.values(WRONG).reduce((a, b) => a + b);
	return Object.keys(WRONG).find((kind) => (left -= WRONG[kind]) < 0);
}

const programs = juryPrograms();

function choose(problem, right, languages) {
	const kind = right ? 'accepted' : pickKind();
	let fit = programs.filter((p) => p.problem === problem && p.expected === kind && languageOf(languages, p));
	if (random() < 0.8) {
		const quick = fit.filter((p) => !SLOW.has(p.extension));
		if (quick.length > 0) fit = quick;
	}
	return fit.length > 0 ? pick(fit) : choose(problem, true, languages);
}

// [{ at (0..1 of the hour), player, program }], in order of time.
function plan(teams, problems, languages) {
	const steps = [];
	for (const player of teams) {
		const strength = random();
		const open = [...problems];
		// One of the easiest three that are left; the easiest more often than not.
		const next = () => open.splice(random() < 0.55 ? 0 : Math.floor(random() * Math.min(3, open.length)), 1)[0];
		let problem = next();
		for (let at = 0.04 + 0.4 * random() * (1.3 - strength); at < 1 && problem; ) {
			const hardness = problems.indexOf(problem) / problems.length;
			const right = random() < 0.4 + 0.5 * strength - 0.3 * hardness;
			steps.push({ at, player, program: choose(problem, right, languages) });
			if (right || random() < 0.2) problem = next();
			at += (right ? 0.34 : 0.22) * (0.5 + random()) * (1.45 - strength) * (1 + hardness);
		}
	}
	return steps.sort((a, b) => a.at - b.at);
}

async function main() {
	const accounts = readAccounts(url, accountsFile);
	const teams = [...accounts.values()].filter((player) => /^team\d+$/.test(player.username));
	for (const team of teams) await team.login();
	const began = Date.now();
	const languages = await teams[0].ask('GET', `/api/contests/${contest}/languages`);
	const known = (await teams[0].ask('GET', `/api/contests/${contest}/problems`)).map((p) => p.id);
	const problems = [...ORDER.filter((p) => known.includes(p)), ...known.filter((p) => !ORDER.includes(p))];
	const steps = plan(teams, problems, languages);
	let sent = 0;
	for (const { at, player, program } of steps) {
		await sleep(Math.max(0, began + at * seconds * 1000 - Date.now()));
		await player.submit(contest, program, languageOf(languages, program).id)
			.then(() => sent++, (error) => console.error(error.message));
	}
	console.log(`  ${sent} submissions of ${teams.length} teams in the demo contest`);
	if (sent < steps.length) process.exitCode = 1;
}

await main().catch((error) => {
	console.error(error.message);
	process.exitCode = 1;
});
