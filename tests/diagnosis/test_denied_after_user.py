"""The cause `denied_after_user`."""

from __future__ import annotations

import pytest

from tests.support.cases import exited, explains, silent, step_failed

CAUSE = "denied_after_user"


@pytest.mark.parametrize(
    ("output", "code"),
    [
        ("mkdir: cannot create directory '/data': Permission denied\n", 1),
        ("/bin/sh: can't create /x: Permission denied\n", 1),
        ("E: Could not open lock file - open (13: Permission denied)\n", 100),
        ("Error: [Errno 13] Permission denied: '/app/.venv'\n", 1),
        ("chown: /x: Operation not permitted\n", 1),
    ],
)
def test_a_step_below_user(output: str, code: int) -> None:
    case = step_failed("FROM a:1; USER 1000; RUN work", 3, code, output)
    explains(CAUSE, case, "runs as 1000", output.strip(), "Move line 2 down", line=3)


@pytest.mark.parametrize("user", ["root", "0", "root:root"])
def test_is_silent_about_root(user: str) -> None:
    silent(CAUSE, step_failed(f"FROM a:1; USER {user}; RUN work", 3, 1, "x: Permission denied\n"))


def test_is_silent_about_other_users_and_failures() -> None:
    denied = "x: Permission denied\n"
    silent(CAUSE, step_failed("FROM a:1; RUN work; USER app", 2, 1, denied))
    silent(CAUSE, step_failed("FROM a:1; USER app; FROM a:1; RUN work", 4, 1, denied))
    silent(CAUSE, step_failed("FROM a:1; USER app; RUN ./work.sh", 3, 126, denied))
    silent(CAUSE, step_failed("FROM a:1; USER app; RUN work", 3, 1, "x: No such file or directory\n"))
    silent(CAUSE, exited("FROM a:1; USER app; CMD x", "x", 1, denied))
