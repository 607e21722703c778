// expect: run exited 1
// options: entry=Memory pids=128 memory_mib=128 cpu_ms=10000 wall_ms=20000
import java.util.*;

public class Memory {
	public static void main(String[] args) {
		List<byte[]> all = new ArrayList<>();
		for (;;)
			all.add(new byte[1 << 20]);
	}
}
