"""The cause `env_with_spaces`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.cases import built, explains, silent
from tests.support.factories import make_image

if TYPE_CHECKING:
    from grader.core.facts import Case

CAUSE = "env_with_spaces"


def case(line: str = "ENV VERSION = v1", value: str = "= v1", **facts: Any) -> Case:
    return built(f"FROM a:1; {line}; CMD x", image=make_image(env={"VERSION": value}), **facts)


@pytest.mark.parametrize(
    "facts",
    [
        {"message": "GET / on port 3000: the body does not contain 'Hello from v1'"},
        {"message": "the variable VERSION is '= v1', expected 'v1'", "kind": "image"},
        {"message": "the container ended at once", "logs": "ValueError: invalid literal for int(): '= v1'\n"},
    ],
)
def test_recognised(facts: dict[str, Any]) -> None:
    explains(CAUSE, case(**facts), "the value `= v1`", "Change line 2 to: ENV VERSION=v1", line=2)
    explains(CAUSE, case("ENV VERSION =v1", "=v1", **{**facts, "message": "no v1"}), "ENV VERSION=v1", line=2)


def test_is_silent_otherwise() -> None:
    message = "the body does not contain 'Hello from v1'"
    silent(CAUSE, case(message="the body does not contain 'Good morning, v12'"))
    silent(CAUSE, case("ENV VERSION v1", "v1", message=message))
    silent(CAUSE, case("ENV VERSION=v1", "v1", message=message))
    silent(CAUSE, case("ENV VERSION = v1 ; ENV VERSION=v2", "v2", message=message))
