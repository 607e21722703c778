// bench-board.mjs -- how fast a large board is: `make bench-board`. EVENTS (1,000,000), TEAMS
// (100,000) and PROBLEMS (10) make it smaller. Prints one figure a line:
//   rebuild_1m_over_copy        rebuild of both boards / bare COPY of the same rows (median of 3)
//   apply_events_per_s          catch-up, event by event
//   verdict_to_frame_ms_p50/p99 from the commit to the frame at a reader of the stream
//   top100_with_own_rank_per_s  the first 100 rows and one team's own, over HTTP
//   api_rss_mib                 the api's memory with both boards of it
import { execFile, spawn } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { promisify } from 'node:util';
import { Arena, build, waitFor } from '../integration/harness.mjs';

const run = promisify(execFile);
const number = (name, fallback) => Number(process.env[name] ?? fallback);
const TEAMS = number('TEAMS', 100000), PROBLEMS = number('PROBLEMS', 10), EVENTS = number('EVENTS', 1000000);
const SLICE = 4000, SLICES = 5, VERDICTS = number('VERDICTS', 200), SECONDS = 5;
const tool = path.join(build, 'boardtry');
const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
const say = (name, value) => console.log(`${name}=${value}`);

const arena = new Arena({ settings: { verify_seconds: 0 } });
const conf = () => arena.conf('admin', 'admin', {});
const measure = async (...words) => (await run(tool, words, { maxBuffer: 1 << 28 })).stdout.trim().split('\n');

// What the log is about; the log itself comes from boardtry.
const rows = () => arena.sql(`SET search_path = codearena, public;
	INSERT INTO contests (id, name, start_at, duration_ms) VALUES ('big', 'Big', '2026-01-01T00:00:00Z', 18000000);
	INSERT INTO contest_counter (contest_id) VALUES ('big');
	INSERT INTO problems (id, latest_version) SELECT 'problem-' || i, 1 FROM generate_series(0, ${PROBLEMS - 1}) i;
	INSERT INTO problem_versions (problem_id, version, name, time_limit_ms, memory_limit_kib, package_hash)
		SELECT 'problem-' || i, 1, 'A problem', 1000, 262144, pg_catalog.sha256('x') FROM generate_series(0, ${PROBLEMS - 1}) i;
	INSERT INTO contest_problems (contest_id, problem_id, version, ordinal, label) SELECT 'big', 'problem-' || i, 1, i + 1, chr(65 + i) FROM generate_series(0, ${PROBLEMS - 1}) i;
	INSERT INTO teams (id, name) SELECT 'team' || lpad(i::text, 6, '0'), 'Team number ' || i FROM generate_series(0, ${TEAMS - 1}) i;
	INSERT INTO contest_teams (contest_id, team_id) SELECT 'big', 'team' || lpad(i::text, 6, '0') FROM generate_series(0, ${TEAMS - 1}) i;
	CREATE TABLE public.staged (LIKE leaderboard_events); `);

async function stage() {
	const maker = spawn(tool, ['log', TEAMS, PROBLEMS, EVENTS + SLICE * SLICES + 1].map(String), { stdio: ['ignore', 'pipe', 'ignore'] });
	const env = { PATH: process.env.PATH, PGPASSWORD: arena.secrets.postgres };
	const psql = spawn('psql', ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-h', arena.path('run'), '-U', 'postgres', '-d', 'codearena',
		'-c', 'COPY public.staged FROM STDIN'], { env, stdio: ['pipe', 'inherit', 'inherit'] });
	maker.stdout.pipe(psql.stdin);
	const code = await new Promise((done) => { psql.once('exit', done); });
	if (code !== 0) throw new Error(`COPY ended with ${code}`);
}

// The events up to `last` are in the log now.
const publish = (from, last) => arena.sql(`SET search_path = codearena, public;
	INSERT INTO leaderboard_events SELECT * FROM staged WHERE number > ${from} AND number <= ${last};
	UPDATE contest_counter SET (number, public_number, head, last_at) = (SELECT number, public_number, hash, at FROM staged WHERE number = ${last}) WHERE contest_id = 'big'`);

async function frames() {
	// From where the board stands: the snapshot of so many teams is no part of this.
	const { headers } = await arena.http('GET', '/api/contests/big/scoreboard?limit=1');
	const stream = arena.sse('/api/contests/big/scoreboard/stream', { lastId: headers.etag.slice(1).split('.')[0] });
	await stream.answered;
	const arrived = new Map();
	const reading = (async () => {
		while (arrived.size < VERDICTS) {
			const event = await stream.next(20000);
			if (!event) return;
			if (event.event === 'delta') arrived.set(event.data.number, performance.timeOrigin + performance.now());
		}
	})();
	const committed = await measure('verdicts', conf(), 'big', String(VERDICTS));
	await reading;
	stream.close();
	const times = committed.map((line) => line.split(' ').map(Number)).filter(([n]) => arrived.has(n))
		.map(([n, us]) => arrived.get(n) - us / 1000).sort((a, b) => a - b);
	if (times.length < VERDICTS) throw new Error(`${times.length} of ${VERDICTS} frames came`);
	say('verdict_to_frame_ms_p50', times[Math.floor(times.length / 2)].toFixed(2));
	say('verdict_to_frame_ms_p99', times[Math.floor(times.length * 0.99)].toFixed(2));
}

async function pages() {
	const agent = new http.Agent({ keepAlive: true, maxSockets: 8 });
	const end = Date.now() + SECONDS * 1000;
	let n = 0;
	const one = async () => {
		while (Date.now() < end) {
			const team = `team${String(Math.floor(Math.random() * TEAMS)).padStart(6, '0')}`;
			const { status, body } = await arena.http('GET', `/api/contests/big/scoreboard?limit=100&team=${team}`, { agent });
			if (status !== 200 || body.rows.length !== Math.min(100, TEAMS) || body.team.team_id !== team) throw new Error(`${status}`);
			n++;
		}
	};
	await Promise.all(Array.from({ length: 8 }, one));
	agent.destroy();
	say('top100_with_own_rank_per_s', Math.round(n / SECONDS));
}

try {
	await arena.startData();
	await rows();
	await stage();
	await publish(0, EVENTS);
	await arena.sql('VACUUM ANALYZE codearena.leaderboard_events');
	const times = (await measure('rebuild', conf(), 'big')).map((line) => JSON.parse(line));
	const best = median(times.map((t) => t.rebuild_s / t.copy_s));
	say('copy_s', times.map((t) => t.copy_s).join(' '));
	say('rebuild_s', times.map((t) => t.rebuild_s).join(' '));
	say(`rebuild_${EVENTS === 1000000 ? '1m' : EVENTS}_over_copy`, best.toFixed(2));
	let applied = 0;
	for (let i = 0; i < SLICES; i++) {
		await publish(EVENTS + i * SLICE, EVENTS + (i + 1) * SLICE);
		applied += JSON.parse((await measure('apply', conf(), 'big'))[0]).apply_s;
	}
	say('apply_events_per_s', Math.round(SLICE * SLICES / applied));
	await arena.startApi(0);
	await waitFor('the api to have the board', async () => (await arena.http('GET', '/api/contests/big/scoreboard')).status === 200, 300000);
	const rss = /VmRSS:\s+(\d+)/.exec(fs.readFileSync(`/proc/${arena.apis[0].pid}/status`, 'utf8'))[1];
	say('api_rss_mib', Math.round(rss / 1024));
	await frames();
	await pages();
} finally {
	await arena.stop();
}
