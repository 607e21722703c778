// broken.test.mjs -- two hundred broken packages, made by seeded mutation of whole ones: each gets a
// list of clear errors, nothing of any is imported, nothing is left on disk, and neither the parser
// nor the reader of archives is hurt (the same archives through the fuzz target, which is built
// with the address and undefined sanitizers).
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import zlib from 'node:zlib';
import { Arena, build, long, newSeed, randomFrom, waitFor } from './harness.mjs';
import { LINK, smallPackage, tar, writeFolder, zip } from './packages.mjs';

const COUNT = long ? 2000 : 200;
const MIB = 1 << 20;
const arena = new Arena({ languages: ['python3'] });
const seed = newSeed('broken packages');
const random = randomFrom(seed);
const below = (n) => Math.floor(random() * n);
const pick = (list) => list[below(list.length)];

// ---------------------------------------------------------------- whole packages

const legacy = () => smallPackage({
	'problem.yaml': 'problem_format_version: legacy\nname: Sum\nauthor: A\nvalidation: custom\ngrading:\n  objective: max\n'
		+ 'limits:\n  memory: 512\n  output: 8\n',
	'domjudge-problem.ini': "short-name = S\ntimelimit = '2'\n",
	'data/testdata.yaml': 'on_reject: break\ngrader_flags: first_error\n',
	'data/secret/group1/testdata.yaml': 'accept_score: 40\nrange: 0 40\n',
	'data/secret/group1/a.in': '7 8\n',
	'data/secret/group1/a.ans': '15\n',
	'output_validators/check/check.py': 'import sys\nsys.exit(42)\n',
	'input_validators/in.py': 'import sys\nsys.exit(42)\n',
	'submissions/wrong_answer/no.py': 'print(0)\n',
	'submissions/submissions.json': '{}',
	'attachments/start.txt': 'begin here\n',
});

const modern = () => smallPackage({
	'problem.yaml': 'problem_format_version: 2025-09\nname: Sum\nuuid: 2c6a9a3c-5b0e-4ba4-8e4a-000000000001\ntype: scoring\n'
		+ 'limits:\n  time_limit: 1\n  memory: 512\n',
	'.timelimit': null,
	'problem_statement/problem.en.md': null,
	'statement/problem.en.md': 'Add $a$ and $b$.\n',
	'data/secret/01.in': null,
	'data/secret/01.ans': null,
	'data/secret/test_group.yaml': 'max_score: 100\nscore_aggregation: sum\n',
	'data/secret/one/test_group.yaml': 'max_score: 40\nscore_aggregation: pass-fail\n',
	'data/secret/one/a.in': '7 8\n',
	'data/secret/one/a.ans': '15\n',
	'data/secret/two/test_group.yaml': 'max_score: 60\nscore_aggregation: min\nrequire_pass: secret/one\n',
	'data/secret/two/b.in': '1 8\n',
	'data/secret/two/b.ans': '9\n',
	'input_validators/in.py': 'import sys\nsys.exit(42)\n',
	'submissions/submissions.yaml': 'accepted:\n  permitted: [AC]\n',
});

// ---------------------------------------------------------------- what breaks them

const swap = (files, name, text) => ({ ...files, [name]: text });
const without = (files, test_) => Object.fromEntries(Object.entries(files).filter(([name]) => !test_(name)));
const list = (files) => Object.entries(files).map(([name, data]) => ({ name, data }));
const pack = (files) => (below(3) ? zip(files) : below(2) ? tar(list(files)) : zlib.gzipSync(tar(list(files))));

// Each gives [what the errors must say, the archive, or the files of a folder].
const MISSING = [
	() => [/problem\.yaml: missing/, pack(swap(without(legacy(), (n) => n === 'problem.yaml'), 'data/x.in', ''))],
	() => {
		const files = pick([legacy, modern])();
		const answers = Object.keys(files).filter((n) => n.endsWith('.ans'));
		const gone = pick(answers);
		return [new RegExp(`${gone.replace(/\.ans$/, '.in')}: has no \\.ans`), pack(without(files, (n) => n === gone))];
	},
	() => {
		const files = pick([legacy, modern])();
		const gone = pick(Object.keys(files).filter((n) => n.endsWith('.in')));
		return [new RegExp(`${gone.replace(/\.in$/, '.ans')}: has no \\.in`), pack(without(files, (n) => n === gone))];
	},
	() => [/data\/secret: no test case/, pack(without(legacy(), (n) => /^data\/(secret|sample)/.test(n)))],
	() => [/output_validators: no program/, pack(without(legacy(), (n) => n.startsWith('output_validators/')))],
];

