import java.util.Scanner;

/** Squares lengths in an int: wrong at secret/08-one-for-all. */
public class Int {
    public static void main(String[] args) {
        Scanner in = new Scanner(System.in);
        int n = in.nextInt();
        long c = in.nextLong();
        int[] x = new int[n];
        long[] best = new long[n + 1];
        for (int i = 0; i < n; i++) {
            x[i] = in.nextInt();
            best[i + 1] = Long.MAX_VALUE;
            for (int j = 0; j <= i; j++)
                best[i + 1] = Math.min(best[i + 1], best[j] + c + (x[i] - x[j]) * (x[i] - x[j]));
        }
        System.out.println(best[n]);
    }
}
