// box.mjs -- a private codearena-box for a test: own folder, own instance name, a pids limit around
// it so that a mistake cannot take the machine down; and the hands to use it.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const here = import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname);
export const top = path.resolve(here, '../..');
export const build = process.env.CODEARENA_BUILD ?? path.join(top, process.env.BUILD ?? 'build', 'dev');
export const programs = path.join(here, 'programs');

export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

export async function until(what, test, ms = 10000) {
	for (const end = Date.now() + ms; Date.now() < end; await sleep(20)) if (await test()) return;
	throw new Error(`still waiting for ${what} after ${ms} ms`);
}

const parse = (text) => {
	try {
		return JSON.parse(text);
	} catch {
		return { error: `no JSON: ${text}` };
	}
};

// A uid range of its own per instance, so that processes can be told apart.
let instances = 0;

export class Box {
	constructor(settings = {}) {
		this.instance = `hostile${process.pid}x${instances}`;
		this.uids = 0x10000000 + (process.pid % 1000) * 0x100000 + instances++ * 0x1000000;
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
			...settings,
		};
		this.conf = path.join(this.folder, 'box.conf');
		const lines = Object.entries(this.settings).map(([name, value]) => `${name} = ${value}\n`);
		fs.writeFileSync(this.conf, lines.join(''));
		fs.mkdirSync(this.settings.data_dir, { recursive: true });
		this.log = path.join(this.folder, 'box.log');
	}

	guardFolder() {
		const v1 = '/sys/fs/cgroup/pids';
		return path.join(fs.existsSync(v1) ? v1 : '/sys/fs/cgroup', `guard-${this.instance}`);
	}

	async start() {
		const guard = this.guardFolder();
		fs.mkdirSync(guard, { recursive: true });
		fs.writeFileSync(path.join(guard, 'pids.max'), '600');
		const out = fs.openSync(this.log, 'a');
		const script = 'echo $$ > "$1/cgroup.procs"; exec "$2" --config "$3"';
		const words = ['-c', script, 'sh', guard, path.join(build, 'codearena-box'), this.conf];
		this.child = spawn('/bin/sh', words, {
			stdio: ['ignore', out, out],
			env: { ...process.env, CODEARENA_DEBUG: '1' },
		});
		this.ended = new Promise((done) => this.child.once('exit', (code, signal) => done({ code, signal })));
		fs.closeSync(out);
		await until('the socket', () => fs.existsSync(this.socket) || this.child.exitCode !== null);
		if (this.child.exitCode !== null) throw new Error(fs.readFileSync(this.log, 'utf8'));
		return this;
	}

	// The process itself: /bin/sh has become codearena-box.
	kill(signal) {
		this.child.kill(signal);
		return this.ended;
	}

	async stop() {
		if (this.child?.exitCode === null && this.child.signalCode === null) {
			const hang = setTimeout(() => this.child.kill('SIGKILL'), 10000);
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
		const left = this.cgroups();
		if (left.length) throw new Error(`left behind: ${left.join(' ')}`);
		fs.rmSync(this.folder, { recursive: true, force: true });
	}

	words(options) {
		const all = { socket: this.socket, ...options };
		return Object.entries(all).map(([name, value]) => `${name}=${value}`);
	}

	try(options, spawnOptions = {}) {
		const r = spawnSync(path.join(build, 'boxtry'), this.words(options), {
			encoding: 'utf8', maxBuffer: 1 << 26, ...spawnOptions,
		});
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
				if (!zombie && uid >= 0 && uid < 0x1000000 && (!steps || uid % 65536 !== 0)) found.push(pid);
			} catch {
				// it ended meanwhile
			}
		}
		return found;
	}

	cgroups() {
		const words = ['/sys/fs/cgroup', '-path', `*/codearena/${this.instance}*`, '-type', 'd'];
		return spawnSync('find', words, { encoding: 'utf8' }).stdout.split('\n').filter(Boolean);
	}

	mounts() {
		return fs.readFileSync('/proc/self/mountinfo', 'utf8').split('\n').filter((line) => line.includes(this.instance));
	}

	containers() {
		const state = path.join(this.settings.data_dir, 'box/runtime');
		return fs.existsSync(state) ? fs.readdirSync(state) : [];
	}
}

export const runcHash = () => execFileSync('sha256sum', ['/usr/sbin/runc'], { encoding: 'utf8' });
