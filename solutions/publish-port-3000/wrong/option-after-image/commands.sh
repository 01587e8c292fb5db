docker run -d --name web python:3-slim -p 3000:3000 python3 -m http.server 3000
docker run -d --name docs -p 3001:8000 python:3-slim python3 -m http.server 8000
