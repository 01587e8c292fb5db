"""The cause `path_overwritten`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from grader.core.binaries import Program
from tests.support.cases import cannot_start, exited, explains, silent

if TYPE_CHECKING:
    from grader.core.facts import Case

CAUSE = "path_overwritten"
AWAY = Program("python", "/usr/local/bin/python", on_path=False)


def case(env: str, program: Program | None = AWAY, **facts: Any) -> Case:
    error = cannot_start('"python": executable file not found in $PATH')
    source = f'FROM python:3-slim; {env}; CMD ["python", "a.py"]'
    return exited(source, ["python", "a.py"], 127, error=error, program=program, **facts)


def test_recognised() -> None:
    explains(CAUSE, case("ENV PATH=/app/bin"), "it is in /usr/local/bin", "ENV PATH=/app/bin:$PATH", line=2)
    explains(CAUSE, case("ENV PATH /app/bin"), "ENV PATH=/app/bin:$PATH", line=2)
    explains(CAUSE, case('ENV A=1 PATH="/x"'), "ENV PATH=/x:$PATH", line=2)


def test_is_silent_otherwise() -> None:
    silent(CAUSE, case("ENV PATH=/app/bin:$PATH"))
    silent(CAUSE, case("ENV PATH=/app/bin:${PATH}"))
    silent(CAUSE, case("ENV MY_PATH=/app/bin"))
    silent(CAUSE, case("ENV PATH=/app/bin", Program("python", None, on_path=False)))
    silent(CAUSE, case("ENV PATH=/app/bin", Program("python", "/app/bin/python")))
    silent(CAUSE, case("ENV PATH=/app/bin", None))
