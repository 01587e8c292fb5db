"""The cause `wrong_architecture`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from grader.core.binaries import Program
from tests.support.cases import exited, explains, files, silent

if TYPE_CHECKING:
    from grader.core.facts import Case

CAUSE = "wrong_architecture"
FORMAT = "exec /app/server: exec format error\n"


def case(target: str | None = "Linux on arm64", logs: str = FORMAT, **facts: Any) -> Case:
    source = 'FROM busybox:1; COPY server /app/; CMD ["/app/server"]'
    program = Program("/app/server", "/app/server", target=target)
    return exited(source, ["/app/server"], 1, logs, program=program, files=files("server"), **facts)


def test_a_program_for_another_machine() -> None:
    explains(CAUSE, case(), "server is made for Linux on arm64, not for Linux on amd64", line=3)
    explains(CAUSE, case("macOS"), "server is made for macOS", line=3)


def test_what_a_shell_makes_of_it() -> None:
    program = Program("/app/server", "/app/server", target="Linux on arm64")
    logs = "/app/server: line 1: ELF: not found\n"
    shell = exited("FROM busybox:1; CMD /app/server", "/app/server", 127, logs, program=program)
    explains(CAUSE, shell, "/app/server is made for", line=2)


def test_is_silent_otherwise() -> None:
    silent(CAUSE, case("Linux on amd64"))
    silent(CAUSE, case(None))
    silent(CAUSE, case("Linux on 386", logs="Segmentation fault\n"))
    silent(CAUSE, replace(case(), program=None))
