"""The kinds of check: one file each, whose name is the kind."""
