// accuracy.mjs -- how well time is measured: RUNS_EACH (30) runs of a program that computes and of
// one that waits for memory, alone and while another slot runs the same on the next core.
//   accuracy_cpu_alone_spread_percent   (most - least) / median of the CPU time that box measured
//   accuracy_cpu_alone_sd_percent       standard deviation / mean
// and the same of memory_alone, cpu_loaded and memory_loaded.
import path from 'node:path';
import { Box, here, sleep, until } from '../hostile/box.mjs';

const EACH = Number(process.env.RUNS_EACH ?? 30);
const folder = path.join(here, '../load');
const options = (name, repeat) => ({ language: 'c', source: path.join(folder, `work_${name}.c`), repeat, cpu_ms: 20000, wall_ms: 60000, memory_mib: 128 });

function print(say, name, times) {
	const mean = times.reduce((a, b) => a + b) / times.length;
	const sd = Math.sqrt(times.reduce((a, t) => a + (t - mean) ** 2, 0) / (times.length - 1));
	const all = [...times].sort((a, b) => a - b), middle = all[Math.floor(all.length / 2)];
	say(`accuracy_${name}_ms`, (middle / 1000).toFixed(1));
	say(`accuracy_${name}_spread_percent`, ((100 * (all.at(-1) - all[0])) / middle).toFixed(1));
	say(`accuracy_${name}_sd_percent`, ((100 * sd) / mean).toFixed(1));
}

async function runs(box, name, repeat) {
	const answer = await box.tryLater(options(name, repeat)).answer;
	if (answer.error || answer.runs.some((run) => run.end !== 'exited' || run.exit_code !== 0)) throw new Error(JSON.stringify(answer));
	return answer.runs.map((run) => run.cpu_us);
}

export async function accuracy(say) {
	const box = await new Box({ slots: 2 }).start();
	try {
		for (const name of ['cpu', 'memory']) {
			print(say, `${name}_alone`, await runs(box, name, EACH));
			await sleep(300); // its slot is free again: the one on the first core
			const measured = runs(box, name, EACH);
			await until('it to run', () => box.stepOf('./main'));
			const neighbour = box.tryLater(options(name, 1000));
			print(say, `${name}_loaded`, await measured);
			neighbour.child.kill('SIGKILL');
			await neighbour.answer;
			await until('its step to die', () => box.processes(true).length === 0);
		}
	} finally {
		await box.stop();
	}
}
