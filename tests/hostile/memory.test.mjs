// memory.test.mjs -- a program of 50 MiB reads 50 to 53 MiB, whatever ran before it in its container.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Box, compiled, read } from './box.mjs';

const MIB = 1 << 20;
const box = new Box({ slots: 1, rotate_after: 10000 }); // one container for all
const input = path.join(box.folder, 'input');

before(async () => {
	fs.writeFileSync(input, Buffer.alloc(64 * MIB, 'x'), { mode: 0o644 });
	await box.start();
});
after(() => box.stop());

const fifty = (repeat, options = {}) => {
	const answer = box.try({ language: 'c', source: box.program('fifty.c'), memory_mib: 256, cpu_ms: 5000, wall_ms: 20000, repeat, ...options });
	assert.equal(answer.error, undefined);
	const read = answer.runs.map((run) => run.memory_bytes / MIB);
	for (const one of read) assert.ok(one >= 50 && one <= 53, `MiB: ${read.map((m) => m.toFixed(2)).join(' ')}`);
};

test('50 MiB read 50 to 53, again and again', () => fifty(20));
test('50 MiB read 50 to 53 beside an input of 64 MiB', () => fifty(3, { stdin: input }));

// In one container all of them: memory left to the kernel, to files, to killed processes.
for (const name of ['malloc_bomb.c', 'tmpfs_full.c', 'page_cache.c', 'inode_bomb.c', 'thread_bomb.c', 'memfd_bomb.c', 'pipes.c', 'leave_files.c'])
	test(`50 MiB read 50 to 53 after ${name}`, async () => {
		const answer = await compiled(box, box.program(name), read(box.program(name), { input }));
		assert.equal(answer.error, undefined);
		fifty(3);
	});
