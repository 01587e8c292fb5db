"""What .dockerignore keeps out of a build, as explanations tell it."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest

from grader.sandbox.context import survey
from tests.support.engine import write

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
