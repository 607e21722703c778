// harness.mjs -- a whole CodeArena for a test: private PostgreSQL and Redis, box, judge and any
// number of api nodes in one temporary folder, and the hands to use and to hurt them.
//
// What must stay true: whatever the test does, and however it ends, no process, control group or
// folder is left. A guardian, a small shell of its own session, sees to it: it waits for the end
// of a pipe that only this process holds, so that even SIGKILL of the test makes it clean up.
import { execFile, execFileSync, spawn } from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const here = import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname);
export const top = path.resolve(here, '../..');
const variant = process.env.SAN ? 'san' : process.env.TSAN ? 'tsan' : 'dev';
export const build = process.env.CODEARENA_BUILD
	?? path.resolve(top, process.env.BUILD ?? 'build', variant);
export const long = Boolean(process.env.LONG || process.env.CHECK_LONG);

const run = promisify(execFile);
const NOBODY = 65534;
const FIRST_PORT = Number(process.env.TEST_PORT ?? 20000 + (process.pid % 100) * 100); // files run side by side
// What a sanitizer writes; in its build a program that said this has failed its test.
const SANITIZER = /(?:ERROR|WARNING): \w*Sanitizer|LeakSanitizer has encountered|runtime error: /;
const PROGRAMS = ['codearena-api', 'codearena-judge', 'codearena-box', 'codearena-agent', 'codearena'];

export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

// Polls until test() gives something true, which is the result.
export async function waitFor(what, test, ms = 20000) {
	const end = Date.now() + ms;
	for (;;) {
		const value = await test();
		if (value) return value;
		if (Date.now() > end) throw new Error(`still waiting for ${what} after ${ms} ms`);
		await sleep(25);
	}
}

// Random numbers that can be had again: the seed is printed by who makes one.
export function randomFrom(seed) {
	let a = seed >>> 0;
	return () => {
		a = (a + 0x6d2b79f5) >>> 0;
		let t = Math.imul(a ^ (a >>> 15), a | 1);
		t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
		return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
	};
}

export function newSeed(what) {
	const seed = Number(process.env.SEED ?? crypto.randomInt(2 ** 31));
	console.log(`# ${what}: SEED=${seed}`);
	return seed;
}

const isFree = (port) => new Promise((done) => {
	const server = net.createServer().once('error', () => done(false));
	server.listen(port, '127.0.0.1', () => server.close(() => done(true)));
});

const taken = new Set();
async function freePort() {
	for (let port = FIRST_PORT; port < FIRST_PORT + 100; port++) {
		if (taken.has(port) || !(await isFree(port))) continue;
		taken.add(port);
		return port;
	}
	throw new Error(`no free port from ${FIRST_PORT}`);
}

// Where PostgreSQL keeps initdb and postgres.
function postgresFolder() {
	const base = '/usr/lib/postgresql';
	const versions = fs.readdirSync(base).filter((v) => fs.existsSync(`${base}/${v}/bin/initdb`));
	if (!versions.length) throw new Error('no PostgreSQL server is installed');
	return `${base}/${versions.sort((a, b) => b - a)[0]}/bin`;
}

// $1 the folder, $2 the instance: ends all that is in $1/pids, gently and then not, and removes.
const GUARDIAN = `
cat >/dev/null
pids() { cut -d' ' -f1 "$1/pids" 2>/dev/null; }
each() { for p in $(pids "$2"); do
	[ "$(cut -d' ' -f22 "/proc/$p/stat" 2>/dev/null)" = "$(grep "^$p " "$2/pids" | cut -d' ' -f2 | tail -n1)" ] && kill "-$1" "$p" 2>/dev/null && alive=1
done; }
alive=; each CONT "$1"; each INT "$1"
for i in $(seq 150); do alive=; each 0 "$1"; [ -n "$alive" ] || break; sleep 0.1; done
each KILL "$1"
for i in $(seq 50); do
	find /sys/fs/cgroup -depth -type d -path "*/codearena/$2*" -exec rmdir {} + 2>/dev/null
	[ -n "$(find /sys/fs/cgroup -type d -path "*/codearena/$2*" 2>/dev/null)" ] || break
	sleep 0.1
done
grep -F " $1/" /proc/mounts | cut -d' ' -f2 | xargs -r umount -l
rm -rf "$1" "/run/codearena/$2"
`;

