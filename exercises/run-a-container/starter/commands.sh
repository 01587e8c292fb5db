# Run containers: write your docker commands below, one on each line.
# Lines that begin with # are comments.

# 1. painter

# 2. sleeper

# 3. checker

# 4. A container that is removed by itself
