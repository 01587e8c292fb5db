"""Checks that have several results: each is reported, and whoever needs the check needs them all."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import pytest

from grader.core.check import Check
from grader.core.errors import Broken, Failure, SandboxError, SubmissionError
from grader.core.result import Status
from grader.grading import Options
from tests.grading.test_checks import Does, check, outcomes, own_state, raising, run, score, work

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from grader.core.abilities import Anything
    from grader.core.setting import Setting

__all__ = ["own_state", "work"]  # fixtures


class Many(Check):
    """Has a result for each of what a test gives it; writes down what it was given, and its end."""

    several: ClassVar[bool] = True
    kind: Literal["many"] = "many"
    each: tuple[Any, ...] = ()
    seen: Any = None
    effect: Any = None

    @contextmanager
    def expand(self, setting: Setting) -> Iterator[tuple[Check, ...]]:
        if self.effect is not None:
            self.effect(setting)
        self.seen.append(setting)
        yield self.each
        self.seen.append("closed")

    def run(self, target: Anything) -> None:  # noqa: ARG002 - the signature of every check
        raise AssertionError


def many(*each: Does, **fields: Any) -> Any:
    return Many.model_validate({"id": "many", "kind": "many", "points": 0, "each": each, "seen": [], **fields})


def ids(result: Any) -> dict[str, str]:
    return {one.id: str(one.outcome) for one in result.checks}


def test_each_is_a_result(work: Path) -> None:
    result = run(work, check("one"), many(check("m-a", points=2), check("m-b", raising(Failure("no")), points=3)))
    assert ids(result) == {"one": "passed", "m-a": "passed", "m-b": "failed"}
    assert score(result) == "3/6"


def test_it_knows_where_it_is(work: Path) -> None:
    made = many(check("m-a"))
    run(work, check("none"), many(check("o-a"), id="other"), made, check("one"))
    setting, closed = made.seen
    assert closed == "closed"
    assert setting.exercise == work.parent
    assert setting.submission.name == "submission"
    assert setting.ids == {"none", "other", "o-a", "many", "one"}
    assert setting.above == {"none", "other", "o-a"}
    assert dict(setting.environment()) == {}


@pytest.mark.parametrize(
    ("effect", "outcome"), [(None, "passed"), (raising(Failure("no")), "skipped"), (raising(Broken("oh")), "error")]
)
def test_who_needs_it_needs_all(work: Path, effect: Any, outcome: str) -> None:
    result = run(work, many(check("m-a"), check("m-b", effect)), check("two", needs=["many"]))
    assert ids(result)["two"] == outcome


def test_what_is_broken_is_told_in_its_own_words(work: Path) -> None:
    result = run(work, many(check("m-a", raising(Broken("line 3 is wrong")))), check("one"))
    assert (outcomes(result), result.checks[0].message) == (["error", "passed"], "line 3 is wrong")
    assert score(result) == "1/1"


def test_all_wait_for_the_due_date(work: Path) -> None:
    due = datetime.now(UTC) + timedelta(days=1)
    parts = check("m-a"), check("m-b", visibility="hidden")
    assert outcomes(run(work, many(*parts, visibility="after_due"), due=due)) == ["withheld", "withheld"]


def test_all_are_skipped_where_there_is_nothing_to_look_at(work: Path) -> None:
    made = many(check("m-a", points=2), check("m-b", points=3))
    result = run(work, made, check("one"), error=SubmissionError("no Dockerfile"))
    assert ids(result) == {"submission": "failed", "m-a": "skipped", "m-b": "skipped", "one": "skipped"}
    assert score(result) == "0/6"
    assert made.seen[0].submission is None


def test_one_of_the_checks_alone(work: Path) -> None:
    options = Options(only=["two"])
    result = run(work, check("one"), many(check("m-a")), check("two", needs=["many"]), options=options)
    assert list(ids(result)) == ["m-a", "two"]


@pytest.mark.parametrize(
    ("only", "expected"),
    [
        (["many-b"], ["one", "many-b"]),
        (["many"], ["one", "many-a", "many-b"]),
        (["many-b", "two"], ["one", "many-a", "many-b", "two"]),
        (["two"], ["one", "many-a", "many-b", "two"]),
        (["one"], ["one"]),
        (["manya"], []),
    ],
)
def test_some_of_the_parts_alone(work: Path, only: list[str], expected: list[str]) -> None:
    made = many(check("many-a"), check("many-b"), needs=["one"])
    checks = check("one"), made, check("two", needs=["many"])
    for error in (None, SubmissionError("no Dockerfile")):
        result = run(work, *checks, options=Options(only=only), error=error)
        assert [one for one in ids(result) if one != "submission"] == expected


@pytest.mark.parametrize(
    ("error", "message"), [(KeyError("x"), "the check itself is broken: KeyError: 'x'"), (Broken("no file"), "no file")]
)
def test_what_there_is_can_not_be_told(work: Path, error: Exception, message: str) -> None:
    result = run(work, many(effect=raising(error)), check("one"), check("two", needs=["many"]))
    assert ids(result) == {"many": "error", "one": "passed", "two": "error"}
    assert result.checks[0].message == message


def test_no_engine_for_what_there_is(work: Path) -> None:
    result = run(work, many(effect=raising(SandboxError("no memory"))), check("one"))
    assert (result.status, result.message) == (Status.UNGRADED, "no memory")
