"""The cause `no_network`."""

from __future__ import annotations

import pytest

from tests.support.cases import exited, explains, silent, step_failed

CAUSE = "no_network"
NO_NAME = "Temporary failure in name resolution"


@pytest.mark.parametrize(
    "output",
    [
        f"[Errno -3] {NO_NAME}\nERROR: No matching distribution found for flask\n",
        "Err:1 Temporary failure resolving 'mirror.example'\nE: Unable to locate package curl\n",
        "wget: bad address 'x.com'\n",
        "curl: (6) Could not resolve host: x.com\n",
        "npm error code EAI_AGAIN\n",
        "fatal: unable to access 'https://x.com/': Could not resolve host: x.com\n",
    ],
)
def test_recognised(output: str) -> None:
    explains(CAUSE, step_failed("FROM a:1; RUN get it", 2, 1, output), "finds no network", "`RUN get it`", line=2)


def test_is_silent_about_anything_else() -> None:
    silent(CAUSE, step_failed("FROM a:1; RUN x", 2, 1, "ERROR: No matching distribution found for flsk\n"))
    silent(CAUSE, step_failed("FROM a:1; RUN x", 2, 1, 'npm error Tracker "idealTree" already exists\n'))
    silent(CAUSE, exited("FROM a:1; CMD x", "x", 1, NO_NAME))
