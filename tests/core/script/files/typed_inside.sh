docker run -it --name lab busybox:1 sh
ls
exit
docker run -it --name calc python:3-slim
print(1)
for number in range(2):
    print(number)

exit()
# look at the worker
docker exec -it worker sh
# leave a trace
touch /visited
exit
docker ps
sudo docker start -ai lab
/ # ls
bin   dev
/ # exit 3
docker run -it lab sh -c 'exit 4'
echo $?
cd lab && docker attach worker
logout
docker run -it busybox sh
if ! docker ps; then
  exit 1
fi
quit()
docker images
exit 2
docker info
