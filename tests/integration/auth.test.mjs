// auth.test.mjs -- who may come in, and what is said to who may not; and every way to ask wrongly:
// each answer says what is wrong.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import fs from 'node:fs';
import net from 'node:net';
import { after, before, test } from 'node:test';
import { Arena } from './harness.mjs';

const arena = new Arena({ languages: ['c', 'python3'] });
const HOUR = 3600000;

before(async () => {
	await arena.start();
	await arena.importProblems('addup');
	await arena.makeAccounts(3);
	await arena.makeContest('now', { problems: ['addup'] });
	await arena.makeContest('later', { problems: ['addup'], startIn: HOUR });
	await arena.makeContest('over', { problems: ['addup'], startIn: -2 * HOUR, minutes: 60 });
});
after(() => arena.stop());

// Every error is JSON with its own status and a sentence.
function says(answer, status, words) {
	assert.equal(answer.status, status, answer.text);
	assert.equal(answer.body?.code, status, answer.text);
	assert.match(answer.body.message, words);
}

const login = (username, password) => arena.http('POST', '/api/login', { body: { username, password } });
const account = (token) => arena.http('GET', '/api/account', { token });

test('a login gives a token, cookies and who it is', async () => {
	const answer = await login('team1', 'password-team1');
	assert.equal(answer.status, 200);
	assert.equal(answer.body.account.username, 'team1');
	assert.equal(answer.body.account.role, 'team');
	assert.equal(answer.body.account.team_id, 'team1');
	assert.ok(answer.body.expires_in > 0);
	const cookies = answer.headers['set-cookie'].join('\n');
	assert.match(cookies, /codearena_token=[^;]+;.*HttpOnly/);
	assert.match(cookies, /codearena_token=.*SameSite=Lax/);
	assert.match(cookies, /codearena_refresh=[^;]+;.*Path=\/api\/refresh/);
	assert.equal((await account(answer.body.token)).body.username, 'team1');
});

test('a wrong password and an unknown user get the same words', async () => {
	const wrong = await login('team1', 'password-team2');
	const unknown = await login('nobody-here', 'pw');
	says(wrong, 401, /password/);
	assert.equal(unknown.status, 401);
	assert.equal(unknown.body.message, wrong.body.message);
});

test('Bearer, Basic and the cookie all say who it is', async () => {
	const { body: { token } } = await login('team2', 'password-team2');
	assert.equal((await account(token)).body.team_id, 'team2');
	assert.equal((await arena.http('GET', '/api/account', { cookie: `codearena_token=${token}` })).body.team_id, 'team2');
	const basic = `Basic ${Buffer.from('team2:password-team2').toString('base64')}`;
	assert.equal((await arena.http('GET', '/api/account', { headers: { authorization: basic } })).body.team_id, 'team2');
	const bad = `Basic ${Buffer.from('team2:pw').toString('base64')}`;
	assert.equal((await arena.http('GET', '/api/account', { headers: { authorization: bad } })).status, 401);
	assert.equal((await account()).status, 401);
});

const part = (value) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
const sign = (header, claims, key) => {
	const text = `${part(header)}.${part(claims)}`;
	return `${text}.${crypto.createHmac('sha256', key).update(text).digest('base64url')}`;
};

test('a token that is expired, unsigned, signed otherwise or changed is refused', async () => {
	const { body: { token } } = await login('team1', 'password-team1');
	const [head, claims] = token.split('.').slice(0, 2).map((t) => JSON.parse(Buffer.from(t, 'base64url')));
	const key = arena.secrets['jwt-key'];
	assert.equal((await account(sign(head, claims, key))).status, 200, 'the key of this test is the right one');
	const past = Math.floor(Date.now() / 1000) - 10;
	const bad = {
		expired: sign(head, { ...claims, exp: past, iat: past - 900 }, key),
		'without an end': sign(head, (({ exp, ...rest }) => rest)(claims), key),
		'of another key': sign(head, claims, `${key}x`),
		'of no key': sign(head, claims, ''),
		'of alg none': `${part({ ...head, alg: 'none' })}.${part(claims)}.`,
		'of alg HS512': sign({ ...head, alg: 'HS512' }, claims, key),
		'of an admin': `${token.split('.')[0]}.${part({ ...claims, role: 'admin', sub: 'root' })}.${token.split('.')[2]}`,
		empty: 'x', 'in three parts': 'a.b.c', long: 'x'.repeat(5000),
	};
	for (const [what, one] of Object.entries(bad)) {
		const answer = await account(one);
		assert.equal(answer.status, 401, `${what}: ${answer.text}`);
		assert.ok(answer.body.message, what);
	}
	says(await account(bad.expired), 401, /expired/);
});

