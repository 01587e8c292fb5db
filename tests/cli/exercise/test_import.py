from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from grader.exercise.load import load
from tests.support.commands import grader

if TYPE_CHECKING:
    from pathlib import Path

TESTS = """\
schemaVersion: "2.0.0"
containerRunOptions: {privileged: true}
commandTests: [{name: Says hello, command: echo, args: ["${GREETING}"], expectedOutput: [hello]}]
metadataTest: {user: app}
"""


@pytest.fixture
def file(elsewhere: Path) -> Path:
    path = elsewhere / "structure.yaml"
    path.write_text(TESTS)
    return path


def test_makes_an_exercise_and_says_what_is_not_kept(file: Path, elsewhere: Path) -> None:
    ran = grader("exercise", "import", "structure.yaml", "notes", "--image", "python:3-slim", "--title", "Notes")
    assert (ran.code, ran.out) == (0, "notes/exercise.yaml: 3 checks, 1 note\n")
    assert ran.err == f"{file.name}:2:23: containerRunOptions.privileged: left out: students' containers never are\n"
    made = load(elsewhere / "notes")
    assert (made.file.title, made.file.images) == ("Notes", ("python:3-slim",))
    assert [check.id for check in made.file.checks] == ["builds", "says-hello", "metadata"]
    assert made.file.checks[1].model_dump()["run"] == ("echo", "${GREETING}")
    assert "privileged: left out" in (elsewhere / "notes" / "exercise.yaml").read_text()
    assert "- Says hello" in (elsewhere / "notes" / "task.md").read_text()


def test_the_folder_is_named_like_the_file(file: Path) -> None:
    ran = grader("exercise", "import", str(file))
    assert ran.code == 0
    assert "Write the base images that students may use into `images`" in ran.out
    again = grader("exercise", "import", str(file))
    assert (again.code, "nothing is overwritten" in again.err) == (2, True)


@pytest.mark.parametrize(
    ("text", "says"),
    [("schemaVersion: 9\n", "schemaVersion must be 2.0.0"), ("{", "structure.yaml:2:1"), ("[1]", "holds no tests")],
)
def test_a_broken_file_is_one_clear_error(file: Path, elsewhere: Path, text: str, says: str) -> None:
    file.write_text(text)
    ran = grader("exercise", "import", file.name, "notes")
    assert (ran.code, says in ran.err) == (2, True)
    assert not (elsewhere / "notes").exists()


def test_a_file_that_is_not_there(elsewhere: Path) -> None:
    ran = grader("exercise", "import", "gone.yaml")
    assert (ran.code, "gone.yaml: No such file" in ran.err) == (2, True)
    assert list(elsewhere.iterdir()) == []
