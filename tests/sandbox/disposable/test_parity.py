"""An answer gets the same verdict on a disposable engine as on the user's own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from grader.exercise.load import load
from grader.exercise.validate import validate
from grader.grading import grade
from grader.sandbox.disposable.lease import lease
from grader.sandbox.engine import connect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.sandbox.disposable.engine import Isolated

EXERCISES = Path(__file__).parent.parent.parent.parent / "exercises"


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Iterator[Isolated]:
    exercise = load(EXERCISES / "serve-on-3000").file
    found = lease(connect(), exercise.images, exercise.engine, lambda _: None, client=False)
    try:
        with monkeypatch.context() as patch:
            patch.setattr(found, "close", lambda: None)  # each attempt would give it back
            yield found
    finally:
        found.close()


@pytest.mark.docker
def test_dockerfiles_on_a_disposable_engine(engine: Isolated) -> None:
    findings = validate(load(EXERCISES / "serve-on-3000"), lambda one, source: grade(one, source, lambda: engine))
    assert [f"{one.what}: {one.why}" for one in findings if not one.ok] == []
    assert engine.api.containers(all=True) == []
    assert {tag for image in engine.api.images() for tag in image["RepoTags"] or ()} == {"python:3-slim"}
