import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;

public class Banner {
    public static void main(String[] args) throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        String[] lines = new String[Integer.parseInt(in.readLine())];
        int widest = 0;
        for (int i = 0; i < lines.length; i++) {
            lines[i] = in.readLine();
            widest = Math.max(widest, lines[i].length());
        }
        StringBuilder out = new StringBuilder();
        String edge = "*".repeat(widest + 4) + "\n";
        out.append(edge);
        for (String line : lines) {
            int room = widest - line.length();
            out.append("* ").append(" ".repeat(room / 2)).append(line);
            out.append(" ".repeat(room - room / 2)).append(" *\n");
        }
        out.append(edge);
        System.out.print(out);
    }
}
