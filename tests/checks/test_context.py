from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from grader.checks.context import Context
from grader.core.facts import ContextEntry
from tests.support.checks import fails, make, passes, refuses
from tests.support.engine import project_in
from tests.support.fakes import FakeTarget

if TYPE_CHECKING:
    from pathlib import Path


def entry(path: str, type_: str | None = "file", **fields: Any) -> ContextEntry:
    return ContextEntry(path, type_, **{"ignored": False, "rule": None, "ignore_file": ".dockerignore", **fields})


def holds(*entries: ContextEntry) -> FakeTarget:
    return FakeTarget(context=entries)


LINE = "line 2 of .dockerignore, '*.py'"


@pytest.mark.parametrize(
    ("fields", "target"),
    [
        ({"present": ["app.py", "static/"]}, holds(entry("app.py"), entry("static/", "directory"))),
        ({"absent": ["old"]}, holds()),
        ({"ignored": [".git/", ".env"]}, holds(entry(".git/", None, ignored=True), entry(".env", ignored=True))),
        ({"included": ["./app.py"]}, holds(entry("app.py"))),
        ({"sent": {"at_most": "1kB"}}, holds(entry(".", "directory", sent=1000))),
    ],
)
def test_passes(fields: dict[str, Any], target: FakeTarget) -> None:
    passes(make(Context, **fields), target)


@pytest.mark.parametrize(
    ("fields", "target", "because"),
    [
        ({"present": ["app.py"]}, holds(), "there is no file app.py in the build context"),
        ({"present": ["static/"]}, holds(entry("static/")), "there is no folder static/ in the build context"),
        ({"absent": ["old"]}, holds(entry("old")), "old must not be in the build context"),
        (
            {"ignored": [".env"]},
            holds(entry(".env", None)),
            ".env is not kept out of the build: no line of '.dockerignore' fits it",
        ),
        (
            {"ignored": [".env"]},
            holds(entry(".env", rule="line 3 of .dockerignore, '!.env'")),
            ".env is not kept out of the build: line 3 of .dockerignore, '!.env', lets it in",
        ),
        ({"ignored": ["x"]}, holds(), "x is not kept out of the build: there is no .dockerignore"),
        (
            {"included": ["app.py"]},
            holds(entry("app.py", ignored=True, rule=LINE)),
            f"app.py does not reach the build: {LINE} keeps it out",
        ),
        ({"included": ["app.py"]}, holds(entry("app.py", None, ignored=True)), "there is no file app.py"),
        (
            {"sent": {"at_most": "1kB"}},
            holds(entry(".", "directory", sent=4096)),
            "4.0 KiB (4096 bytes) reach the build, expected at most 1000 bytes",
        ),
    ],
)
def test_fails(fields: dict[str, Any], target: FakeTarget, because: str) -> None:
    failure = fails(make(Context, **fields), target, because)
    assert "\n" not in failure.message
    assert str(failure.reproduce).endswith("docker build --no-cache --progress=plain -f - .")


def test_all_that_is_wrong_is_told() -> None:
    check = make(Context, present=["a"], ignored=["b"], absent=["c"])
    assert len(fails(check, holds(entry("c")), "there is no file a").message.splitlines()) == 3


@pytest.mark.parametrize(
    ("fields", "because"),
    [
        ({}, "nothing is expected; give present, absent, ignored, included or sent"),
        ({"present": ["/app"]}, "must be a path inside the build context"),
        ({"ignored": ["../x"]}, "must be a path inside the build context"),
        ({"present": ["a.py"], "absent": ["./a.py"]}, "'a.py' stands in present and in absent: it can't be both"),
        ({"included": ["a"], "absent": ["a"]}, "'a' stands in included and in absent"),
        ({"included": ["a"], "ignored": ["a"]}, "'a' stands in included and in ignored"),
        ({"ignored": ["."]}, "must be a path inside the build context"),
        ({"sent": {"at_most": "1 parsec"}}, "unknown unit 'parsec'"),
    ],
)
def test_refuses(fields: dict[str, Any], because: str) -> None:
    refuses(Context, because, **fields)


@pytest.mark.docker
def test_a_real_folder(tmp_path: Path) -> None:
    files = {"app.py": "x", ".env": "secret", ".dockerignore": ".env\n"}
    with project_in(tmp_path, "FROM scratch\nCOPY . /\n", files) as project:
        make(Context, present=["app.py"], ignored=[".env"], included=["Dockerfile"], sent={"at_most": 100}).run(project)
        fails(make(Context, ignored=["app.py"]), project, "app.py is not kept out of the build: no line of")
