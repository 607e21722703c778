# expect: run exited 7
import sys
sys.exit(7)
