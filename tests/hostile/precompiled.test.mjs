// precompiled.test.mjs -- the header that box makes once: who uses it, who pays for it, who can
// touch it.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Box, top, until } from './box.mjs';

const folder = fs.mkdtempSync('/tmp/precompiled-');
const table = path.join(folder, 'languages.yaml');
const box = new Box({ language_file: table, rotate_after: 3 });
const USED = /^! \/pre\/cpp-[0-9a-f]+\/bits\/stdc\+\+\.h\.gch$/m;
const program = '#include <bits/stdc++.h>\nint main() { std::cout << "fine\\n"; }\n';

before(async () => {
	// the shipped table, whose C++ compiler also tells what it includes (-H)
	const text = fs.readFileSync(path.join(top, 'judge/languages.yaml'), 'utf8');
	assert.match(text, /-O2 -static -pipe -o main \{sources\}\n/);
	fs.writeFileSync(table, text.replace('-O2 -static -pipe -o main {sources}\n', '-O2 -static -pipe -H -o main {sources}\n'));
	await box.start();
});
after(async () => {
	await box.stop();
	fs.rmSync(folder, { recursive: true, force: true });
});

function compile(name, text, options = {}) {
	const file = path.join(folder, name);
	fs.writeFileSync(file, text);
	const language = name.endsWith('.cpp') ? 'cpp' : 'c';
	const answer = box.try({ language, source: file, memory_mib: 256, cpu_ms: 5000, ...options });
	assert.equal(answer.error, undefined);
	assert.ok(answer.compile.ok, answer.compile.output);
	return answer;
}

const headers = () => execFileSync('find', [path.join(box.settings.data_dir, 'box/pre'), '-type', 'f'], { encoding: 'utf8' })
	.split('\n').filter((file) => file.endsWith('.gch'));
const state = (file) => {
	const s = fs.statSync(file);
	return [s.ino, s.size, s.mtimeMs, s.uid, s.mode].join(' ');
};

test('a program that begins with bits/stdc++.h is compiled with it', () => {
	const answer = compile('a.cpp', program, { precompile: 1 });
	assert.match(answer.compile.output, USED);
	assert.equal(answer.runs[0].stdout, 'fine\n');
	assert.equal(headers().length, 1);
	assert.match(headers()[0], /\/pre\/cpp-[0-9a-f]{24}\/bits\/stdc\+\+\.h\.gch$/);
});

test('where the compiler may not use it the ordinary header serves', () => {
	// GCC uses one only before the first word of the program, and a pragma is a word
	const middle = compile('c.cpp', `#pragma GCC optimize("O3")\n#include <cstdio>\nstruct before {};\n${program}`);
	assert.doesNotMatch(middle.compile.output, USED);
	assert.equal(middle.runs[0].stdout, 'fine\n');
	const comment = compile('d.cpp', `// mine\n#define SIZE 10\n${program}`);
	assert.match(comment.compile.output, USED);
});

test('a program without it pays nothing', () => {
	const answer = compile('e.cpp', '#include <cstdio>\nint main() { puts("fine"); }\n');
	assert.doesNotMatch(answer.compile.output, /\/pre\//);
	assert.equal(answer.runs[0].stdout, 'fine\n');
});

test('neither a program nor a compiler can change it', () => {
	const [file] = headers(), was = state(file);
	const place = `/pre/${file.split('/pre/')[1]}`;
	const answer = compile('touch.c', `
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#define SAY(call) printf("%s\\n", (call) < 0 && (errno == EROFS || errno == EACCES || errno == EPERM) ? "no" : "YES")
int main(void) {
	SAY(open("${place}", O_WRONLY));
	SAY(open("/pre/mine", O_WRONLY | O_CREAT, 0644));
	SAY(unlink("${place}"));
	SAY(rename("${place}", "/pre/x"));
	SAY(chmod("${place}", 0777));
	SAY(mkdir("/pre/folder", 0755));
}
`);
	assert.equal(answer.runs[0].stdout, 'no\n'.repeat(6));
	assert.equal(state(file), was);
});

test('it is made once: the next box finds it', async () => {
	const [file] = headers(), was = state(file);
	await box.kill('SIGKILL');
	await until('the agents to end', () => box.processes().length === 0);
	fs.rmSync(box.socket, { force: true });
	await box.start();
	assert.match(compile('a.cpp', program, { precompile: 1 }).compile.output, USED);
	assert.deepEqual(headers(), [file]);
	assert.equal(state(file), was);
});

test('every slot and every new container has it', () => {
	// containers of this box serve three times
	const answers = Array.from({ length: 5 }, (_, i) => compile(`n${i}.cpp`, program.replace('fine', `fine${i}`)));
	answers.forEach((answer, i) => {
		assert.match(answer.compile.output, USED);
		assert.equal(answer.runs[0].stdout, `fine${i}\n`);
	});
});

test('one that was spoiled is not used, and made again', async () => {
	const [file] = headers();
	await box.kill('SIGKILL');
	await until('the agents to end', () => box.processes().length === 0);
	fs.rmSync(box.socket, { force: true });
	const fd = fs.openSync(file, 'r+');
	fs.writeSync(fd, Buffer.alloc(4096), 0, 4096, 50 << 20);
	fs.closeSync(fd);
	await box.start();
	assert.match(compile('a.cpp', program, { precompile: 1 }).compile.output, USED);
	assert.notDeepEqual(fs.readFileSync(headers()[0]).subarray(50 << 20, (50 << 20) + 4096), Buffer.alloc(4096));
});
