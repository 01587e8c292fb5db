"""Automated grading of Docker exercises: build and run what students hand in, check it, explain it."""

__version__ = "0.1.0"
