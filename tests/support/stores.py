"""What is put into stores."""

from __future__ import annotations

import itertools
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.core.handin import HandIn
from grader.store.rows import ExerciseRow, NewAttempt
from tests.support.factories import WHEN, make_result

if TYPE_CHECKING:
    from grader.core.result import Result
    from grader.store import Store

DIGEST = "e" * 64
_numbers = itertools.count(1)


def make_exercise(**changes: Any) -> ExerciseRow:
    """Give the exercise that `make_result` is about."""
    made: dict[str, Any] = {"digest": DIGEST, "id": "serve-on-3000", "title": "Serve", "max_score": Decimal(1)}
    return ExerciseRow(**{**made, "due": WHEN, "file": {"id": "serve-on-3000"}, **changes})


def make_handin(student: str = "ada", **changes: Any) -> HandIn:
    """Give a hand-in."""
    made: dict[str, Any] = {"exercise": "serve-on-3000", "student": student, "path": Path("/work") / student}
    return HandIn(**{**made, "label": student, "received_at": WHEN, "received_by": "source", **changes})


def begun(store: Store, *students: str, identity: str = "") -> tuple[int, list[int]]:
    """Begin a grading of a hand-in of each of them."""
    store.add_exercise(make_exercise())
    grading, _ = store.begin("batch", identity, {})
    given = [(make_handin(student), f"work of {student}") for student in students]
    return grading.id, store.add_handins(grading.id, given)


def make_attempt(key: str = "key", *, of: str | None = None, **changes: Any) -> tuple[NewAttempt, bytes]:
    """Give an attempt with an id of its own, and the JSON of its result."""
    result: Result = make_result(**{"attempt": f"{next(_numbers):016x}", **changes})
    return NewAttempt.told_by(result, key, of=of), result.model_dump_json().encode()


def graded(store: Store, grading: int, handin: int, key: str = "key", **changes: Any) -> str:
    """Claim a hand-in and commit an attempt; gives the attempt's id."""
    assert store.claim(grading, handin, key, "test") == "claimed"
    attempt, result = make_attempt(key, **changes)
    store.commit(grading, handin, "test", attempt, result)
    return attempt.id
