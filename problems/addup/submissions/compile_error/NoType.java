/** @EXPECTED_RESULTS@: COMPILER-ERROR */
public class NoType {
    public static void main(String[] args) {
        Visitors inside = new Visitors();
        System.out.println(inside);
    }
}
