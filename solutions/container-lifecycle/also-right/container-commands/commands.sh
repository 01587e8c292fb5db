#!/bin/sh
set -e
docker container run --detach --name draft busybox:1 sleep 600
docker container create --name=worker busybox:1 sh /worker.sh
docker container cp ./worker.sh worker:/
docker container start worker
docker container exec --user root worker sh -c 'echo "I was here" > /visited'
docker container logs --follow worker &
docker container cp worker:/report.txt ./my-report.txt
cat my-report.txt
docker container kill --signal TERM worker
docker container wait worker
docker container rm --force draft
