"""The cause `sudo_missing`."""

from __future__ import annotations

from tests.support.cases import exited, explains, silent, step_failed

CAUSE = "sudo_missing"
SAID = "/bin/sh: 1: sudo: not found\n"


def test_in_a_step() -> None:
    case = step_failed("FROM a:1; RUN sudo -E apt-get update && sudo x", 2, 127, SAID)
    explains(CAUSE, case, "change line 2 to: RUN apt-get update && x", line=2)


def test_in_a_step_below_user() -> None:
    case = step_failed("FROM a:1; USER app; RUN sudo mkdir /x", 3, 127, SAID)
    explains(CAUSE, case, "above USER in line 2", "RUN mkdir /x", line=3)


def test_root_is_nobody_else() -> None:
    explains(CAUSE, step_failed("FROM a:1; USER root; RUN sudo x", 3, 127, SAID), "change line 3 to: RUN x", line=3)


def test_at_the_start() -> None:
    explains(CAUSE, exited("FROM a:1; CMD sudo nginx", "sudo nginx", 127, SAID), "change line 2 to: CMD nginx", line=2)
    said = 'exec: "sudo": executable file not found in $PATH'
    case = exited('FROM a:1; CMD ["sudo", "nginx"]', ["sudo", "nginx"], 127, error=said)
    explains(CAUSE, case, "Leave the word sudo out of line 2", line=2)


def test_is_silent_about_other_programs() -> None:
    silent(CAUSE, step_failed("FROM a:1; RUN sudo x", 2, 127, "/bin/sh: 1: x: not found\n"))
    silent(CAUSE, step_failed("FROM a:1; RUN sudo x", 2, 1, "sudo: a password is required\n"))
