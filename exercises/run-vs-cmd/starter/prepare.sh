#!/bin/sh
# Prepares the image: makes a folder, and a note in it.
set -e
mkdir -p /notes
echo "This note was made while the image was built." > /notes/built.txt
