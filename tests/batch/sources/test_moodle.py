"""Moodle's names: folders, files, blind marking and groups."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from grader.batch.sources import read
from tests.support.sources import DOCKERFILE, by, names, packed, write, zipped

if TYPE_CHECKING:
    from pathlib import Path

ARCHIVE = packed({"Dockerfile": DOCKERFILE})


@pytest.mark.parametrize("end", ["_", ""])
def test_folders_of_both_generations(tmp_path: Path, work: Path, end: str) -> None:
    files: dict[str, str | bytes] = {
        f"Ada Lovelace_123456_assignsubmission_file{end}/answer.zip": ARCHIVE,
        f"Grace Hopper_123457_assignsubmission_file{end}/Dockerfile": DOCKERFILE,
        f"Grace Hopper_123457_assignsubmission_file{end}/app/app.py": "",
        f"Alan Turing_123458_assignsubmission_file{end}/Dockerfile": DOCKERFILE,
    }
    reading = read([zipped(tmp_path / "Docker-Exercise 1-77.zip", files)], work=work)
    assert reading.said[0].startswith("Docker-Exercise 1-77.zip: a Moodle download (3 submissions), by the names")
    people = by(reading)
    assert people["Ada Lovelace"].who["id"] == "Participant 123456"
    assert people["Ada Lovelace"].path.name == "answer.zip"
    assert names(people["Grace Hopper"].path) == ["Dockerfile", "app/app.py"]
    assert names(people["Alan Turing"].path) == ["Dockerfile"]
    assert all(found.received_by == "file" for found in reading.found)
    assert reading.said[0].endswith("; times in it have no time zone, and are taken as this machine's")
    assert all(found.notes == () for found in reading.found)


def test_files_without_folders(tmp_path: Path, work: Path) -> None:
    files: dict[str, str | bytes] = {
        "Ada Lovelace_123456_assignsubmission_file_answer_1.zip": ARCHIVE,
        "Grace Hopper_123457_assignsubmission_onlinetext_onlinetext.html": "<p>docker ps</p>",
        "Alan Turing_123458_assignsubmission_file_Dockerfile": DOCKERFILE,
        "Alan Turing_123458_assignsubmission_file_app.py": "",
    }
    people = by(read([write(tmp_path / "class", files)], work=work))
    assert people["Ada Lovelace"].path.name.endswith("_answer_1.zip")
    assert (people["Grace Hopper"].path / "answer.txt").read_text() == "docker ps\n"
    assert names(people["Alan Turing"].path) == ["Dockerfile", "app.py"]


def test_text_beside_files_belongs_to_the_same_hand_in(tmp_path: Path, work: Path) -> None:
    files = {
        "Ada Lovelace_1_assignsubmission_file_/Dockerfile": DOCKERFILE,
        "Ada Lovelace_1_assignsubmission_onlinetext_/onlinetext.html": "<p>done</p>",
    }
    [found] = read([write(tmp_path / "class", files)], work=work).found
    assert names(found.path) == ["Dockerfile", "answer.txt", "onlinetext.html"]


def test_blind_marking(tmp_path: Path, work: Path) -> None:
    files = {f"Teilnehmer-in_{n}_assignsubmission_file_/Dockerfile": DOCKERFILE for n in (11, 12)}
    reading = read([write(tmp_path / "class", files)], work=work)
    assert set(by(reading, "id")) == {"Participant 11", "Participant 12"}
    assert all("name" not in found.who and "blind marking" in found.notes[0] for found in reading.found)
    single = write(tmp_path / "one", {"Participant_13_assignsubmission_file_/Dockerfile": DOCKERFILE})
    [found] = read([single], work=work / "x").found
    assert found.who == {"id": "Participant 13"}


def test_groups(tmp_path: Path, work: Path) -> None:
    files = {
        "Team A-Ada Lovelace_21_assignsubmission_file_/Dockerfile": DOCKERFILE,
        "Team B_22_assignsubmission_file/Dockerfile": DOCKERFILE,
        "Default group_assignsubmission_file/Dockerfile": DOCKERFILE,
    }
    people = by(read([write(tmp_path / "class", files)], work=work))
    assert set(people) == {"Team A-Ada Lovelace", "Team B", "Default group"}
    assert "group without a number" in people["Default group"].notes[0]


def test_two_of_the_same_name_are_two(tmp_path: Path, work: Path) -> None:
    files = {f"Ada Lovelace_{n}_assignsubmission_file_/Dockerfile": DOCKERFILE for n in (1, 2)}
    files["Grace Hopper_3_assignsubmission_file_/Dockerfile"] = DOCKERFILE
    reading = read([write(tmp_path / "class", files)], work=work)
    assert sorted(found.who["name"] for found in reading.found) == ["Ada Lovelace", "Ada Lovelace", "Grace Hopper"]


def test_an_empty_folder_is_listed(tmp_path: Path, work: Path) -> None:
    source = tmp_path / "class"
    (source / "Ada Lovelace_1_assignsubmission_file_").mkdir(parents=True)
    [found] = read([source], work=work).found
    assert found.problem == "there is nothing in its folder"


def test_what_is_no_file_inside_is_left_to_grading(tmp_path: Path, work: Path) -> None:
    source = write(tmp_path / "class", {"Ada Lovelace_1_assignsubmission_file_/Dockerfile": DOCKERFILE})
    folder = source / "Ada Lovelace_1_assignsubmission_file_"
    os.mkfifo(folder / "pipe")
    (folder / "link").symlink_to("/etc/passwd")
    [found] = read([source], work=work).found
    assert found.path == folder
