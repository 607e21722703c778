// migrations.test.mjs -- an old instance and a new one have the same database: all migrations on an
// empty database lead to what schema.sql says, compared as pg_dump writes both.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { Arena, top } from './harness.mjs';

const folder = path.join(top, 'sql', 'migrations');
const files = fs.readdirSync(folder).filter((name) => name.endsWith('.sql')).sort();
const arena = new Arena();

before(async () => {
	arena.secret('postgres');
	await arena.startPostgres();
	const roles = ['api', 'judge', 'admin'].map((r) => `\\set ${r}_password 'unused-here'\n`).join('');
	await arena.sql(roles + fs.readFileSync(path.join(top, 'sql', 'roles.sql'), 'utf8'), { database: 'postgres' });
});
after(() => arena.stop());

async function make(database, texts) {
	await arena.sql(`CREATE DATABASE ${database}`, { database: 'postgres' });
	for (const text of texts) await arena.sql(text, { database });
	const words = ['-s', '-h', arena.path('run'), '-U', 'postgres', '-d', database];
	const { stdout } = await promisify(execFile)('pg_dump', words, {
		maxBuffer: 1 << 26, env: { PATH: process.env.PATH, PGPASSWORD: arena.secrets.postgres },
	});
	return sections(stdout);
}

// Every object with its rights. Their order is the file's, and columns keep theirs inside; newer
// pg_dumps put a random key around the text.
function sections(dump) {
	return dump.replace(/^\\(un)?restrict .*$/gm, '').split(/\n(?=--\n-- Name: )/).map((part) => part.trim()).sort();
}

test('the migrations are numbered from 1 without a gap', () => {
	assert.deepEqual(files.map((name) => Number(name.slice(0, 4))), files.map((_, i) => i + 1));
	for (const name of files) assert.match(name, /^\d{4}_[a-z0-9_]+\.sql$/);
});

test('all migrations on an empty database give the schema', async () => {
	const read = (...parts) => fs.readFileSync(path.join(top, 'sql', ...parts), 'utf8');
	const schema = await make('fresh', [read('schema.sql')]);
	const migrated = await make('migrated', files.map((name) => read('migrations', name)));
	assert.ok(schema.length > 100, 'the dump holds the schema');
	assert.deepEqual(migrated, schema);
});
