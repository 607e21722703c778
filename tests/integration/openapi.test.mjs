// openapi.test.mjs -- the document tells the truth: every answer of every route that was asked, by
// everybody, has a documented status and the documented shape, with no member more.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Arena, top, waitFor } from './harness.mjs';
import { openObjects, resolve, validate } from './schema.mjs';

const arena = new Arena({ languages: ['python3'] });
const people = {};
const seen = new Map(); // "GET /path" -> statuses
let document;
let submission;
let clarification;

before(async () => {
	await arena.start();
	await arena.importProblems('addup', 'meeting');
	await arena.makeAccounts(3);
	await arena.makeContest('c1', { problems: ['addup', 'meeting'], freeze: 60 });
	await arena.makeContest('later', { problems: ['addup'], startIn: 3600000 });
	for (const name of ['team1', 'team2', 'jury', 'root']) people[name] = await arena.login(name);
	people.nobody = undefined;
	for (const file of ['wrong_answer/absolute.py', 'accepted/addup.py', 'compile_error/no_semicolon.c']) {
		const answer = await arena.submit('c1', 'team1', 'addup', 'python3', arena.source('addup', file));
		submission = answer.body.id;
		await arena.verdict('team1', submission);
	}
	document = (await arena.http('GET', '/api/openapi.json')).body;
});
after(() => arena.stop());

// Finds the operation, checks status, content type and body; returns the answer.
async function ask(method, template, { values = {}, who = 'nobody', query = '', ...options } = {}) {
	const operation = document.paths[template]?.[method.toLowerCase()];
	assert.ok(operation, `${method} ${template} is not documented`);
	const target = template.replace(/\{(\w+)\}/g, (_, name) => {
		assert.ok(name in values, `${template}: no value for {${name}}`);
		return encodeURIComponent(values[name]);
	});
	const answer = await arena.http(method, target + query, { token: people[who], ...options });
	const what = `${method} ${target}${query} as ${who}: ${answer.status}`;
	const response = operation.responses[answer.status];
	assert.ok(response, `${what} is not documented: ${answer.text.slice(0, 200)}`);
	const { content } = response.$ref ? resolve(document, response.$ref) : response;
	const type = (answer.headers['content-type'] ?? '').split(';')[0];
	const key = `${method} ${template}`;
	seen.set(key, (seen.get(key) ?? new Set()).add(answer.status));
	if (!content) {
		assert.equal(answer.text, '', `${what}: has a body, none is documented`);
		return answer;
	}
	const media = content[type] ?? content[`${type.split('/')[0]}/*`] ?? content['*/*'];
	assert.ok(media, `${what}: ${type} is not documented`);
	if (/[/+]json/.test(type)) {
		const wrong = validate(document, media.schema, answer.body);
		assert.deepEqual(wrong, [], `${what}\n${wrong.join('\n')}\n${answer.text.slice(0, 500)}`);
	}
	return answer;
}

test('the document is OpenAPI 3.1, and no object in it may have unknown members', () => {
	assert.match(document.openapi, /^3\.1\./);
	assert.ok(document.info.title && document.info.version);
	assert.deepEqual(openObjects(document), []);
});

test('every operation says its statuses, and every reference leads somewhere', () => {
	const walk = (node) => {
		if (node === null || typeof node !== 'object') return;
		if (typeof node.$ref === 'string') resolve(document, node.$ref);
		Object.values(node).forEach(walk);
	};
	walk(document);
	for (const [template, methods] of Object.entries(document.paths)) {
		for (const [method, operation] of Object.entries(methods)) {
			if (method === 'parameters') continue;
			assert.ok(Object.keys(operation.responses ?? {}).length, `${method} ${template}`);
		}
	}
});

