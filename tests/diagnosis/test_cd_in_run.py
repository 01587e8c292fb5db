"""The cause `cd_in_run`."""

from __future__ import annotations

from typing import Any

import pytest

from grader.diagnosis import diagnoses
from tests.support.cases import absent, built, exited, explains, files, silent, step_failed

CAUSE = "cd_in_run"
CONTEXT = {"files": files("app/a.sh", "b.sh")}


def missing(path: str) -> str:
    return f"sh: 0: cannot open {path}: No such file\n"


def test_a_later_run() -> None:
    source = "FROM a:1; COPY app /app; RUN cd /app; RUN sh a.sh"
    said = "sh: can't open 'a.sh': No such file or directory\n"
    explains(CAUSE, step_failed(source, 4, 2, said, **CONTEXT), "moved only its own RUN", "WORKDIR /app", line=3)


def test_the_command_at_the_start() -> None:
    source = "FROM a:1; WORKDIR /srv; COPY . .; RUN mkdir x && cd app; CMD sh a.sh"
    case = exited(source, "sh a.sh", 2, missing("/srv/a.sh"), **CONTEXT)
    explains(CAUSE, case, "WORKDIR /srv/app", "CMD in line 5 starts in /srv", line=4)


def test_a_copy_below_it() -> None:
    source = "FROM a:1; RUN mkdir /app && cd /app; COPY b.sh .; CMD sh /app/b.sh"
    explains(CAUSE, exited(source, "sh /app/b.sh", 2, missing("/app/b.sh"), **CONTEXT), "WORKDIR /app", line=2)


@pytest.mark.parametrize(
    "source",
    [
        "FROM a:1; COPY app /app; RUN cd /app && ls; RUN sh a.sh",
        "FROM a:1; COPY app /app; RUN cd /opt; RUN sh a.sh",
        "FROM a:1; COPY app /app; RUN cd /app; RUN sh c.sh",
        "FROM a:1; COPY app /app; RUN echo cd /app; RUN sh a.sh",
    ],
)
def test_is_silent_where_the_cd_is_not_to_blame(source: str) -> None:
    path = source.rsplit(" ", 1)[1]
    silent(CAUSE, step_failed(source, 4, 2, f"sh: can't open '{path}': No such file or directory\n", **CONTEXT))


def test_is_silent_below_a_workdir() -> None:
    source = "FROM a:1; COPY app /app; RUN cd /app; WORKDIR /srv; CMD sh a.sh"
    silent(CAUSE, exited(source, "sh a.sh", 2, missing("/srv/a.sh"), **CONTEXT))
    silent(CAUSE, absent("FROM a:1; RUN cd /app; COPY c /", 3, "/c", **CONTEXT))


def test_a_file_that_a_check_looks_for() -> None:
    facts: dict[str, Any] = {"kind": "file", "message": "/app/app.py is not in the image", "files": files("app.py")}
    moved = built("FROM a:1; RUN mkdir /app; RUN cd /app; COPY app.py .; CMD x", **facts)
    diagnosis = explains(CAUSE, moved, "`cd /app` in line 3", "COPY in line 4 starts in /", "WORKDIR /app", line=3)
    assert [one.cause for one in diagnoses(moved)][:2] == [CAUSE, "copied_elsewhere"]
    assert diagnosis.certainty > 90
    silent(CAUSE, built("FROM a:1; RUN cd /srv; COPY app.py .; CMD x", **facts))
    silent(CAUSE, built("FROM a:1; COPY app.py .; RUN cd /app; CMD x", **facts))
    silent(CAUSE, built("FROM a:1; RUN cd /app; WORKDIR /srv; COPY app.py .; CMD x", **facts))
    silent(CAUSE, built("FROM a:1; RUN cd /app; COPY other.py .; CMD x", **facts))
