"""Disposable engines: a dockerd in a container that the grader owns, for work that nobody trusts.

`image` makes the container's image, `seed` a disk with base images on it, `outer` runs the container, `engine` is the
way to the dockerd inside, `client` runs a student's commands beside it, `pool` keeps engines warm.
"""
