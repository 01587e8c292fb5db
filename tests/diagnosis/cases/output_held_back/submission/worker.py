"""Wait for work."""

import time

print("ready")
time.sleep(600)
