#!/bin/sh
# Runs what the image or a child of it put into /docker-entrypoint.d before the server starts, then the command.
set -e
if [ "$1" = nginx ] || [ "$1" = nginx-debug ]; then
  for script in /docker-entrypoint.d/*; do
    [ -x "$script" ] || continue
    case "$script" in
      *.envsh)
        # shellcheck source=/dev/null
        . "$script"
        ;;
      *.sh) "$script" ;;
    esac
  done
fi
exec "$@"
