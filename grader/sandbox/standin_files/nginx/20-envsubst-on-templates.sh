#!/bin/sh
# Fills the variables of the environment into /etc/nginx/templates/NAME.template, giving /etc/nginx/conf.d/NAME.
set -e
[ -d /etc/nginx/templates ] || exit 0
# Only names that are set: nginx's own variables, such as $host, look just the same.
names=$(env | sed -n 's/^\([A-Za-z_][A-Za-z0-9_]*\)=.*/${\1}/p' | tr '\n' ' ')
cd /etc/nginx/templates
find . -type f -name '*.template' | while read -r template; do
  target=/etc/nginx/conf.d/${template%.template}
  mkdir -p "$(dirname "$target")"
  envsubst "$names" <"$template" >"$target"
done
