docker pull nginx
docker run -d nginx
if [ -f a ]; then
  docker ps
docker stop web
