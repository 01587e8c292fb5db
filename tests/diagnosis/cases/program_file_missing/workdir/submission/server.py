"""Serve one page."""

import http.server
import pathlib

page = pathlib.Path("page.html").read_bytes()


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers everything with the page."""

    def do_GET(self) -> None:
        """Send the page."""
        self.send_response(200)
        self.end_headers()
        self.wfile.write(page)


http.server.HTTPServer(("", 3000), Handler).serve_forever()
