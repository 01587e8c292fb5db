from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from grader.core.key import result_key
from grader.exercise.load import load
from grader.exercise.record import record
from grader.gradebook.keys import Keys
from grader.store.rows import AttemptRow, NewAttempt
from tests.support.exercises import write
from tests.support.populated import DUE, EXERCISE, IMAGES, make_graded

if TYPE_CHECKING:
    from pathlib import Path

DIGEST = "sha256:work"


@pytest.mark.parametrize("isolated", [True, False])
@pytest.mark.parametrize("past_due", [True, False])
def test_what_is_made_again_is_made_anew(tmp_path: Path, *, isolated: bool, past_due: bool) -> None:
    exercise = load(write(tmp_path, EXERCISE.format(id="one"), "one"))
    result = make_graded(exercise, "ada", DIGEST)
    engine = f"isolated {exercise.file.engine.model_dump_json()}" if isolated else "host"

    def key(digest: str, engine: str) -> str:
        return result_key(
            exercise_digest=digest,
            submission_digest=DIGEST,
            images=IMAGES,
            engine=engine,
            past_due=past_due,
            version=result.grader_version,
        )

    def attempt(key: str) -> AttemptRow:
        told = NewAttempt.told_by(result, key)
        fields: dict[str, Any] = {name: getattr(told, name) for name in NewAttempt.__dataclass_fields__}
        place: dict[str, Any] = {"exercise": "one", "student": "ada", "digest": DIGEST, "label": "", "received_at": DUE}
        return AttemptRow(grading=1, handin=1, **place, **{**fields, "exercise_digest": "old"})

    keys, old = Keys(exercise, {}), record(exercise.folder)
    assert keys.of(attempt(key("old", engine)), result, old) == key(exercise.digest, engine)
    unknown = keys.of(attempt(key("old", "another engine")), result, old)
    assert unknown == f"rescored {result.attempt} {exercise.digest}"
