import java.util.ArrayList;
import java.util.List;
import java.util.Scanner;

/** Tries all ways without a circle: 2^60 and more at secret/08-ladder. */
public class AllWays {
    private static final List<List<int[]>> LINES = new ArrayList<>();
    private static boolean[] visited;
    private static long best = Long.MAX_VALUE;

    private static void go(int island, long cost, boolean voucher) {
        if (island == visited.length - 1) {
            best = Math.min(best, cost);
            return;
        }
        visited[island] = true;
        for (int[] line : LINES.get(island)) {
            if (visited[line[0]])
                continue;
            go(line[0], cost + line[1], voucher);
            if (voucher)
                go(line[0], cost, false);
        }
        visited[island] = false;
    }

    public static void main(String[] args) {
        Scanner in = new Scanner(System.in);
        int n = in.nextInt(), m = in.nextInt();
        visited = new boolean[n + 1];
        for (int i = 0; i <= n; i++)
            LINES.add(new ArrayList<>());
        for (int i = 0; i < m; i++) {
            int a = in.nextInt(), b = in.nextInt(), fare = in.nextInt();
            LINES.get(a).add(new int[] {b, fare});
            LINES.get(b).add(new int[] {a, fare});
        }
        go(1, 0, true);
        System.out.println(best == Long.MAX_VALUE ? "impossible" : String.valueOf(best));
    }
}
