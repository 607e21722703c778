// player.mjs -- what the demo contest and the self-check share: a client of the HTTP API, and the
// jury's programs in problems/*/submissions as something to submit.
import fs from 'node:fs';
import path from 'node:path';

const problems = path.join(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname), '../problems');
export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

// One account. Every answer that is not expected is an Error that names the request and the answer.
export class Player {
	constructor(url, username, password) {
		Object.assign(this, { url, username, password, token: null });
	}

	async ask(method, where, body) {
		const headers = { 'Content-Type': 'application/json' };
		if (this.token) headers.Authorization = `Bearer ${this.token}`;
		const answer = await fetch(this.url + where, { method, headers, body: body && JSON.stringify(body) });
		const text = await answer.text();
		if (!answer.ok) throw new Error(`${this.username}: ${method} ${where}: ${answer.status} ${text.slice(0, 200)}`);
		return JSON.parse(text);
	}

	async login() {
		this.token = (await this.ask('POST', '/api/login', { username: this.username, password: this.password })).token;
	}

	// The id of the submission.
	async submit(contest, program, language) {
		const { id } = await this.ask('POST', `/api/contests/${contest}/submissions`, {
			problem_id: program.problem,
			language_id: language,
			files: [{ filename: path.basename(program.file), data: fs.readFileSync(program.file, 'base64') }],
		});
		return id;
	}

	// The submission's own view when it has its verdict.
	async verdict(id, seconds) {
		for (const end = Date.now() + seconds * 1000; ; await sleep(50)) {
			const view = await this.ask('GET', `/api/submissions/${id}`);
			if (view.state === 'final') return view;
			if (Date.now() > end) throw new Error(`submission ${id} is still ${view.state} after ${seconds} s`);
		}
	}
}

// username -> Player, from the file that setup wrote.
export function readAccounts(url, file) {
	const lines = fs.readFileSync(file, 'utf8').split('\n').filter((line) => /^[^#\s]+ \S+$/.test(line));
	return new Map(lines.map((line) => line.split(' ')).map(([name, password]) => [name, new Player(url, name, password)]));
}

// Every jury program: { problem, expected (the folder's name), file, extension }.
export function juryPrograms() {
	const found = [];
	for (const problem of fs.readdirSync(problems).sort()) {
		const folder = path.join(problems, problem, 'submissions');
		if (!fs.existsSync(folder)) continue;
		for (const expected of fs.readdirSync(folder).sort()) {
			for (const name of fs.readdirSync(path.join(folder, expected)).sort()) {
				const file = path.join(folder, expected, name);
				found.push({ problem, expected, file, extension: path.extname(name).slice(1) });
			}
		}
	}
	return found;
}

// The first of the contest's languages that takes the program, or undefined.
export function languageOf(languages, program) {
	return languages.find((language) => language.extensions.includes(program.extension));
}
