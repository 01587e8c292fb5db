"""Where things are: every kind has its test, every test has its subject, and no file grows without end."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from grader.core import kinds

ROOT: Final = Path(__file__).parent.parent
MODULES: Final = sorted(path for path in (ROOT / "grader").rglob("*.py") if path.name != "__init__.py")
MOST_LINES: Final = 300
# In these packages a module is a kind: a command, a check, a cause, a format.
OF_KINDS: Final = ("checks", "cli", "diagnosis", "exercise", "exports", "reports", "submissions")


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def mirrored(path: Path) -> Path:
    inside = path.relative_to(ROOT / "grader")
    return ROOT / "tests" / inside.parent / f"test_{inside.name}"


# What begins with an underscore, a file or a folder of them, is a part of kinds and none by itself.
KINDS: Final = [
    path
    for path in MODULES
    if (inside := path.relative_to(ROOT / "grader").parts)[0] in OF_KINDS
    and not any(part.startswith("_") for part in inside)
]


@pytest.mark.parametrize("path", KINDS, ids=name)
def test_every_kind_has_its_test(path: Path) -> None:
    assert mirrored(path).is_file(), f"write {name(mirrored(path))}"


def test_every_kind_that_is_found_is_looked_at() -> None:
    found = {
        f"grader/{package}/{kind}.py"
        for package in ("checks", "diagnosis", "exports", "reports", "submissions")
        for kind in kinds.names(f"grader.{package}")
    }
    assert found <= {name(path) for path in KINDS}


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_no_module_is_too_long(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MOST_LINES


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_every_module_says_what_it_is(path: Path) -> None:
    assert path.read_text(encoding="utf-8").lstrip("r").startswith('"""')
