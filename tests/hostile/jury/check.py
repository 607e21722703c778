import sys

want = open(sys.argv[2]).read()
with open(sys.argv[3] + "teammessage.txt", "w") as message:
    message.write("from python\n")
sys.exit(42 if sys.stdin.read() == want else 43)
