"""The cause `build_disk_full`."""

from __future__ import annotations

import pytest

from tests.support.cases import exited, explains, silent, step_failed

CAUSE = "build_disk_full"


@pytest.mark.parametrize(
    "output",
    [
        "cat: write error: No space left on device\n",
        "dd: error writing '/x': No space left on device\n65+0 records in\n",
        "OSError: [Errno 28] No space left on device\n",
        "npm error code ENOSPC\n",
        "cp: Disk quota exceeded\n",
    ],
)
def test_recognised(output: str) -> None:
    explains(CAUSE, step_failed("FROM a:1; RUN x", 2, 1, output), output.splitlines()[0], line=2)


def test_is_silent_about_anything_else() -> None:
    silent(CAUSE, step_failed("FROM a:1; RUN x", 2, 1, "No such device\n"))
    silent(CAUSE, exited("FROM a:1; CMD x", "x", 1, "No space left on device\n"))
