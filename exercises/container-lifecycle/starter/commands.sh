# The life of a container: write your docker commands below, one on each line.
# Lines that begin with # are comments.

# 1. Create worker

# 2. Copy worker.sh into it

# 3. Start it

# 4. Read its log

# 5. Run touch /visited in it

# 6. Copy the report out of it

# 7. Stop it

# 8. Make draft, and remove it
