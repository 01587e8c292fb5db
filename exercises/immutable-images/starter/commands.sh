# Images never change: write your docker commands below, one on each line.
# Lines that begin with # are comments.

# 1. one writes a note

# 2. two lists its files

# 3. What has one changed?

# 4. A new image

# 5. three shows the note
