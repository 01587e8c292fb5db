#!/bin/sh
docker container run -dit --name first busybox:1
docker container run -dit --name second busybox:1
echo "hello from me" > note.txt
docker container cp note.txt first:/note.txt
docker container exec second ls / | grep note
docker container diff first | cat
docker container commit --message "with a note" --pause=false first notes
docker image tag notes:latest notes:1
docker image rm notes:latest
docker container create --name third notes:1
docker container start third
