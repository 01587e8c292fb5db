"""The cause `copied_as_file`."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.cases import exited, explains, files, silent, step_failed, unbuilt

CAUSE = "copied_as_file"
CONTEXT: dict[str, Any] = {"files": files("a.py", "b.py", "src/c.py")}
MKDIR = "failed to solve: mkdir /var/lib/docker/overlay2/x/merged/app: not a directory"
PYTHON = "python: can't open file '/app/a.py': [Errno 20] Not a directory\n"


@pytest.mark.parametrize("below", ["WORKDIR /app", "COPY b.py /app/"])
def test_the_build_wants_a_folder(below: str) -> None:
    case = unbuilt(f"FROM a:1; COPY a.py /app; {below}", MKDIR, step=f"[3/3] {below}", line=3, **CONTEXT)
    explains(CAUSE, case, "/app is a file, not a folder", "COPY a.py /app/", line=2)


@pytest.mark.parametrize(
    "said", [PYTHON, "sh: can't open '/app/a.py': Not a directory\n", "ls: cannot access '/app/': Not a directory\n"]
)
def test_a_program_wants_a_folder(said: str) -> None:
    source = "FROM a:1; COPY a.py /app; {} python /app/a.py"
    explains(CAUSE, step_failed(source.format("RUN"), 3, 2, said, **CONTEXT), line=2)
    explains(CAUSE, exited(source.format("CMD"), "python /app/a.py", 2, said, **CONTEXT), line=2)


def test_the_engine_wants_a_folder() -> None:
    said = 'exec: "/app/a.py": stat /app/a.py: not a directory'
    case = exited('FROM a:1; COPY a.py /app; CMD ["/app/a.py"]', ["/app/a.py"], 126, error=said, **CONTEXT)
    explains(CAUSE, case, line=2)


@pytest.mark.parametrize("copy", ["COPY a.py /app/", "COPY src /app", "COPY a.py b.py /app", "COPY a.py /opt"])
def test_is_silent_where_the_copy_made_no_such_file(copy: str) -> None:
    silent(CAUSE, step_failed(f"FROM a:1; {copy}; RUN python /app/a.py", 3, 2, PYTHON, **CONTEXT))


def test_is_silent_about_anything_else() -> None:
    said = "python: can't open file '/app/a.py': [Errno 2] No such file or directory\n"
    silent(CAUSE, step_failed("FROM a:1; COPY a.py /app; RUN python /app/a.py", 3, 2, said, **CONTEXT))
