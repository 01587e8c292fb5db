"""Cloned repositories: whose one is, and when its last commit was made."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from grader.batch.sources import read
from tests.support.sources import DOCKERFILE, by, repository, write

if TYPE_CHECKING:
    from pathlib import Path

ORG = "https://github.com/course"


@pytest.mark.parametrize(
    ("folder", "slug"),
    [
        ("hello-docker-submissions", "hello-docker"),
        ("hello-docker-03-01-2026-20-15-00", "hello-docker"),
        ("devops-hello_submissions_2026_03_01_T_20_15_00", "devops-hello"),
    ],
)
def test_what_the_tools_make(tmp_path: Path, work: Path, folder: str, slug: str) -> None:
    source = tmp_path / folder
    for login in ("ada-lovelace", "ada-byron"):
        repository(source / f"{slug}-{login}", origin=f"{ORG}/{slug}-{login}.git")
    write(source, {"scores.csv": "username,score\n", "results.json": "[]"})
    reading = read([source], work=work)
    people = by(reading, "login")
    assert set(people) == {"ada-lovelace", "ada-byron"}
    ada = people["ada-byron"]
    assert ada.who["repository"] == f"{slug}-ada-byron"
    assert (ada.received_at, ada.received_by) == (datetime(2026, 3, 1, 19, 59, 59, tzinfo=UTC), "commit")
    assert reading.said[0].startswith(
        f"{folder}: a folder of cloned repositories (2 submissions), each has a git history of its own"
    )


def test_logins_are_what_the_names_do_not_have_in_common(tmp_path: Path, work: Path) -> None:
    for login in ("ada", "grace-h", "team-rocket"):
        repository(tmp_path / "clones" / f"hw1-{login}")
    assert set(by(read([tmp_path / "clones"], work=work), "login")) == {"ada", "grace-h", "team-rocket"}


def test_folders_named_after_their_owners(tmp_path: Path, work: Path) -> None:
    for login in ("ada", "adam"):
        repository(tmp_path / "clones" / login)
    assert set(by(read([tmp_path / "clones"], work=work), "login")) == {"ada", "adam"}


def test_renamed_folders_are_known_by_where_they_come_from(tmp_path: Path, work: Path) -> None:
    repository(tmp_path / "clones" / "1", origin="git@github.com:course/hw1-ada.git")
    repository(tmp_path / "clones" / "2", origin=f"{ORG}/hw1-grace")
    assert set(by(read([tmp_path / "clones"], work=work), "login")) == {"ada", "grace"}


def test_forks_are_known_by_their_owners(tmp_path: Path, work: Path) -> None:
    for number, login in enumerate(("ada", "grace")):
        repository(tmp_path / "clones" / f"docker-course-{number}", origin=f"https://github.com/{login}/docker-course")
    assert set(by(read([tmp_path / "clones"], work=work), "login")) == {"ada", "grace"}


def test_a_single_repository_has_nothing_in_common(tmp_path: Path, work: Path) -> None:
    repository(tmp_path / "clones" / "hw1-ada")
    [found] = read([tmp_path / "clones"], work=work).found
    assert found.who["login"] == "hw1-ada"


def test_passwords_of_clones_stay_in_them(tmp_path: Path, work: Path) -> None:
    for login in ("ada", "grace"):
        origin = f"https://x-access-token:ghp_secret@github.com/course/hw1-{login}.git"
        repository(tmp_path / "clones" / f"hw1-{login}", origin=origin)
    reading = read([tmp_path / "clones"], work=work)
    assert "ghp_secret" not in repr(reading)
    assert set(by(reading, "login")) == {"ada", "grace"}


def test_a_clone_that_failed_is_listed_with_the_others(tmp_path: Path, work: Path) -> None:
    source = tmp_path / "hw1-submissions"
    repository(source / "hw1-ada")
    repository(source / "hw1-grace", {})
    (source / "hw1-alan").mkdir()
    (source / "hw1-eve").symlink_to(tmp_path)
    repository(source / "starter")
    people = by(read([source], work=work), "login")
    assert people["alan"].notes == ("it is not a git repository: was it cloned whole?",)
    assert people["grace"].notes == ("the repository has no commits",)
    assert people["starter"].notes == ("its name does not begin with 'hw1-'",)
    assert "links in a source are not followed" in (people[""].problem or "")


def test_few_repositories_among_many_folders_are_handed_in_so(tmp_path: Path, work: Path) -> None:
    source = write(tmp_path / "class", {f"{name}/Dockerfile": DOCKERFILE for name in ("bob", "cy", "dee")})
    repository(source / "ada")
    assert "a folder of submissions" in read([source], work=work).said[0]
