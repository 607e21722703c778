// box.mjs -- a private codearena-box for a test: own folder, own instance name, a pids limit around
// it so that a mistake cannot take the machine down; and the hands to use it.
//
// SAN=1 uses the sanitizers' build and fails a test for what one says. SLOW=n: a machine n times
// slower. HOSTILE_ROOT=folder: a language root of make-root instead of the host's /usr.
// HOSTILE_RUNTIME=crun: another OCI runtime than runc. HOSTILE_CGROUPS=v1: on a hybrid machine box and
// the runtime do not see the second hierarchy.
import { spawn, spawnSync } from 'node:child_process';
import { createHash, randomInt } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

export const here = import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname);
export const top = path.resolve(here, '../..');
const variant = process.env.SAN ? 'san' : process.env.TSAN ? 'tsan' : 'dev';
export const build = process.env.CODEARENA_BUILD ?? path.join(top, process.env.BUILD ?? 'build', variant);
export const programs = path.join(here, 'programs');

// Limits that a program must stay under are multiplied by this (an emulated machine, check-v2).
export const slow = Number(process.env.SLOW ?? 1);
const usual = { cpu_ms: 1000, wall_ms: 3000, compile_cpu_ms: 60000, compile_wall_ms: 120000, jury_cpu_ms: 2000, jury_wall_ms: 6000 };
const LONGEST = 600000;
// Limits that are reached, and so waited for, are multiplied by this.
export const few = Math.min(slow, 5);

// The words of boxtry or jurytry. `exact` names the limits that a program is to reach: they are not
// stretched; nor are those that are to be refused.
export function words({ exact = [], ...options }, names = Object.keys(usual)) {
	const all = slow > 1 ? { ...Object.fromEntries(names.map((name) => [name, usual[name]])), ...options } : options;
	return Object.entries(all).map(([name, value]) => {
		const stretch = slow > 1 && name in usual && !exact.includes(name) && value > 0 && value <= LONGEST;
		return `${name}=${stretch ? Math.min(Math.round(value * slow), LONGEST) : value}`;
	});
}
// What a sanitizer writes; box or boxtry that said this has failed its test.
const SANITIZER = /(?:ERROR|WARNING): \w*Sanitizer|LeakSanitizer has encountered|runtime error: /;

export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

export async function until(what, test, ms = 10000) {
	for (const end = Date.now() + ms * slow; Date.now() < end; await sleep(20)) if (await test()) return;
	throw new Error(`still waiting for ${what} after ${ms * slow} ms`);
}

const parse = (text) => {
	try {
		return JSON.parse(text);
	} catch {
		return { error: `no JSON: ${text}` };
	}
};

// A uid range of its own per instance (16 containers), so that processes can be told apart, also from
// those of another test run beside.
const UIDS = 0x100000;
let instances = 0;

export class Box {
	constructor(settings = {}) {
		this.instance = `hostile${process.pid}x${instances}`;
		this.uids = 0x80000000 + ((process.pid * 7 + instances++) % 1000) * UIDS;
		this.folder = fs.mkdtempSync(path.join(os.tmpdir(), `${this.instance}-`));
		this.socket = path.join(this.folder, 'box.sock');
		this.settings = {
			instance: this.instance,
			data_dir: path.join(this.folder, 'data'),
			prefix: this.folder,
			box_socket: this.socket,
			language_file: path.join(top, 'judge/languages.yaml'),
			slots: 2,
			memory_budget_mib: 4608,
			uid_base: this.uids,
			...(process.env.HOSTILE_ROOT ? { root: process.env.HOSTILE_ROOT } : {}),
			...(process.env.HOSTILE_RUNTIME ? { runtime: process.env.HOSTILE_RUNTIME } : {}),
			...settings,
		};
		this.conf = path.join(this.folder, 'box.conf');
		const lines = Object.entries(this.settings).map(([name, value]) => `${name} = ${value}\n`);
		fs.writeFileSync(this.conf, lines.join(''));
		fs.mkdirSync(this.settings.data_dir, { recursive: true });
		this.log = path.join(this.folder, 'box.log');
		this.build = build; // where codearena-box lies, and its agent beside it
	}

