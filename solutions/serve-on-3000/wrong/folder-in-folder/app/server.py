"""A small web server with one page. You don't need to change this file.

python server.py [--host ADDRESS] [--port NUMBER]
"""

import argparse
import html
import os
import signal
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PAGE = """<!doctype html>
<html lang="en">
<title>Served from a container</title>
<h1>Hello from a container</h1>
<p>My token is <b>{token}</b>.</p>
</html>
"""


class Page(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path != "/":
            self.send_error(404)
            return
        token = html.escape(os.environ.get("TOKEN", "(not set)"))
        body = PAGE.format(token=token).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def main():
    parser = argparse.ArgumentParser(description="A small web server with one page.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", default=8000, type=int, help="port to listen on (default: %(default)s)")
    options = parser.parse_args()
    # `docker stop` sends SIGTERM to the first process of the container.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    server = ThreadingHTTPServer((options.host, options.port), Page)
    print(f"Listening on http://{options.host}:{options.port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
