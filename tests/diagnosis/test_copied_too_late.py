"""The cause `copied_too_late`."""

from __future__ import annotations

import pytest

from tests.support.cases import exited, explains, files, silent, step_failed

CAUSE = "copied_too_late"
PIP = "ERROR: Could not open requirements file: [Errno 2] No such file or directory: 'requirements.txt'\n"
NPM = (
    "npm error enoent Could not read package.json: Error: ENOENT: no such file or directory, open '/app/package.json'\n"
)
CHMOD = "chmod: cannot access 'a.sh': No such file or directory\n"
CP = "cp: cannot stat \u2018a.sh\u2019: No such file or directory\n"
BUSYBOX = "chmod: a.sh: No such file or directory\n"
CONTEXT = {"files": files("requirements.txt", "package.json", "tools/a.sh")}


@pytest.mark.parametrize(
    ("source", "code", "output", "says"),
    [
        ("FROM a:1; WORKDIR /app; RUN pip install -r requirements.txt; COPY . .", 1, PIP, "needs requirements.txt"),
        ("FROM a:1; WORKDIR /app; RUN npm install; COPY package.json ./", 254, NPM, "only line 4 copies"),
        ("FROM a:1; RUN true; RUN cd /tools; COPY tools /tools", 2, "sh: 1: cd: can't cd to /tools\n", "Move line 4"),
        ("FROM a:1; WORKDIR /app; RUN chmod +x a.sh; COPY tools .", 1, CHMOD, "RUN in line 3 needs a.sh"),
        ("FROM a:1; WORKDIR /app; RUN cp a.sh b; COPY tools/a.sh .", 1, CP, "only line 4 copies"),
        ("FROM a:1; WORKDIR /app; RUN chmod +x a.sh; COPY tools .", 1, BUSYBOX, "only line 4 copies"),
    ],
)
def test_a_later_line_copies_it(source: str, code: int, output: str, says: str) -> None:
    explains(CAUSE, step_failed(source, 3, code, output, **CONTEXT), says, line=3)


@pytest.mark.parametrize(
    "source",
    [
        "FROM a:1; WORKDIR /app; RUN pip install -r requirements.txt",
        "FROM a:1; WORKDIR /app; RUN pip install -r requirements.txt; COPY . /other",
        "FROM a:1; COPY . .; RUN pip install -r requirements.txt; COPY . .",
        "FROM a:1; WORKDIR /app; RUN pip install -r requirements.txt; FROM a:1; WORKDIR /app; COPY . .",
    ],
)
def test_is_silent_where_no_later_line_brings_it_there(source: str) -> None:
    silent(CAUSE, step_failed(source, 3, 1, PIP, **CONTEXT))


def test_is_silent_about_containers() -> None:
    silent(CAUSE, exited("FROM a:1; CMD sh a.sh; COPY tools /", "sh a.sh", 2, "sh: 0: cannot open a.sh", **CONTEXT))
