"""The cause `unknown_user`."""

from __future__ import annotations

from tests.support.cases import exited, explains, silent, unbuilt

CAUSE = "unknown_user"
NO_USER = "unable to find user student: no matching entries in passwd file"


def test_a_container_that_could_not_be_started() -> None:
    case = exited("FROM debian:bookworm-slim; USER student; CMD echo", "echo", 128, error=NO_USER)
    explains(CAUSE, case, "no user called student", "before line 2: RUN useradd student", line=2)


def test_a_step_of_the_build() -> None:
    case = unbuilt("FROM some:1; USER student; RUN id", f"failed to solve: {NO_USER}", step="[2/2] RUN id", line=3)
    explains(CAUSE, case, "student", line=2)


def test_a_group() -> None:
    error = "unable to find group staffs: no matching entries in group file"
    explains(CAUSE, exited("FROM some:1; USER a:staffs; CMD x", "x", 128, error=error), "RUN groupadd staffs", line=2)


def test_is_silent_about_what_a_program_says() -> None:
    silent(CAUSE, exited("FROM some:1; USER student; CMD x", "x", 1, NO_USER))
    silent(CAUSE, exited("FROM some:1; USER nobody; CMD x", "x", 126, error="permission denied"))
