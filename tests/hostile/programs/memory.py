# expect: run memory limit
# options: cpu_ms=5000 wall_ms=30000
a = []
while True: a.append(bytearray(1 << 20))