const BAD_SETTINGS = [
	['limits:\n  memory: many\n', /problem\.yaml:3: limits\.memory: must be a number/],
	['limits:\n  memory: -1\n', /problem\.yaml:3: limits\.memory: must be a number from/],
	['limits: 7\n', /problem\.yaml:2: limits: must be a mapping/],
	['type: essay\n', /problem\.yaml:2: type: "essay" is not known/],
	['validation: maybe\n', /problem\.yaml:2: validation: must begin with default or custom/],
	['validation: custom interactive loud\n', /problem\.yaml:2: validation: "loud" is not known/],
	['validator_flags: float_tolerance\n', /problem\.yaml:2: validator_flags: no such flag/],
	['grading:\n  objective: best\n', /problem\.yaml:3: grading\.objective: must be min or max/],
	['problem_format_version: 1999\n', /problem\.yaml:2: problem_format_version: "1999" is not known/],
	['name: again\n', /problem\.yaml:2:.*duplicate key/],
	['limits: {memory: [}\n', /problem\.yaml:\d+:/],
	['\tlimits: 1\n', /problem\.yaml:\d+:/],
	['a: *x\n', /problem\.yaml:2:.*an alias of nothing/],
	[`a: &a [${Array(999).fill('x')}]\nb: [${Array(999).fill('*a')}]\n`, /problem\.yaml:3:.*aliases make more of it than 1 MiB/],
	['a: !!python/object:os.system 1\n', /problem\.yaml:2:.*tags are not allowed/],
	[`a: ${'['.repeat(200)}\n`, /problem\.yaml:2:.*nested too deep/],
	[`a: "\\0"\n`, /problem\.yaml:2:.*NUL/],
	['---\nb: 1\n', /problem\.yaml:\d+:.*more than one document/],
	[`${'a'.repeat(2 * MIB)}: 1\n`, /problem\.yaml: larger than/],
];
const YAML = [
	() => {
		const [more, expected] = pick(BAD_SETTINGS);
		return [expected, pack(swap(smallPackage(), 'problem.yaml', `name: Sum\n${more}`))];
	},
	() => {
		const key = pick(['grade', 'validator_flags', 'author', 'limit']);
		return [new RegExp(`problem\\.yaml:\\d+: ${key}`), pack(swap(modern(), 'problem.yaml', `${modern()['problem.yaml']}${key}: 1\n`))];
	},
	() => {
		const name = pick(['require_pass: secret/none\n', 'require_pass: [secret/two]\n', 'score_aggregation: median\n', 'max_score: -4\n',
			'max_score: lots\n', 'output_validator_args: 3\n', 'colour: red\n', 'output_validator_args: [float_tolerance]\n']);
		return [/data\/secret\/one\/test_group\.yaml:\d+:/, pack(swap(modern(), 'data/secret/one/test_group.yaml', name))];
	},
	() => {
		const name = pick(['on_reject: maybe\n', 'grader_flags: always_maybe\n', 'range: 40 0\n', 'range: wide\n', 'accept_score: much\n',
			'grading: strict\n', '- a list\n']);
		return [/data\/secret\/group1\/testdata\.yaml:\d+:/, pack(swap(legacy(), 'data/secret/group1/testdata.yaml', name))];
	},
	() => {
		const all = pick(['accepted: AC\n', 'accepted: {permitted: [YES]}\n', 'accepted: {permitted: AC}\n', 'accepted: {luck: 1}\n',
			'accepted: {use_for_time_limit: perhaps}\n', 'accepted: {score: high}\n', 'accepted: {permitted: [AC}\n']);
		return [/submissions\/submissions\.yaml:\d+:/, pack(swap(modern(), 'submissions/submissions.yaml', all))];
	},
	() => [/\.timelimit:1: must be seconds/, pack(swap(legacy(), '.timelimit', pick(['soon', '-1', '0', '1e9', 'nan', '', '2 s'])))],
	() => [/domjudge-problem\.ini:\d+: /, pack(swap(legacy(), 'domjudge-problem.ini', pick(['timelimit = never\n', '\n\nno equals sign\n'])))],
	() => [/submissions\.json:\d+: /, pack(swap(legacy(), 'submissions.json', pick(['{', '[]', '{"a": }', 'null'])))],
];

