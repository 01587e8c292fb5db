"""Count visits in a file."""

import http.server
import pathlib

pathlib.Path("/app/visits.txt").write_text("0\n")
http.server.HTTPServer(("", 3000), http.server.SimpleHTTPRequestHandler).serve_forever()
