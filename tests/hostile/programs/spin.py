# expect: run cpu limit
# options: cpu_ms=300
while True: pass
