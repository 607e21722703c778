import java.util.*;

public class Main {
	public static void main(String[] args) {
		List<byte[]> all = new ArrayList<>();
		for (;;)
			all.add(new byte[1 << 20]);
	}
}