// Field 22 of /proc/PID/stat: with the pid it names a process for good.
function birth(pid) {
	const text = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
	return text.slice(text.lastIndexOf(')') + 2).split(' ')[19];
}

// One program that runs until it is told to stop.
class Program {
	constructor(arena, name, words, options = {}) {
		Object.assign(this, { arena, name, words, options });
		this.log = path.join(arena.folder, 'log', `${name}.log`);
	}

	spawn(env = {}) {
		const out = fs.openSync(this.log, 'a');
		const child = spawn(this.words[0], this.words.slice(1), {
			stdio: ['ignore', out, out],
			cwd: this.arena.folder,
			detached: true, // Ctrl-C is for the test, which then ends them in order
			env: { PATH: process.env.PATH, LANG: 'C.UTF-8', ...this.arena.clockEnv, ...this.options.env, ...env },
		});
		fs.closeSync(out);
		this.child = child;
		this.stopped = false;
		this.ended = new Promise((done) => child.once('exit', (code, signal) => done({ code, signal })));
		child.once('error', () => {});
		child.unref();
		if (child.pid) fs.appendFileSync(path.join(this.arena.folder, 'pids'), `${child.pid} ${birth(child.pid)} ${this.name}\n`);
		return this;
	}

	async start(env = {}) {
		this.spawn(env);
		const failed = () => {
			if (this.isRunning()) return false;
			throw new Error(`${this.name} ended at its start:\n${this.logText().slice(-2000)}`);
		};
		await waitFor(`${this.name} to be ready\n${this.logText().slice(-500)}`,
			async () => failed() || this.options.ready(), this.options.startMs ?? 60000);
		return this;
	}

	get pid() {
		return this.child?.pid;
	}

	isRunning() {
		return Boolean(this.child?.pid) && this.child.exitCode === null && this.child.signalCode === null;
	}

	logText() {
		return fs.existsSync(this.log) ? fs.readFileSync(this.log, 'utf8') : '';
	}

	signal(name) {
		if (this.isRunning()) this.child.kill(name);
	}

	// Dead at once; resolves when it is reaped.
	kill() {
		this.child?.ref(); // only who waits for it keeps the test alive
		this.signal('SIGKILL');
		return this.ended;
	}

	async stop() {
		if (!this.isRunning()) return;
		this.child.ref();
		this.signal('SIGCONT');
		this.signal(this.options.stopSignal ?? 'SIGTERM');
		const late = setTimeout(() => this.signal('SIGKILL'), 20000);
		const { code, signal } = await this.ended;
		clearTimeout(late);
		if (code !== 0) this.arena.unclean.push(`${this.name} was told to stop and ended with ${signal ?? code}`);
	}

	async restart(env = {}) {
		await this.stop();
		return this.start(env);
	}
}

// An answer of the api. body is parsed when it is JSON.
function request(port, method, target, { token, body, headers = {}, raw, cookie, agent } = {}) {
	const data = raw ?? (body === undefined ? undefined : JSON.stringify(body));
	const all = { ...headers };
	if (data !== undefined && !('content-type' in all)) all['content-type'] = 'application/json';
	if (data !== undefined) all['content-length'] = Buffer.byteLength(data);
	if (token) all.authorization = `Bearer ${token}`;
	if (cookie) all.cookie = cookie;
	return new Promise((done, fail) => {
		const options = { host: '127.0.0.1', port, method, path: target, headers: all, agent, timeout: 30000 };
		const req = http.request(options, (res) => {
			const pieces = [];
			res.on('data', (piece) => pieces.push(piece));
			res.on('error', fail);
			res.on('end', () => {
				const bytes = Buffer.concat(pieces);
				const text = bytes.toString('utf8');
				let parsed;
				if (/[/+]json/.test(res.headers['content-type'] ?? '')) {
					try {
						parsed = JSON.parse(text);
					} catch {
						return fail(new Error(`${method} ${target}: no JSON: ${text.slice(0, 300)}`));
					}
				}
				done({ status: res.statusCode, headers: res.headers, text, bytes, body: parsed });
			});
		});
		req.on('timeout', () => req.destroy(new Error(`${method} ${target}: no answer in 30 s`)));
		req.on('error', fail);
		req.end(data);
	});
}

