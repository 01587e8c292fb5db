"""Which base images are meant: the course's and the exercises', or the ones named."""

from __future__ import annotations


def wanted(named: tuple[str, ...]) -> list[str]:
    """Give the images named, or else all that the course and the exercises that can be found use."""
    from grader.core.errors import ExerciseError
    from grader.exercise.find import available
    from grader.exercise.load import load
    from grader.sandbox.images import COURSE

    if named:
        return list(dict.fromkeys(named))
    found = list(COURSE)
    for folder in available().values():
        try:
            found += load(folder).file.images
        except ExerciseError:
            continue  # `grader exercise validate` says what is wrong with it
    return list(dict.fromkeys(found))
