# what I did
1. docker pull busybox:1
2. docker run -d --name worker busybox:1 sleep 600
mkdir lab
echo this is it > lab/a.txt
npm install
3) docker exec -it worker sh
ls
exit
# and then
- docker ps
$ docker rm -f worker
4. Nothing is left of it.