const link = (name, to) => ({ name, type: '2', to });
const LINKS = [
	() => [/data\/secret\/09\.in: a link that leaves the package: \/etc\/passwd/,
		tar([...list(legacy()), link('data/secret/09.in', '/etc/passwd'), { name: 'data/secret/09.ans', data: '' }])],
	() => [/data\/secret\/09\.in: a link that leaves the package/,
		tar([...list(legacy()), link('data/secret/09.in', `${'../'.repeat(3 + below(9))}etc/passwd`)])],
	() => [/data\/secret\/09\.in: a link to nothing in the package, or round in a circle/,
		tar([...list(legacy()), link('data/secret/09.in', pick(['09.in', '10.in'])), link('data/secret/10.in', '09.in')])],
	() => [/data\/secret\/loop: a link to a folder it lies in/, tar([...list(legacy()), link('data/secret/loop', pick(['.', '..', '../secret']))])],
	() => [/attachments\/a: a link to nothing in the package/, tar([...list(legacy()), link('attachments/a', 'missing.txt')])],
	() => [/data\/secret\/09\.in: a link/, zip([...list(legacy()), { name: 'data/secret/09.in', data: '/etc/shadow', mode: LINK }])],
	() => [/attachments\/a: a link/, tar([...list(legacy()), { name: 'attachments/a', type: '1', to: pick(['/etc/passwd', '../../x']) }])],
	() => [/a7: a link to nothing in the package, or round in a circle/, tar([...list(legacy()), ...Array.from({ length: 40 }, (_, i) => link(`attachments/a${i}`, `a${(i + 1) % 40}`))])],
	() => [/neither a file nor a folder/, tar([...list(legacy()), { name: 'attachments/dev', type: pick(['3', '4', '6']) }])],
	() => [/too large|too long or deep|leaves|circle|folder it lies in/, tar([...list(legacy()),
		// each folder holds the one before twice: 2^30 files, were links followed
		...Array.from({ length: 30 }, (_, i) => [link(`attachments/d${i + 1}/x`, `../d${i}`), link(`attachments/d${i + 1}/y`, `../d${i}`)]).flat(),
		{ name: 'attachments/d0/file', data: 'x' }])],
];

let zeros;
const fewZeros = Buffer.alloc(4 * MIB);
const BOMBS = [
	() => {
		zeros ??= Buffer.alloc(260 * MIB);
		return [/data\/secret\/01\.in: larger than 256 MiB/, zip(swap(legacy(), 'data/secret/01.in', zeros))];
	},
	() => [/unpacks to more than 200 times its size/, zip([...list(legacy()),
		...Array.from({ length: 34 }, (_, i) => ({ name: `data/secret/z${i}.in`, data: fewZeros }))])],
	() => [/unpacks to more than 200 times its size/, zlib.gzipSync(tar([...list(legacy()),
		...Array.from({ length: 34 }, (_, i) => ({ name: `data/secret/z${i}.in`, data: fewZeros }))]))],
];

const NAMES = [
	() => [/a name that is not allowed/, zip(swap(legacy(), pick(['../evil.txt', 'data/../../evil', '..', './../x', 'data/secret/../../../x',
		'/etc/cron.d/x', '//x', 'data//x', 'data/./x']), 'x'))],
	() => [/a name that is not allowed/, pack(swap(legacy(), `data/secret/a${pick(['\n', '\r', '\x1b', '\x7f', '\t'])}b.in`, 'x'))],
	() => [/a name that is not allowed/, zip([...list(legacy()), { name: Buffer.from([0x64, 0x61, 0x74, 0x61, 0x2f, 0xff, 0xfe]), data: 'x' }])],
	() => [/a name that is not allowed/, zip(swap(legacy(), `data/${'d/'.repeat(20 + below(80))}x.in`, 'x'))],
	() => [/a name that is not allowed/, zip(swap(legacy(), `data/${'n'.repeat(401 + below(4000))}.in`, 'x'))],
	() => {
		const name = pick(['data/secret/01.in', 'problem.yaml', 'submissions/accepted/sum.py']);
		return [new RegExp(`${name}: twice in the package`), zip([...list(legacy()), { name, data: 'again' }])];
	},
];

const shuffle = (buffer) => {
	const copy = Buffer.from(buffer);
	for (let i = 0; i < 40; i++) copy[40 + below(copy.length - 40)] ^= 1 << below(8);
	return copy;
};
const DAMAGED = [
	() => {
		const whole = zip(legacy());
		return [/damaged|cannot be read|neither a zip nor a tar|missing|truncated/i, whole.subarray(0, 1 + below(whole.length - 23))];
	},
	() => {
		const whole = zlib.gzipSync(tar(list(legacy())));
		return [/damaged|cannot be read|neither a zip nor a tar|missing|truncated/i, whole.subarray(0, 20 + below(whole.length - 30))];
	},
	() => {
		const whole = tar(list(legacy()));
		return [/damaged|cannot be read|neither a zip nor a tar|cut off|truncated/i, whole.subarray(0, below(2) ? 512 * (1 + below(20)) : below(whole.length - 1024))];
	},
	() => [/./, shuffle(zip(legacy()))],
	() => [/neither a zip nor a tar|missing/, Buffer.from(Array.from({ length: below(3000) }, () => below(256)))],
	() => [/neither a zip nor a tar|missing/, pick([Buffer.alloc(0), Buffer.alloc(10240), Buffer.from('PK'), Buffer.from('PK\x05\x06'),
		Buffer.from('<html>404</html>')])],
];

