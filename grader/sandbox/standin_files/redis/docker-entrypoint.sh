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
# The real image is compiled with protected mode off; an option of the user's own comes later and wins.
if [ "$1" = redis-server ]; then
  shift
  case "${1-}" in
    *.conf)
      config=$1
      shift
      set -- "$config" --protected-mode no "$@"
      ;;
    *) set -- --protected-mode no "$@" ;;
  esac
  set -- redis-server "$@"
fi
exec "$@"
