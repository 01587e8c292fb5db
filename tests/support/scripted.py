"""Exercises with a file of tests, run without an engine: a real pytest, against a target of plain values."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from grader.checks.pytest import Pytest
from grader.core.clock import limit
from grader.core.setting import Setting
from tests.support.fakes import FakeTarget

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from grader.core.check import Check


class Built(FakeTarget):
    """A target of what is built, with nothing of commands: of an ability, None is as good as no method."""

    inventory = None  # type: ignore[assignment]
    transcript = None  # type: ignore[assignment]


def setting(place: Path, **changes: Any) -> Setting:
    """Give the setting of an exercise in `place/it`."""
    made: dict[str, Any] = {"exercise": place / "it", "scratch": place / "scratch", "submission": place / "ada"}
    return Setting(**{**made, **changes})


def write_tests(place: Path, text: str, name: str = "tests/test_it.py") -> None:
    """Write a file of tests into the exercise in `place/it`."""
    path = place / "it" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@contextmanager
def expanded(
    place: Path, text: str, around: Mapping[str, Any] | None = None, **fields: Any
) -> Iterator[dict[str, Check]]:
    """Give the checks that a file of tests becomes, by id."""
    write_tests(place, text)
    check = Pytest.model_validate({"id": "it", "kind": "pytest", "file": "tests/test_it.py", **fields})
    with check.expand(setting(place, **(around or {}))) as parts:
        yield {part.id: part for part in parts}


def outcome(part: Check, target: object, timeout: float = 30) -> Exception | None:
    """Run a check as grading does; give what it raised."""
    try:
        with limit(timeout, f"the limit of check '{part.id}'"):
            part.run(target)
    except Exception as error:  # noqa: BLE001 - which one it is, is what the tests are about
        return error
    return None
