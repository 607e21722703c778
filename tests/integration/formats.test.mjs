// formats.test.mjs -- a package in each form of the Kattis format (legacy, legacy-icpc, 2023-07,
// 2025-09), sent over HTTP: what the API then says and serves of it is what its files are, before
// the start nothing, and each is judged.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Arena, waitFor } from './harness.mjs';
import { validate } from './schema.mjs';
import { smallPackage, zip } from './packages.mjs';

const arena = new Arena({ languages: ['python3', 'c'] });
const people = {};
let document;
const PDF = Buffer.from('%PDF-1.4\n\xff\xfe not quite\n', 'latin1');
const PNG = Buffer.from('89504e470d0a1a0a00ff', 'hex');
const right = 'print(sum(map(int, input().split())))\n';
const mixed = (more) => Object.fromEntries(Object.entries(smallPackage(more)).filter(([, v]) => v !== null));

const PACKAGES = {
	// several languages, PDF and HTML and figures, DOMjudge's limit, groups
	legacy: mixed({
		'problem.yaml': 'problem_format_version: legacy\nname:\n  en: Sum\n  de: Summe\nvalidator_flags: case_sensitive\n',
		'.timelimit': '2\n',
		'problem_statement/problem.en.md': '# Sum\n\nAdd $a$ and $b$: ![two](two.png)\n',
		'problem_statement/problem.de.html': '<p>Addiere.<img src="two.png"></p>',
		'problem_statement/problem.sv.pdf': PDF,
		'problem_statement/two.png': PNG,
		'attachments/start.txt': 'begin here\n',
		'data/secret/g/testdata.yaml': 'on_reject: continue\n',
		'data/secret/g/02.in': '1 1\n',
		'data/secret/g/02.ans': '2\n',
	}),
	// ICPC's own: the contest gives the limits, a comment in the source says what must come out
	'legacy-icpc': mixed({
		'problem.yaml': 'problem_format_version: legacy-icpc\nname: Sum of two\nlimits:\n  time_limit: 3\n  memory: 256\n',
		'.timelimit': null,
		'problem_statement/problem.en.md': null,
		'problem_statement/problem.en.tex': '\\problemname{Sum of two}\nAdd $a$ and $b$.\n',
		'problem_statement/problem.en.pdf': PDF,
		'submissions/mixed/no.py': '# @EXPECTED_RESULTS@: WRONG-ANSWER\nprint(0)\n',
	}),
	// the draft with the folders of 2025-09, an interactive problem and its transcript
	'2023-07': mixed({
		'problem.yaml': 'problem_format_version: 2023-07\nname: Guess\ntype: interactive\nuuid: 2c6a9a3c-5b0e-4ba4-8e4a-000000000002\nlimits:\n  time_limit: 2\n',
		'.timelimit': null,
		'problem_statement/problem.en.md': null,
		'statement/problem.en.md': 'Say the number that you are told.\n',
		'data/sample/1.in': null,
		'data/sample/1.ans': null,
		'data/sample/1.interaction': '< 7\n> 7\n',
		'output_validator/judge.py': `import sys
print(open(sys.argv[1]).read().strip(), flush=True)
said = sys.stdin.readline().strip()
sys.exit(42 if said == open(sys.argv[1]).read().strip() else 43)
`,
		'data/secret/01.in': '7\n',
		'data/secret/01.ans': '7\n',
		'submissions/accepted/sum.py': 'print(input())\n',
	}),
	// groups with scores, languages, constants, samples that are shown otherwise than they are
	'2025-09': mixed({
		'problem.yaml': 'problem_format_version: 2025-09\nname:\n  en: Sums\n  pt-BR: Somas\ntype: scoring\n'
			+ 'uuid: 2c6a9a3c-5b0e-4ba4-8e4a-000000000003\nlanguages: [python3]\nconstants:\n  most: 100\nlimits:\n  time_limit: 2\n  memory: 512\n',
		'.timelimit': null,
		'problem_statement/problem.en.md': null,
		'statement/problem.en.md': 'At most {{most}}.\n',
		'statement/problem.pt-BR.md': 'No m\u00e1ximo {{most}}.\n',
		'data/sample/1.in.statement': '1 2 (shown)\n',
		'data/sample/1.in.download': '1 2\n\n',
		'data/secret/01.in': null,
		'data/secret/01.ans': null,
		'data/secret/test_group.yaml': 'max_score: 100\nscore_aggregation: sum\n',
		'data/secret/one/test_group.yaml': 'max_score: 30\n',
		'data/secret/one/a.in': '4 5\n',
		'data/secret/one/a.ans': '9\n',
		'data/secret/two/test_group.yaml': 'max_score: 70\nrequire_pass: secret/one\n',
		'data/secret/two/b.in': '40 50\n',
		'data/secret/two/b.ans': '90\n',
		'submissions/submissions.yaml': 'accepted/sum.py:\n  permitted: [AC]\n  authors: [A]\n',
	}),
};
const IDS = Object.keys(PACKAGES);

