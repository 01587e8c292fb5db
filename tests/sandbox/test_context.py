"""What .dockerignore keeps out of a build, as explanations tell it."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest

from grader.core import clock
from grader.core.errors import TimedOut
from grader.sandbox.context import look, survey
from tests.support.engine import project_in, write

if TYPE_CHECKING:
    from pathlib import Path

FILES = ("Dockerfile", "a.txt", "b.md", "app/main.py", "app/a.txt", "app/deep/er/x.log", "node_modules/m/i.js")


def ignored(folder: Path, rules: str, name: str = ".dockerignore") -> set[str]:
    write(folder, {**dict.fromkeys(FILES, ""), name: rules})
    return set(survey(folder, folder / "Dockerfile").ignored) - {".dockerignore", name}


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ("", set()),
        ("# comment\n\n", set()),
        ("a.txt", {"a.txt"}),
        ("/a.txt\n./b.md", {"a.txt", "b.md"}),
        ("**/a.txt", {"a.txt", "app/a.txt"}),
        ("*/a.txt", {"app/a.txt"}),
        ("node_modules/", {"node_modules/m/i.js"}),
        ("app\n!app/main.py", {"app/a.txt", "app/deep/er/x.log"}),
        ("**/*.log", {"app/deep/er/x.log"}),
        ("?.md", {"b.md"}),
        ("*\n!Dockerfile", set(FILES) - {"Dockerfile"}),
        ("*.txt\r\n*.md\r\n", {"a.txt", "b.md"}),
        ("[a\n(b", set()),
        ("[a-b].*", {"a.txt", "b.md"}),
        ("[^a].*", {"b.md"}),
        ("\\*.txt\n\\?.md", set()),
    ],
)
def test_rules(tmp_path: Path, rules: str, expected: set[str]) -> None:
    assert ignored(tmp_path, rules) == expected


def test_the_files_own_rules_win(tmp_path: Path) -> None:
    write(tmp_path, {".dockerignore": "*"})
    assert ignored(tmp_path, "a.txt", "Dockerfile.dockerignore") == {"a.txt"}


def test_scripts_are_known_by_their_first_line(tmp_path: Path) -> None:
    write(tmp_path, {"Dockerfile": "", "run": "#!/bin/sh\r\necho\n", "data": "x"})
    found = survey(tmp_path, tmp_path / "Dockerfile")
    assert dict(found.scripts) == {"run": b"#!/bin/sh\r\necho\n"}
    assert found.files == {"Dockerfile": 0, "run": 16, "data": 1}


def test_names_that_are_no_text(tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9")
    write(tmp_path, {"Dockerfile": "", name: "", ".dockerignore": "caf?"})
    assert name in survey(tmp_path, tmp_path / "Dockerfile").ignored


def test_links_are_not_followed(tmp_path: Path) -> None:
    write(tmp_path, {"Dockerfile": ""})
    (tmp_path / "loop").symlink_to(".")
    assert set(survey(tmp_path, tmp_path / "Dockerfile").files) == {"Dockerfile"}


def test_many_files_and_many_rules_take_little_time(tmp_path: Path) -> None:
    write(tmp_path, {f"{'d/' * 20}{number}": "" for number in range(2_500)})
    write(tmp_path, {"Dockerfile": "", ".dockerignore": "\n".join(f"**/*a*{number}*b*" for number in range(1_000))})
    started = time.monotonic()
    assert len(survey(tmp_path, tmp_path / "Dockerfile").files) <= 2_000
    assert time.monotonic() - started < 5


def test_a_rule_that_is_too_large_keeps_nothing_out(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, {"Dockerfile": "", ".dockerignore": "\x1b[31m" + "?" * 60_000})
    assert survey(tmp_path, tmp_path / "Dockerfile").ignored == frozenset()
    assert capfd.readouterr().err == ""


RULES = """\
# what the build does not need
*.md
!b.md
**/*.lo[gh]
node_modules
app/*
!app/main.py
a.???
\\[a].txt
"""


@pytest.mark.parametrize(
    ("path", "type_", "is_ignored", "rule"),
    [
        ("Dockerfile", "file", False, None),
        ("a.txt", "file", True, "line 8 of .dockerignore, 'a.???'"),
        ("b.md", "file", False, "line 3 of .dockerignore, '!b.md'"),
        ("c.md", None, True, "line 2 of .dockerignore, '*.md'"),
        ("app", "directory", False, "line 7 of .dockerignore, '!app/main.py'"),
        ("app/", "directory", False, "line 7 of .dockerignore, '!app/main.py'"),
        ("app/deep", "directory", True, "line 6 of .dockerignore, 'app/*'"),
        ("node_modules/", "directory", True, "line 5 of .dockerignore, 'node_modules'"),
        ("node_modules", "directory", True, "line 5 of .dockerignore, 'node_modules'"),
        (".git/", None, False, None),
        ("a.txt/", "file", True, "line 8 of .dockerignore, 'a.???'"),
    ],
)
def test_a_path(tmp_path: Path, path: str, type_: str | None, is_ignored: object, rule: str | None) -> None:
    write(tmp_path, {**dict.fromkeys(FILES, ""), ".dockerignore": RULES})
    found = look(tmp_path, tmp_path / "Dockerfile", path)
    assert (found.type, found.ignored, found.rule) == (type_, is_ignored, rule)
    assert found.ignore_file == ".dockerignore"


def test_how_much_is_sent(tmp_path: Path) -> None:
    write(tmp_path, {"Dockerfile": "12345", "app/a.log": "123", "app/b.txt": "1", ".dockerignore": "**/*.log"})
    sizes = [look(tmp_path, tmp_path / "Dockerfile", path).sent for path in (".", "app", "app/a.log", "app/b.txt", "x")]
    assert sizes == [5 + 1 + 8, 1, 0, 1, 0]
    assert look(tmp_path / "app", tmp_path / "Dockerfile", ".").ignore_file is None


def test_nothing_outside_is_looked_at(tmp_path: Path) -> None:
    write(tmp_path, {"secret": "x", "work/Dockerfile": ""})
    (tmp_path / "work" / "link").symlink_to("../secret")
    for path in ("link", "../secret"):
        assert look(tmp_path / "work", tmp_path / "work" / "Dockerfile", path).type is None


def test_looking_has_a_deadline(tmp_path: Path) -> None:
    write(tmp_path, {"Dockerfile": ""})
    with clock.limit(0, "the limit of a test"), pytest.raises(TimedOut):
        look(tmp_path, tmp_path / "Dockerfile", ".")


@pytest.mark.docker
def test_a_build_agrees(tmp_path: Path) -> None:
    dockerfile = "FROM scratch\nCOPY . /\n"
    files = {**dict.fromkeys(FILES[1:], ""), "c.md": "", "app/x.loh": "", "sub/node_modules/y": "", "[a].txt": ""}
    with project_in(tmp_path, dockerfile, {**files, ".dockerignore": RULES}) as project:
        for path in files:
            assert (project.entry(f"/{path}") is None) == project.in_context(path).ignored, path
