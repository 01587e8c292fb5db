docker create --name worker busybox:1 sh /worker.sh
docker cp worker.sh worker:/worker.sh
docker start worker
docker logs worker
docker exec worker touch /visited
docker cp worker:/report.txt .
docker stop worker
docker run -d --name draft busybox:1 sleep 600
docker stop -t 0 draft
