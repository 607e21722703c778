// contest.test.mjs -- a contestant in a real browser: logs in, reads, submits a wrong and then a
// right program, and sees both verdicts and the standings change, without loading a page anew.
import assert from 'node:assert/strict';
import { chmodSync, cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';
import { Arena, top } from '../integration/harness.mjs';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
	'--disable-background-networking', '--disable-component-update', '--disable-sync'];
const WAIT = { timeout: 60000 };

let arena;
let browser;
let profile;
let base;

before(async () => {
	arena = new Arena({ languages: ['c', 'python3'] });
	await arena.start();
	cpSync(process.env.WEB ?? join(top, 'build/web'), arena.path('web'), { recursive: true });
	chmodSync(arena.path('web'), 0o755); // the api lists it
	await arena.apis[0].restart();
	await arena.importProblems('addup', 'banner');
	await arena.makeAccounts(4);
	await arena.makeContest('live', { problems: ['addup', 'banner'] });
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