const utf16 = (s) => Buffer.from(`\ufeff${s}`, 'utf16le');
const latin1 = Buffer.from('name: Gr\xf6\xdfe\n', 'latin1');
const ENCODINGS = [
	() => [/problem\.yaml:\d+:.*UTF-8/, pack(swap(legacy(), 'problem.yaml', utf16(legacy()['problem.yaml'])))],
	() => [/problem\.yaml:\d+:.*UTF-8/, pack(swap(legacy(), 'problem.yaml', latin1))],
	() => [/problem_statement\/problem\.en\.md:\d+:.*UTF-8/, pack(swap(legacy(), 'problem_statement/problem.en.md', latin1))],
	() => [/testdata\.yaml:\d+:.*UTF-8/, pack(swap(legacy(), 'data/testdata.yaml', Buffer.concat([Buffer.from('a: '), Buffer.from([0xff, 0xfe, 0xc0])])))],
	() => [/\.timelimit:1/, pack(swap(legacy(), '.timelimit', utf16('2\n')))],
	() => [/domjudge-problem\.ini/, pack(swap(legacy(), 'domjudge-problem.ini', utf16('timelimit = 2\n')))],
	() => [/submissions\.json/, pack(swap(legacy(), 'submissions.json', Buffer.from('{"a": "\xff"}', 'latin1')))],
];

// One of a kind: 100,000 files.
const crowd = () => [/too large: at most 20000 files/, zip([...list(legacy()),
	...Array.from({ length: 100000 }, (_, i) => ({ name: `data/secret/${i}.in`, data: '' }))])];

// Folders on disk, where links, devices and modes are real.
function brokenFolder(kind, folder) {
	writeFolder(folder, legacy());
	const at = (name) => path.join(folder, name);
	switch (kind) {
	case 0: fs.symlinkSync('/etc/passwd', at('data/secret/09.in')); return /09\.in: a link that leaves the package/;
	case 1: fs.symlinkSync('../../..', at('data/secret/up')); return /up: a link/;
	case 2: fs.symlinkSync('.', at('data/secret/loop')); return /loop: a link to a folder it lies in/;
	case 3: execFileSync('mkfifo', [at('data/secret/09.in')]); return /09\.in: cannot be read: not a plain file/;
	case 4: fs.symlinkSync('nowhere', at('attachments/x')); return /x: a link to nothing/;
	case 5: fs.writeFileSync(at('data/secret/a\nb.in'), ''); return /a\\0ab\.in: a name that is not allowed/;
	case 6: fs.writeFileSync(Buffer.concat([Buffer.from(at('data/secret/')), Buffer.from([0xff, 0x2e, 0x69, 0x6e])]), ''); return /a name that is not allowed/;
	case 7: fs.mkdirSync(at('data/secret/01.in.d')); fs.rmSync(at('data/secret/01.in')); fs.mkdirSync(at('data/secret/01.in')); return /01\.ans: has no \.in/;
	case 8: fs.mkdirSync(at(`data/secret/${'d/'.repeat(20)}`), { recursive: true }); return /nested too deep/;
	default: fs.rmSync(at('problem.yaml')); fs.mkdirSync(at('problem.yaml')); return /problem\.yaml: missing/;
	}
}
const FOLDERS = 10;

const KINDS = [MISSING, YAML, LINKS, NAMES, DAMAGED, ENCODINGS];
const cases = []; // { name, path, expected }

function makeCases() {
	const folder = arena.path('broken');
	fs.mkdirSync(folder);
	for (let i = 0; i < FOLDERS; i++) {
		const at = path.join(folder, `f${i}`);
		cases.push({ path: at, expected: brokenFolder(i, at) });
	}
	const few = [...BOMBS, crowd];
	for (let i = FOLDERS; i < COUNT; i++) {
		const kind = KINDS[i % KINDS.length];
		const make = i - FOLDERS < few.length ? few[i - FOLDERS] : kind[Math.floor(i / KINDS.length) % kind.length];
		const [expected, bytes] = make();
		const at = path.join(folder, `a${i}.zip`);
		fs.writeFileSync(at, bytes);
		cases.push({ path: at, expected, archive: true, make: make.toString().slice(0, 200) });
	}
	zeros = undefined;
}