test('the document and the table of routes name the same', () => {
	const text = execFileSync('sh', ['-c', 'cat api/*.c'], { cwd: top, encoding: 'utf8', maxBuffer: 1 << 26 });
	const table = new Set();
	for (const [, method, route] of text.matchAll(/\{\s*"(GET|POST|PUT|DELETE|PATCH)",\s*"(\/[^"]*)"/g)) {
		if (/^\/(api|healthz|readyz|metrics)\b/.test(route)) table.add(`${method} ${route}`);
	}
	const documented = new Set(Object.entries(document.paths).flatMap(([template, methods]) =>
		Object.keys(methods).filter((m) => m !== 'parameters').map((m) => `${m.toUpperCase()} ${template}`)));
	assert.ok(table.size > 20, `found ${table.size} routes in ${path.join(top, 'api')}`);
	assert.deepEqual([...documented].sort(), [...table].sort());
});

test('bad input has the documented answers too', async () => {
	const values = { cid: 'c1' };
	const submissions = '/api/contests/{cid}/submissions';
	const post = (options) => ask('POST', submissions, { values, who: 'team2', ...options });
	const good = { problem_id: 'addup', language_id: 'python3', code: 'print(1)' };
	const first = await post({ body: good, headers: { 'idempotency-key': 'k' } });
	assert.equal(first.status, 202);
	await post({ body: good, headers: { 'idempotency-key': 'k' } });
	await post({ body: { ...good, code: 'print(2)' }, headers: { 'idempotency-key': 'k' } });
	await post({ raw: '{' });
	await post({ body: { ...good, language_id: 'cobol' } });
	await post({ body: { ...good, code: 'x'.repeat(2 << 20) } });
	await post({ body: good, who: 'nobody' });
	await ask('POST', submissions, { values: { cid: 'later' }, who: 'team2', body: good });
	await ask('POST', submissions, { values: { cid: 'none' }, who: 'team2', body: good });
	await ask('POST', '/api/login', { body: { username: 'team3', password: 'password-team3' } });
	await ask('POST', '/api/login', { body: { username: 'team3', password: 'no' } });
	await ask('POST', '/api/login', { raw: '[' });
	await ask('POST', '/api/register', { body: { username: 'x', password: 'a long password', name: 'X' } });
	const { body } = await ask('POST', '/api/login', { body: { username: 'team3', password: 'password-team3' } });
	const refreshed = await ask('POST', '/api/refresh', { body: { refresh_token: body.refresh_token } });
	assert.equal(refreshed.status, 200);
	await ask('POST', '/api/refresh', { body: { refresh_token: body.refresh_token } });
	await ask('POST', '/api/submit', { who: 'team2', body: good });
	await ask('POST', '/api/contests/{cid}/actions', { values, who: 'team2', body: { action: 'freeze' } });
	await ask('POST', '/api/contests/{cid}/actions', { values, who: 'root', body: { action: 'dance' } });
	await ask('POST', '/api/submissions/{sid}/rejudge', { values: { sid: submission }, who: 'team1', body: {} });
	await ask('POST', '/api/submissions/{sid}/rejudge', { values: { sid: submission }, who: 'root', body: {} });
	const asked = await ask('POST', '/api/contests/{cid}/clarifications', { values, who: 'team1', body: { problem_id: 'addup', text: 'Is 0 a number?' } });
	clarification = asked.body?.id;
	await ask('POST', '/api/contests/{cid}/clarifications', { values, who: 'team1', body: { text: '' } });
	await waitFor('the rejudging', () => arena.sql('SELECT count(*) FROM codearena.submissions WHERE state <> \'final\'').then((n) => n === '0'));
});

