import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.StreamTokenizer;

/** Looks at all stretches: 20 thousand million at secret/11-even-steps, and more than a million million at 12-large. */
public class AllStretches {
    private static int next(StreamTokenizer in) throws IOException {
        in.nextToken();
        return (int) in.nval;
    }

    public static void main(String[] args) throws IOException {
        StreamTokenizer in = new StreamTokenizer(new BufferedReader(new InputStreamReader(System.in)));
        int n = next(in), m = next(in), longest = 0, start = 0;
        int[] changes = new int[n];
        for (int i = 0; i < n; i++)
            changes[i] = next(in);
        for (int i = 0; i < n; i++) {
            int remainder = 0;
            for (int j = i; j < n; j++) {
                remainder = (remainder + changes[j]) % m;
                if (remainder == 0 && j + 1 - i > longest) {
                    longest = j + 1 - i;
                    start = i + 1;
                }
            }
        }
        System.out.println(longest + " " + start);
    }
}