before(async () => {
	await arena.start();
	await arena.makeAccounts(1);
	for (const name of ['team1', 'jury']) people[name] = await arena.login(name);
	document = (await arena.http('GET', '/api/openapi.json')).body;
	const sent = [];
	for (const id of IDS) { // few uploads at once are let in
		const answer = await arena.http('POST', `/api/problems?problem_id=${id}`,
			{ token: people.jury, raw: zip(PACKAGES[id]), headers: { 'content-type': 'application/zip' } });
		assert.equal(answer.status, 202, answer.text);
		sent.push(answer.headers.location);
	}
	for (const target of sent) {
		const end = await waitFor(target, async () => {
			const { body } = await arena.http('GET', target, { token: people.jury });
			return body.finished_at && body;
		});
		assert.equal(end.state, 'imported', JSON.stringify(end));
	}
	await arena.makeContest('c1', { problems: IDS, more: ['--per-minute', '100'] });
	await arena.makeContest('later', { problems: IDS, startIn: 3600000 });
});
after(() => arena.stop());

const get = (target, who = 'nobody', contest = 'c1') => arena.http('GET', `/api/contests/${contest}/problems${target}`, { token: people[who] });
async function problem(id) {
	const answer = await get(`/${id}`);
	assert.equal(answer.status, 200, answer.text);
	assert.deepEqual(validate(document, { $ref: '#/components/schemas/Problem' }, answer.body), []);
	return answer.body;
}
async function samples(id) {
	const answer = await get(`/${id}/samples`);
	assert.deepEqual(validate(document, { type: 'array', items: { $ref: '#/components/schemas/Sample' } }, answer.body), []);
	return answer.body;
}
async function bytes(target, type) {
	const answer = await get(target);
	assert.equal(answer.status, 200, `${target}: ${answer.text}`);
	assert.equal(answer.headers['content-type'].split(';')[0], type, target);
	return answer.bytes;
}

test('each form is the format that it says, with its type, names, limits and numbers of tests', async () => {
	const stored = Object.fromEntries((await arena.rows('SELECT problem_id, format, time_limit_ms, memory_limit_kib FROM codearena.problem_versions'))
		.map((row) => [row.problem_id, row]));
	for (const id of IDS) assert.equal(stored[id].format, id);
	const all = Object.fromEntries(await Promise.all(IDS.map(async (id) => [id, await problem(id)])));
	assert.deepEqual(IDS.map((id) => all[id].type), [['pass-fail'], ['pass-fail'], ['pass-fail', 'interactive'], ['scoring']]);
	assert.deepEqual(IDS.map((id) => all[id].name), ['Sum', 'Sum of two', 'Guess', 'Sums']);
	assert.deepEqual(all.legacy.names, { en: 'Sum', de: 'Summe' });
	assert.deepEqual(all['2025-09'].names, { en: 'Sums', 'pt-BR': 'Somas' });
	assert.deepEqual(IDS.map((id) => all[id].time_limit), [2, 3, 2, 2]);
	assert.deepEqual(IDS.map((id) => all[id].memory_limit), [2048, 256, 2048, 512]);
	assert.deepEqual(IDS.map((id) => all[id].test_data_count), [3, 2, 1, 3]);
	assert.deepEqual(IDS.map((id) => all[id].sample_count), [1, 1, 1, 1]);
	assert.deepEqual(IDS.map((id) => all[id].allowed_languages), [null, null, null, ['python3']]);
});

