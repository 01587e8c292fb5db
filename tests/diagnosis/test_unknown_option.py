"""The cause `unknown_option`."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.cases import commanded, explains, silent
from tests.support.states import line

CAUSE = "unknown_option"


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ("unknown shorthand flag: 'r' in -rm", "Write --rm instead of -rm."),
        ("unknown flag: --it", "Write -it instead of --it."),
        ("unknown flag: --nmae", "Write --name instead of --nmae."),
        ("unknown flag: --publsh=3000:80", "Write --publish instead of --publsh."),
        ("unknown flag: --frobnicate", "Correct the option"),
    ],
)
def test_recognised(told: str, says: str) -> None:
    ran = line("docker run --name web nginx:1", 125, f"{told}\nSee 'docker run --help'.", number=2)
    explains(CAUSE, commanded(ran), "did nothing", says, line=2)


def test_of_a_call_that_was_not_made() -> None:
    ran = line("docker run -rm busybox:1 date", 125, "unknown shorthand flag: 'r' in -rm")
    asked = ("container create", "$.HostConfig.AutoRemove")
    explains(CAUSE, commanded(ran, kind="calls", where={}, asked=asked), "Write --rm", line=1)
    silent(CAUSE, commanded(ran, kind="calls", where={}, asked=("image list",)))


def test_is_silent_otherwise() -> None:
    ran = line("docker run --it --name web nginx:1", 125, "unknown flag: --it")
    silent(CAUSE, commanded(ran, where={"container": "db"}))
    silent(CAUSE, replace(commanded(ran), transcript=None))
    silent(CAUSE, commanded(line("cat log web", 0, "unknown flag: --it")))
