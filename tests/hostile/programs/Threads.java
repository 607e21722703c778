// expect: run cpu limit
// options: entry=Threads pids=128 memory_mib=128 cpu_ms=1500 wall_ms=20000
public class Threads {
	public static void main(String[] args) {
		for (int i = 0; i < 8; i++)
			new Thread(() -> { for (;;); }).start();
	}
}
