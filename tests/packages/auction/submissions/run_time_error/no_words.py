# believes that there are no words
import sys

(me,) = sys.argv
