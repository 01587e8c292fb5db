#!/bin/sh
# What is no command, or is an option, is for node: `docker run node:24-slim app.js` runs `node app.js`.
set -e
if [ "${1#-}" != "$1" ] || [ -z "$(command -v "$1")" ] || { [ -f "$1" ] && [ ! -x "$1" ]; }; then
  set -- node "$@"
fi
exec "$@"
