# Prints without end.
# @EXPECTED_RESULTS@: OUTPUT-LIMIT
import sys

block = b"7\n" * 32768
while True:
    sys.stdout.buffer.write(block)
