# Publish port 3000: write your docker commands below, one on each line.
# Lines that begin with # are comments.

# 1. The container web, port 3000

# 2. The container docs, port 8000, reached as port 3001