test('a refresh token is used once; used again, the whole family ends', async () => {
	const first = (await login('team3', 'password-team3')).body;
	const refresh = (refresh_token) => arena.http('POST', '/api/refresh', { body: { refresh_token } });
	const second = await refresh(first.refresh_token);
	assert.equal(second.status, 200, second.text);
	assert.notEqual(second.body.refresh_token, first.refresh_token);
	assert.equal((await account(second.body.token)).status, 200);
	// Two tabs of one browser may come at the same moment: that is no theft, and gives nothing.
	says(await refresh(first.refresh_token), 409, /just now/);
	await arena.sql('UPDATE codearena.refresh_tokens SET used_at = used_at - interval \'1 hour\' WHERE used_at IS NOT NULL');
	says(await refresh(first.refresh_token), 401, /./);
	says(await refresh(second.body.refresh_token), 401, /./);
	says(await refresh('not-a-token'), 401, /./);
	assert.equal((await refresh((await login('team3', 'password-team3')).body.refresh_token)).status, 200, 'a new login is a new family');
});

test('after a logout the refresh token is worth nothing', async () => {
	const { token, refresh_token } = (await login('team3', 'password-team3')).body;
	assert.ok((await arena.http('POST', '/api/logout', { token, body: { refresh_token } })).status < 300);
	assert.equal((await arena.http('POST', '/api/refresh', { body: { refresh_token } })).status, 401);
});

test('a page of another site can do nothing with the cookie', async () => {
	const { body: { token } } = await login('team1', 'password-team1');
	const body = { problem_id: 'addup', language_id: 'c', code: 'int main(){}' };
	const options = { cookie: `codearena_token=${token}`, body };
	const post = (headers) => arena.http('POST', '/api/contests/now/submissions', { ...options, headers });
	assert.ok([400, 403, 415].includes((await post({ 'content-type': 'text/plain' })).status));
	assert.ok([400, 403].includes((await post({ origin: 'http://evil.example' })).status));
	assert.equal((await post({ origin: `http://127.0.0.1:${arena.apis[0].port}` })).status, 202);
});

test('registration is closed unless a setting opens it', async () => {
	says(await arena.http('POST', '/api/register', { body: { username: 'new', password: 'a long password', name: 'New' } }), 403, /clos/);
});

test('a team can do nothing that only an admin may', async () => {
	const token = await arena.login('team1');
	says(await arena.http('POST', '/api/contests/now/actions', { token, body: { action: 'freeze' } }), 403, /./);
	says(await arena.http('POST', '/api/submissions/1/rejudge', { token, body: {} }), 403, /./);
	says(await arena.http('POST', '/api/contests/now/actions', { body: { action: 'freeze' } }), 401, /./);
	const scoreboard = await arena.http('GET', '/api/contests/now/scoreboard?view=jury', { token });
	assert.ok([200, 403].includes(scoreboard.status));
});

// ---------------------------------------------------------------- asked wrongly

const good = { problem_id: 'addup', language_id: 'c', code: 'int main(void) { return 0; }' };
const deep = `${'['.repeat(3000)}${']'.repeat(3000)}`;
const WRONG = [
	['an unknown language', { body: { ...good, language_id: 'cobol' } }, [400, 404], /cobol|language/],
	['an unknown problem', { body: { ...good, problem_id: 'nope' } }, [400, 404], /nope|problem/],
	['a source that is too large', { body: { ...good, code: 'x'.repeat(200 * 1024) } }, [400, 413], /large|128|KiB|size/i],
	['a body that is too large', { raw: JSON.stringify({ ...good, code: 'x'.repeat(3 << 20) }) }, [413], /large|KiB|limit/i],
	['no source', { body: { problem_id: 'addup', language_id: 'c' } }, [400], /code|files/],
	['an empty list of files', { body: { problem_id: 'addup', language_id: 'c', files: [] } }, [400], /file|code/],
	['a file name with a path', { body: { problem_id: 'addup', language_id: 'c', files: [{ filename: '../x.c', data: 'eA==' }] } }, [400], /name/],
	['a file that is no base64', { body: { problem_id: 'addup', language_id: 'c', files: [{ filename: 'x.c', data: '!!' }] } }, [400], /base64/],
	['a number for a string', { body: { ...good, code: 7 } }, [400], /code|string/],
	['malformed JSON', { raw: '{"problem_id": "addup",' }, [400], /JSON/],
	['JSON that is too deep', { raw: deep }, [400], /./],
	['an array for an object', { raw: '[]' }, [400], /object/],
	['no body', {}, [400], /./],
	['a contest that does not exist', { contest: 'none', body: good }, [404], /none|contest/],
	['a contest that has not started', { contest: 'later', body: good }, [403], /start/],
	['a contest that is over', { contest: 'over', body: good }, [403], /over|ended/],
	['an idempotency key that is too long', { body: good, headers: { 'idempotency-key': 'k'.repeat(200) } }, [400], /[Kk]ey/],
	['a NUL in the source', { body: { ...good, code: 'a\u0000b' } }, [202, 400], /./],
	['no token', { anonymous: true, body: good }, [401], /./],
];

