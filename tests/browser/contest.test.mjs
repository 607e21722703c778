// contest.test.mjs -- people in a real browser: a contestant logs in, reads, submits a wrong and then
// a right program, and sees both verdicts and the standings change, without loading a page anew; the
// jury imports a package and reads what was said in an interaction; and all of it fits a phone.
import assert from 'node:assert/strict';
import { chmodSync, cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';
import { Arena, top } from '../integration/harness.mjs';
import { readFolder, smallPackage, zip } from '../integration/packages.mjs';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
	'--disable-background-networking', '--disable-component-update', '--disable-sync'];
const PACKAGES = join(top, 'tests/packages');
const WAIT = { timeout: 60000 };

let arena;
let browser;
let profile;
let base;

before(async () => {
	arena = new Arena({ languages: ['c', 'cpp', 'python3'] });
	await arena.start();
	cpSync(process.env.WEB ?? join(top, 'build/web'), arena.path('web'), { recursive: true });
	chmodSync(arena.path('web'), 0o755); // the api lists it
	await arena.apis[0].restart();
	await arena.importProblems('addup', 'banner');
	await arena.makeAccounts(4);
	for (const name of ['orchard', 'guess', 'auction', 'harbour']) await arena.codearena('problem', 'import', join(PACKAGES, name));
	await arena.makeContest('live', { problems: ['addup', 'banner'] });
	await arena.makeContest('points', { problems: ['orchard', 'guess', 'auction', 'harbour'], more: ['--rules', 'ioi'] });
	base = `http://127.0.0.1:${arena.apis[0].port}`;
	profile = mkdtempSync(join(tmpdir(), 'codearena-browser-'));
	browser = await chromium.launchPersistentContext(profile, { executablePath: CHROMIUM, args: FLAGS, headless: true });
}, { timeout: 180000 });

after(async () => {
	await browser?.close();
	if (profile) rmSync(profile, { recursive: true, force: true });
	await arena?.stop();
});

const cell = (page, team) => page.locator(`.row[data-team="${team}"] .cell`).first();

test('a spectator sees the verdicts of a contestant arrive on the standings without reload', async () => {
	const board = await browser.newPage();
	await board.goto(`${base}/c/live/standings`);
	await board.locator('.row[data-team="team1"]').waitFor(WAIT);
	await board.evaluate(() => { window.sameDocument = true; });

	const page = await browser.newPage();
	const errors = [];
	page.on('pageerror', (e) => errors.push(String(e)));
	await page.goto(`${base}/login?to=/c/live/problems`);
	await page.fill('input[name=username]', 'team1');
	await page.fill('input[name=password]', 'wrong');
	await page.click('button:has-text("Log in")');
	await page.locator('.error').waitFor(WAIT);
	await page.fill('input[name=password]', 'password-team1');
	await page.click('form button:has-text("Log in")');
	await page.click('.problems a >> nth=0');
	await page.locator('.statement .katex').first().waitFor(WAIT);
	await page.locator('.sample pre').first().waitFor(WAIT);

	await page.selectOption('#language', 'python3');
	await page.fill('#code', 'print(42)\n');
	await page.selectOption('#language', 'python3');
	await page.click('#submit');
	await page.locator('.sent [data-verdict="WA"]').waitFor(WAIT);
	await board.waitForFunction(() => document.querySelector('.row[data-team="team1"] .cell')?.classList.contains('wrong'), null, WAIT);

	await page.fill('#code', 'a, b = map(int, open(0).read().split())\nprint(a + b)\n');
	await page.selectOption('#language', 'python3');
	await page.click('#submit');
	await page.locator('.sent [data-verdict="AC"]').waitFor(WAIT);
	await board.waitForFunction(() => document.querySelector('.row[data-team="team1"] .cell')?.classList.contains('solved'), null, WAIT);
	assert.match(await cell(board, 'team1').getAttribute('class'), /first/, 'the first to solve is marked');
	assert.equal(await board.locator('.row[data-team="team1"]').getAttribute('aria-rowindex'), '2', 'the team moved to the top');
	assert.equal(await board.evaluate(() => window.sameDocument), true, 'the page was not loaded anew');
	assert.ok(await page.locator('.sent .strip span').count() > 5, 'the tests filled in');

	await page.click('nav a:has-text("My submissions")');
	await page.locator('table [data-verdict="AC"]').waitFor(WAIT);
	await page.locator('table [data-verdict="WA"]').waitFor(WAIT);
	assert.deepEqual(errors, []);
	if (process.env.SHOTS) {
		await board.screenshot({ path: join(process.env.SHOTS, 'board.png') });
		await page.screenshot({ path: join(process.env.SHOTS, 'submissions.png') });
	}
});

async function enter(page, who, to) {
	await page.goto(`${base}/login?to=${to}`);
	await page.fill('input[name=username]', who);
	await page.fill('input[name=password]', `password-${who}`);
	await page.click('form button:has-text("Log in")');
	await page.waitForURL(`**${to}`, WAIT);
}

