// feed.test.mjs -- contests that were held elsewhere, imported from their event feeds: the standings
// are theirs, row by row; the frozen public board is what was judged before the freeze; and a feed in
// any version of the format, out of order, doubled or damaged, gives the same contest.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fromSnapshot, lines, plain, standings, things } from './feed_oracle.mjs';
import { Arena, newSeed, randomFrom, top } from './harness.mjs';

const feeds = path.resolve(top, '../shared/feeds');
const skip = fs.existsSync(feeds) ? false : '../shared is absent';
const EUC = path.join(feeds, 'euc2025.ndjson');
const SWERC = path.join(feeds, 'swerc2022.ndjson');

let arena;
before(async () => {
	arena = new Arena();
	try {
		await arena.startData();
	} catch (error) {
		await arena.stop();
		throw error;
	}
});
after(() => arena.stop());

const importFeed = async (...words) => JSON.parse(await arena.codearena('--json', 'contest', 'import-feed', ...words));
const board = async (id, ...words) => JSON.parse(await arena.codearena('--json', 'board', 'show', id, ...words));
async function verify(...ids) {
	for (const id of ids) {
		await arena.codearena('board', 'verify', id);
		await arena.codearena('log', 'verify', id);
	}
}
function write(name, text) {
	const file = arena.path(name);
	fs.writeFileSync(file, text);
	return file;
}
const ndjson = (events) => `${events.map((event) => JSON.stringify(event)).join('\n')}\n`;

test('EUC 2025: the final standings and who was first are the feed\'s, row by row', { skip }, async () => {
	const events = lines(EUC);
	const report = await importFeed(EUC);
	assert.deepEqual([report.id, report.broken, report.left_out, report.teams, report.submissions], ['euc2025', 0, 0, 53, 856]);
	const expected = plain(standings(events));
	assert.deepEqual(fromSnapshot(await board('euc2025', '--jury')), expected);
	assert.deepEqual(fromSnapshot(await board('euc2025')), expected, 'thawed: the public sees the same');
	const awards = things(events)('awards').filter((a) => a.id.startsWith('first-to-solve-'));
	assert.equal(awards.length, 11);
	for (const { id, team_ids: teams } of awards) {
		const problem = id.slice('first-to-solve-'.length);
		assert.deepEqual([...expected.values()].filter((r) => r.first.includes(problem)).map((r) => r.team), teams, id);
	}
	await verify('euc2025');
});

test('EUC 2025 before its ceremony: the public board is what was judged of what came before the freeze', { skip }, async () => {
	const events = lines(EUC);
	await importFeed(EUC, '--id', 'euc-frozen', '--frozen');
	const frozen = Date.parse(things(events)('state').at(-1).frozen);
	const hidden = (s) => Date.parse(s.time) >= frozen;
	assert.deepEqual(fromSnapshot(await board('euc-frozen')), plain(standings(events, hidden)));
	assert.deepEqual(fromSnapshot(await board('euc-frozen', '--jury')), plain(standings(events)));
	await verify('euc-frozen');
	await arena.codearena('contest', 'thaw', 'euc-frozen');
	assert.deepEqual(fromSnapshot(await board('euc-frozen')), plain(standings(events)));
	await verify('euc-frozen');
});

test('SWERC 2022, whose feed ends frozen: imported whole, the 315 that are not judged are pending', { skip }, async () => {
	const events = lines(SWERC);
	const report = await importFeed(SWERC);
	assert.deepEqual([report.broken, report.left_out, report.submissions], [0, 0, 1322]);
	const state = await arena.rows('SELECT count(*) FILTER (WHERE state <> \'final\') AS open FROM codearena.submissions WHERE contest_id = \'swerc2022\'');
	assert.equal(state[0].open, 315);
	const teams = await arena.rows('SELECT t.team_id AS id FROM codearena.contest_teams t WHERE t.contest_id = \'swerc2022\'');
	const ours = (rows) => new Map(rows.map((r) => {
		const id = teams.some((t) => t.id === r.team) ? r.team : `swerc2022.${r.team}`;
		return [id, { ...r, team: id }];
	}));
	const expected = ours([...plain(standings(events)).values()]);
	assert.deepEqual(fromSnapshot(await board('swerc2022')), expected);
	assert.deepEqual(fromSnapshot(await board('swerc2022', '--jury')), expected);
	await verify('swerc2022');
});
