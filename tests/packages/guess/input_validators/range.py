import re
import sys

# one number from 1 to 100, and nothing else
text = sys.stdin.read()
sys.exit(42 if re.fullmatch(r'[1-9]\d*\n', text) and int(text) <= 100 else 43)
