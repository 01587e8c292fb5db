# Containers are isolated: write your docker commands below, one on each line.
# Lines that begin with # are comments.

# 1. red and blue

# 2. A file in each of them

# 3. A second program in red

# 4. The network paint

# 5. red reaches blue
