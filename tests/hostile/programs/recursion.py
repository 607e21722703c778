# expect: run exited 1
# options: memory_mib=256
def f(n): return f(n + 1)
f(0)
