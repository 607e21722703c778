/** @EXPECTED_RESULTS@: COMPILER-ERROR */
public class FareIsText {
    public static void main(String[] args) {
        String cost = 5;
        System.out.println(cost)
    }
}
