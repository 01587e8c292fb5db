docker pull busybox:1
docker images
docker tag busybox:1 toolbox
docker rmi python:3-slim
