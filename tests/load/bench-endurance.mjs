// bench-endurance.mjs -- CASES (24,000) test cases in a row on two slots, and what they leave behind:
// `make bench-endurance`. Before, after each sixth, and at the end:
//   memory      resident KiB of the box (its agents' die with their containers)
//   fds         open descriptors of the box
//   cgroups     the instance's folders in all hierarchies
//   kernel      memory cgroups that the kernel still knows, dying ones too
//   mounts      of the box's own namespace
//   processes   of the instance
// It fails when one of these is at the end above what it was by more than a container makes, the
// memory by more than 1 MiB, or when a test case did not end as it must. (`kernel` is only told:
// others may be at work on this machine.)
import fs from 'node:fs';
import { Box, sleep, until } from '../hostile/box.mjs';

const CASES = Number(process.env.CASES ?? 24000), PARTS = 6, SLOTS = 2;
const say = (name, value) => console.log(`BENCH endurance_${name}=${value}`);
const box = await new Box({ slots: SLOTS }).start();

// Containers are being replaced all the time: waits until none is.
const settled = async () => {
	let was = '';
	await until('containers to be ready', async () => {
		await sleep(500);
		const now = `${box.processes().length} ${box.cgroups().length}`;
		const same = now === was;
		was = now;
		return same;
	}, 30000);
};

async function look() {
	await settled();
	const of = (name) => fs.readFileSync(`/proc/${box.child.pid}/${name}`, 'utf8');
	const memory = /^memory\t\d+\t(\d+)/m.exec(fs.readFileSync('/proc/cgroups', 'utf8'));
	return {
		memory: Number(/^VmRSS:\s+(\d+)/m.exec(of('status'))[1]),
		fds: fs.readdirSync(`/proc/${box.child.pid}/fd`).length,
		cgroups: box.cgroups().length,
		kernel: memory ? Number(memory[1]) : 0,
		mounts: of('mountinfo').split('\n').length - 1,
		processes: box.processes().length,
	};
}

async function part(n) {
	const options = { language: 'c', source: box.program('end_42.c'), repeat: Math.ceil(n / SLOTS), cpu_ms: 2000, wall_ms: 20000 };
	const answers = await Promise.all(Array.from({ length: SLOTS }, () => box.tryLater(options).answer));
	for (const answer of answers) {
		const bad = answer.runs?.find((run) => run.exit_code !== 42);
		if (!answer.runs || bad) throw new Error(JSON.stringify(bad ?? answer).slice(0, 1000));
	}
	return answers.reduce((sum, answer) => sum + answer.runs.length, 0);
}

const words = (state) => Object.entries(state).map(([name, value]) => `${name} ${value}`).join(', ');
try {
	await part(600); // as after an hour of work: all containers have been replaced once
	const first = await look();
	console.log(`before: ${words(first)}`);
	let cases = 0, ms = 0, last;
	for (let i = 0; i < PARTS; i++) {
		const start = Date.now();
		cases += await part(CASES / PARTS);
		ms += Date.now() - start;
		last = await look();
		console.log(`after ${cases}: ${words(last)}`);
	}
	say('cases', cases);
	say('ms_per_case', (ms / cases).toFixed(2));
	for (const name of Object.keys(first)) say(`${name}_grown`, last[name] - first[name]);
	const container = { memory: 1024, fds: 12, cgroups: 2 * 16, mounts: 0, processes: 2 };
	for (const [name, most] of Object.entries(container))
		if (last[name] - first[name] > most) throw new Error(`${name} has grown from ${first[name]} to ${last[name]}`);
} finally {
	await box.stop();
}
