"""The cause `no_shell_in_build`."""

from __future__ import annotations

from tests.support.cases import exited, explains, silent, step_failed

CAUSE = "no_shell_in_build"
SAID = 'runc run failed: unable to start container process: exec: "/bin/sh": stat /bin/sh: no such file or directory\n'


def test_an_empty_image() -> None:
    explains(CAUSE, step_failed("FROM scratch; RUN x", 2, 1, SAID), "an empty image", "COPY --from", line=2)


def test_an_image_without_a_shell() -> None:
    explains(CAUSE, step_failed("FROM tiny:1 AS a; FROM a; RUN x", 3, 1, SAID), "FROM tiny:1 doesn't have", line=3)


def test_is_silent_about_programs_and_containers() -> None:
    silent(CAUSE, step_failed('FROM scratch; RUN ["/bin/sh"]', 2, 1, SAID))
    silent(CAUSE, step_failed("FROM a:1; RUN x", 2, 127, "/bin/sh: 1: x: not found\n"))
    silent(CAUSE, exited("FROM scratch; CMD x", "x", 127, error=SAID))
