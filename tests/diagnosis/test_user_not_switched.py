"""The cause `user_not_switched`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.cases import built, explains, silent
from tests.support.factories import make_image

if TYPE_CHECKING:
    from grader.core.facts import Case

CAUSE = "user_not_switched"


def case(source: str, user: str = "", **facts: Any) -> Case:
    known = {"kind": "image", "port": None, "message": "the user of the image is 'root', expected not 'root'", **facts}
    return built(source, image=make_image(user=user), **known)


@pytest.mark.parametrize("run", ["adduser -D app", "apt-get update && useradd -m app", "addgroup a &&adduser -S a"])
def test_a_user_who_is_only_made(run: str) -> None:
    explains(CAUSE, case(f"FROM a:1; RUN {run}; CMD x"), "makes a user", "below line 2", line=2)


def test_a_user_of_another_stage() -> None:
    found = case("FROM a:1 AS one; USER app; FROM a:1; COPY --from=one /x /x; CMD x")
    explains(CAUSE, found, "USER in line 2 is in another stage", "which begins in line 3", line=2)


def test_is_silent_otherwise() -> None:
    silent(CAUSE, case("FROM a:1; CMD x"))
    silent(CAUSE, case("FROM a:1; RUN adduser -D app; USER root; CMD x"))
    silent(CAUSE, case("FROM a:1; RUN adduser -D app; CMD x", user="nobody"))
    silent(CAUSE, case("FROM a:1; RUN adduser -D app; CMD x", message="the working directory is '/'"))
    silent(CAUSE, case("FROM a:1; RUN adduser -D app; CMD x", kind="http"))
    silent(CAUSE, case("FROM a:1; RUN echo adduser app; CMD x"))
