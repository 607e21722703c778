import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.StreamTokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.PriorityQueue;

public class Ferries {
    private static int next(StreamTokenizer in) throws IOException {
        in.nextToken();
        return (int) in.nval;
    }

    /** Place 2i is island i with the voucher at hand, place 2i + 1 without it. */
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
        long[] costs = new long[2 * n + 2];
        Arrays.fill(costs, Long.MAX_VALUE);
        PriorityQueue<long[]> queue = new PriorityQueue<>((p, q) -> Long.compare(p[0], q[0]));
        costs[2] = 0;
        queue.add(new long[] {0, 2});
        while (!queue.isEmpty()) {
            long[] top = queue.poll();
            int place = (int) top[1], used = place % 2;
            if (top[0] > costs[place])
                continue;
            for (int[] line : lines.get(place / 2)) {
                improve(costs, queue, 2 * line[0] + used, top[0] + line[1]);
                if (used == 0)
                    improve(costs, queue, 2 * line[0] + 1, top[0]);
            }
        }
        long best = Math.min(costs[2 * n], costs[2 * n + 1]);
        System.out.println(best == Long.MAX_VALUE ? "impossible" : String.valueOf(best));
    }

    private static void improve(long[] costs, PriorityQueue<long[]> queue, int place, long cost) {
        if (cost < costs[place]) {
            costs[place] = cost;
            queue.add(new long[] {cost, place});
        }
    }
}
