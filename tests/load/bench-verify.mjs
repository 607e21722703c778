// bench-verify.mjs -- does `codearena problem verify` keep all cores busy? A package of 60 tests and
// 10 submissions, made here: CPU seconds that its programs used, by wall seconds (as the command
// reports both), with a box of its own.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { build, top } from '../integration/harness.mjs';

const TESTS = 60, SUBMISSIONS = 10, STEPS = 40_000_000;
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'bench-verify-'));
const write = (name, text) => {
	fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
	fs.writeFileSync(path.join(folder, name), text);
};

// Each submission counts on its own; two are wrong in the last test.
function source(k) {
	const wrong = k >= SUBMISSIONS - 2 ? `if (n == ${STEPS + TESTS}) n++;` : '';
	return `#include <stdio.h>

int main(void)
{
	unsigned n, sum = ${k};

	if (scanf("%u", &n) != 1)
		return 1;
	for (unsigned i = 0; i < n; i++)
		sum = sum * 1664525u + 1013904223u;
	__asm__ volatile("" : : "r"(sum));
	${wrong}
	printf("%u\\n", n * 2);
}
`;
}

try {
	write('problem.yaml', 'problem_format_version: legacy\nname: Bench\nlicense: cc0\nrights_owner: CodeArena\n');
	write('.timelimit', '4\n');
	write('problem_statement/problem.en.md', 'Double a number, slowly.\n');
	for (let i = 1; i <= TESTS; i++) {
		write(`data/secret/${String(i).padStart(2, '0')}.in`, `${STEPS + i}\n`);
		write(`data/secret/${String(i).padStart(2, '0')}.ans`, `${2 * (STEPS + i)}\n`);
	}
	for (let k = 0; k < SUBMISSIONS; k++) write(`submissions/${k >= SUBMISSIONS - 2 ? 'wrong_answer' : 'accepted'}/count${k}.c`, source(k));
	const words = ['problem', 'verify', '--json', '--languages', path.join(top, 'judge/languages.yaml'), folder];
	const [report] = JSON.parse(execFileSync(path.join(build, 'codearena'), words, { encoding: 'utf8' }));
	console.log(`BENCH verify_tests=${report.tests} verify_submissions=${report.judged}`);
	console.log(`BENCH verify_cpu_s=${report.cpu_seconds.toFixed(1)} verify_wall_s=${report.wall_seconds.toFixed(1)}`);
	console.log(`BENCH verify_cpu_over_wall=${(report.cpu_seconds / report.wall_seconds).toFixed(2)}`);
} finally {
	fs.rmSync(folder, { recursive: true });
}
