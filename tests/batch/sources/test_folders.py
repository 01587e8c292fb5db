"""One folder, archive or file of each student."""

from __future__ import annotations

import os
import socket
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from grader.batch.sources import read
from grader.core.errors import UsageError
from tests.support.sources import DOCKERFILE, by, git, packed, repository, write

if TYPE_CHECKING:
    from pathlib import Path


def test_every_entry_is_a_students(tmp_path: Path, work: Path) -> None:
    source = write(
        tmp_path / "class",
        {
            "Ada Lovelace/Dockerfile": DOCKERFILE,
            "grace.zip": packed({"Dockerfile": DOCKERFILE}),
            "alan.turing.tar.gz": b"\x1f\x8b",
            "edsger.md": "docker ps\n",
            "dijkstra@example.org/Dockerfile": DOCKERFILE,
        },
    )
    reading = read([source], work=work)
    assert set(by(reading)) == {"Ada Lovelace", "grace", "alan.turing", "edsger", "dijkstra@example.org"}
    assert by(reading)["grace"].path == source / "grace.zip"
    assert by(reading)["dijkstra@example.org"].who["email"] == "dijkstra@example.org"
    assert reading.said == ("class: a folder of submissions (5 submissions), one entry for each student",)


def test_received_when_the_newest_file_was_changed(tmp_path: Path, work: Path) -> None:
    source = write(tmp_path / "class", {"ada/Dockerfile": DOCKERFILE, "ada/app/app.py": "", "ada/.DS_Store": ""})
    for seconds, name in ((1_000, "Dockerfile"), (3_000, "app/app.py"), (9_000, ".DS_Store")):
        os.utime(source / "ada" / name, (seconds, seconds))
    [found] = read([source], work=work).found
    assert (found.received_at, found.received_by) == (datetime.fromtimestamp(3_000, UTC), "file")


def test_received_with_the_last_commit_of_a_folder_that_has_any(tmp_path: Path, work: Path) -> None:
    source = write(tmp_path / "class", {f"{name}/Dockerfile": DOCKERFILE for name in ("bob", "cy", "dee")})
    repository(source / "ada")
    ada = by(read([source], work=work))["ada"]
    assert ada.received_by == "commit"
    assert ada.received_at == datetime(2026, 3, 1, 19, 59, 59, tzinfo=UTC)


def test_what_systems_and_courses_leave_is_nobodys(tmp_path: Path, work: Path) -> None:
    source = write(
        tmp_path / "class",
        {
            "ada/Dockerfile": DOCKERFILE,
            "__MACOSX/ada/._Dockerfile": "",
            ".DS_Store": "",
            "Thumbs.db": "",
            "desktop.ini": "",
            "roster.csv": "name\n",
            "course.yaml": "",
        },
    )
    reading = read([source], work=work)
    assert set(by(reading)) == {"ada"}
    assert "left aside: 'course.yaml', 'roster.csv'" in reading.said[0]


@pytest.mark.parametrize(
    ("files", "sign"),
    [
        ({"Dockerfile": DOCKERFILE, "app/app.py": ""}, "it holds 'Dockerfile'"),
        ({"docker-compose.yml": "", "web/Dockerfile": DOCKERFILE}, "it holds 'docker-compose.yml'"),
        ({".dockerignore": "", "src/main.c": ""}, "it holds '.dockerignore'"),
        ({"part1/1.7/Dockerfile": DOCKERFILE, "part2/2.1/compose.yml": ""}, "its folders are named like exercises"),
        ({"1.07-image-for-script/Dockerfile": DOCKERFILE}, "its folders are named like exercises"),
        ({".git/HEAD": "ref: refs/heads/main", "notes.md": "", "src/x": ""}, "it is a git repository with files"),
    ],
)
def test_one_submission_is_not_a_class(tmp_path: Path, work: Path, files: dict[str, str], sign: str) -> None:
    source = write(tmp_path / "ada", files)
    with pytest.raises(UsageError, match="looks like the work of one student") as caught:
        read([source], work=work)
    assert sign in caught.value.message
    assert "grader check" in (caught.value.hint or "")


