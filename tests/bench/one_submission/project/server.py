"""Answers with a greeting."""

import http.server
import os
import signal
import sys


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(os.environ["GREETING"].encode())


signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
print("listening on 3000", flush=True)
http.server.HTTPServer(("0.0.0.0", 3000), Handler).serve_forever()  # noqa: S104 - as it must be in a container
