#!/usr/bin/env node
// self-check.mjs URL ACCOUNTS -- one accepted program per language through the whole of a running
// instance, in its hidden practice contest: HTTP, PostgreSQL, queue, sandbox, verdict. Prints the
// verdict and the milliseconds from POST to verdict; exit code 1 if one is not AC.
//
// A judge offers its languages when it has tried each itself; that is waited for.
import { juryPrograms, readAccounts, sleep } from './player.mjs';

const CONTEST = 'selfcheck', NEEDED = ['c', 'cpp', 'python3', 'java', 'javascript'];
const WAIT_S = 90; // until the languages are there
const VERDICT_S = 300; // the contest is judged after all others: their queue may be long

const [url, accounts] = process.argv.slice(2);
const player = readAccounts(url, accounts).get('selfcheck');

async function languages() {
	for (const end = Date.now() + WAIT_S * 1000; ; await sleep(250)) {
		const list = await player.ask('GET', `/api/contests/${CONTEST}/languages`);
		const missing = NEEDED.filter((id) => !list.some((language) => language.id === id));
		if (missing.length === 0 || Date.now() > end) return { list, missing };
	}
}

async function check(language) {
	const program = juryPrograms().find((p) => p.expected === 'accepted' && language.extensions.includes(p.extension));
	if (!program) return { verdict: 'no program to try it with', ok: !NEEDED.includes(language.id) };
	const began = Date.now();
	const id = await player.submit(CONTEST, program, language.id);
	const { verdict } = await player.verdict(id, VERDICT_S);
	return { verdict, ms: Date.now() - began, ok: verdict === 'AC' };
}

try {
	if (!player) throw new Error(`no account "selfcheck" in ${accounts}`);
	await player.login();
	const { list, missing } = await languages();
	let bad = missing.length;
	for (const id of missing) console.log(`  ${id.padEnd(24)} missing: no judge offers it; the judge's log says why`);
	for (const language of list) {
		const { verdict, ms, ok } = await check(language).catch((error) => ({ verdict: error.message, ok: false }));
		console.log(`  ${language.name.padEnd(24)} ${verdict}${ms === undefined ? '' : `  ${ms} ms`}`);
		bad += !ok;
	}
	process.exitCode = bad > 0 ? 1 : 0;
} catch (error) {
	console.log(`  self-check: ${error.message}`);
	process.exitCode = 1;
}
