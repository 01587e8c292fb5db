"""Many submissions: where they lie, whose they are, for which exercise, and how all of them come to be graded."""
