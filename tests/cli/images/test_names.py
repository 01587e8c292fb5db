from __future__ import annotations

from typing import TYPE_CHECKING

from grader.cli.images.names import wanted
from tests.support.exercises import GOOD, write

if TYPE_CHECKING:
    from pathlib import Path


def test_the_images_named() -> None:
    assert wanted(("b", "a", "b")) == ["b", "a"]


def test_those_of_every_exercise_that_can_be_read(elsewhere: Path) -> None:
    write(elsewhere / "exercises", GOOD.replace("busybox:1", "haskell:9"))
    write(elsewhere / "exercises", "broken", name="broken")
    found = wanted(())
    assert "haskell:9" in found
    assert "python:3-slim" in found
    assert len(found) == len(set(found))