async function submit(problem, file) {
	const answer = await arena.submit('points', 'team1', problem, 'python3', readFileSync(join(PACKAGES, problem, 'submissions', file), 'utf8'), { more: { filename: basename(file) } });
	assert.equal(answer.status, 202, answer.text);
	await arena.verdict('team1', answer.body.id);
	return `/c/points/submissions/${answer.body.id}`;
}

const tooWide = (page) => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

test('a team sees its points per group and the words meant for it; the jury reads what was said', async () => {
	const orchard = await submit('orchard', 'partially_accepted/sum.py'), guess = await submit('guess', 'wrong_answer/one_by_one.py');
	const harbour = await submit('harbour', 'wrong_answer/quay.py');
	const page = await browser.newPage();
	await enter(page, 'team1', orchard);
	const group = page.locator('[data-group="secret/1-no-debts"]');
	await group.waitFor(WAIT);
	assert.match(await group.innerText(), /1-no-debts\s+40 of 40\s+✓ accepted/);
	assert.match(await page.locator('[data-group="secret/2-all"]').innerText(), /2-all\s+0 of 60\s+✗ wrong answer/);
	await page.goto(base + guess);
	await page.locator('.message pre:has-text("7 guesses are all you have")').waitFor(WAIT);
	assert.equal(await page.locator('.jury').count(), 0);
	await page.goto(base + harbour);
	await page.locator('[data-shown] summary:has-text("Input")').click(WAIT);
	await page.locator('[data-shown] pre:has-text("10 20")').waitFor(WAIT);
	await page.locator('[data-shown] summary:has-text("What was written")').click();
	assert.match(await page.locator('[data-shown]').innerText(), /^Test 1\n.*>34/s);

	await enter(page, 'jury', guess);
	await page.locator('.jury summary').first().click();
	assert.match(await page.locator('.transcript').first().innerText(), /^>1\n<higher\n/);
	await page.close();
});

test('the jury imports a package from a page and reads all that is wrong with it', async () => {
	const page = await browser.newPage();
	await enter(page, 'jury', '/imports');
	const send = async (name, files) => {
		await page.setInputFiles('input[type=file]', { name, mimeType: 'application/zip', buffer: zip(files) });
		await page.fill('input[name=id]', 'sent');
		await page.click('form button');
	};
	await send('bad.zip', smallPackage({ 'problem.yaml': 'problem_format_version: legacy\nname: Sum\ntype: none\nlimits:\n  memory: much\n' }));
	await page.locator('[data-state="refused"]').waitFor(WAIT);
	const errors = await page.locator('[data-state="refused"] .findings.error li').allInnerTexts();
	assert.equal(errors.length, 2, errors.join('\n'));
	assert.match(errors.join('\n'), /problem\.yaml:3: .*\n?.*problem\.yaml:5: /s);
	await send('good.zip', readFolder(join(PACKAGES, 'parcel')));
	await page.locator('[data-state="imported"]').waitFor(WAIT);
	assert.match(await page.locator('[data-state="imported"]').innerText(), /sent version 1/);
	await page.close();
});

test('no page is wider than a phone of 360 pixels', async () => {
	const page = await browser.newPage();
	await page.setViewportSize({ width: 360, height: 740 });
	const { body: [{ id }] } = await arena.http('GET', '/api/contests/points/submissions', { token: await arena.login('team1') });
	for (const [who, targets] of [['team1', [`/c/points/submissions/${id}`, '/', '/c/points/problems', '/c/points/problems/A', '/c/points/submissions', '/c/points/standings', '/c/nothing/standings']],
		['jury', ['/imports', '/c/points/submissions', '/c/live/standings']]]) {
		await enter(page, who, '/c/points/problems');
		for (const target of targets) {
			await page.goto(base + target);
			await page.locator('main *').first().waitFor(WAIT);
			await page.waitForTimeout(300); // what is loaded then has its place
			assert.equal(await tooWide(page), 0, `${target} as ${who}`);
		}
	}
	await page.goto(`${base}/c/nothing/standings`);
	await page.locator('.notice:has-text("There is no contest")').waitFor(WAIT);
	await page.close();
});

test('a statement comes in the reader\'s language, with its others, its attachments and its interactions', async () => {
	const page = await browser.newPage();
	const errors = [];
	page.on('pageerror', (e) => errors.push(String(e)));
	await page.goto(`${base}/c/points/problems/C`);
	await page.locator('.statement:has-text("Your program is started")').waitFor(WAIT);
	await page.click('.versions button[lang=de]');
	await page.locator('.statement:has-text("Dein Programm wird")').waitFor(WAIT);
	assert.equal(await page.locator('.sample.interaction pre').textContent(), '>3\n<4\n>sold\n');
	const file = page.locator('.versions a:has-text("bids.txt")');
	assert.equal(await (await page.request.get(new URL(await file.getAttribute('href'), base).href)).text(), '3\n5\n7\n');
	await page.reload();
	await page.locator('.statement:has-text("Dein Programm wird")').waitFor(WAIT);
	assert.deepEqual(errors, []);
});