def test_a_guess_does_not_stand_against_a_word(tmp_path: Path, work: Path) -> None:
    source = write(tmp_path / "class", {"ex1/Dockerfile": DOCKERFILE, "ex2/Dockerfile": DOCKERFILE})
    assert set(by(read([source], "folders", work=work))) == {"ex1", "ex2"}
    write(source, {"Dockerfile": DOCKERFILE})
    with pytest.raises(UsageError, match="one student"):
        read([source], "folders", work=work)


def test_student_numbers_are_no_exercises(tmp_path: Path, work: Path) -> None:
    source = write(tmp_path / "class", {"1/Dockerfile": "", "014563211/Dockerfile": "", "20/Dockerfile": ""})
    assert len(read([source], work=work).found) == 3


def test_nothing_that_is_no_file_is_followed_or_waited_for(tmp_path: Path, work: Path) -> None:
    write(tmp_path / "secret", {"Dockerfile": DOCKERFILE})
    source = write(tmp_path / "class", {"ada/Dockerfile": DOCKERFILE})
    (source / "eve").symlink_to(tmp_path / "secret")
    os.mkfifo(source / "mallory.zip")
    os.mkfifo(source / "ada" / ".gitmodules")
    with socket.socket(socket.AF_UNIX) as listener:
        before = os.getcwd()  # noqa: PTH109 - a socket's address has room for a short path only
        os.chdir(source)
        try:
            listener.bind("trent")
        finally:
            os.chdir(before)
        people = by(read([source], work=work))
    assert "links in a source are not followed" in (people["eve"].problem or "")
    assert people["mallory"].problem == people["trent"].problem == "it is neither a folder nor a file"
    assert people["ada"].problem is None


def test_names_are_hostile(tmp_path: Path, work: Path) -> None:
    source = write(tmp_path / "class", {"ada/Dockerfile": DOCKERFILE})
    odd = os.fsencode(source) + b"/eve\xff\x1b[2J\nlate: no"
    os.mkdir(odd)  # noqa: PTH102 - a name that is no text
    with open(odd + b"/Dockerfile", "w", encoding="utf-8") as file:  # noqa: PTH123
        file.write(DOCKERFILE)
    reading = read([source], work=work)
    eve = next(found for found in reading.found if found.who["name"] != "ada")
    assert eve.who["name"] == "eve\\udcff\\x1b[2J\nlate: no"
    assert "\x1b" not in eve.label
    assert (eve.path / "Dockerfile").read_text() == DOCKERFILE
    assert eve.model_dump_json()


def test_many_entries_are_no_trouble(tmp_path: Path, work: Path) -> None:
    source = tmp_path / "class"
    source.mkdir()
    for number in range(10_000):
        (source / f"student-{number:05}.md").touch()
    assert len(read([source], work=work).found) == 10_000


def test_git_history_that_cannot_be_read_is_said(tmp_path: Path, work: Path) -> None:
    names = ("bob", "cy", "dee", "eli", "fay")
    source = write(tmp_path / "class", {f"{name}/Dockerfile": DOCKERFILE for name in names})
    repository(source / "ada", {})
    write(
        source / "eve", {"Dockerfile": DOCKERFILE, ".git/HEAD": "a" * 40, ".git/objects/info/alternates": "/nowhere\n"}
    )
    people = by(read([source], work=work))
    assert people["ada"].notes == ("the repository has no commits",)
    assert people["eve"].notes == ("its git history can't be read",)
    assert people["eve"].received_by == "file"


def test_empty_submodules_are_noted(tmp_path: Path, work: Path) -> None:
    source = write(tmp_path / "class", {f"{name}/Dockerfile": DOCKERFILE for name in ("bob", "cy", "dee")})
    ada = repository(source / "ada", {".gitmodules": '[submodule "app"]\n\tpath = app\n\turl = ../x\n'})
    (ada / "app").mkdir()
    git(ada, "status")
    assert by(read([source], work=work))["ada"].notes == ("the folder 'app' is a submodule, and empty",)
