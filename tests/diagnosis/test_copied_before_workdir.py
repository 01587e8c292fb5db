"""The cause `copied_before_workdir`."""

from __future__ import annotations

import pytest

from tests.support.cases import exited, explains, files, silent, step_failed

CAUSE = "copied_before_workdir"
CONTEXT = {"files": files("a.py", "src/b.py")}


def missing(path: str) -> str:
    return f"python: can't open file '{path}': [Errno 2] No such file or directory\n"


@pytest.mark.parametrize(
    ("source", "path", "says"),
    [
        ("FROM a:1; COPY a.py .; WORKDIR /app; CMD python a.py", "/app/a.py", "in the image as /a.py"),
        ("FROM a:1; COPY src ./src; WORKDIR /app; CMD python src/b.py", "/app/src/b.py", "as /src/b.py"),
        ("FROM a:1; COPY . .; RUN x; WORKDIR /app; CMD python a.py", "/app/a.py", "Move WORKDIR from line 4"),
    ],
)
def test_the_workdir_stands_below(source: str, path: str, says: str) -> None:
    command = source.rsplit("CMD ", 1)[1]
    explains(CAUSE, exited(source, command, 2, missing(path), **CONTEXT), says, line=2)


def test_also_for_a_run() -> None:
    source = "FROM a:1; COPY a.py ./; WORKDIR /app; RUN python a.py"
    explains(CAUSE, step_failed(source, 4, 2, missing("/app/a.py"), **CONTEXT), line=2)


@pytest.mark.parametrize(
    "source",
    [
        "FROM a:1; COPY a.py /; WORKDIR /app; CMD python a.py",
        "FROM a:1; WORKDIR /app; COPY a.py src/; CMD python a.py",
        "FROM a:1; COPY src .; WORKDIR /app; CMD python a.py",
        "FROM a:1; COPY a.py .; CMD python /app/a.py",
    ],
)
def test_is_silent_about_other_places(source: str) -> None:
    command = source.rsplit("CMD ", 1)[1]
    silent(CAUSE, exited(source, command, 2, missing("/app/a.py"), **CONTEXT))
