/** @EXPECTED_RESULTS@: COMPILER-ERROR */
public class NoReturn {
    private static double shortestTime() {
    }

    public static void main(String[] args) {
        System.out.println(shortestTime());
    }
}
