"""Checks that are written in Python: a plugin of pytest."""
