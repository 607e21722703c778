// testdata.test.mjs -- test data at scale: stored once by hash, in chunks; fetched ahead of a contest;
// a cache on the judge's disk that keeps to its size; and at use only bytes that have their hash.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import fs from 'node:fs';
import { after, before, test } from 'node:test';
import { Arena, sleep, waitFor } from './harness.mjs';
import { smallPackage, writeFolder } from './packages.mjs';

const MIB = 1 << 20;
const CACHE = 16; // MiB, the least that the setting allows
const arena = new Arena({ languages: ['python3'], settings: { cache_mib: CACHE } });
const hash = (bytes) => crypto.createHash('sha256').update(bytes).digest('hex');

// Inputs of so many bytes; the program says how many there are.
const noise = (bytes) => Buffer.from(crypto.randomBytes(bytes / 2).toString('hex'));
const program = (note = '') => `import sys\nprint(len(sys.stdin.read()))${note}\n`;
function pack(id, inputs) {
	const files = { 'data/sample/1.in': '12345', 'data/sample/1.ans': '5\n', 'data/secret/01.in': null, 'data/secret/01.ans': null,
		'submissions/accepted/sum.py': program() };
	inputs.forEach((bytes, i) => Object.assign(files, { [`data/secret/${i}.in`]: bytes, [`data/secret/${i}.ans`]: `${bytes.length}\n` }));
	const folder = arena.path('packages', id);
	fs.rmSync(folder, { recursive: true, force: true });
	return writeFolder(folder, smallPackage(files));
}
const stored = () => arena.rows(`SELECT (SELECT count(*) FROM codearena.test_data) AS files, (SELECT count(*) FROM codearena.test_data_chunks) AS chunks,
	(SELECT sum(size) FROM codearena.test_data) AS bytes`).then((rows) => rows[0]);
const cached = (name) => arena.path('judge', 'judge0', 'testdata', name);
const cacheSize = () => fs.readdirSync(cached('')).reduce((sum, name) => sum + fs.statSync(cached(name)).size, 0);

const big = noise(3 * MIB + 10);
const other = noise(2 * MIB);

before(async () => {
	await arena.start();
	fs.mkdirSync(arena.path('packages'));
	await arena.makeAccounts(1);
});
after(() => arena.stop());

test('a large file lies in chunks of 1 MiB, once for all problems and versions that have it', async () => {
	await arena.codearena('problem', 'import', pack('big', [big, other]));
	assert.deepEqual(await arena.rows(`SELECT octet_length(body) AS size FROM codearena.test_data_chunks
		WHERE hash = '\\x${hash(big)}' ORDER BY ordinal`), [MIB, MIB, MIB, 10].map((size) => ({ size })));
	const before = await stored();
	await arena.codearena('problem', 'import', pack('big', [big, other, Buffer.from('one more')]));
	const version = await stored();
	assert.deepEqual([version.files - before.files, version.chunks - before.chunks], [2, 2], 'the new input and its answer');
	await arena.codearena('problem', 'import', pack('twin', [big]));
	assert.equal((await stored()).bytes - version.bytes, 0, 'another problem with the same data adds nothing');
});

test('what a contest needs soon is fetched before it starts; what is hours away is not', async () => {
	const far = noise(MIB);
	await arena.codearena('problem', 'import', pack('far', [far]));
	await arena.makeContest('soon', { problems: ['big'], startIn: 20 * 60000 });
	await arena.makeContest('hours', { problems: ['far'], startIn: 180 * 60000 });
	await arena.judge.restart(); // it looks at its start, then each 15 s
	await waitFor('the data', () => fs.existsSync(cached(hash(big))) && fs.existsSync(cached(hash(other))));
	await waitFor('the end of it', () => /testdata\.ahead/.test(arena.judge.logText()));
	for (const bytes of [big, other]) assert.equal(hash(fs.readFileSync(cached(hash(bytes)))), hash(bytes));
	assert.ok(!fs.existsSync(cached(hash(far))));
	assert.deepEqual(fs.readdirSync(cached('')).filter((name) => !/^[0-9a-f]{64}$/.test(name)), [], 'no halves');
});

test('a cached file that somebody changed is not used: it is fetched anew, and the verdict is right', async () => {
	await arena.makeContest('now', { problems: ['big'], more: ['--per-minute', '100'] });
	const once = await arena.submit('now', 'team1', 'big', 'python3', program());
	assert.equal(await arena.verdict('team1', once.body.id), 'AC');
	const file = cached(hash(big));
	fs.chmodSync(file, 0o644);
	fs.writeFileSync(file, big.subarray(1)); // would be WA
	const again = await arena.submit('now', 'team1', 'big', 'python3', program(' # again'));
	assert.equal(await arena.verdict('team1', again.body.id), 'AC');
	assert.match(arena.judge.logText(), /testdata\.damaged/);
	assert.equal(hash(fs.readFileSync(file)), hash(big));
});

test('the cache keeps to its size, and judging goes on with more data than it holds', async () => {
	const inputs = Array.from({ length: 7 }, () => noise(3 * MIB));
	await arena.codearena('problem', 'import', pack('huge', inputs));
	await arena.makeContest('much', { problems: ['huge'], more: ['--per-minute', '100'] });
	let most = 0;
	let done = false;
	const watch = (async () => {
		while (!done) {
			try {
				most = Math.max(most, cacheSize());
			} catch { /* a file went while it was counted */ }
			await sleep(20);
		}
	})();
	const one = await arena.submit('much', 'team1', 'huge', 'python3', program());
	assert.equal(await arena.verdict('team1', one.body.id), 'AC');
	done = true;
	await watch;
	assert.ok(cacheSize() <= CACHE * MIB, `${cacheSize()} bytes are cached`);
	// a file is fetched whole before the oldest goes, one for each slot and one ahead
	assert.ok(most <= (CACHE + 3 * 3) * MIB + 1000, `${most} bytes were cached`);
	assert.ok(most > 8 * MIB, 'it was used');
});

test('bytes in the database that do not have their hash are no test data: the judges\' fault, never a verdict', async () => {
	const bytes = noise(MIB / 2);
	await arena.codearena('problem', 'import', pack('rotten', [bytes]));
	await arena.sql(`UPDATE codearena.test_data_chunks SET body = set_byte(body, 7, 0) WHERE hash = '\\x${hash(bytes)}'`);
	await arena.makeContest('rot', { problems: ['rotten'], more: ['--per-minute', '100'] });
	const one = await arena.submit('rot', 'team1', 'rotten', 'python3', program());
	await waitFor('the third attempt to fail', async () => (await arena.sql(
		`SELECT verdict FROM codearena.submissions WHERE id = '${one.body.id}'`)) === 'JE', 40000);
	assert.match(arena.judge.logText(), /is damaged in the database/);
	assert.ok(!fs.existsSync(cached(hash(bytes))));
});
