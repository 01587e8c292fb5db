"""Exercises: from exercise.yaml to checks that can run, or to every reason why not."""