// One SSE connection: an async iterator of { id, event, data }. close() ends it; so does the other
// side, and then the iterator is done.
export class Stream {
	constructor(port, target, { token, lastId, headers = {} } = {}) {
		this.events = [];
		this.waiting = [];
		this.open = true;
		const all = { accept: 'text/event-stream', ...headers };
		if (token) all.authorization = `Bearer ${token}`;
		if (lastId !== undefined) all['last-event-id'] = lastId;
		this.answered = new Promise((done) => { this.answer = done; });
		this.req = http.get({ host: '127.0.0.1', port, path: target, headers: all, agent: false }, (res) => this.read(res));
		this.req.on('error', (error) => this.end(error));
	}

	read(res) {
		let text = '';
		this.status = res.statusCode;
		this.headers = res.headers;
		this.answer(res.statusCode);
		res.setEncoding('utf8');
		res.on('data', (piece) => {
			text += piece;
			for (let at; (at = text.indexOf('\n\n')) >= 0; text = text.slice(at + 2)) this.frame(text.slice(0, at));
		});
		res.on('error', () => this.end());
		res.on('close', () => this.end());
	}

	frame(text) {
		const frame = { event: 'message', data: '', at: Date.now() };
		const data = [];
		for (const line of text.split('\n')) {
			const colon = line.indexOf(':');
			if (colon === 0) continue; // a heartbeat
			const name = colon < 0 ? line : line.slice(0, colon);
			const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
			if (name === 'data') data.push(value);
			else frame[name] = value;
		}
		if (frame.id !== undefined) this.lastId = frame.id;
		if (!data.length) return;
		frame.text = data.join('\n');
		try {
			frame.data = JSON.parse(frame.text);
		} catch {
			frame.data = frame.text;
		}
		this.events.push(frame);
		for (const wake of this.waiting.splice(0)) wake();
	}

	end(error) {
		this.open = false;
		this.error = error;
		this.answer(0);
		for (const wake of this.waiting.splice(0)) wake();
	}

	close() {
		this.req.destroy();
		this.end();
	}

	// The next event, or undefined when the stream ended or ms passed.
	async next(ms = 15000) {
		const end = Date.now() + ms;
		while (!this.events.length && this.open && Date.now() < end) {
			let timer;
			await new Promise((done) => {
				this.waiting.push(done);
				timer = setTimeout(done, end - Date.now());
			});
			clearTimeout(timer);
		}
		return this.events.shift();
	}

	// The first event that passes; those before it are dropped.
	async until(what, test, ms = 20000) {
		const end = Date.now() + ms;
		const seen = [];
		while (Date.now() < end) {
			const event = await this.next(end - Date.now());
			if (!event) break;
			if (test(event)) return event;
			seen.push(`${event.event} ${event.id} ${event.text.slice(0, 200)}`);
		}
		throw new Error(`no ${what} on the stream in ${ms} ms; status ${this.status}; seen:\n${seen.slice(-10).join('\n')}`);
	}

	async* [Symbol.asyncIterator]() {
		for (;;) {
			const event = await this.next();
			if (!event) return;
			yield event;
		}
	}
}

let arenas = 0;

