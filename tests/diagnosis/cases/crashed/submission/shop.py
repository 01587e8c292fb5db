from http.server import HTTPServer, SimpleHTTPRequestHandler

port = int("3000/tcp")
server = HTTPServer(("", port), SimpleHTTPRequestHandler)
server.serve_forever()
