// bench-sandbox.mjs -- what a test case costs beside other ways to run a program: `make bench-sandbox`.
// One `BENCH name=value` a line; of each language, in turn with each other on one core:
//   sandbox_ratio_forkexec         a full test case / fork, exec and wait of the same program
//   sandbox_idle_ratio_forkexec    the same with a pause of 20 ms before each
//   sandbox_ratio_runc_run         a full test case / `runc run` of the same program
//   sandbox_ratio_bwrap            ... / bwrap --unshare-all; sandbox_ratio_isolate when it is on PATH
//   sandbox_p95_over_median        of the test cases
//   sandbox_us                     median of a full test case; forkexec_us etc. likewise
// A ratio is that of the medians of a round; the median of ROUNDS (5) rounds is printed. What the
// kernel still cleans up behind a runtime or bwrap would be charged to whoever comes next: of the fast
// programs they run in every tenth turn. The plain
// names are a static C program's; sandbox_cpp_* a dynamic C++ program's, sandbox_python3_* and
// sandbox_java_* speak for themselves. RUNS=n: of each in all rounds together, at least.
// LANGUAGE=c, cpp, python3 or java: that one alone.
//
// Then how well time and memory are measured (accuracy.mjs). ONLY=speed or accuracy: one of the two.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Box, build, here as hostile, top } from '../hostile/box.mjs';
import { accuracy } from './accuracy.mjs';

const number = (name, fallback) => Number(process.env[name] ?? fallback);
const ROUNDS = number('ROUNDS', 5), RUNS = number('RUNS', 200), CPU = number('CPU', 0), GAP_MS = 20;
const here = path.join(hostile, '../load');
const only = process.env.ONLY ?? '';

const say = (name, value) => console.log(`BENCH ${name}=${value}`);
const sorted = (list) => [...list].sort((a, b) => a - b);
const at = (list, share) => sorted(list)[Math.floor(share * (list.length - 1))];
const median = (list) => at(list, 0.5);

// Those of the table, and one that links as programs outside of judging do.
const table = fs.readFileSync(path.join(top, 'judge/languages.yaml'), 'utf8');
const dynamic = `
  - id: dynamic
    name: dynamic C++
    extensions: [cpp]
    source: main.cpp
    compile: /usr/bin/g++ -x c++ -O2 -pipe -o main {sources}
    run: ./main
    version: /usr/bin/g++ --version
`;
const java = /^ *run: (\S*java .*) \{entry\}$/m.exec(table)[1].replaceAll('{memory_mib}', '256');

const outside = fs.mkdtempSync(path.join(os.tmpdir(), 'bench-'));
const subjects = [
	{ name: '', language: 'c', file: 'hello.c', command: '{program} outside', share: 10 },
	{ name: 'cpp_', language: 'dynamic', file: 'hello.cpp', command: '{program} outside', share: 10 },
	{ name: 'python3_', language: 'python3', file: 'hello.py', share: 1, command: `/usr/bin/python3 -B ${outside}/hello.py outside` },
	// a virtual machine starts in a tenth of a second: fewer of the others
	{ name: 'java_', language: 'java', file: 'Hello.java', entry: 'Hello', share: 4, command: `${java} -cp ${outside} Hello outside` },
];

// What box gives to the runtime for a container of its own, with the program in the agent's place.
function bundle(box, subject, program) {
	const text = fs.readFileSync(path.join(box.settings.data_dir, 'box/0/config.json'), 'utf8');
	const config = JSON.parse(text.replaceAll('18446744073709551615', '8388608')); // no stack without an end: not a number here
	const folder = path.join(outside, `runc-${subject.language}`), root = path.join(folder, 'root');
	for (const name of ['usr', 'etc', 'proc', 'dev', 'tmp', 'work', 'data', 'pre', outside.slice(1)])
		fs.mkdirSync(path.join(root, name), { recursive: true });
	for (const name of ['bin', 'lib', 'lib64']) fs.symlinkSync(`usr/${name}`, path.join(root, name));
	for (const m of config.mounts.filter((one) => one.destination.startsWith('/etc/'))) {
		const to = path.join(root, m.destination);
		if (fs.statSync(m.source).isDirectory()) fs.mkdirSync(to);
		else fs.writeFileSync(to, '');
	}
	for (const name of fs.readdirSync(outside)) {
		const from = path.join(outside, name);
		if (fs.statSync(from).isFile()) fs.copyFileSync(from, path.join(root, from));
	}
	fs.chmodSync(folder, 0o755);
	fs.chmodSync(path.join(root, outside), 0o755);
	config.root.path = root;
	config.process.args = subject.command.replace('{program}', program).split(' ');
	config.linux.cgroupsPath = `/codearena/${box.instance}/bench`;
	fs.writeFileSync(path.join(folder, 'config.json'), JSON.stringify(config));
	return `/usr/sbin/runc --root ${outside}/state run --bundle ${folder} bench-${box.instance}`;
}

