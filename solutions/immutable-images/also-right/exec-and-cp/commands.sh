#!/bin/sh
docker container run -dit --name one busybox:1
docker container run -dit --name two busybox:1
echo "hello from me" > note.txt
docker container cp note.txt one:/note.txt
docker container exec two ls / | grep note
docker container diff one | cat
docker container commit --message "with a note" --pause=false one notes
docker image tag notes:latest notes:1
docker image rm notes:latest
docker container create --name three notes:1
docker container start three
