#!/bin/sh
docker container create --env=COLOR=green --name=painter docker.io/library/busybox:1 env
docker container start --attach painter
export COLOR=green
docker container create --name sleeper busybox:1 sleep 600 && docker container start sleeper
docker container run --detach --name checker busybox:1 sh -c 'sleep 0.1; exit 3'
docker container run --rm --detach busybox:1 date
docker container wait checker
