docker run -d --name web -p 3000:3000 -v "$PWD/site":/site -w /site python:3-slim python3 -m http.server 3000