before(async () => {
	await arena.start();
	makeCases();
});
after(() => arena.stop());

const COUNTS = `SELECT (SELECT count(*) FROM codearena.problems), (SELECT count(*) FROM codearena.problem_versions),
	(SELECT count(*) FROM codearena.test_data), (SELECT count(*) FROM codearena.test_data_chunks)`;
const filesIn = (folder) => execFileSync('find', [folder, '-printf', '%P\\0'], { encoding: 'latin1', maxBuffer: 1 << 26 }).split('\0')
	.filter((name) => !/^(pg|redis|log)\//.test(name)).sort();

test(`${COUNT} broken packages: each gets a list of clear errors, and nothing of it is anywhere`, async () => {
	const temporary = arena.path('tmp');
	fs.mkdirSync(temporary);
	const before = { rows: await arena.sql(COUNTS), files: (await arena.sql('SELECT 1'), filesIn(arena.folder)) };
	const { status, stdout, stderr } = await arena.tryCodearenaIn({ TMPDIR: temporary }, '--json', 'problem', 'import', ...cases.map((c) => c.path));
	assert.equal(status, 1, stderr.slice(-2000));
	const answers = JSON.parse(stdout);
	assert.equal(answers.length, COUNT);
	const wrong = [];
	answers.forEach((answer, i) => {
		const { expected, make } = cases[i];
		const say = (what) => wrong.push(`${answer.path}: ${what}: ${JSON.stringify(answer.errors)?.slice(0, 400)} ${expected} ${make}`);
		if (answer.status !== 'refused') say(`is ${answer.status}`);
		else if (!answer.errors.length) say('has no errors');
		else if (!answer.errors.some((line) => expected.test(line))) say('does not say it');
		for (const line of answer.errors ?? []) {
			if (line.length < 12 || line.length > 1200 || /[\x00-\x1f\x7f\ufffd]/.test(line)) say('has an unclear line');
		}
	});
	assert.deepEqual(wrong, []);
	assert.equal(await arena.sql(COUNTS), before.rows);
	assert.deepEqual(filesIn(arena.folder).filter((name) => name !== 'etc/admin.conf'), before.files.filter((name) => name !== 'etc/admin.conf'));
});

test('the same over HTTP, one of each kind: refused with its errors, and the judge host keeps nothing', async () => {
	await arena.makeAccounts(1);
	const token = await arena.login('jury');
	const onDisk = () => filesIn(arena.path('judge'));
	const before = { rows: await arena.sql(COUNTS), files: onDisk() };
	const chosen = cases.filter((c) => c.archive && fs.statSync(c.path).size > 0).filter((_, i) => i < 4 || i % Math.ceil(COUNT / 10) === 0);
	const jobs = [];
	for (const { path: file, expected } of chosen) {
		const raw = fs.readFileSync(file);
		const sent = await arena.http('POST', '/api/problems?problem_id=broken', { token, raw, headers: { 'content-type': 'application/zip' } });
		assert.equal(sent.status, 202, sent.text);
		jobs.push({ file, expected, target: sent.headers.location });
	}
	for (const { file, expected, target } of jobs) {
		const end = await waitFor(`the end of ${file}`, async () => {
			const { body } = await arena.http('GET', target, { token });
			return body.finished_at && body;
		}, 60000);
		assert.equal(end.state, 'refused', `${file}: ${JSON.stringify(end)}`);
		assert.ok(end.errors.some((line) => expected.test(line)), `${file}: ${JSON.stringify(end.errors).slice(0, 500)} ${expected}`);
	}
	assert.equal(await arena.sql(COUNTS), before.rows);
	assert.deepEqual(onDisk(), before.files);
	assert.equal(await arena.sql('SELECT count(*) FROM codearena.problem_import_chunks'), '0');
});

test('the archives do not hurt the parser in the sanitizers\' eyes', () => {
	const program = path.resolve(build, '../fuzz/fuzz_package');
	assert.ok(fs.existsSync(program), `${program} is made by: make fuzz`);
	// the largest two of the bombs cost most of the time and take the same ways
	const archives = cases.filter((c) => c.archive).map((c) => c.path).slice(long ? 0 : 2);
	execFileSync(program, ['-rss_limit_mb=4096', '-malloc_limit_mb=2048', '-timeout=120', ...archives], { stdio: 'pipe', maxBuffer: 1 << 26 });
});
