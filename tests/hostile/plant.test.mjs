// plant.test.mjs -- what a hostile compiler could leave for those who pack, carry and unpack its work
// (Judge0's CVE-2024-28185 and 28189: links that root wrote through). The compiler here is a shell
// that obeys the submission; its run lists what has arrived.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Box, Canaries, until } from './box.mjs';

const table = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'plant-')), 'languages.yaml');
const box = new Box({ language_file: table });
let canaries;

before(async () => {
	fs.writeFileSync(table, `languages:
  - {id: sh, name: Shell, extensions: [sh], source: main.sh, compile: '/bin/sh {source}', version: '/bin/sh -c :',
     run: '/usr/bin/find . -mindepth 1 -printf %P:%y:%m:%s:%U;'}\n`);
	await box.start();
	canaries = new Canaries(box);
});
after(async () => {
	canaries?.remove();
	fs.rmSync(path.dirname(table), { recursive: true });
	await box.stop();
});

// What /work holds when the program runs, sorted; the source itself is left out.
async function left(script, options = {}) {
	const file = path.join(box.folder, 'main.sh');
	fs.writeFileSync(file, script);
	const answer = box.try({ language: 'sh', source: file, cpu_ms: 5000, wall_ms: 20000, ...options });
	await until('the step to be dead', () => box.processes(true).length === 0, 2000);
	canaries.check();
	if (!answer.compile?.ok) return answer;
	return answer.runs[0].stdout.split(';').filter((line) => line && !line.startsWith('main.sh:')).sort();
}

test('symbolic links under every name are left behind, what they mean is untouched', async () => {
	const canary = canaries.planted[2];
	const names = ['main', 'out', 'output', 'artifact', 'stdout', 'stderr', 'stdin', 'a.out', 'Main.class', 'compile.log', '1', '2', '3'];
	const script = names.map((name) => `ln -s ${canary} ${name}\n`).join('') +
		'ln -s /etc/shadow shadow; ln -s / root; ln -s /proc/self/fd fds; ln -s . loop; ln -sf /etc/passwd main.sh; echo x > real\n';
	assert.deepEqual(await left(script), ['real:f:644:2:0']);
});

test('pipes, sockets and devices are left behind, and nobody waits for them', async () => {
	const script = 'mkfifo pipe; mknod null c 1 3 || true; mknod disk b 8 0 || true; echo x > real\n';
	assert.deepEqual(await left(script), ['real:f:644:2:0']);
});

test('owners and rights are the judge\'s choice, not the submission\'s', async () => {
	const script = 'for m in 6755 0000 0777 4111 0400; do echo x > f$m; chmod $m f$m; done; mkdir d; echo y > d/x; chmod 700 d\n';
	assert.deepEqual(await left(script), ['d/x:f:644:2:0', 'd:d:755:60:0', 'f0400:f:644:2:0', 'f0777:f:755:2:0', 'f6755:f:755:2:0']);
});

test('names that are no plain words are left behind or carried as they are', async () => {
	const script = 'printf x > "$(printf "a\\nb")"; printf x > "$(printf "c\\033[2Jd")"; printf x > -rf; printf x > ...; printf x > "a b"\n';
	assert.deepEqual(await left(script), ['-rf:f:644:1:0', '...:f:644:1:0', 'a b:f:644:1:0']);
});

test('a program that would be too much to carry is a compile error with a sentence', async () => {
	const many = 'i=0; while [ $i -lt 4200 ]; do : > f$i; i=$((i+1)); done\n';
	const folders = 'i=0; while [ $i -lt 300 ]; do mkdir d$i; i=$((i+1)); done\n';
	for (const [script, words] of [[many, /larger than 192 MiB or 4096 files/], [folders, /more than 256 folders/],
		['truncate -s 200M big\n', /larger than 192 MiB/], ['truncate -s 300M big\n', /File size limit exceeded/]]) {
		const answer = await left(script);
		assert.equal(answer.compile?.ok, false, JSON.stringify(answer));
		assert.match(answer.compile.output, words);
	}
	assert.deepEqual(await left('d=.; i=0; while [ $i -lt 100 ]; do d=$d/d; mkdir $d; i=$((i+1)); done; cd d; echo x > y\n')
		.then((found) => found.filter((line) => line.includes(':f:'))), ['d/y:f:644:2:0']);
});

test('what the compiler leaves running is dead before its work is packed', async () => {
	const script = '(setsid sh -c "while :; do echo late >> late; done" &) ; sleep 0.2; echo x > real\n';
	const found = await left(script);
	assert.ok(found.some((line) => line.startsWith('real:')), JSON.stringify(found));
	assert.equal(box.processes(true).length, 0);
});

test('the compiler sees no more of the world than a program', async () => {
	const words = canaries.planted.map((name) => `cat ${name} && exit 42`).join('\n');
	const script = `${words}\ncat /etc/shadow && exit 43\ncat /proc/1/environ && exit 44\nls /proc/1/root/ && exit 45\n` +
		'mount -t tmpfs x /tmp && exit 46\ntouch /usr/planted && exit 47\ntouch /planted && exit 48\nexit 7\n';
	const answer = await left(script);
	// mount is on the kill list: the shell lives on, its child is dead
	assert.equal(answer.compile.exit_code, 7, JSON.stringify(answer));
});

test('a compiler that is told by the submission to go on for ever, to fill the disk or to fork, ends', async () => {
	assert.equal((await left('while :; do :; done\n', { compile_cpu_ms: 500, exact: ['compile_cpu_ms'] })).compile.end, 'cpu limit');
	assert.match((await left('cat /dev/zero > full; exit 9\n')).compile.output, /No space|File size/);
	assert.equal((await left('bomb() { bomb | bomb & }; bomb; while :; do :; done\n', { compile_cpu_ms: 1500 })).compile.end, 'cpu limit');
});