	// One that somebody else has started, to look at: instance, uids, settings.
	static of(what) {
		return Object.assign(Object.create(Box.prototype), what);
	}

	guardFolder() {
		const v1 = '/sys/fs/cgroup/pids';
		return path.join(fs.existsSync(v1) ? v1 : '/sys/fs/cgroup', `guard-${this.instance}`);
	}

	async start() {
		const guard = this.guardFolder(), v2 = '/sys/fs/cgroup/cgroup.subtree_control';
		if (fs.existsSync(v2)) fs.writeFileSync(v2, '+pids');
		fs.mkdirSync(guard, { recursive: true });
		fs.writeFileSync(path.join(guard, 'pids.max'), '600');
		const out = fs.openSync(this.log, 'a');
		const hide = 'exec unshare --mount sh -c \'umount /sys/fs/cgroup/unified && exec "$0" "$@"\' "$2" --config "$3"';
		const begin = process.env.HOSTILE_CGROUPS === 'v1' ? hide : 'exec "$2" --config "$3"';
		const script = `echo $$ > "$1/cgroup.procs"; ${begin}`;
		const words = ['-c', script, 'sh', guard, path.join(this.build, 'codearena-box'), this.conf];
		this.child = spawn('/bin/sh', words, {
			stdio: ['ignore', out, out],
			env: { ...process.env, CODEARENA_DEBUG: '1' },
		});
		this.ended = new Promise((done) => this.child.once('exit', (code, signal) => done({ code, signal })));
		fs.closeSync(out);
		await until('the socket', () => fs.existsSync(this.socket) || this.hasEnded());
		if (this.hasEnded()) throw new Error(fs.readFileSync(this.log, 'utf8'));
		return this;
	}

	hasEnded() {
		return this.child.exitCode !== null || this.child.signalCode !== null;
	}

	// The process itself: /bin/sh has become codearena-box.
	kill(signal) {
		this.child.kill(signal);
		return this.ended;
	}

	async stop() {
		if (this.child?.exitCode === null && this.child.signalCode === null) {
			const hang = setTimeout(() => this.child.kill('SIGKILL'), 10000 * slow);
			await this.kill('SIGTERM');
			clearTimeout(hang);
		}
		const gone = () => {
			try {
				if (fs.existsSync(this.guardFolder())) fs.rmdirSync(this.guardFolder());
				return true;
			} catch {
				return false;
			}
		};
		await until('the guard to be empty', gone);
		const left = [...this.cgroups(), ...this.mounts(), ...this.processes()];
		if (left.length) throw new Error(`left behind: ${left.join(' ')}`);
		this.readSanitizer(fs.readFileSync(this.log, 'utf8'));
		fs.rmSync(this.folder, { recursive: true, force: true });
	}

	readSanitizer(text) {
		const at = text.search(SANITIZER);
		if (at >= 0) throw new Error(`a sanitizer says: ${text.slice(at, at + 4000)}`);
	}

	words(options) {
		return words({ socket: this.socket, ...options }, ['cpu_ms', 'wall_ms', 'compile_cpu_ms', 'compile_wall_ms']);
	}

	try(options, spawnOptions = {}) {
		const r = spawnSync(path.join(build, 'boxtry'), this.words(options), {
			encoding: 'utf8', maxBuffer: 1 << 26, ...spawnOptions,
		});
		this.readSanitizer(r.stderr);
		try {
			return JSON.parse(r.stdout);
		} catch {
			throw new Error(`boxtry: status ${r.status} ${r.signal} ${r.error ?? ''} ${r.stdout} ${r.stderr}`);
		}
	}

