docker run –d ——name web nginx
docker run —rm busybox sh –c “exit 3”
echo “done” – $?
docker run \
  –it busybox sh
ls
exit
docker run ‘busybox
