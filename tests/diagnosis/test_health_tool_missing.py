"""The cause `health_tool_missing`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from grader.core.facts import Probe
from tests.support.cases import explains, running, silent

if TYPE_CHECKING:
    from grader.core.facts import Case

CAUSE = "health_tool_missing"
NOT_FOUND = "/bin/sh: 1: curl: not found\n"


def case(*outputs: str, check: str = "curl -f http://localhost:3000/", code: int = 127) -> Case:
    found = running(f"FROM busybox:1; HEALTHCHECK CMD {check}; CMD x", "x", "0.0.0.0:3000")
    assert found.container is not None
    log = tuple(Probe(code, one) for one in outputs)
    return replace(found, container=replace(found.container, health_log=log))


@pytest.mark.parametrize(
    "said", [NOT_FOUND, "/bin/sh: curl: not found\n", "/bin/bash: line 1: curl: command not found\n"]
)
def test_what_shells_say(said: str) -> None:
    explains(CAUSE, case("", said), "line 2 calls curl, which is not in the image", line=2)


def test_what_the_engine_says() -> None:
    check = '["curl", "http://localhost"]'
    said = 'OCI runtime exec failed: exec failed: exec: "curl": executable file not found in $PATH: unknown'
    explains(CAUSE, case(said, check=check, code=-1), "calls curl", line=2)
    shell = 'OCI runtime exec failed: exec: "/bin/sh": stat /bin/sh: no such file or directory: unknown'
    explains(CAUSE, case(shell, check="/bin/sh -c x", code=-1), "with brackets", line=2)


def test_is_silent_otherwise() -> None:
    silent(CAUSE, case())
    silent(CAUSE, case("curl: (7) Failed to connect\n"))
    silent(CAUSE, case(NOT_FOUND, code=0))
    silent(CAUSE, case(NOT_FOUND, check="/check.sh"))
    silent(CAUSE, running("FROM a:1; HEALTHCHECK NONE; CMD x", "x"))


@pytest.mark.parametrize(
    ("check", "fix"),
    [
        (
            "/busybox wget -q -O- http://localhost/",
            'HEALTHCHECK CMD ["/busybox", "wget", "-q", "-O-", "http://localhost/"]',
        ),
        ("/a || exit 1", "one program and its arguments"),
    ],
)
def test_no_shell_for_it(check: str, fix: str) -> None:
    shell = 'OCI runtime exec failed: exec: "/bin/sh": stat /bin/sh: no such file or directory: unknown'
    message = "the container was not healthy after 10 s"
    explains(CAUSE, replace(case(shell, check=check, code=-1), message=message), "no shell", fix, line=2)
    silent(CAUSE, replace(case(shell, check=check, code=-1), message="the body is empty"))
