import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.StreamTokenizer;
import java.util.Arrays;
import java.util.Comparator;

/** Adds up in an int, which overflows: wrong at secret/10-long-chain. */
public class Int {
    private static int next(StreamTokenizer in) throws IOException {
        in.nextToken();
        return (int) in.nval;
    }

    public static void main(String[] args) throws IOException {
        StreamTokenizer in = new StreamTokenizer(new BufferedReader(new InputStreamReader(System.in)));
        int n = next(in), rest = next(in);
        int[][] concerts = new int[n][];
        for (int i = 0; i < n; i++)
            concerts[i] = new int[] {next(in), next(in), next(in)};
        Arrays.sort(concerts, Comparator.comparingInt(concert -> concert[1]));
        int[] best = new int[n + 1];
        for (int i = 0; i < n; i++) {
            int low = 0, high = i;
            while (low < high) {
                int middle = (low + high) / 2;
                if (concerts[middle][1] <= concerts[i][0] - rest)
                    low = middle + 1;
                else
                    high = middle;
            }
            best[i + 1] = Math.max(best[i], best[low] + concerts[i][2]);
        }
        System.out.println(best[n]);
    }
}
