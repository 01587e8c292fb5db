"""The cause `user_flags`."""

from __future__ import annotations

import pytest

from tests.support.cases import exited, explains, silent, step_failed

CAUSE = "user_flags"
USAGE = "    Add a system group\n\nadduser USER GROUP\n   Add an existing user to an existing group\n"


@pytest.mark.parametrize(
    ("command", "code", "output", "says"),
    [
        ("adduser -D -u 1000 app", 1, "Option d is ambiguous (debug, disabled-login)\n", "useradd -m name"),
        ("addgroup -S app && adduser -S -G app app", 1, USAGE, "addgroup of this image"),
        ("adduser -h /x app", 1, "Unknown option: x\n", "useradd -m name"),
        ("adduser --gecos x app", 1, "adduser: unrecognized option: gecos\nBusyBox v1.37\n", "adduser -D name"),
        ("useradd -m app", 127, "/bin/sh: useradd: not found\n", "adduser -D name"),
        ("groupadd app", 127, "/bin/sh: groupadd: not found\n", "no program called groupadd"),
        ("adduser -D app", 127, "/bin/sh: adduser: not found\n", "USER 1000"),
    ],
)
def test_options_of_another_linux(command: str, code: int, output: str, says: str) -> None:
    explains(CAUSE, step_failed(f"FROM a:1; RUN {command}", 2, code, output), says, line=2)


def test_is_silent_about_other_failures() -> None:
    silent(CAUSE, step_failed("FROM a:1; RUN adduser -D app", 2, 1, "adduser: user 'app' in use\n"))
    silent(CAUSE, step_failed("FROM a:1; RUN tool -x", 2, 1, "Unknown option: x\n"))
    silent(CAUSE, step_failed("FROM a:1; ENV PATH=/x; RUN useradd a", 3, 127, "/bin/sh: useradd: not found\n"))
    silent(CAUSE, exited("FROM a:1; CMD useradd a", "useradd a", 127, "/bin/sh: useradd: not found\n"))