for (const [what, { contest = 'now', anonymous, ...options }, statuses, words] of WRONG) {
	test(`a submission with ${what} is told so`, async () => {
		const token = anonymous ? undefined : await arena.login('team2');
		const answer = await arena.http('POST', `/api/contests/${contest}/submissions`, { token, ...options });
		assert.ok(statuses.includes(answer.status), `${answer.status} ${answer.text}`);
		if (answer.status >= 400) says(answer, answer.status, words);
	});
}

test('an unknown route and a wrong method are told so', async () => {
	says(await arena.http('GET', '/api/nothing/here'), 404, /./);
	const answer = await arena.http('DELETE', '/api/contests');
	says(answer, 405, /DELETE|method/i);
	assert.match(answer.headers.allow, /GET/);
	says(await arena.http('GET', '/api/contests/none'), 404, /none/);
	says(await arena.http('GET', '/api/contests/%00'), answer.status === 0 ? 0 : 404, /./);
});

// The status line and what follows of bytes sent as they are.
const bytes = (text) => new Promise((done, fail) => {
	const socket = net.connect(arena.apis[0].port, '127.0.0.1', () => socket.write(text));
	let all = '';
	socket.setTimeout(3000, () => socket.destroy(new Error('no answer')));
	socket.on('data', (piece) => {
		all += piece;
		if (all.includes('\r\n\r\n')) setTimeout(() => socket.destroy(), 100);
	});
	socket.on('error', (error) => (all ? done(all) : fail(error)));
	socket.on('close', () => done(all));
});

test('a header of 1 MB is answered with 431 or 400, and the others are served on', async () => {
	const answer = await bytes(`GET /api HTTP/1.1\r\nHost: x\r\nX-Big: ${'a'.repeat(1 << 20)}\r\n\r\n`).catch((error) => String(error));
	assert.match(answer, /^HTTP\/1\.1 (431|400|413|414)|EPIPE|ECONNRESET/);
	assert.equal((await arena.http('GET', '/healthz')).status, 200);
});

test('half a request, a wrong length and plain noise do no harm', async () => {
	await bytes('\u0000\u0001\u0002\r\n\r\n').catch(() => {});
	await bytes('POST /api/login HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n').catch(() => {});
	await bytes('POST /api/login HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999\r\n\r\n{}').catch(() => {});
	const half = net.connect(arena.apis[0].port, '127.0.0.1', () => half.write('GET /api'));
	half.on('error', () => {});
	assert.equal((await arena.http('GET', '/healthz')).status, 200);
	half.destroy();
});

test('before the start nothing of a problem is visible, at the start it is', async () => {
	const token = await arena.login('team1');
	for (const who of [undefined, token]) {
		for (const path of ['problems', 'problems/addup', 'problems/addup/statement', 'problems/addup/samples']) {
			const answer = await arena.http('GET', `/api/contests/later/${path}`, { token: who });
			assert.ok(answer.status >= 400 || answer.text === '[]', `${path}: ${answer.status} ${answer.text.slice(0, 100)}`);
			assert.doesNotMatch(answer.text, /Add Up/);
		}
		assert.doesNotMatch((await arena.http('GET', '/api/contests/later/scoreboard', { token: who })).text, /Add Up/);
	}
	assert.match((await arena.http('GET', '/api/contests/now/problems', { token })).text, /Add Up/);
	const statement = await arena.http('GET', '/api/contests/now/problems/A/statement', { token });
	assert.equal(statement.status, 200, 'a label names the problem too');
	const samples = await arena.http('GET', '/api/contests/now/problems/addup/samples', { token });
	assert.ok(samples.body.length > 0 && samples.body[0].input);
});

test('a wrong body to login is told what is missing', async () => {
	says(await arena.http('POST', '/api/login', { raw: '{' }), 400, /JSON/);
	says(await arena.http('POST', '/api/login', { body: { username: 'team1' } }), 400, /password/);
	says(await arena.http('POST', '/api/login', { body: { username: 'team1', password: 5 } }), 400, /password/);
	says(await arena.http('POST', '/api/login', { body: { username: 'team1', password: 'x'.repeat(100000) } }), 413, /large/);
});

test('who makes an account or gives it another role stands in the audit log; who changes nothing does not', async () => {
	await arena.codearena('account', 'create', 'clerk', '--role', 'jury');
	fs.writeFileSync(arena.path('clerk.csv'), 'username,role\nclerk,admin\n');
	for (let i = 0; i < 2; i++) await arena.codearena('account', 'import', arena.path('clerk.csv'));
	assert.equal(await arena.sql(`SELECT string_agg(action || ' ' || (detail ->> 'role'), ', ' ORDER BY id) FROM codearena.audit_log WHERE subject = 'clerk' AND action <> 'account password'`),
		'account create jury, account change admin');
});
