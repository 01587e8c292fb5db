# Pull images: write your docker commands below, one on each line.
# Lines that begin with # are comments.

# 1. Pull busybox with the tag 1

# 2. List the images

# 3. Give it a second name

# 4. Remove python:3-slim
