"""Serve this folder."""

import argparse
import http.server

arguments = argparse.ArgumentParser()
arguments.add_argument("--port", type=int, default=3000)
port = arguments.parse_args().port
http.server.HTTPServer(("", port), http.server.SimpleHTTPRequestHandler).serve_forever()
