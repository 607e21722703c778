# Prints its partial results, again and again.
# @EXPECTED_RESULTS@: OUTPUT-LIMIT
import os

block = b"23 34 45\n" * 8192
while True:
    os.write(1, block)
