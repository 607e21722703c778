import java.util.Scanner;

/** The length is right, the word is always the same: wrong at sample/1. */
public class AlwaysYes {
    public static void main(String[] args) {
        String s = new Scanner(System.in).next();
        int period = 1;
        while (!s.startsWith(s.substring(period)))
            period++;
        System.out.println(period);
        System.out.println("yes");
    }
}
