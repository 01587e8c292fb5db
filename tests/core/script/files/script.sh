#!/bin/bash
set -e
# start three
for i in 1 2 3; do
  docker run -d --name "web$i" \
    nginx
done

cleanup() {
  docker rm -f web1 web2 web3   # it's over
}

cat > Dockerfile <<'END'
FROM nginx

RUN echo "it's (open"
END
if docker ps | grep -q web1; then
  echo "up"
else echo down; fi
case "$1" in
  stop) cleanup ;;
  *) : ;;
esac
echo "two
lines" && sudo docker ps |
  wc -l
docker-compose ps; x=$(docker ps \
  -q)
(cd app && docker build -t app .)
docker exec -i web1 sh <<EOF2
echo inside
EOF2
unknown-program --here
