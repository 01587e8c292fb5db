import os
from http.server import HTTPServer, SimpleHTTPRequestHandler

token = os.environ["TOKEN"]
HTTPServer(("", 3000), SimpleHTTPRequestHandler).serve_forever()
