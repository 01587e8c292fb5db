docker pull busybox:1
docker images
docker tag busybox:1 toolbox:v1
docker rmi busybox:1
docker rmi python:3-slim
