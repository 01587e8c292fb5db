docker run -i --name lab busybox:1 sh
docker run -it --name calc python:3-slim
docker run -d --name box busybox:1 sleep 600
docker exec -it box sh
