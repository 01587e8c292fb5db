docker run -it --name lab busybox:1 sh
docker run -it --name calc python:3-slim
docker run -dit --name box busybox:1
docker attach box
