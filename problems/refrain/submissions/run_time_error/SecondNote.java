import java.util.Scanner;

/** Looks at the second note at once, but secret/01-one-note has none: StringIndexOutOfBoundsException. */
public class SecondNote {
    public static void main(String[] args) {
        String s = new Scanner(System.in).next();
        int period = s.charAt(1) == s.charAt(0) ? 1 : 2;
        while (!s.startsWith(s.substring(period)))
            period++;
        System.out.println(period);
        System.out.println(s.length() % period == 0 ? "yes" : "no");
    }
}
