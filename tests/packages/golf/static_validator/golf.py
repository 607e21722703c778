# golf.py LANGUAGE ENTRY FEEDBACK/ MOST [part]: how long is what was sent in? With `part` half of the
# points up to twice as much.
import os
import re
import sys

language, entry, feedback, most, *part = sys.argv[1:]
if language not in ('c', 'python3') or not os.path.exists(entry):
    sys.exit('no such entry point of ' + language)
if language == 'c' and not os.access('main', os.X_OK):
    sys.exit('it is not compiled')
sources = [name for name in sorted(os.listdir()) if name.endswith(('.c', '.py'))]
length = sum(len(re.sub(rb'\s', b'', open(name, 'rb').read())) for name in sources)
good = length <= int(most)
half = part and not good and length <= 2 * int(most)
with open(feedback + 'judgemessage.txt', 'w') as f:
    f.write('%d bytes in %s' % (length, ' '.join(sources)))
if half:
    open(feedback + 'score_multiplier.txt', 'w').write('0.5')
elif not good:
    open(feedback + 'teammessage.txt', 'w').write('%s bytes are all you have' % most)
sys.exit(42 if good or half else 43)
