"""`within` and `lasts`; that grading obeys them is tested there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import pytest

from grader.core import clock
from grader.core.check import Check
from grader.core.errors import Failure, TimedOut
from grader.core.retry import run_part, until_it_holds

if TYPE_CHECKING:
    from grader.core.abilities import Anything


class Says(Check):
    """Answers as it is told: one of its words after the other, the last one for ever."""

    kind: Literal["says"] = "says"

    def run(self, target: Anything) -> None:
        words: Any = target
        word = words.pop(0) if len(words) > 1 else words[0]
        if word == "slow":
            raise TimedOut("too slow")
        if word != "yes":
            raise Failure(word)


def says(**fields: Any) -> Says:
    return Says.model_validate({"id": "a", **fields})


def test_once() -> None:
    words = ["yes", "no"]
    until_it_holds(says(), words)
    assert words == ["no"]


def test_until_it_holds_and_then_for_a_while() -> None:
    words = ["no", "no", "yes", "yes", "gone", "yes"]
    with pytest.raises(Failure, match=r"this held at first, but no longer after [0-9.]+ s: gone"):
        until_it_holds(says(within="5s", lasts="5s"), words)
    assert words == ["yes"]
    until_it_holds(says(within="5s", lasts="100ms"), ["no", "yes"])


def test_it_is_looked_at_once_more_at_the_end() -> None:
    with pytest.raises(Failure, match="gone"):
        until_it_holds(says(lasts="10ms"), ["yes", "gone"])


def test_the_whole_has_a_limit() -> None:
    with clock.limit(0.3, "the limit of a test"), pytest.raises(TimedOut, match="the limit of a test"):
        until_it_holds(says(lasts="20s"), ["yes"])


def test_a_time_out_is_final() -> None:
    with pytest.raises(TimedOut, match="too slow"):
        until_it_holds(says(within="5s"), ["slow", "yes"])


def test_a_part_says_that_the_failure_is_its_own() -> None:
    part = says()
    with pytest.raises(Failure) as caught:
        run_part(part, ["no"])
    assert caught.value.check is part