	// The same without waiting: { child, answer }.
	tryLater(options) {
		const child = spawn(path.join(build, 'boxtry'), this.words(options), { stdio: ['ignore', 'pipe', 'inherit'] });
		const answer = new Promise((done) => {
			let text = '';
			child.stdout.on('data', (piece) => (text += piece));
			child.once('close', () => done(parse(text)));
		});
		return { child, answer };
	}

	program(name) {
		return path.join(programs, name);
	}

	// Processes of this instance's containers, by their uids on the host; only those of steps with
	// `steps` (the agents are root of their container).
	processes(steps = false) {
		const found = [];
		for (const pid of fs.readdirSync('/proc')) {
			if (!/^\d+$/.test(pid)) continue;
			try {
				const text = fs.readFileSync(`/proc/${pid}/status`, 'utf8');
				const uid = Number(/^Uid:\t(\d+)/m.exec(text)[1]) - this.uids;
				const zombie = /^State:\tZ/m.test(text);
				if (!zombie && uid >= 0 && uid < UIDS && (!steps || uid % 65536 !== 0)) found.push(pid);
			} catch {
				// it ended meanwhile
			}
		}
		return found;
	}

	// The step's process whose command line begins so, if it is there.
	stepOf(command) {
		return this.processes(true).find((pid) => {
			try {
				return fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith(command);
			} catch {
				return false; // it ended meanwhile
			}
		});
	}

	cgroups() {
		const words = ['/sys/fs/cgroup', '-path', `*/codearena/${this.instance}*`, '-type', 'd'];
		return spawnSync('find', words, { encoding: 'utf8' }).stdout.split('\n').filter(Boolean);
	}

	mounts() {
		return fs.readFileSync('/proc/self/mountinfo', 'utf8').split('\n').filter((line) => line.includes(this.instance));
	}

	// Those whose first process this is: of a container (depth 2, its agent) or of a step in it (3).
	// Both are root there, as is a program that has not begun yet: whoever kills that kills the program.
	firsts(depth) {
		const nested = (pid) => {
			try {
				return /^NSpid:\t(.*\t1)$/m.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))[1].split('\t').length;
			} catch {
				return 0; // it ended meanwhile, or is not the first
			}
		};
		const steps = new Set(this.processes(true));
		return this.processes().filter((pid) => !steps.has(pid) && nested(pid) === depth);
	}

	// The runtime's commands at work.
	runtimes() {
		return fs.readdirSync('/proc').filter((pid) => {
			try {
				return /^\d+$/.test(pid) && fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`--root\0${this.settings.data_dir}/box/runtime\0`);
			} catch {
				return false;
			}
		});
	}

	containers() {
		const state = path.join(this.settings.data_dir, 'box/runtime');
		return fs.existsSync(state) ? fs.readdirSync(state) : [];
	}
}

export const languages = { '.c': 'c', '.cpp': 'cpp', '.py': 'python3', '.java': 'java', '.js': 'javascript' };

// What the first lines of a program say of it (programs.test.mjs); names stands for words in options.
export function read(file, names = {}) {
	const source = fs.readFileSync(file, 'utf8');
	const header = (name) => new RegExp(`^(?://|#) ${name}:(.*)$`, 'm').exec(source)?.[1].trim();
	const text = header('expect');
	const expect = /^(run|compile) ([a-z ]+?)(?: (\d+))?(; pids_denied)?$/.exec(text);
	const options = {};
	for (const word of (header('options') ?? '').split(' ').filter(Boolean)) {
		const [name, value] = word.split('=');
		options[name] = names[value] ?? value;
	}
	return { text, stage: expect[1], end: expect[2], number: expect[3], denied: !!expect[4], options, header };
}

// The limit that a program is to reach, by its end and stage.
const reached = {
	'run cpu limit': ['cpu_ms'], 'run wall limit': ['wall_ms'],
	'compile cpu limit': ['compile_cpu_ms'], 'compile wall limit': ['compile_wall_ms'],
};

