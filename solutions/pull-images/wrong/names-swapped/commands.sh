docker pull busybox:1
docker images
docker tag toolbox:v1 busybox:1
docker rmi python:3-slim
