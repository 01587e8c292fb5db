docker images
docker tag python:3-slim busybox:1
docker tag python:3-slim toolbox:v1
docker rmi python:3-slim
