import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.StreamTokenizer;
import java.util.Arrays;

public class Conveyor {
    private static int next(StreamTokenizer in) throws IOException {
        in.nextToken();
        return (int) in.nval;
    }

    public static void main(String[] args) throws IOException {
        StreamTokenizer in = new StreamTokenizer(new BufferedReader(new InputStreamReader(System.in), 1 << 16));
        int n = next(in), m = next(in);
        int[] first = new int[m];
        Arrays.fill(first, -1);
        first[0] = 0;
        int remainder = 0, longest = 0, start = 0;
        for (int i = 1; i <= n; i++) {
            remainder = Math.floorMod(remainder + next(in), m);
            if (first[remainder] < 0) {
                first[remainder] = i;
            } else if (i - first[remainder] > longest) {
                longest = i - first[remainder];
                start = first[remainder] + 1;
            }
        }
        System.out.println(longest + " " + start);
    }
}
