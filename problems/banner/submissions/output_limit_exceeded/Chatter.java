import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.util.Arrays;

/**
 * A frame that is never closed.
 * @EXPECTED_RESULTS@: OUTPUT-LIMIT
 */
public class Chatter {
    public static void main(String[] args) throws IOException {
        byte[] block = new byte[1 << 16];
        Arrays.fill(block, (byte) '*');
        FileOutputStream out = new FileOutputStream(FileDescriptor.out);
        while (true)
            out.write(block);
    }
}
