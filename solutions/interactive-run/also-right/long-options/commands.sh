docker container run --interactive --tty --name=lab busybox:1
docker create -ti --name calc python:3-slim python3 -q
docker start --attach --interactive calc
docker run -itd --name box busybox:1
docker container exec --tty --interactive box /bin/sh
