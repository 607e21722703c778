// 64 MB of stack.
// expect: run exited 0
// options: entry=Deep pids=128 memory_mib=256 cpu_ms=10000 wall_ms=20000
// stdout: 300000
public class Deep {
	static int deeper(int n) {
		return n == 0 ? 0 : 1 + deeper(n - 1);
	}

	public static void main(String[] args) {
		System.out.print(deeper(300000));
	}
}
