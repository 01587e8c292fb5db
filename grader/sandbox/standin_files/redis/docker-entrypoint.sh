#!/bin/sh
# Options and configuration files are for redis-server, which runs as the user redis and listens for other containers.
set -e
if [ "${1#-}" != "$1" ] || [ "${1%.conf}" != "$1" ]; then
  set -- redis-server "$@"
fi
if [ "$1" = redis-server ] && [ "$(id -u)" = 0 ]; then
  find . ! -user redis -exec chown redis '{}' +
  exec setpriv --reuid=redis --regid=redis --clear-groups -- "$0" "$@"
fi
# The real image is compiled with protected mode off. redis-server answers these questions only where they stand alone.
case "$*" in
  "redis-server -"[vh] | "redis-server --version" | "redis-server --help" | *--protected-mode*) ;;
  redis-server*) set -- "$@" --protected-mode no ;;
esac
exec "$@"