export class Arena {
	// languages: the ids the judge has; fewer start faster.
	// judges share the slots, one each when there are as many.
	// clock: the wall clock of PostgreSQL, api and judge stands at these milliseconds (setClock moves
	// it); incarnation: of the log. With both, two arenas that do the same say the same.
	constructor({ nodes = 1, judges = 1, slots = 2, languages = ['c', 'cpp', 'python3'], settings = {}, clock, incarnation } = {}) {
		this.instance = `citest${process.pid}x${arenas++}`;
		this.folder = fs.mkdtempSync(path.join(os.tmpdir(), `${this.instance}-`));
		this.tokens = new Map();
		Object.assign(this, { nodes, slots, judgeCount: judges, languages, settings, incarnation });
		fs.chmodSync(this.folder, 0o711);
		for (const name of ['bin', 'log', 'run', 'etc', 'secrets', 'redis', 'judge', 'web']) this.makeFolder(name);
		if (clock !== undefined) this.makeClock(clock);
		fs.chmodSync(path.join(this.folder, 'run'), 0o777);
		this.secrets = {};
		this.apis = [];
		this.judges = [];
		this.streams = new Set();
		this.unclean = [];
		this.guard();
	}

	makeFolder(name) {
		fs.mkdirSync(path.join(this.folder, name));
		fs.chmodSync(path.join(this.folder, name), 0o711);
	}

	// clock.c reads the file's memory, so that setClock is seen at once.
	makeClock(ms) {
		const library = this.path('bin', 'clock.so');
		execFileSync('cc', ['-shared', '-fPIC', '-O1', '-D_GNU_SOURCE', '-o', library, path.join(here, 'clock.c')]);
		this.clockFile = fs.openSync(this.path('etc', 'clock'), 'w+', 0o644);
		this.setClock(ms);
		this.clockEnv = { LD_PRELOAD: library, TEST_CLOCK: this.path('etc', 'clock'), ASAN_OPTIONS: 'verify_asan_link_order=0' };
	}

	setClock(ms) {
		const bytes = Buffer.alloc(8);
		bytes.writeBigInt64LE(BigInt(ms));
		fs.writeSync(this.clockFile, bytes, 0, 8, 0);
		this.tokens.clear(); // they may have ended
	}

	guard() {
		this.guardian = spawn('/bin/sh', ['-c', GUARDIAN, 'guardian', this.folder, this.instance], {
			stdio: ['pipe', 'ignore', 'ignore'], detached: true,
		});
		this.guardian.unref();
		this.guardian.stdin.unref?.();
		this.cleaned = new Promise((done) => this.guardian.once('exit', done));
	}

	path(...parts) {
		return path.join(this.folder, ...parts);
	}

	secret(name, owner = 0) {
		const text = crypto.randomBytes(24).toString('base64url');
		this.secrets[name] = text;
		fs.writeFileSync(this.path('secrets', name), `${text}\n`, { mode: 0o600 });
		fs.chownSync(this.path('secrets', name), owner, owner);
		return text;
	}

	// ------------------------------------------------------------ start

	async start() {
		try {
			await this.startAll();
		} catch (error) {
			await this.stop();
			throw error;
		}
		return this;
	}

	async startAll() {
		await this.startData();
		await this.startPrograms();
	}

	async startPrograms() {
		await this.startBox();
		const many = (n, start) => Array.from({ length: n }, (_, i) => start(i));
		await Promise.all([...many(this.judgeCount, (i) => this.startJudge(i)), ...many(this.nodes, (i) => this.startApi(i))]);
	}

	// PostgreSQL with the schema, Redis, the secrets; no program of ours.
	async startData() {
		for (const name of PROGRAMS) {
			const from = path.join(build, name);
			if (fs.existsSync(from)) fs.copyFileSync(from, this.path('bin', name));
		}
		fs.chmodSync(this.path('bin'), 0o755);
		for (const name of ['postgres', 'redis-admin', 'pg-admin', 'pg-judge', 'redis-judge']) this.secret(name);
		for (const name of ['pg-api', 'redis-api', 'registration-code']) this.secret(name, NOBODY);
		this.secret('jwt-key', NOBODY);
		await Promise.all([this.startPostgres(), this.startRedis()]);
		await this.applySchema();
	}

