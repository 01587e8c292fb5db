"""The cause `missing_package`."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.cases import exited, explains, files, silent

CAUSE = "missing_package"
TRACE = """Traceback (most recent call last):
  File "/a.py", line 1, in <module>
    import {0}
ModuleNotFoundError: No module named '{0}'
"""
NODE = "Error: Cannot find module '{}'\nRequire stack:\n- /a.js\n\nNode.js v24.21.0\n"


@pytest.mark.parametrize(
    ("logs", "install"),
    [
        (TRACE.format("flask"), "`RUN pip install flask`"),
        (TRACE.format("flask.views"), "`RUN pip install flask`"),
        ("/usr/local/bin/python: No module named flask\n", "`RUN pip install flask`"),
        (NODE.format("express"), "`RUN npm install express`"),
        (NODE.format("@scope/thing"), "`RUN npm install @scope/thing`"),
    ],
)
def test_a_library(logs: str, install: str) -> None:
    explains(CAUSE, exited("FROM some:1; CMD run", "run", 1, logs), install, "before line 2", line=2)


@pytest.mark.parametrize(
    ("copies", "logs", "name", "fix"),
    [
        ("COPY . /app", TRACE.format("flask"), "requirements.txt", "RUN pip install -r /app/requirements.txt"),
        (
            "COPY a.py /app/",
            TRACE.format("flask"),
            "requirements.txt",
            "COPY requirements.txt ./ and RUN pip install -r",
        ),
        ("COPY . /app", NODE.format("express"), "package.json", "RUN cd /app && npm install"),
        ("COPY a.py /app/", NODE.format("express"), "package.json", "COPY package.json ./ and RUN npm install"),
    ],
)
def test_a_list_of_libraries_that_nothing_installs(copies: str, logs: str, name: str, fix: str) -> None:
    case = exited(f"FROM some:1; {copies}; CMD run", "run", 1, logs, files=files("a.py", name))
    explains(CAUSE, case, f"Your folder has {name}, and no RUN installs", fix, line=3)
    some = exited(
        f"FROM some:1; RUN pip install x && npm install y; {copies}; CMD run", "run", 1, logs, files=case.files
    )
    assert f"Your folder has {name}" not in explains(CAUSE, some, line=4).explanation


@pytest.mark.parametrize(
    ("logs", "held", "own"),
    [
        (TRACE.format("helpers"), ["app.py", "helpers.py"], "COPY helpers.py"),
        (TRACE.format("helpers"), ["app.py", "helpers/__init__.py"], "COPY helpers/__init__.py"),
        (NODE.format("./routes"), ["app.py", "routes.js"], "COPY routes.js"),
    ],
)
def test_a_file_of_the_students_own(logs: str, held: list[str], own: str) -> None:
    case = exited("FROM some:1; COPY app.py .; CMD run", "run", 1, logs, files=files(*held))
    explains(CAUSE, case, own, "is in your folder")


@pytest.mark.parametrize(
    "logs",
    ["ImportError: cannot import name 'x' from 'flask'\n", NODE.format("/app/app.js"), NODE.format("./gone"), "no\n"],
)
def test_is_silent_about_other_errors(logs: str) -> None:
    silent(CAUSE, exited("FROM some:1; CMD run", "run", 1, logs))


def test_is_silent_about_a_program_that_went_on() -> None:
    silent(CAUSE, exited("FROM some:1; CMD run", "run", 0, TRACE.format("flask")))


def test_nothing_can_be_installed_without_a_network() -> None:
    logs = "ModuleNotFoundError: No module named 'flask'\n"
    case = exited("FROM a:1; CMD x", "x", 1, logs, files=files("requirements.txt"), offline=True)
    diagnosis = explains(CAUSE, case, "'flask'", "Do without the library", line=2)
    assert "RUN" not in f"{diagnosis.fix}{diagnosis.explanation}"
    own = exited("FROM a:1; CMD x", "x", 1, logs, files=files("flask.py"), offline=True)
    explains(CAUSE, own, "COPY flask.py into the image")
    given = replace(case, files=files("requirements.txt", "flask-3-py3-none-any.whl"))
    explains(CAUSE, given, "RUN pip install", line=2)
