#!/bin/sh
# Does the work of the container: makes a second note, and shows both.
set -e
echo "This container was started with the token $TOKEN." > /notes/started.txt
cat /notes/built.txt /notes/started.txt
