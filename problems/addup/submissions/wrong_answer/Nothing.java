/** Prints nothing, which is a wrong answer too. */
public class Nothing {
    public static void main(String[] args) {
    }
}