test('statements of every language and format come as they are, PDF and HTML without scripts', async () => {
	const one = await problem('legacy');
	assert.deepEqual(one.languages, ['en', 'de', 'sv']);
	assert.deepEqual(one.statement.map((s) => [s.mime.split(';')[0], s.filename]), [
		['text/markdown', 'legacy.en.md'], ['text/html', 'legacy.de.html'], ['application/pdf', 'legacy.sv.pdf']]);
	const wanted = ['problem.en.md', 'problem.de.html', 'problem.sv.pdf'];
	for (const [i, ref] of one.statement.entries()) {
		const answer = await arena.http('GET', `/api/${ref.href}`);
		assert.equal(answer.status, 200, answer.text);
		assert.ok(answer.bytes.equals(Buffer.from(PACKAGES.legacy[`problem_statement/${wanted[i]}`])), wanted[i]);
		assert.equal(answer.headers['content-language'], ['en', 'de', 'sv'][i]);
		const policy = answer.headers['content-security-policy'];
		if (ref.mime.startsWith('text/html')) assert.match(policy, /^sandbox; default-src 'none'/);
		assert.equal(answer.headers['x-content-type-options'], 'nosniff');
	}
	assert.equal((await get('/legacy/statement')).headers['content-language'], 'en', 'English when nothing is asked');
	assert.equal((await get('/legacy/statement?language=fi')).headers['content-language'], 'en', 'English when there is no such');
	const icpc = await problem('legacy-icpc');
	assert.deepEqual(icpc.statement.map((s) => s.filename), ['legacy-icpc.en.pdf', 'legacy-icpc.en.tex']);
	assert.deepEqual(icpc.languages, ['en']);
	assert.ok((await bytes('/legacy-icpc/statement', 'application/pdf')).equals(PDF), 'what can be shown goes before LaTeX');
	assert.match(String(await bytes('/legacy-icpc/statement?format=tex', 'application/x-tex')), /problemname/);
	assert.equal((await get('/legacy-icpc/statement?format=md')).status, 404);
	assert.equal(String(await bytes('/2025-09/statement?language=pt-BR', 'text/markdown')), 'No m\u00e1ximo 100.\n', 'constants are put in');
});

test('attachments and figures are served, a figure also by its name beside the statement', async () => {
	const one = await problem('legacy');
	assert.deepEqual(one.files.sort(), ['start.txt', 'two.png']);
	assert.deepEqual(one.attachments, [{ href: 'contests/c1/problems/legacy/files/start.txt', mime: 'text/plain; charset=utf-8', filename: 'start.txt' }]);
	assert.equal(String(await bytes('/legacy/files/start.txt', 'text/plain')), 'begin here\n');
	for (const target of ['/legacy/files/two.png', '/legacy/two.png']) assert.ok((await bytes(target, 'image/png')).equals(PNG));
	for (const target of ['/legacy/files/none.png', '/legacy/none.png', '/legacy/files/problem.yaml']) assert.equal((await get(target)).status, 404);
});

test('samples are shown as the package wants it, a transcript as such, and downloaded byte by byte', async () => {
	const [plain] = await samples('legacy');
	assert.deepEqual([plain.input, plain.answer, plain.interaction], ['1 2\n', '3\n', null]);
	assert.deepEqual(plain.files.map((f) => f.filename), ['legacy-1.in', 'legacy-1.ans']);
	const [shown] = await samples('2025-09');
	assert.deepEqual([shown.input, shown.answer], ['1 2 (shown)\n', '3\n']);
	assert.equal(String(await bytes('/2025-09/samples/1/input', 'text/plain')), '1 2\n\n', 'the download is another file');
	assert.equal(String(await bytes('/2025-09/samples/1/answer', 'text/plain')), '3\n');
	const [talk] = await samples('2023-07');
	assert.deepEqual([talk.input, talk.answer, talk.interaction], [null, null, '< 7\n> 7\n']);
	assert.equal(String(await bytes('/2023-07/samples/1/interaction', 'text/plain')), '< 7\n> 7\n');
	for (const target of ['1/interaction', '2/input', '0/input', 'x/input', '1/name', '99999999999/input']) {
		assert.equal((await get(`/legacy/samples/${target}`)).status, 404, target);
	}
});

test('before the start nobody but the jury gets any of it', async () => {
	const targets = ['', '/legacy', '/legacy/statement', '/legacy/samples', '/legacy/samples/1/input', '/legacy/files/start.txt', '/legacy/two.png'];
	for (const target of targets) {
		const [open, closed] = [await get(target, 'jury', 'later'), await get(target, 'team1', 'later')];
		assert.equal(open.status, 200, target);
		assert.notEqual(closed.status, 200, target);
		assert.doesNotMatch(closed.text, /Sum|begin|legacy-/, target);
	}
});

test('each form is judged, and a language that the package does not name is refused', async () => {
	const sent = await Promise.all(IDS.map((id) => arena.submit('c1', 'team1', id, 'python3', id === '2023-07' ? 'print(input())\n' : right)));
	for (const [i, answer] of sent.entries()) assert.equal(await arena.verdict('team1', answer.body.id), 'AC', IDS[i]);
	const wrong = await arena.submit('c1', 'team1', '2023-07', 'python3', 'input(); print(8)\n');
	assert.equal(await arena.verdict('team1', wrong.body.id), 'WA');
	const refused = await arena.submit('c1', 'team1', '2025-09', 'c', 'int main(void) { return 0; }\n');
	assert.equal(refused.status, 400);
	assert.match(refused.body.message, /is for python3 alone, not "c"/);
});
