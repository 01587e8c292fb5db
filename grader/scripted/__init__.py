"""Tests of submissions that are written in Python: a plugin for pytest, with fixtures for what was handed in."""
