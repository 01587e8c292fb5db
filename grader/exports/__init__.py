"""One file per format in which a gradebook leaves: the name of the file is the name of the format."""
