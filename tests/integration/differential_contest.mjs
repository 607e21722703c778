// differential_contest.mjs -- the contests of differential.test.mjs, as event feeds. What a variant
// may change is here and nowhere else: the verdicts that the freeze hides, and how long they took.
import { randomFrom } from './harness.mjs';

export const MINUTE = 60000;
export const START = Date.parse('2026-03-01T10:00:00Z');
export const FROZEN = START + 240 * MINUTE;
export const NOW = START + 290 * MINUTE;
export const END = START + 300 * MINUTE;
export const LATER = START + 600 * MINUTE;
export const HIDDEN = 220; // hidden verdicts in `main`, of which the last OVERRIDDEN come live
export const OVERRIDDEN = 20;

const VERDICTS = ['AC', 'WA', 'RTE', 'TLE', 'CE'];
// The verdict number i that the freeze hides.
export const hiddenVerdict = (variant, i) => VERDICTS[Math.floor(randomFrom(variant.seed * 1000 + i)() * VERDICTS.length)];
// How long the judging of number i took, in ms.
const judgingTime = (variant, i) => (variant.slow ? 1000 + Math.floor(randomFrom(i)() * 20 * MINUTE) : 30000);

const reltime = (ms) => `${Math.floor(ms / 3600000)}:${String(Math.floor(ms / MINUTE) % 60).padStart(2, '0')}:${(ms % MINUTE / 1000).toFixed(3).padStart(6, '0')}`;

class Feed {
	constructor(id, start, more = {}) {
		this.start = start;
		this.id = id;
		this.events = [{ type: 'contest', id, data: { id, name: `Contest ${id}`, start_time: new Date(start).toISOString(), duration: '5:00:00', penalty_time: 20, ...more } }];
		for (const type of VERDICTS) this.add('judgement-types', { id: type, name: type, penalty: !['AC', 'CE'].includes(type), solved: type === 'AC' });
		this.add('languages', { id: 'c', name: 'C', extensions: ['c'] });
		this.add('groups', { id: 'staff', name: 'Staff', hidden: true });
		for (let i = 1; i <= 9; i++) this.add('teams', { id: `team${i}`, name: `Team ${i}`, group_ids: i === 9 ? ['staff'] : [] });
	}

	add(type, data) {
		this.events.push({ type, id: data.id, data });
	}

	problems(...ids) {
		ids.forEach((id, i) => this.add('problems', { id, label: String.fromCharCode(65 + i), name: { addup: 'Add Up' }[id] ?? `Problem ${id}`, ordinal: i }));
	}

	// at: wall time; took: until the verdict. Without a verdict it is still to be judged.
	submission(id, team, problem, at, verdict, took = 20000) {
		this.add('submissions', { id, team_id: team, problem_id: problem, language_id: 'c', time: new Date(at).toISOString(), contest_time: reltime(at - this.start) });
		if (!verdict) return;
		const [from, to] = [at + took / 2, at + took].map((t) => ({ t: new Date(t).toISOString(), c: reltime(t - this.start) }));
		this.add('judgements', { id: `j-${id}`, submission_id: id, judgement_type_id: verdict, start_time: from.t, start_contest_time: from.c,
			end_time: to.t, end_contest_time: to.c, max_run_time: took / 100000 });
	}

	text() {
		return `${this.events.map((e) => JSON.stringify(e)).join('\n')}\n`;
	}
}

const teams = ['team1', 'team2', 'team3', 'team4', 'team5', 'team6', 'team9'];
const problems = ['addup', 'p1', 'p2', 'p3', 'p4'];

// Frozen since four hours; nearly everything in it differs between the variants. What team7 has and
// what is revealed first (p1 of team8, which is last) are the same in all of them; p2 of team8 is not.
export function mainFeed(variant, addup) {
	const feed = new Feed('main', START, { scoreboard_freeze_duration: '1:00:00' });
	feed.problems(...problems);
	feed.events.find((e) => e.id === 'addup').data.name = addup;
	teams.concat('team7').forEach((team, i) => feed.submission(`before${i}`, team, problems[i % 4 + 1], START + (20 + 9 * i) * MINUTE, 'AC'));
	feed.submission('wrong', 'team1', 'p4', START + 100 * MINUTE, 'WA');
	// Judged in the freeze, submitted an instant before: the public sees it. An instant later: not.
	feed.submission('last', 'team2', 'p4', FROZEN - 1, 'WA', 5 * MINUTE);
	feed.submission('first', 'team3', 'p4', FROZEN, variant.seed % 2 ? 'AC' : 'WA', judgingTime(variant, 1000));
	feed.submission('own', 'team7', 'p1', FROZEN + MINUTE, 'AC');
	feed.submission('bottom', 'team8', 'p1', FROZEN + 2 * MINUTE, 'WA');
	feed.submission('beside', 'team8', 'p2', FROZEN + 2 * MINUTE, variant.seed % 2 ? 'AC' : 'WA', judgingTime(variant, 4));
	for (let i = 0; i < HIDDEN; i++) {
		const at = FROZEN + 3 * MINUTE + Math.floor((i * 45 * MINUTE) / HIDDEN);
		const where = randomFrom(7000 + i);
		const live = i >= HIDDEN - OVERRIDDEN;
		feed.submission(`h${i}`, teams[Math.floor(where() * teams.length)], problems[Math.floor(where() * problems.length)], at,
			live ? undefined : hiddenVerdict(variant, i), judgingTime(variant, i));
	}
	return feed.text();
}

// A freeze that ended by itself (the test sets its end): [60 min, 120 min).
export function gapFeed(variant) {
	const feed = new Feed('gap', START, { scoreboard_freeze_duration: '4:00:00' });
	feed.problems('p1');
	feed.submission('gap-in', 'team1', 'p1', START + 120 * MINUTE - 1);
	feed.submission('gap-after', 'team2', 'p1', START + 120 * MINUTE);
	feed.submission('gap-hidden', 'team3', 'p1', START + 90 * MINUTE, variant.seed % 2 ? 'AC' : 'WA', judgingTime(variant, 3));
	return feed.text();
}

// Frozen, and nobody has submitted since.
export function calmFeed() {
	const feed = new Feed('calm', START, { scoreboard_freeze_duration: '1:00:00' });
	feed.problems('p1');
	feed.submission('calm-1', 'team1', 'p1', START + 60 * MINUTE, 'AC');
	return feed.text();
}

// Not frozen at all: it runs until an hour after now.
export function openFeed() {
	const feed = new Feed('open', START + 50 * MINUTE);
	feed.problems('p1', 'p2');
	feed.submission('open-1', 'team1', 'p1', START + 60 * MINUTE, 'AC');
	feed.submission('open-9', 'team9', 'p2', START + 61 * MINUTE, 'AC');
	return feed.text();
}
