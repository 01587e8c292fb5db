docker create --name worker busybox:1 sh /worker.sh
docker cp worker.sh worker:/worker.sh
docker start worker
docker logs worker
docker exec worker touch /visited
docker exec worker cat /report.txt
docker stop worker
docker create --name draft busybox:1
docker rm draft
