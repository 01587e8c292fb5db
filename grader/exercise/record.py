"""An exercise as data, to be kept with the results of it: by this, two versions can be compared later."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Final

from grader.core.errors import ExerciseError
from grader.core.yaml import YamlError, read
from grader.exercise.load import FILE, files

if TYPE_CHECKING:
    from pathlib import Path

    from grader.exercise.model import Exercise
    from grader.store.rows import ExerciseRow

FILES: Final = "(files)"
"""Where the digests of the other files stand, by path; no key of exercise.yaml has brackets."""


def record(folder: Path) -> dict[str, Any]:
    """Give what exercise.yaml says, before `vars` are filled in, and the digests of the other files.

    Raises ExerciseError if it can't be read; it isn't validated: `load` does that.
    """
    path = folder / FILE
    try:
        data = read(path.read_text(encoding="utf-8"), str(path)).data
        others = {
            one.relative_to(folder).as_posix(): hashlib.sha256(one.read_bytes()).hexdigest()
            for one in files(folder)
            if one != path
        }
    except YamlError as error:
        raise ExerciseError([str(error)]) from None
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        raise ExerciseError([f"{path}: {why}"]) from None
    if not isinstance(data, dict):
        raise ExerciseError([f"{path}:1:1: must be a map that begins with 'schema: grader/exercise/v1'"])
    return {**data, FILES: others}


def row(exercise: Exercise) -> ExerciseRow:
    """Give a loaded exercise as the store keeps it."""
    from grader.store.rows import ExerciseRow

    file = exercise.file
    return ExerciseRow(
        digest=exercise.digest,
        id=exercise.id,
        title=file.title,
        max_score=exercise.max_score,
        due=file.due,
        file=record(exercise.folder),
    )
