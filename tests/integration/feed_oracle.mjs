// feed_oracle.mjs -- the standings of an ICPC contest from its event feed, by another hand than the
// product's: it shares nothing with what it checks.
import fs from 'node:fs';

export const lines = (file) => fs.readFileSync(file, 'utf8').split('\n').filter((line) => line.trim()).map((line) => JSON.parse(line));

const ms = (reltime) => {
	const [, sign, h, m, s] = /^(-?)(\d+):(\d+):([\d.]+)$/.exec(reltime);
	return (sign ? -1 : 1) * Math.round((Number(h) * 3600 + Number(m) * 60 + Number(s)) * 1000);
};

// What the feed says in the end: type -> Map of id -> object.
export function things(events) {
	const all = new Map();
	for (const { type, id, data } of events) {
		if (!all.has(type)) all.set(type, new Map());
		if (data === null) all.get(type).delete(id);
		else all.get(type).set(id ?? '', data);
	}
	return (type) => [...(all.get(type)?.values() ?? [])];
}

// Rows by team: { rank, team, solved, penalty, cells: { problem: { judged, pending, solved, minute } }, first: [problems] }.
// hides(submission): its verdict is not known to who looks.
export function standings(events, hides = () => false) {
	const get = things(events);
	const contest = get('contest').at(-1);
	const penaltyOf = typeof contest.penalty_time === 'number' ? contest.penalty_time : ms(contest.penalty_time) / 60000;
	const types = new Map(get('judgement-types').map((t) => [t.id, t]));
	const verdicts = new Map();
	for (const j of get('judgements')) if (j.judgement_type_id) verdicts.set(j.submission_id, types.get(j.judgement_type_id));
	const subs = get('submissions').map((s) => ({ ...s, at: ms(s.contest_time) }))
		.filter((s) => s.at >= 0 && s.at < ms(contest.duration)).sort((a, b) => a.at - b.at);
	const rows = new Map(get('teams').map((t) => [t.id, { team: t.id, name: t.display_name ?? t.name, solved: 0, penalty: 0, last: -1, cells: {}, first: [] }]));
	const open = new Set(get('problems').map((p) => p.id)); // problems whose first is not known
	for (const s of subs) {
		const verdict = hides(s) ? undefined : verdicts.get(s.id);
		const row = rows.get(s.team_id);
		const cell = row.cells[s.problem_id] ??= { judged: 0, pending: 0, solved: false, minute: -1, wrong: 0 };
		if (open.has(s.problem_id) && (!verdict || verdict.solved)) {
			open.delete(s.problem_id);
			if (verdict) row.first.push(s.problem_id);
		}
		if (cell.solved) continue;
		if (!verdict) {
			cell.pending++;
		} else {
			cell.judged++;
			if (verdict.solved) Object.assign(cell, { solved: true, minute: Math.floor(s.at / 60000), penalty: Math.floor(s.at / 60000) + cell.wrong * penaltyOf });
			else if (verdict.penalty) cell.wrong++;
		}
	}
	// A submission that was pending when the cell was solved by a later one stays pending.
	const list = [...rows.values()];
	for (const row of list) {
		for (const cell of Object.values(row.cells)) {
			if (!cell.solved) continue;
			row.solved++;
			row.penalty += cell.penalty;
			row.last = Math.max(row.last, cell.minute);
		}
	}
	const order = (a, b) => b.solved - a.solved || a.penalty - b.penalty || a.last - b.last;
	list.sort(order);
	list.forEach((row, i) => { row.rank = i && order(list[i - 1], row) === 0 ? list[i - 1].rank : i + 1; });
	return list;
}

