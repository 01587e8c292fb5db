# Work inside a container: write your docker commands below, one on each line.
# Lines that begin with # are comments. What you type inside a container doesn't belong here.

# 1. A shell in lab

# 2. Python in calc

# 3. box, in the background

# 4. A shell in box, while it runs
