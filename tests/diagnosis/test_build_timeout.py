"""The cause `build_timeout`."""

from __future__ import annotations

import pytest

from tests.support.cases import explains, silent, unbuilt

CAUSE = "build_timeout"
LIMIT = "the build was not finished after 60 s (the build limit)"


def test_names_the_step() -> None:
    case = unbuilt("FROM a:1; RUN sleep   1000", LIMIT, step="[2/2] RUN sleep   1000", timed_out=True)
    explains(CAUSE, case, "stopped after 60 s, during `RUN sleep 1000`", "Look at line 2", line=2)


@pytest.mark.parametrize("command", ["pip install flask", "apt-get -q update", "curl http://example.com", "npm ci"])
def test_a_step_that_waits_for_a_download(command: str) -> None:
    case = unbuilt(f"FROM a:1; RUN {command}", LIMIT, step=f"[2/2] RUN {command}", timed_out=True)
    explains(CAUSE, case, "waits for a download", "in line 2", line=2)


def test_a_step_that_is_not_known() -> None:
    explains(CAUSE, unbuilt("FROM a:1; RUN x", LIMIT, timed_out=True), "stopped after 60 s.", "that step")


def test_is_silent_about_a_build_that_failed_in_time() -> None:
    silent(CAUSE, unbuilt("FROM a:1; RUN x", "failed to solve: x", step="[2/2] RUN x"))
    silent(CAUSE, unbuilt("FROM a:1; RUN x", LIMIT, timed_out=True, kind="size"))
