import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.StringTokenizer;

public class Meeting {
    public static void main(String[] args) throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        int n = Integer.parseInt(in.readLine().trim());
        double[] position = new double[n], speed = new double[n];
        for (int i = 0; i < n; i++) {
            StringTokenizer words = new StringTokenizer(in.readLine());
            position[i] = Double.parseDouble(words.nextToken());
            speed[i] = Double.parseDouble(words.nextToken());
        }
        double tooSoon = 0, enough = 1e9;
        for (int round = 0; round < 80; round++) {
            double time = (tooSoon + enough) / 2, left = -1e18, right = 1e18;
            for (int i = 0; i < n; i++) {
                left = Math.max(left, position[i] - speed[i] * time);
                right = Math.min(right, position[i] + speed[i] * time);
            }
            if (left <= right)
                enough = time;
            else
                tooSoon = time;
        }
        System.out.println(enough);
    }
}
