#!/usr/bin/env bash
set -euo pipefail
docker image rm --force "python:3-slim"
docker image pull --quiet docker.io/library/busybox:1
docker image tag "$(docker image inspect --format '{{.Id}}' busybox:1)" toolbox:v1
docker image ls --filter reference='*:*1'
