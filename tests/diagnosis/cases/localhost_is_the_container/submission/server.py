"""Count visits in a cache."""

import socket
import sys

try:
    cache = socket.create_connection(("localhost", 6379), timeout=2)
except OSError as error:
    sys.exit(f"redis.exceptions.ConnectionError: Error {error.errno} connecting to localhost:6379. Connection refused.")
