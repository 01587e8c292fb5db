"""The cause `download_swallowed`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.cases import exited, explains, silent

if TYPE_CHECKING:
    from grader.core.facts import Case

CAUSE = "download_swallowed"


def case(run: str, **facts: Any) -> Case:
    code = facts.pop("code", 127)
    return exited(f"FROM a:1; RUN {run}; CMD node a.js", "node a.js", code, **{"offline": True, **facts})


@pytest.mark.parametrize(
    "run",
    [
        "curl -fsSL https://example.org/setup | bash -",
        "wget -qO- https://example.org/setup.sh | sh && echo done",
        "curl -O https://example.org/a.tar;ls",
    ],
)
def test_recognised(run: str) -> None:
    found = explains(CAUSE, case(run), "The download in line 2 failed", "builds have no network", line=2)
    assert found.flag is not None
    assert "builds have no network here" in found.flag


def test_is_silent_otherwise() -> None:
    piped = "curl https://example.org/setup | bash"
    silent(CAUSE, case(piped, offline=False))
    silent(CAUSE, case("curl https://example.org/setup -o a"))
    silent(CAUSE, case(f"set -o pipefail && {piped}"))
    silent(CAUSE, case(f"{piped}; RUN {piped}"))
    silent(CAUSE, case(piped, kind="build"))
    silent(CAUSE, case("cat setup | bash"))
    silent(CAUSE, case(piped, code=1, logs="ValueError: 3\n"))
    explains(CAUSE, case(piped, code=1, logs="ModuleNotFoundError: No module named 'x'\n"), line=2)
