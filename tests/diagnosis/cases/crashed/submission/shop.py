from http.server import HTTPServer, SimpleHTTPRequestHandler

port = 3000
server = HTTPServer(("", prot), SimpleHTTPRequestHandler)
server.serve_forever()
