# Compiling runs nothing of the program: what it would print then is printed once, by the run.
# expect: run exited 0
# stdout: once
import sys
class Meta(type):
    def __new__(m, n, b, d):
        print('once', end='')
        return type.__new__(m, n, b, d)
class A(metaclass=Meta): pass
