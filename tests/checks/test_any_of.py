from __future__ import annotations

from typing import Any

import pytest

from grader.checks.any_of import AnyOf
from grader.core.errors import Unmet
from tests.support.checks import fails, make, passes, refuses
from tests.support.factories import make_image
from tests.support.fakes import FakeTarget

USER = {"kind": "image", "user": "app"}
HEALTH = {"kind": "image", "healthcheck": True}
FILE = {"kind": "file", "path": "/app"}


def group(*checks: dict[str, Any]) -> AnyOf:
    made = make(AnyOf, checks=list(checks))
    assert isinstance(made, AnyOf)
    return made


def test_one_is_enough() -> None:
    passes(group(USER, FILE), FakeTarget(image=make_image(), files={"/app": b""}))


def test_no_more_are_tried_than_needed() -> None:
    target = FakeTarget(image=make_image(user="app"))
    passes(group(USER, {"kind": "command", "run": ["a"]}), target)
    assert target.executed == []


def test_each_reason_has_a_line_of_its_own() -> None:
    target = FakeTarget(image=make_image(), files={})
    both = {**USER, "healthcheck": True, "title": "A user\nand a check"}
    failure = fails(group(both, FILE), target, "none of these holds:")
    assert failure.message.splitlines()[1:] == [
        "- A user",
        "  and a check:",
        "    the user is 'root', expected 'app'",
        "    there is no HEALTHCHECK",
        "- /app is not in the image",
    ]
    assert failure.expected == "the user: equals 'app'\nHEALTHCHECK: a HEALTHCHECK\nor\n/app"
    assert failure.actual == "the user: root\nHEALTHCHECK: none\nnothing there"
    assert failure.reproduce == "docker image inspect IMAGE --format '{{json .Config}}'"
    assert failure.check is not None
    assert failure.check.kind == "image"


def test_one_alternative_is_told_as_it_is() -> None:
    assert fails(group(HEALTH), FakeTarget(image=make_image()), "there is no HEALTHCHECK").actual == "none"


def test_what_is_empty_is_called_nothing() -> None:
    one = {"kind": "image", "entrypoint": ["sh"]}
    failure = fails(
        group({"kind": "command", "run": ["a"], "stdout": "x"}, one), FakeTarget(image=make_image()), "none"
    )
    assert failure.actual == "nothing; []"


def test_what_could_still_be_good_is_skipped() -> None:
    with pytest.raises(Unmet, match="nothing to build"):
        group({"kind": "build"}, HEALTH).run(FakeTarget(image=make_image()))
    passes(group({"kind": "build"}, USER), FakeTarget(image=make_image(user="app")))


def test_refuses() -> None:
    refuses(AnyOf, "there is no check in the group", checks=[])
    refuses(AnyOf, "belongs to the group", checks=[{**FILE, "hint": "x"}])