// A board's snapshot (`codearena board show --json`) in the same shape, by team.
export function fromSnapshot(board) {
	const first = new Map();
	for (const f of board.first ?? []) if (f.team) first.set(f.team, [...(first.get(f.team) ?? []), f.problem]);
	const list = board.rows.map((r) => ({
		team: r.team, solved: r.solved, penalty: r.penalty, first: (first.get(r.team) ?? []).sort(),
		cells: Object.fromEntries(r.cells.map((c) => [c.problem, [c.judged, c.pending, c.solved, c.solved ? Math.floor(c.time / 60000) : -1]])
			.sort(([a], [b]) => (a < b ? -1 : 1))),
	}));
	const last = (row) => Math.max(-1, ...Object.values(row.cells).map((c) => c[3]));
	const tied = (a, b) => a.solved === b.solved && a.penalty === b.penalty && last(a) === last(b);
	list.forEach((row, i) => { row.rank = i && tied(list[i - 1], row) ? list[i - 1].rank : i + 1; });
	return new Map(list.map((row) => [row.team, row]));
}

export const plain = (rows) => new Map(rows.map((r) => [r.team, {
	team: r.team, solved: r.solved, penalty: r.penalty, first: r.first.sort(),
	cells: Object.fromEntries(Object.entries(r.cells).map(([p, c]) => [p, [c.judged, c.pending, c.solved, c.minute]]).sort(([a], [b]) => (a < b ? -1 : 1))),
	rank: r.rank,
}]));

export const ndjson = (events) => `${events.map((event) => JSON.stringify(event)).join('\n')}\n`;

// A small contest as a feed: three teams, two problems, a freeze; the last submission came too late.
export function small() {
	const start = Date.parse('2024-05-01T10:00:00Z');
	const at = (minute) => ({ time: new Date(start + minute * 60000).toISOString(), contest_time: `${Math.floor(minute / 60)}:${String(minute % 60).padStart(2, '0')}:00.000` });
	const events = [
		{ type: 'contest', id: 'small', data: { id: 'small', name: 'Small', start_time: at(0).time, duration: '3:00:00', scoreboard_freeze_duration: '1:00:00', penalty_time: 20 } },
		{ type: 'state', data: { started: at(0).time, frozen: at(120).time, ended: at(180).time, thawed: at(200).time, finalized: at(210).time } },
		{ type: 'groups', id: 'g', data: { id: 'g', name: 'G' } },
		{ type: 'organizations', id: 'o', data: { id: 'o', name: 'O', country: 'NLD' } },
		...['AC', 'WA', 'CE'].map((id) => ({ type: 'judgement-types', id, data: { id, name: id, penalty: id === 'WA', solved: id === 'AC' } })),
		...['a', 'b'].map((id, i) => ({ type: 'problems', id, data: { id, label: id.toUpperCase(), name: id, ordinal: i } })),
		...['x', 'y', 'z'].map((id) => ({ type: 'teams', id, data: { id, name: `Team ${id}`, group_ids: ['g'], organization_id: 'o' } })),
		{ type: 'languages', id: 'cpp', data: { id: 'cpp', name: 'C++', extensions: ['cpp'] } },
	];
	const tries = [['x', 'a', 10, 'WA'], ['y', 'a', 20, 'AC'], ['x', 'a', 30, 'AC'], ['z', 'b', 40, 'CE'], ['z', 'b', 50, 'AC'],
		['y', 'b', 130, 'WA'], ['x', 'b', 140, 'AC'], ['y', 'b', 179, 'AC'], ['z', 'a', 181, 'AC']];
	tries.forEach(([team, problem, minute, type], i) => {
		const id = `s${i}`;
		events.push({ type: 'submissions', id, data: { id, team_id: team, problem_id: problem, language_id: 'cpp', ...at(minute) } });
		events.push({ type: 'judgements', id: `j${i}`, data: { id: `j${i}`, submission_id: id, start_time: at(minute).time, start_contest_time: at(minute).contest_time } });
		events.push({ type: 'judgements', id: `j${i}`, data: { id: `j${i}`, submission_id: id, judgement_type_id: type, start_time: at(minute).time, end_time: at(minute + 1).time, max_run_time: 0.5 } });
	});
	return events;
}
