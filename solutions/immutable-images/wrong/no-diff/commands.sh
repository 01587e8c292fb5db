docker run --name first busybox:1 sh -c "echo hello > /note.txt"
docker run --name second busybox:1 ls /
docker commit first notes:1
docker run --name third notes:1 cat /note.txt