const onPath = (name) => (process.env.PATH ?? '').split(':').map((folder) => path.join(folder, name)).find((f) => fs.existsSync(f));

function isolate(program) {
	const found = onPath('isolate');
	if (!found || !program) return [];
	const folder = spawnSync(found, ['--init'], { encoding: 'utf8' }).stdout.trim();
	fs.copyFileSync(program, path.join(folder, 'box/main'));
	return [`other=isolate:1:${found} --silent --run -- main outside`];
}

function stopwatch(box, subject, words) {
	const source = path.join(here, subject.file);
	const all = [`socket=${box.socket}`, `language=${subject.language}`, `source=${source}`, `name=${subject.entry ?? subject.file}`,
		`rounds=${ROUNDS}`, `cpu=${CPU}`, `outside=${subject.command}`, `program=${outside}/main-${subject.language}`, ...words];
	const r = spawnSync(path.join(build, 'bench-sandbox'), all, { encoding: 'utf8', maxBuffer: 1 << 26 });
	if (r.status !== 0) throw new Error(r.stderr);
	const answer = JSON.parse(r.stdout);
	if (answer.rss_kib >= 5000) throw new Error(`the parent has ${answer.rss_kib} KiB`);
	return answer.rounds;
}

// The median over the rounds of the ratio of two medians.
const ratio = (rounds, one, other) => median(rounds.map((r) => median(r[one]) / median(r[other])));

function measure(box, subject) {
	const program = `${outside}/main-${subject.language}`, every = subject.share;
	const compiled = subject.command.startsWith('{program}'), n = Math.ceil(RUNS / ROUNDS) * (compiled ? every : 1);
	stopwatch(box, subject, ['n=1']); // leaves the program there, and all is warm
	const others = process.env.BARE ? [] : [`other=runc:${every}:${bundle(box, subject, program)}`];
	if (onPath('bwrap') && !process.env.BARE)
		others.push(`other=bwrap:${every}:${onPath('bwrap')} --unshare-all --die-with-parent --ro-bind /usr /usr --symlink usr/lib /lib ` +
			`--symlink usr/lib64 /lib64 --ro-bind /etc /etc --proc /proc --tmpfs /tmp --ro-bind ${outside} ${outside} -- ${subject.command}`);
	const rounds = stopwatch(box, subject, [`n=${n}`, ...others, ...isolate(compiled && subject.language === 'c' ? program : '')]);
	const idle = stopwatch(box, subject, [`n=${Math.ceil(RUNS / ROUNDS)}`, `gap_ms=${GAP_MS}`]);
	const name = `sandbox_${subject.name}`;
	say(`${name}ratio_forkexec`, ratio(rounds, 'inside', 'outside').toFixed(2));
	say(`${name}idle_ratio_forkexec`, ratio(idle, 'inside', 'outside').toFixed(2));
	for (const other of ['runc', 'bwrap', 'isolate'])
		if (rounds[0][other]) say(`${name}ratio_${other === 'runc' ? 'runc_run' : other}`, ratio(rounds, 'inside', other).toFixed(3));
	say(`${name}p95_over_median`, median(rounds.map((r) => at(r.inside, 0.95) / median(r.inside))).toFixed(2));
	for (const kind of Object.keys(rounds[0]))
		say(`${subject.name}${kind === 'inside' ? 'sandbox' : kind === 'outside' ? 'forkexec' : kind}_us`, median(rounds.flatMap((r) => r[kind])));
	say(`${subject.name}idle_sandbox_us`, median(idle.flatMap((r) => r.inside)));
	say(`${subject.name}idle_forkexec_us`, median(idle.flatMap((r) => r.outside)));
}

async function speed() {
	const languages = path.join(outside, 'languages.yaml');
	fs.writeFileSync(languages, table + dynamic);
	fs.copyFileSync(path.join(here, 'hello.py'), path.join(outside, 'hello.py'));
	spawnSync('javac', ['-d', outside, path.join(here, 'Hello.java')], { stdio: 'inherit' });
	fs.chmodSync(outside, 0o755);
	const box = await new Box({ language_file: languages, slots: 1 }).start();
	try {
		const subject = process.env.LANGUAGE;
		const chosen = subjects.filter((one) => !subject || subject === (one.name ? one.name.slice(0, -1) : one.language));
		if (!chosen.length) throw new Error(`LANGUAGE is c, cpp, python3 or java: ${subject}`);
		for (const one of chosen) measure(box, one);
	} finally {
		await box.stop();
	}
}

try {
	if (only !== 'accuracy') await speed();
	if (only !== 'speed') await accuracy(say);
} finally {
	fs.rmSync(outside, { recursive: true, force: true });
}
