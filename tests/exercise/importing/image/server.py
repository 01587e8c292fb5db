"""A server with an answer of each kind."""

import base64
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Handler(BaseHTTPRequestHandler):
    """Answers by path."""

    def do_GET(self):
        if self.path == "/old":
            self.answer(302, "", {"Location": "/"})
        elif self.path == "/private":
            known = self.headers.get("Authorization") == "Basic " + base64.b64encode(b"ada:secret").decode()
            self.answer(200 if known else 401, "welcome\n" if known else "who are you?\n")
        elif self.path == "/about":
            self.answer(200, json.dumps({"name": "notes", "count": 2}), {"Content-Type": "application/json"})
        elif self.path == "/":
            self.answer(200, "hello\nworld\n", {"Content-Type": "text/plain", "X-Notes": self.headers.get("X-Ask", "no")})
        else:
            self.answer(404, "nothing\n")

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
        self.answer(201, f"got {body}\n")

    def answer(self, status, text, headers=None):
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())


ThreadingHTTPServer(("0.0.0.0", 3000), Handler).serve_forever()
