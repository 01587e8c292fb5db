from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from grader.checks.image import Image
from grader.core import clock, kinds
from grader.core.check import PACKAGE, Check
from grader.core.errors import SandboxError, TimedOut, Unmet
from tests.support.checks import fails, make, passes, refuses
from tests.support.factories import make_image
from tests.support.fakes import FakeTarget

if TYPE_CHECKING:
    from grader.core.facts import Command, Completed

Not = kinds.load(PACKAGE, Check, "not")  # its name is a word of Python's
USER = {"kind": "image", "user": "app"}


def negated(check: dict[str, Any]) -> Check:
    return make(Not, check=check)


def test_passes_if_the_other_fails() -> None:
    passes(negated(USER), FakeTarget(image=make_image()))
    passes(negated(negated_map(negated_map(USER))), FakeTarget(image=make_image()))


def negated_map(check: dict[str, Any]) -> dict[str, Any]:
    return {"kind": "not", "check": check}


@pytest.mark.parametrize(
    ("inside", "because"),
    [
        (USER, "this holds, and should not: image (user: app)"),
        ({**USER, "title": "The user is app", "timeout": 3}, "this holds, and should not: “The user is app”"),
        (negated_map({**USER, "user": "x"}), "this holds, and should not: not (image (user: x))"),
    ],
)
def test_fails_if_the_other_passes(inside: dict[str, Any], because: str) -> None:
    failure = fails(negated(inside), FakeTarget(image=make_image(user="app")), because)
    assert failure.actual == "the user is 'app'"
    assert str(failure.expected).startswith("not: ")
    assert failure.reproduce == "docker image inspect IMAGE --format '{{json .Config}}'"


def test_what_is_there_is_told() -> None:
    several = {"kind": "image", "user": "app", "workdir": {"not": "/srv"}}
    failure = fails(negated(several), FakeTarget(image=make_image(user="app", workdir="/app")), "this holds")
    assert failure.actual == "the user is 'app'\nWORKDIR is '/app'"
    thing = fails(negated({"kind": "file", "path": "/x"}), FakeTarget(files={"/x": b""}), "this holds")
    assert thing.actual == "it holds"


def test_what_was_not_made_does_not_pass() -> None:
    with pytest.raises(Unmet):
        negated(USER).run(FakeTarget())


def test_trouble_does_not_pass() -> None:
    def answer(_order: Command, _container: object) -> Completed:
        raise SandboxError("engine gone")

    with pytest.raises(SandboxError):
        negated({"kind": "command", "run": ["a"]}).run(FakeTarget(answer=answer))


def forever(_order: Command, _container: object) -> Completed:
    while True:
        clock.remaining(0.01)


def test_what_takes_too_long_fails_but_not_for_want_of_our_own_time() -> None:
    slow = {"kind": "command", "run": ["a"]}
    with clock.limit(5, "the limit of the group"):
        passes(negated({**slow, "timeout": "20ms"}), FakeTarget(answer=forever))
    with clock.limit(0.02, "the limit of the group"), pytest.raises(TimedOut):
        negated(slow).run(FakeTarget(answer=forever))


def test_refuses() -> None:
    refuses(Not, "Field required")
    refuses(Not, "belongs to the group", check={**USER, "points": 1})
    deep = USER
    for _ in range(4):
        deep = negated_map(deep)
    refuses(Not, "more than 4 deep", check=deep)


def test_how_to_see_it_is_that_of_the_check_inside() -> None:
    passes(make(Image, user="app"), FakeTarget(image=make_image(user="app")))
    printed = fails(negated({"kind": "command", "run": ["id"]}), FakeTarget(), 'command (run: ["id"])')
    assert printed.reproduce == "docker run --rm --entrypoint id IMAGE"
    built = fails(negated({"kind": "context", "absent": ["x"]}), FakeTarget(), "context (absent: ")
    assert "docker build" in str(built.reproduce)
    parsed = fails(negated({"kind": "dockerfile", "stages": 1}), FakeTarget(source="FROM x"), "dockerfile (stages: 1)")
    assert parsed.reproduce is None
