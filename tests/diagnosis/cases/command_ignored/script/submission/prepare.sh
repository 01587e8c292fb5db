#!/bin/sh
set -e
mkdir -p /tmp/cache
echo "The cache is ready"
