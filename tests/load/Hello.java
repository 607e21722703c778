// Hello.java -- says hello, inside of the sandbox only when its walls are up (see hello.c).
public class Hello {
	public static void main(String[] words) {
		if (words.length == 0 && (ProcessHandle.current().pid() != 2 || new java.io.File("/etc/passwd").exists())) {
			System.out.println("a wall is down");
			System.exit(1);
		}
		System.out.println("hello");
	}
}
