# Images never change: write your docker commands below, one on each line.
# Lines that begin with # are comments.

# 1. first writes a note

# 2. second lists its files

# 3. What has first changed?

# 4. A new image

# 5. third shows the note
