# expect: run exited 0
# options: memory_mib=256
# stdout: refused
import os, subprocess, ctypes
try:
    import socket
    socket.create_connection(("127.0.0.1", 80))
except OSError:
    print("refused", end="")
