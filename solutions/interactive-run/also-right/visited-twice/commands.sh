docker run -it --name lab busybox:1 ls /
docker rm lab
docker run -it --name lab busybox:1 sh
docker start lab
docker stop -t 0 lab
docker run -dt --name box busybox:1 sh
docker exec -i -t box sh -l
docker run -it --name calc python:3-slim python
