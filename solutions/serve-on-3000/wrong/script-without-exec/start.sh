#!/bin/sh
set -e
echo "Starting the server"
python server.py --host 0.0.0.0 --port 3000
