"""Report formats: one file each, whose name is the format."""
