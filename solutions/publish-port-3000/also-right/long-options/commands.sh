#!/bin/bash
set -e
sudo docker container create --publish=127.0.0.1:3000:3000/tcp --name=web \
  python:3-slim python3 -u -m http.server --bind 0.0.0.0 3000
sudo docker container start web
docker container run --detach --publish 3001:8000 --name docs --workdir /tmp python:3-slim \
  sh -c 'python3 -m http.server'
