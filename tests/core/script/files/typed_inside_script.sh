#!/bin/sh
docker run -it busybox sh
ls
exit
