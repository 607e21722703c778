import re
import sys

sys.exit(42 if re.fullmatch(r'pack\n[a-z]{1,2000}\n', sys.stdin.read()) else 43)
