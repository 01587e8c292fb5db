docker pull busybox
docker images
docker tag busybox toolbox:v1
docker rmi python:3-slim
