docker run -d --name red busybox:1 sleep 600
docker run -d --name blue busybox:1 sleep 600
docker exec red echo red > color.txt
docker exec blue echo blue > color.txt
docker exec -d red sleep 1000
docker network create paint
docker network connect paint red
docker network connect paint blue
docker exec red ping -c 1 blue
