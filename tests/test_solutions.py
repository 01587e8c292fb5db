"""Every exercise that ships, proven on the engine: references, starters, and each wrong answer with its explanation."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from grader.core.specs import EngineSpec
from grader.exercise.engines import opener
from grader.exercise.load import load
from grader.exercise.validate import folders, validate
from grader.grading import grade
from grader.sandbox.disposable import pool
from grader.sandbox.engine import connect

if TYPE_CHECKING:
    from collections.abc import Iterator

EXERCISES = Path(__file__).parent.parent / "exercises"
SOLUTIONS = EXERCISES.parent / "solutions"


COUNT = 2
"""Warm engines: one is reset while the other is at work."""


@pytest.fixture(scope="module")
def warm() -> Iterator[None]:
    """Have warm engines for the exercises with commands; those that were there before are used and left."""
    files = [load(EXERCISES / name).file for name in names()]
    sets = {frozenset(one.images): one.images for one in files if one.submission.isolated}
    host, started = connect(), []
    try:
        for images in sets.values():
            wanted = pool.want(host, images, EngineSpec(), lambda _: None)
            started += [name for name, what in pool.up(host, wanted, COUNT, lambda _: None) if what == "started"]
        yield
    finally:
        for name in started:
            pool.remove(host, name)
        host.close()


def names() -> list[str]:
    return sorted(path.parent.name for path in EXERCISES.glob("*/exercise.yaml"))


def test_the_course_is_there() -> None:
    assert set(names()) == {
        *("first-dockerfile", "run-vs-cmd", "serve-on-3000"),
        *("pull-images", "run-a-container", "publish-port-3000", "interactive-run"),
        *("container-lifecycle", "isolated-containers", "immutable-images"),
    }


@pytest.mark.parametrize("name", names())
def test_has_at_least_five_wrong_answers(name: str) -> None:
    assert len(folders(SOLUTIONS / name / "wrong")) >= 5


@pytest.mark.parametrize("name", names())
def test_commands_may_be_written_in_more_than_one_way(name: str) -> None:
    if load(EXERCISES / name).file.submission.kind == "commands":
        assert len(folders(SOLUTIONS / name / "also-right")) >= 2


@pytest.mark.docker
@pytest.mark.usefixtures("warm")
@pytest.mark.parametrize("name", names())
def test_accepts_the_good_answer_and_rejects_the_wrong_ones(name: str) -> None:
    findings = list(
        validate(load(EXERCISES / name), lambda exercise, source: grade(exercise, source, opener(exercise)))
    )
    assert [f"{one.what}: {one.why}" for one in findings if not one.ok] == []
    answers = {f"{kind}/{one}" for kind in ("also-right", "wrong") for one in folders(SOLUTIONS / name / kind)}
    assert {one.what for one in findings} >= {"reference", "starter", *answers}
