docker run --rm --name one busybox:1 sh -c "echo hello > /note.txt"
docker run --name two busybox:1 ls /
docker diff one
docker commit one notes:1
docker run --name three notes:1 cat /note.txt
