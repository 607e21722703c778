// Processes by spawn; the limit on them makes one fail sooner or later.
// expect: run cpu limit
// options: pids=128 memory_mib=512 cpu_ms=1500 wall_ms=20000
for (;;) {
	try {
		require('child_process').spawnSync('/usr/bin/env', ['true']);
	} catch {
	}
}