test('every GET of the document was asked by everybody, and somebody got it', async () => {
	const run = (await arena.rows('SELECT judgement_id, ordinal FROM codearena.submission_results LIMIT 1'))[0];
	const values = { cid: 'c1', pid: 'addup', sid: submission, tid: 'team1', lang: 'python3', name: 'none.png', id: 'none', gid: 'none',
		oid: 'none', n: '1', part: 'input', jid: run.judgement_id, rid: `${run.judgement_id}-${run.ordinal}`, clid: clarification, lid: 'python3', vid: 'WA' };
	// What is there only in some contests: the route must then say so with a documented status.
	const set = await ask('POST', '/api/contests/{cid}/rejudgings', { values, who: 'root', body: { reason: 'test', filter: { submission_ids: [submission] } } });
	assert.equal(set.status, 201, set.text);
	values.set = set.body.id;
	const upload = await ask('POST', '/api/problems', { values, who: 'jury', query: '?problem_id=broken', raw: 'no archive' });
	assert.equal(upload.status, 202, upload.text);
	values.id = upload.body.id;
	const mayBeMissing = /\{pid\}\/\{name|files\/\{|groups\/\{|organizations\/\{|registration/;
	const draft = '/api/contests/{cid}/drafts/{pid}/{lang}';
	if (document.paths[draft]?.put) await ask('PUT', draft, { values, who: 'team1', body: { body: 'x = 1', version: 1 } });
	// Of a failed test that its package shows.
	await arena.sql('UPDATE codearena.test_cases SET full_feedback = true');
	const failed = (await arena.rows(`SELECT j.submission_id, r.ordinal FROM codearena.submission_results r
		JOIN codearena.judgements j ON j.id = r.judgement_id WHERE r.verdict = 'WA' AND j.valid ORDER BY j.submission_id LIMIT 1`))[0];
	await ask('GET', '/api/submissions/{sid}/runs/{n}/{part}', { values: { sid: failed.submission_id, n: failed.ordinal, part: 'input' }, who: 'jury' });
	const missed = [];
	for (const template of Object.keys(document.paths).filter((t) => document.paths[t].get)) {
		if (template.endsWith('/stream')) continue; // never ends: below
		for (const who of ['nobody', 'team1', 'team2', 'jury', 'root']) {
			const answer = await ask('GET', template, { values, who });
			if (answer.headers.etag) {
				const again = await ask('GET', template, { values, who, headers: { 'if-none-match': answer.headers.etag } });
				assert.ok([200, 304].includes(again.status));
			}
		}
		if (template.includes('{cid}')) {
			await ask('GET', template, { values: { ...values, cid: 'none' }, who: 'team1' });
			await ask('GET', template, { values: { ...values, cid: 'later' }, who: 'team1' });
		}
		if (![...seen.get(`GET ${template}`)].some((s) => s < 300) && !mayBeMissing.test(template)) missed.push(template);
	}
	assert.deepEqual(missed, []);
});

test('filters and views have the documented shape', async () => {
	const values = { cid: 'c1' };
	await ask('GET', '/api/contests/{cid}/judgements', { values, who: 'jury', query: `?submission_id=${submission}` });
	await ask('GET', '/api/contests/{cid}/runs', { values, who: 'jury', query: `?judgement_id=${submission}-1` });
	await ask('GET', '/api/contests/{cid}/scoreboard', { values, who: 'root', query: '?view=jury' });
	await ask('GET', '/api/contests/{cid}/scoreboard', { values, who: 'team1', query: '?view=jury' });
	const part = (query, more = {}) => ask('GET', '/api/contests/{cid}/scoreboard', { values, query, ...more });
	for (const query of ['?limit=1', '?offset=1&team=team1&around=1', '?team=team2&limit=0', '?limit=1&at=1']) await part(query);
	for (const query of ['?limit=x', '?limit=1001', '?around=1', '?team=', '?group=a&country=b']) assert.equal((await part(query)).status, 400, query);
	for (const query of ['?team=nobody', '?group=none', '?organization=none', '?country=XXX']) assert.equal((await part(query)).status, 404, query);
});

test('the streams are documented as text/event-stream', async () => {
	for (const [template, { get }] of Object.entries(document.paths)) {
		if (!template.endsWith('/stream')) continue;
		assert.ok(get.responses['200'].content['text/event-stream'], template);
		const target = template.replace('{cid}', 'c1').replace('{sid}', submission);
		const stream = arena.sse(target, { token: people.team1 });
		assert.equal(await stream.answered, 200, target);
		assert.match(stream.headers['content-type'], /^text\/event-stream/);
		assert.equal(stream.headers['x-accel-buffering'], 'no');
		stream.close();
	}
});
