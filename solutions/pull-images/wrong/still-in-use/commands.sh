docker pull busybox:1
docker images
docker tag busybox:1 toolbox:v1
docker run --name old python:3-slim python3 --version
docker rmi python:3-slim
