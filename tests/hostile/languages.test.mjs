// languages.test.mjs -- every language of the table that is installed here (the host's /usr, or the
// root that HOSTILE_ROOT names) gives each verdict: the two programs of judge/selftest/ and four of
// languages/, compiled, run and judged as a judge does it.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Box, build, here, slow, top } from './box.mjs';

const verdicts = { accepted: 'AC', wrong: 'WA', slow: 'TLE', crash: 'RTE', memory: 'MLE', broken: 'CE' };
const ids = fs.readFileSync(path.join(top, 'judge/languages.yaml'), 'utf8').match(/^ +- id: \S+/gm).map((line) => line.split(': ')[1]);
const NOT_FOUND = 3;
const box = new Box();
const answers = {};

// { version, "accepted.c": { verdict, message }, ... } or { error, code }
function judge(id) {
	const files = Object.keys(verdicts).map((name) => {
		const folder = ['accepted', 'wrong'].includes(name) ? path.join(top, 'judge/selftest', id) : path.join(here, 'languages', id);
		return path.join(folder, fs.readdirSync(folder).find((file) => file.startsWith(`${name}.`)));
	});
	return verdictsOf(id, files);
}

function verdictsOf(id, files) {
	const words = [box.socket, box.settings.language_file, id, String(Math.max(2500, 1000 * slow)), '256', ...files];
	const child = spawn(path.join(build, 'verdicttry'), words, { stdio: ['ignore', 'pipe', 'inherit'] });
	return new Promise((done) => {
		let text = '';
		child.stdout.on('data', (piece) => (text += piece));
		child.once('close', (code) => done(text ? JSON.parse(text) : { error: `verdicttry: ${code}`, code: 0 }));
	});
}

before(async () => {
	await box.start();
	const left = [...ids];
	const slot = async () => {
		for (let id = left.shift(); id; id = left.shift()) answers[id] = await judge(id);
	};
	await Promise.all([slot(), slot()]);
});
after(() => box.stop());

test('C, C++, Python and Java are there', () => {
	for (const id of ['c', 'cpp', 'python3', 'java']) assert.equal(answers[id].error, undefined);
});

for (const id of ids)
	test(`${id} gives each verdict`, () => {
		const answer = answers[id];
		if (answer.code === NOT_FOUND) return console.log(`# ${id} is not installed`);
		assert.equal(answer.error, undefined);
		for (const [file, { verdict, message }] of Object.entries(answer).filter(([name]) => name !== 'version'))
			assert.equal(verdict, verdicts[file.split('.')[0]], `${file}: ${message}`);
	});

test('a file larger than the limit for one is a run-time error with a word', async () => {
	const answer = await verdictsOf('c', [path.join(here, 'languages/large_file.c')]);
	assert.deepEqual(answer['large_file.c'], { verdict: 'RTE', message: 'signal 25: wrote a file of more than 64 MiB' });
});
