docker create --name worker busybox:1 sh /worker.sh
docker cp worker.sh worker:/worker.sh
docker logs worker
docker cp worker:/report.txt .
docker create --name draft busybox:1
docker rm draft
