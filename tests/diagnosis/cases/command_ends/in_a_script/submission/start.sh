#!/bin/sh
# Starts the server.
python -m http.server 3000 &
echo "The server has been started"
