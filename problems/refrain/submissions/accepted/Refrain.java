import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;

public class Refrain {
    public static void main(String[] args) throws IOException {
        char[] s = new BufferedReader(new InputStreamReader(System.in)).readLine().trim().toCharArray();
        int n = s.length;
        int[] border = new int[n + 1];
        for (int i = 1, k = 0; i < n; i++) {
            while (k > 0 && s[i] != s[k])
                k = border[k];
            if (s[i] == s[k])
                k++;
            border[i + 1] = k;
        }
        int period = n - border[n];
        System.out.println(period);
        System.out.println(n % period == 0 ? "Yes" : "No");
    }
}
