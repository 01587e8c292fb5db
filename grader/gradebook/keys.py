"""By which key a rescored result answers for grading the same work with the new version of its exercise."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

from grader.core.key import result_key
from grader.core.result import Visibility

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grader.core.result import Result
    from grader.exercise.model import Exercise
    from grader.store.rows import AttemptRow


class Keys:
    """Finds out what an attempt's key was made from, by making it again."""

    def __init__(self, exercise: Exercise, images: Mapping[str, str]) -> None:
        self._exercise = exercise
        self._images = images
        self._engines = ("host", f"isolated {exercise.file.engine.model_dump_json()}")
        self._waits = {check.id for check in exercise.file.checks if check.visibility is Visibility.AFTER_DUE}

    def of(self, attempt: AttemptRow, result: Result, old: Mapping[str, Any]) -> str:
        """Give the new key; where the old one can't be made again, one that answers for nothing.

        The work is graded again then, which takes longer and is never wrong.
        """
        names = self._exercise.file.images
        own = {image.ref: image.id for image in result.images}
        for images, engine, past_due in itertools.product((own, self._images), self._engines, (True, False)):
            parts = {
                "submission_digest": attempt.digest,
                "images": {name: images[name] for name in names if name in images},
                "engine": engine,
                "past_due": past_due,
                "version": attempt.grader_version,
            }
            if result_key(exercise_digest=attempt.exercise_digest, **parts) == attempt.key:  # type: ignore[arg-type]
                if not past_due and _waiting(old) != self._waits:
                    break  # before the due date, other checks would be run now
                return result_key(exercise_digest=self._exercise.digest, **parts)  # type: ignore[arg-type]
        return f"rescored {attempt.id} {self._exercise.digest}"


def _waiting(file: Mapping[str, Any]) -> set[str]:
    checks = (one for one in file.get("checks", ()) if isinstance(one, dict))
    return {str(one.get("id")) for one in checks if one.get("visibility") == Visibility.AFTER_DUE}
