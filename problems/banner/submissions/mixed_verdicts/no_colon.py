# A judge that checks Python before it runs it says COMPILER-ERROR, one that does not says RUN-ERROR.
# @EXPECTED_RESULTS@: COMPILER-ERROR, RUN-ERROR
import sys

for line in sys.stdin
    print("* " + line + " *")
