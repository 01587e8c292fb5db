from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.commands import grader
from tests.support.exercises import write

if TYPE_CHECKING:
    from pathlib import Path


def test_copies_starter_and_task(elsewhere: Path) -> None:
    ran = grader("exercise", "start", "serve-on-3000")
    assert (ran.code, ran.err) == (0, "")
    assert "grader check serve-on-3000 serve-on-3000" in ran.out
    assert (elsewhere / "serve-on-3000" / "app" / "server.py").is_file()
    assert (elsewhere / "serve-on-3000" / "task.md").read_text().startswith("# Serve a page")


def test_an_empty_folder_is_filled(elsewhere: Path) -> None:
    (elsewhere / "mine").mkdir()
    assert grader("exercise", "start", "serve-on-3000", "mine").code == 0
    assert (elsewhere / "mine" / "task.md").is_file()


def test_nothing_is_ever_overwritten(elsewhere: Path) -> None:
    (elsewhere / "mine").mkdir()
    (elsewhere / "mine" / "Dockerfile").write_text("my work")
    for folder in ("mine", "mine/Dockerfile", "."):
        ran = grader("exercise", "start", "serve-on-3000", folder)
        assert ran.code == 2
        assert "nothing is overwritten" in ran.err
    assert [path.name for path in elsewhere.rglob("*")] == ["mine", "Dockerfile"]
    assert (elsewhere / "mine" / "Dockerfile").read_text() == "my work"


def test_what_pip_compiled_is_not_copied(elsewhere: Path) -> None:
    folder = write(elsewhere / "exercises")
    for name in ("app/server.py", "app/__pycache__/server.cpython-311.pyc"):
        (folder / "starter" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "starter" / name).touch()
    assert grader("exercise", "start", "it", "mine").code == 0
    assert sorted(path.name for path in (elsewhere / "mine").rglob("*")) == ["app", "server.py"]


def test_an_exercise_without_starter(elsewhere: Path) -> None:
    write(elsewhere / "exercises")
    assert grader("exercise", "start", "it", "new/mine").code == 0
    assert list((elsewhere / "new" / "mine").iterdir()) == []


def test_unknown_exercise() -> None:
    ran = grader("exercise", "start", "serve-on-300")
    assert ran.code == 2
    assert "did you mean 'serve-on-3000'?" in ran.err