	async startPostgres() {
		const bin = postgresFolder();
		const data = this.path('pg');
		const password = this.path('secrets', 'postgres');
		const as = ['--reuid=postgres', '--regid=postgres', '--clear-groups'];
		await run('install', ['-d', '-o', 'postgres', '-g', 'postgres', '-m', '700', data]);
		await run('chown', ['postgres:postgres', password]);
		await run('setpriv', [...as, `${bin}/initdb`, '-D', data, '-U', 'postgres', '--no-sync', '-E', 'UTF8',
			'--locale=C.UTF-8', '--auth=scram-sha-256', `--pwfile=${password}`], { cwd: '/' });
		const settings = {
			listen_addresses: '', unix_socket_directories: this.path('run'), port: 5432, max_connections: 100,
			shared_buffers: '64MB', synchronous_commit: 'on', log_min_messages: 'warning', timezone: 'UTC',
		};
		const words = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
		this.postgres = new Program(this, 'postgres', ['setpriv', ...as, `${bin}/postgres`, '-D', data, ...words], {
			stopSignal: 'SIGINT', ready: () => this.sql('SELECT 1', { database: 'postgres' }).then(() => true, () => false),
		});
		await this.postgres.start();
	}

	async startRedis() {
		const prefix = `${this.instance}:`;
		const hash = (name) => crypto.createHash('sha256').update(this.secrets[name]).digest('hex');
		// As setup.sh makes them; the default user is the test's own.
		const p = prefix;
		const common = '-@all +@read +@write +@scripting +@connection +@transaction +publish -@dangerous -@admin -function '
			+ '-script|flush -script|kill';
		const rights = {
			api: `resetkeys ~${p}* resetchannels &${p}* &${p}board:* &${p}events:* &${p}clarification:* ${common} +@pubsub`,
			judge: `resetkeys ~${p}submissions ~${p}processing:* ~${p}processed:* ~${p}leaderboard:* resetchannels &${p}* ${common}`,
			admin: `resetkeys %R~${p}* ~${p}submissions ~${p}leaderboard:* resetchannels &${p}* ${common} +info +dbsize`,
		};
		const users = Object.entries(rights).map(([name, what]) => `user ${name} on #${hash(`redis-${name}`)} ${what}\n`);
		fs.writeFileSync(this.path('redis', 'users.acl'), `user default on nopass ~* &* +@all\n${users.join('')}`);
		const words = ['--port', '0', '--unixsocket', this.path('run', 'redis.sock'), '--unixsocketperm', '777',
			'--dir', this.path('redis'), '--appendonly', 'yes', '--save', '', '--aclfile', this.path('redis', 'users.acl')];
		await run('chown', ['-R', 'nobody', this.path('redis')]);
		this.redisServer = new Program(this, 'redis', ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups',
			'redis-server', ...words], {
			env: { LD_PRELOAD: '' }, // its keys end by the true time
			ready: () => this.redis('PING').then((answer) => answer === 'PONG', () => false),
		});
		await this.redisServer.start();
	}

	async applySchema() {
		await this.sql('CREATE DATABASE codearena', { database: 'postgres' });
		const variables = ['api', 'judge', 'admin'].map((r) => `\\set ${r}_password '${this.secrets[`pg-${r}`]}'\n`).join('');
		const read = (name) => fs.readFileSync(path.join(top, 'sql', name), 'utf8');
		await this.sql(variables + read('roles.sql') + read('schema.sql'));
		await this.sql(`INSERT INTO codearena.instance (name, incarnation, schema_version)
			VALUES ('${this.instance}', '${this.incarnation ?? crypto.randomBytes(4).toString('hex')}', 1)`);
	}

	// A settings file; role names the secrets.
	conf(name, role, more = {}) {
		const all = {
			instance: this.instance,
			data_dir: this.folder,
			prefix: this.folder,
			pg_socket_dir: this.path('run'),
			pg_user: `codearena_${role}`,
			pg_password_file: this.path('secrets', `pg-${role}`),
			redis_socket: this.path('run', 'redis.sock'),
			redis_user: role,
			redis_password_file: this.path('secrets', `redis-${role}`),
			box_socket: this.path('run', 'box.sock'),
			language_file: this.languageFile(),
			jwt_key_file: this.path('secrets', 'jwt-key'),
			...more, ...this.settings,
		};
		const file = this.path('etc', `${name}.conf`);
		// by rename: a tool that was just started may be reading it
		fs.writeFileSync(`${file}.new`, Object.entries(all).map(([key, value]) => `${key} = ${value}\n`).join(''));
		fs.chmodSync(`${file}.new`, 0o644);
		fs.renameSync(`${file}.new`, file);
		return file;
	}

	// The product's own table, cut down to the languages of this test.
	languageFile() {
		const file = this.path('etc', 'languages.yaml');
		if (fs.existsSync(file)) return file;
		const text = fs.readFileSync(path.join(top, 'judge/languages.yaml'), 'utf8');
		const [head, ...rows] = text.split(/^ {2}(?=- id: )/m);
		const mine = rows.filter((row) => this.languages.includes(/^- id: (\S+)/.exec(row)[1]));
		fs.writeFileSync(file, head + mine.map((row) => `  ${row}`).join(''));
		fs.cpSync(path.join(top, 'judge/selftest'), this.path('etc', 'selftest'), { recursive: true });
		fs.chmodSync(file, 0o644);
		fs.cpSync(path.join(top, 'judge/selftest'), this.path('etc', 'selftest'), { recursive: true });
		return file;
	}

	async startBox() {
		const conf = this.conf('box', 'judge', {
			slots: this.slots,
			memory_budget_mib: 2304 * this.slots,
			uid_base: 0x20000000 + (process.pid % 500) * 0x100000 + (arenas % 2) * 0x20000000,
		});
		this.box = new Program(this, 'box', [this.path('bin', 'codearena-box'), '--config', conf], {
			env: { LD_PRELOAD: '' },
			ready: () => fs.existsSync(this.path('run', 'box.sock')),
		});
		await this.box.start();
	}

	// root without a capability: box knows its judge by the uid, and a test makes no users.
	async startJudge(i) {
		const name = `judge${i}`;
		fs.mkdirSync(this.path('judge', name));
		const conf = this.conf(name, 'judge', {
			slots: Math.max(1, Math.floor(this.slots / this.judgeCount)), work_dir: this.path('judge', name), judge_name: name,
			precompiled_headers: false, // eight seconds of a processor that a test needs; who wants them says so
			max_jitter_percent: 0, // the machine of a test is as noisy as its tests
		});
		this.judges[i] = new Program(this, name, ['setpriv', '--bounding-set=-all', '--inh-caps=-all', '--no-new-privs',
			this.path('bin', 'codearena-judge'), '--config', conf], { ready: () => this.judgeIsReady(name) });
		await this.judges[i].start();
	}

	get judge() {
		return this.judges[0];
	}

	// It says running once its known programs got their verdicts.
	async judgeIsReady(name) {
		const text = await this.sql(`SELECT count(*) FROM codearena.workers w, codearena.languages l
			WHERE w.name = '${name}' AND w.status = 'running' AND l.enabled`).catch(() => '0');
		return Number(text) >= this.languages.length;
	}

	async startApi(i) {
		const port = await freePort();
		const conf = this.conf(`api${i}`, 'api', { listen_port: port, web_dir: this.path('web') });
		const api = new Program(this, `api${i}`, ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups',
			'--no-new-privs', this.path('bin', 'codearena-api'), '--config', conf], {
			ready: () => request(port, 'GET', '/readyz').then((a) => a.status === 200, () => false),
		});
		this.apis[i] = api;
		api.port = port;
		await api.start();
		return api;
	}

	// ------------------------------------------------------------ hands

	// psql as the superuser, or as one of the login roles. The text of the answer, a line per row.
	async sql(text, { user = 'postgres', database = 'codearena' } = {}) {
		const password = user === 'postgres' ? this.secrets.postgres : this.secrets[`pg-${user.replace('codearena_', '')}`];
		const words = ['-X', '-q', '-At', '-v', 'ON_ERROR_STOP=1', '-h', this.path('run'), '-U', user, '-d', database, '-f', '-'];
		return new Promise((done, fail) => {
			const env = { PATH: process.env.PATH, PGPASSWORD: password, PGCONNECT_TIMEOUT: '5', LANG: 'C.UTF-8' };
			const child = execFile('psql', words, { env, maxBuffer: 1 << 28 }, (error, stdout, stderr) => {
				if (error) fail(new Error(stderr || error.message));
				else done(stdout.trimEnd());
			});
			child.stdin.on('error', () => {});
			child.stdin.end(text);
		});
	}

	// The rows of a query as objects.
	async rows(query) {
		return JSON.parse(await this.sql(`SELECT coalesce(json_agg(t), '[]') FROM (${query}) t`));
	}

	async redis(...words) {
		const { stdout } = await run('redis-cli', ['-s', this.path('run', 'redis.sock'), ...words]);
		return stdout.trimEnd();
	}

	// The admin tool. Throws with its words unless it ends with 0.
	async codearena(...words) {
		const { status, stdout, stderr } = await this.tryCodearena(...words);
		if (status !== 0) throw new Error(`codearena ${words.join(' ')}: status ${status}\n${stdout}${stderr}`);
		return stdout;
	}

	tryCodearena(...words) {
		return this.tryCodearenaIn({}, ...words);
	}

	// The same with more in its environment.
	async tryCodearenaIn(env, ...words) {
		const conf = this.conf('admin', 'admin', this.adminSettings);
		try {
			const done = await run(this.path('bin', 'codearena'), ['--config', conf, ...words],
				{ maxBuffer: 1 << 28, cwd: this.folder, env: { PATH: process.env.PATH, LANG: 'C.UTF-8', PGBIN: postgresFolder(), ...this.clockEnv, ...env } });
			return { status: 0, ...done };
		} catch (error) {
			if (SANITIZER.test(error.stderr ?? '')) this.unclean.push(`codearena ${words.join(' ')}: ${error.stderr}`);
			return { status: error.code ?? error.signal, stdout: error.stdout ?? '', stderr: error.stderr ?? String(error) };
		}
	}

	http(method, target, options = {}) {
		return request(this.apis[options.node ?? 0].port, method, target, options);
	}

	sse(target, options = {}) {
		const stream = new Stream(this.apis[options.node ?? 0].port, target, options);
		this.streams.add(stream);
		return stream;
	}

	// A token for a user made by `team`, remembered.
	async login(username, password = `password-${username}`) {
		if (this.tokens.has(username)) return this.tokens.get(username);
		const answer = await this.http('POST', '/api/login', { body: { username, password } });
		if (answer.status !== 200) throw new Error(`login of ${username}: ${answer.status} ${answer.text}`);
		this.tokens.set(username, answer.body.token);
		return answer.body.token;
	}

	// ------------------------------------------------------------ what a contest needs

	problem(id) {
		return path.join(top, 'problems', id);
	}

	async importProblems(...ids) {
		for (const id of ids) await this.codearena('problem', 'import', this.problem(id));
	}

	// Teams team1..teamN and their accounts (password password-<name>), and an admin named root.
	async makeAccounts(teams) {
		const names = Array.from({ length: teams }, (_, i) => `team${i + 1}`);
		const lines = names.map((name) => `${name},Team ${name.slice(4)}`);
		fs.writeFileSync(this.path('teams.csv'), ['id,name', ...lines, ''].join('\n'));
		const accounts = names.map((name) => `${name},password-${name},team,${name}`);
		fs.writeFileSync(this.path('accounts.csv'),
			['username,password,role,team_id', ...accounts, 'root,password-root,admin,', 'jury,password-jury,jury,', ''].join('\n'));
		await this.codearena('team', 'import', this.path('teams.csv'));
		await this.codearena('account', 'import', this.path('accounts.csv'));
		return names;
	}

	// A contest that runs since `startIn` ms from now (negative: before), with every team there is.
	async makeContest(id, { problems, startIn = -60000, minutes = 300, freeze, more = [] }) {
		const start = new Date(Date.now() + startIn).toISOString();
		const words = ['contest', 'create', id, '--name', `Contest ${id}`, '--start', start, '--duration', `${minutes}m`];
		if (freeze !== undefined) words.push('--freeze', `${freeze}m`);
		await this.codearena(...words, ...more);
		for (const problem of problems) await this.codearena('contest', 'add-problem', id, problem);
		await this.codearena('contest', 'add-team', id, '--all');
	}

	source(problem, name) {
		return fs.readFileSync(path.join(this.problem(problem), 'submissions', name), 'utf8');
	}

	submit(contest, user, problem, language, code, options = {}) {
		const body = { problem_id: problem, language_id: language, code, ...options.more };
		return this.login(user).then((token) => this.http('POST', `/api/contests/${contest}/submissions`, { token, body, ...options }));
	}

	// Waits for the verdict, as the team sees it.
	async verdict(user, id, ms = 60000) {
		const token = await this.login(user);
		return waitFor(`the verdict of ${id}`, async () => {
			const answer = await this.http('GET', `/api/submissions/${id}`, { token });
			return answer.body?.state === 'final' && answer.body.verdict;
		}, ms);
	}

	async scoreboard(contest, options = {}) {
		const answer = await this.http('GET', `/api/contests/${contest}/scoreboard${options.query ?? ''}`, options);
		if (answer.status !== 200) throw new Error(`scoreboard: ${answer.status} ${answer.text}`);
		return answer.body;
	}

	// Every contest's board and log are what they must be.
	async verify() {
		const words = [];
		for (const { id } of await this.rows('SELECT id FROM codearena.contests ORDER BY id')) {
			for (const what of ['board', 'log']) {
				const r = await waitFor(`${what} verify`, async () => {
					const one = await this.tryCodearena(what, 'verify', id);
					return one.status === 0 || !/busy|behind|Redis/i.test(one.stderr + one.stdout) ? one : false;
				}, 10000);
				if (r.status !== 0) words.push(`${what} verify ${id}: ${r.stdout}${r.stderr}`);
			}
		}
		if (words.length) throw new Error(words.join('\n'));
	}

	// ------------------------------------------------------------ end

	// Ends everything; nothing is left. With KEEP set, the logs are printed first. Throws what a
	// sanitizer said and what did not end well.
	async stop() {
		for (const stream of this.streams) stream.close();
		if (process.env.KEEP) this.printLogs();
		for (const program of [...this.apis, ...this.judges, this.box, this.redisServer, this.postgres]) await program?.stop().catch(() => {});
		this.readSanitizer();
		this.guardian.ref();
		this.guardian.stdin.end();
		await this.cleaned;
		if (this.unclean.length) throw new Error(this.unclean.join('\n'));
	}

	readSanitizer() {
		for (const program of [...this.apis, ...this.judges, this.box]) {
			const text = program?.logText() ?? '';
			const at = text.search(SANITIZER);
			if (at >= 0) this.unclean.push(`${program.name}: ${text.slice(at, at + 6000)}`);
		}
	}

	printLogs() {
		for (const name of fs.readdirSync(this.path('log'))) {
			console.log(`==== ${name}\n${fs.readFileSync(this.path('log', name), 'utf8').slice(-20000)}`);
		}
	}
}

// Runs body with a started arena; what the programs said is shown when it fails.
export async function withArena(options, body) {
	const arena = new Arena(options);
	try {
		await arena.start();
		await body(arena);
	} catch (error) {
		if (!process.env.KEEP && fs.existsSync(arena.path('log'))) arena.printLogs();
		throw error;
	} finally {
		await arena.stop();
	}
}
