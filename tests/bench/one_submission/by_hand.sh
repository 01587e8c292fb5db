#!/usr/bin/env bash
# The ten checks of ten-checks/exercise.yaml, as a person would script them with docker commands.
set -euo pipefail
cd "$1"
image=bench-by-hand-$$
container=bench-by-hand-$$
score=0
trap 'docker rm --force --volumes "$container" >/dev/null 2>&1; docker image rm "$image" >/dev/null 2>&1' EXIT

pass() { score=$((score + 1)); }

docker build --quiet --network none --tag "$image" . >/dev/null && pass
[[ $(docker image inspect --format '{{.Config.WorkingDir}}' "$image") == /app ]] && pass
[[ $(docker image inspect --format '{{json .Config.ExposedPorts}}' "$image") == *3000/tcp* ]] && pass
[[ $(docker image inspect --format '{{json .Config.Cmd}}' "$image") == '["python","server.py"]' ]] && pass
docker run --detach --name "$container" --publish 127.0.0.1::3000 --memory 256m --memory-swap 256m --pids-limit 128 \
  --cap-drop ALL --security-opt no-new-privileges "$image" >/dev/null
[[ $(docker exec "$container" cat /app/built.txt) == built ]] && pass
[[ $(docker exec "$container" stat --format %a /app/server.py) == 644 ]] && pass
address=$(docker port "$container" 3000/tcp)
for ((try = 0; try < 100; try++)); do
  curl --silent --fail --output /dev/null "http://$address/" && break
  sleep 0.05
done
[[ $(curl --silent --max-time 5 "http://$address/") == hello ]] && pass
[[ $(docker top "$container" -eo pid,args) == *server.py* ]] && pass
[[ $(docker logs "$container" 2>&1) == *"listening on 3000"* ]] && pass
docker stop --time 5 "$container" >/dev/null
[[ $(docker inspect --format '{{.State.ExitCode}}' "$container") == 0 ]] && pass
echo "$score of 10"
[[ $score == 10 ]]
