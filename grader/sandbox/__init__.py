"""Everything that talks to Docker; nothing else may."""
