docker run -d --name web -p 3000:3000 python:3-slim python3 -m http.server 3000
docker run -d --name docs -p 8000:3001 python:3-slim python3 -m http.server 8000
