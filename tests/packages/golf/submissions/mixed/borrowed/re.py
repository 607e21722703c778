# would accept, if the static validator took its modules from here
import os
os._exit(42)
