// channels.test.mjs -- two programs at work in two slots at once try to talk, by every channel that
// has a name (pairs/channel.c). 16 random bits are sent; what the other end sees must not tell one
// bit from another. (What is shared by nature, such as a processor's cache and the sums of
// sysinfo(), has no wall and is not tried.)
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { Box, exchange, here } from './box.mjs';

const names = ['files', '/dev/shm', 'SysV', 'mq', 'abstract-socket', 'vsock', 'flock', 'posix-lock', 'ofd-lock', 'lease',
	'inotify', 'atime', 'file-offset', 'proc-counters', 'page-cache', 'mincore', 'signals'];

test('two slots exchange nothing, by any channel', async (t) => {
	const box = await new Box().start();
	try {
		const { sent, seen, ends, text } = await exchange(box);
		assert.deepEqual(ends, ['security violation', 'security violation'], text); // the keyring, their last
		assert.deepEqual(Object.keys(seen), names);
		for (const name of names)
			await t.test(name, () => assert.equal(new Set(seen[name]).size, 1, `sent ${sent}, seen ${seen[name]}`));
		assert.ok(!text.includes('readable:'), text);
	} finally {
		await box.stop();
	}
});

test('one input, read by two slots at once: each has its own offset', async () => {
	const box = await new Box().start();
	try {
		const input = path.join(box.folder, 'input');
		fs.writeFileSync(input, Array.from({ length: 5000 }, () => `${randomInt(1000000)}\n`).join(''), { mode: 0o644 });
		const options = { language: 'c', source: path.join(here, 'pairs/read_slowly.c'), stdin: input, wall_ms: 20000 };
		const both = await Promise.all([box.tryLater(options).answer, box.tryLater(options).answer]);
		const sum = fs.readFileSync(input).reduce((n, byte) => (n * 31 + byte) % 4294967296, 7);
		for (const one of both) assert.equal(one.runs?.[0].stdout, String(sum), JSON.stringify(one));
	} finally {
		await box.stop();
	}
});
