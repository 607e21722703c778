import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.StreamTokenizer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;

/** Believes that there is always a way: NullPointerException at sample/2. */
public class Unreachable {
    private static int next(StreamTokenizer in) throws IOException {
        in.nextToken();
        return (int) in.nval;
    }

    public static void main(String[] args) throws IOException {
        StreamTokenizer in = new StreamTokenizer(new BufferedReader(new InputStreamReader(System.in)));
        int n = next(in), m = next(in);
        List<List<int[]>> lines = new ArrayList<>();
        for (int i = 0; i <= n; i++)
            lines.add(new ArrayList<>());
        for (int i = 0; i < m; i++) {
            int a = next(in), b = next(in), fare = next(in);
            lines.get(a).add(new int[] {b, fare});
            lines.get(b).add(new int[] {a, fare});
        }
        Map<Integer, Long> costs = new HashMap<>();
        PriorityQueue<long[]> queue = new PriorityQueue<>((p, q) -> Long.compare(p[0], q[0]));
        queue.add(new long[] {0, 2});
        while (!queue.isEmpty()) {
            long[] top = queue.poll();
            int place = (int) top[1];
            if (costs.putIfAbsent(place, top[0]) != null)
                continue;
            for (int[] line : lines.get(place / 2)) {
                queue.add(new long[] {top[0] + line[1], 2 * line[0] + place % 2});
                if (place % 2 == 0)
                    queue.add(new long[] {top[0], 2 * line[0] + 1});
            }
        }
        long best = costs.get(2 * n + 1);
        System.out.println(best);
    }
}
