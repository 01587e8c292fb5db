docker pull busybx:1
docker images
docker tag busybx:1 toolbox:v1
docker rmi python:3-slim
