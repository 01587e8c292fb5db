#!/bin/bash
docker network create --driver bridge paint
for color in red blue; do
  docker container run --detach --name "$color" --network paint busybox:1 \
    sh -c "echo $color > /color.txt; exec sleep 600"
done
docker container exec --detach red sleep 1000
docker container top red
docker container top blue
docker container exec red ping -c 1 -W 1 blue
