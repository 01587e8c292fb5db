docker run --name painter -e COLOR=green busybox:1 env
docker run -d --name painter busybox:1 sleep 600
docker run --name checker busybox:1 sh -c "exit 3"
docker run --rm busybox:1 date
