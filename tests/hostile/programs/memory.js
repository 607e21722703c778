// expect: run signal 6
// options: pids=128 memory_mib=64 cpu_ms=20000 wall_ms=30000
const all = [];
for (;;) all.push(new Array(1000).fill(all.length));
