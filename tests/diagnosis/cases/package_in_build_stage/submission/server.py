"""Serve a greeting."""

import http.server

import greeting

print(greeting.HELLO)
http.server.HTTPServer(("", 3000), http.server.SimpleHTTPRequestHandler).serve_forever()
