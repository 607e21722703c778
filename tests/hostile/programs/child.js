// expect: run exited 0
// options: pids=128 memory_mib=256 cpu_ms=5000 wall_ms=30000
// stdout: refused
require('net').connect(80, '127.0.0.1').on('error', () => process.stdout.write('refused'));
