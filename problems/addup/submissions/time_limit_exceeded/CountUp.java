import java.util.Scanner;

/** Adds by counting, one at a time: far too slow at secret/05-beyond-unsigned. */
public class CountUp {
    private static volatile long sum;

    public static void main(String[] args) {
        Scanner in = new Scanner(System.in);
        sum = in.nextLong();
        long b = in.nextLong();
        if (Math.abs(b) > Math.abs(sum)) {
            long a = sum;
            sum = b;
            b = a;
        }
        for (; b > 0; b--)
            sum++;
        for (; b < 0; b++)
            sum--;
        System.out.println(sum);
    }
}
