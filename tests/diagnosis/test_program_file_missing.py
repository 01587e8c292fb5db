"""The cause `program_file_missing`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.support.cases import exited, explains, files, silent
from tests.support.factories import make_image

if TYPE_CHECKING:
    from grader.core.facts import Case

CAUSE = "program_file_missing"
PYTHON = "FileNotFoundError: [Errno 2] No such file or directory: 'page.html'\n"
SOURCE = "FROM python:3-slim; WORKDIR /app; COPY server.py .; CMD python server.py"


def case(logs: str, source: str = SOURCE, argv: str = "python server.py", **facts: Any) -> Case:
    known = {"files": files("server.py", "page.html"), "image": make_image(workdir="/app"), **facts}
    return exited(source, argv, 1, logs, **known)


def test_a_file_that_is_not_copied() -> None:
    explains(CAUSE, case(PYTHON), "opens /app/page.html", "COPY page.html /app/page.html", line=4)
    node = "Error: ENOENT: no such file or directory, open '/app/page.html'\n"
    explains(CAUSE, case(node), "opens /app/page.html", line=4)


def test_a_file_that_is_elsewhere() -> None:
    source = "FROM python:3-slim; COPY server.py page.html /app/; CMD python /app/server.py"
    found = case(PYTHON, source, "python /app/server.py", image=make_image(workdir=""))
    explains(CAUSE, found, "Your page.html is in the image as /app/page.html", "Add WORKDIR /app above line 3", line=3)
    whole = "FileNotFoundError: [Errno 2] No such file or directory: '/srv/page.html'\n"
    explains(CAUSE, case(whole), "COPY page.html /srv/page.html", line=4)
    moved = "FROM a:1; WORKDIR /app; COPY server.py page.html ./site/; CMD python server.py"
    explains(CAUSE, case(whole, moved), "Let the program open /app/site/page.html", line=4)


def test_a_file_that_nobody_knows() -> None:
    found = explains(CAUSE, case(PYTHON, files=files("server.py")), line=4)
    assert found.certainty < 85


def test_is_silent_otherwise() -> None:
    silent(CAUSE, case(PYTHON, "FROM a:1; WORKDIR /app; COPY . .; CMD python server.py"))
    silent(CAUSE, case(f'File "/usr/lib/python3/subprocess.py", line 1\n{PYTHON}'))
    silent(CAUSE, case("npm error ENOENT: no such file or directory, open '/app/package.json'\n"))
    silent(CAUSE, exited(SOURCE, "python server.py", 0, PYTHON))
