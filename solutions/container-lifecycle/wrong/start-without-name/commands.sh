docker create --name worker busybox:1 sh /worker.sh
docker cp worker.sh worker:/worker.sh
docker start
docker logs worker
docker exec worker touch /visited
docker cp worker:/report.txt .
docker stop worker
docker create --name draft busybox:1
docker rm draft
