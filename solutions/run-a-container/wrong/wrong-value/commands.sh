docker run --name painter -e COLOR=Green busybox:1 env
docker run -d --name sleeper busybox:1 sleep 600
docker run --name checker busybox:1 sh -c "exit 3"
docker run --rm busybox:1 date