// Compiled and run as its first lines say: boxtry's answer. later: beside others. What does not
// expect its wall limit gets a generous one, for a busy machine's sake.
export function compiled(box, file, want, later = false) {
	const wall = want.end === 'wall limit' ? {} : { wall_ms: 30000 };
	const exact = reached[`${want.stage} ${want.end}`] ?? [];
	const options = { language: languages[path.extname(file)], source: file, exact, ...wall, ...want.options };
	for (const name of exact) options[name] = (options[name] ?? usual[name]) * few;
	return later ? box.tryLater(options).answer : box.try(options);
}

// pairs/channel.c in two slots at once: { sent, seen: { channel: bits }, ends, text }.
export async function exchange(box, bitMs = 8) {
	const source = path.join(here, 'pairs/channel.c');
	box.try({ language: 'c', source, stdin: '/dev/null' }); // warm
	for (let wait = 1500; ; wait *= 2) {
		const sent = Array.from({ length: 16 }, (_, i) => (i < 2 ? i : randomInt(2))).join('');
		const start = Math.round(Number(process.hrtime.bigint() / 1000000n) + wait * slow);
		const ends = ['send', 'receive'].map((role) => {
			const file = path.join(box.folder, role);
			const bits = role === 'send' ? sent : '?'.repeat(16);
			fs.writeFileSync(file, `${role} ${start} ${bitMs * slow} ${bits}\n`, { mode: 0o644 });
			return box.tryLater({ language: 'c', source, stdin: file, cpu_ms: 20000, wall_ms: 20000 }).answer;
		});
		const [sender, receiver] = await Promise.all(ends);
		const text = `${JSON.stringify(sender)}\n${JSON.stringify(receiver)}`;
		if (!sender.runs || !receiver.runs) throw new Error(text);
		if ((sender.runs[0].exit_code === 3 || receiver.runs[0].exit_code === 3) && wait < 20000) continue; // came too late
		const seen = {};
		for (const line of receiver.runs[0].stdout.split('\n')) {
			const [name, bits] = line.split(' ');
			if (/^[01-]{16}$/.test(bits ?? '')) seen[name] = bits;
		}
		return { sent, seen, ends: [sender.runs[0].end, receiver.runs[0].end], text };
	}
}

// Files outside that no program may read, change, replace or touch: some planted where a program
// could reach them if a wall were missing, some the machine's own.
export class Canaries {
	constructor(box, files = []) {
		const folders = [box.folder, box.settings.data_dir, os.tmpdir(), '/dev/shm', '/run', '/var/tmp'];
		this.planted = folders.map((folder) => path.join(folder, `canary-${box.instance}`));
		for (const name of this.planted) fs.writeFileSync(name, 'CANARY-of-host\n', { mode: 0o666 });
		const own = ['/etc/passwd', '/etc/shadow', '/etc/ld.so.cache', '/usr/bin/env', '/usr/sbin/runc', '/dev/null'];
		const built = ['codearena-box', 'codearena-agent'].map((name) => path.join(build, name));
		this.files = [...this.planted, ...files, ...own, ...built];
		this.were = this.state();
	}

	state() {
		const one = (name) => {
			const s = fs.lstatSync(name), device = s.isCharacterDevice();
			const text = device ? '' : createHash('sha256').update(fs.readFileSync(name)).digest('hex');
			return [name, s.mode, s.uid, s.gid, s.ino, s.nlink, device ? '' : s.size, device ? '' : s.mtimeMs, text].join(' ');
		};
		return this.files.map(one);
	}

	check() {
		const now = this.state();
		for (const [i, was] of this.were.entries())
			if (now[i] !== was) throw new Error(`a canary has changed: ${was} -> ${now[i]}`);
	}

	remove() {
		for (const name of this.planted) fs.rmSync(name, { force: true });
	}
}
