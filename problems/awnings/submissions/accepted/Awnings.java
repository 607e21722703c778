import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.StringTokenizer;

public class Awnings {
    private static long[] slope, offset;

    private static boolean isAbove(int a, int b, int c) {
        return (offset[c] - offset[a]) * (slope[a] - slope[b]) <= (offset[b] - offset[a]) * (slope[a] - slope[c]);
    }

    private static long at(int line, long x) {
        return slope[line] * x + offset[line];
    }

    public static void main(String[] args) throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        StringTokenizer words = new StringTokenizer(in.readLine());
        int n = Integer.parseInt(words.nextToken());
        long c = Long.parseLong(words.nextToken()), best = 0;
        words = new StringTokenizer(in.readLine());
        slope = new long[n];
        offset = new long[n];
        int first = 0, count = 0;
        for (int i = 0; i < n; i++) {
            long x = Long.parseLong(words.nextToken());
            slope[count] = -2 * x;
            offset[count] = best + x * x;
            while (count - first >= 2 && isAbove(count - 2, count - 1, count)) {
                slope[count - 1] = slope[count];
                offset[count - 1] = offset[count];
                count--;
            }
            count++;
            while (count - first >= 2 && at(first + 1, x) <= at(first, x))
                first++;
            best = at(first, x) + x * x + c;
        }
        System.out.println(best);
    }
}
