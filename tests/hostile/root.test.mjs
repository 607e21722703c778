// root.test.mjs -- scripts/make-root, and a box whose programs live in such a root. Building one
// takes minutes, so that only make check-long does it; what it must refuse is always tried.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { Box, build, here, slow, top } from './box.mjs';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'roots-'));
after(() => fs.rmSync(folder, { recursive: true, force: true }));

const make = (...words) => spawnSync(path.join(top, 'scripts/make-root'), words, { encoding: 'utf8' });

test('a folder that is no language root is never replaced', () => {
	const precious = path.join(folder, 'precious');
	fs.mkdirSync(precious);
	fs.writeFileSync(path.join(precious, 'thesis'), 'x');
	const r = make('--languages', 'native', precious);
	assert.equal(r.status, 1);
	assert.match(r.stderr, /precious exists and is no language root/);
	assert.deepEqual(fs.readdirSync(precious), ['thesis']);
});

test('an unknown language and a record that is none are refused by name', () => {
	assert.match(make('--languages', 'c,cobol', path.join(folder, 'a')).stderr, /language "cobol"/);
	assert.match(make('--languages', ',', path.join(folder, 'a')).stderr, /no languages/);
	assert.match(make('--like', path.join(folder, 'none'), path.join(folder, 'a')).stderr, /none: cannot read it/);
	fs.writeFileSync(path.join(folder, 'text'), 'hello\n');
	assert.match(make('--like', path.join(folder, 'text'), path.join(folder, 'a')).stderr, /not the record of a language root/);
	assert.deepEqual(fs.readdirSync(folder).filter((name) => name.startsWith('a')), []);
});

// Every name with its kind, rights, time and contents, as one hash.
function fingerprint(root) {
	const hash = createHash('sha256');
	const walk = (at) => {
		for (const name of fs.readdirSync(path.join(root, at)).sort()) {
			const one = path.join(at, name), s = fs.lstatSync(path.join(root, one));
			hash.update(`${one} ${s.mode} ${s.uid} ${s.gid} ${s.isDirectory() ? '' : Math.floor(s.mtimeMs / 1000)}\n`);
			if (s.isSymbolicLink()) hash.update(fs.readlinkSync(path.join(root, one)));
			else if (s.isFile()) hash.update(fs.readFileSync(path.join(root, one)));
			else if (s.isDirectory()) walk(one);
		}
	};
	walk('usr');
	walk('etc');
	return hash.digest('hex');
}

if (process.env.LONG) {
	const first = path.join(folder, 'first'), second = path.join(folder, 'second');

	test('a root of C and Python is built, recorded, and the same again from its record', () => {
		const made = make('--languages', 'c,python3', first);
		assert.equal(made.status, 0, made.stderr);
		const record = path.join(first, 'codearena-root');
		assert.match(fs.readFileSync(record, 'utf8'), /^gcc \S+$/m);
		const again = make('--like', record, second);
		assert.equal(again.status, 0, again.stderr);
		assert.equal(fingerprint(second), fingerprint(first));
		assert.equal(spawnSync('find', [first, '-perm', '/6000', '-type', 'f'], { encoding: 'utf8' }).stdout, '');
	});

	test('a record with a version that is gone names it', () => {
		const changed = path.join(folder, 'changed');
		fs.writeFileSync(changed, fs.readFileSync(path.join(first, 'codearena-root'), 'utf8').replace(/^gcc \S+$/m, 'gcc 4:0.0-1'));
		const r = make('--like', changed, path.join(folder, 'third'));
		assert.equal(r.status, 1);
		assert.match(r.stderr, /gcc 4:0\.0-1/);
	});

	test('a box judges in that root, and Java is not there', async () => {
		const box = await new Box({ root: first }).start();
		try {
			const judge = (id, ...names) => {
				const files = names.map((name) => path.join(top, 'judge/selftest', id, name));
				const words = [box.socket, box.settings.language_file, id, String(1000 * slow), '256', ...files];
				return JSON.parse(spawnSync(path.join(build, 'verdicttry'), words, { encoding: 'utf8' }).stdout);
			};
			const c = judge('c', 'accepted.c', 'wrong.c', path.relative(path.join(top, 'judge/selftest/c'), path.join(here, 'languages/c/memory.c')));
			assert.deepEqual([c['accepted.c'].verdict, c['wrong.c'].verdict, c['memory.c'].verdict], ['AC', 'WA', 'MLE'], JSON.stringify(c));
			assert.equal(judge('python3', 'accepted.py')['accepted.py'].verdict, 'AC');
			assert.equal(judge('java', 'accepted.java').code, 3);
		} finally {
			await box.stop();
		}
	});
}
