"""The cause `redirected_outside`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.support.cases import commanded, explains, silent
from tests.support.states import line, made

if TYPE_CHECKING:
    from grader.core.facts import Case

CAUSE = "redirected_outside"
MESSAGE = "/note.txt is not in the container"


def case(text: str) -> Case:
    return commanded(line(text, number=2), left=[made("web")], kind="file", message=MESSAGE)


@pytest.mark.parametrize(
    "text",
    [
        "docker exec web echo hello > /note.txt",
        "docker exec web echo 'a > b' >> note.txt",
        "sudo docker run --name web busybox:1 echo hello >./note.txt",
    ],
)
def test_recognised(text: str) -> None:
    explains(CAUSE, case(text), "on your computer", 'sh -c "echo text > /file"', line=2)


@pytest.mark.parametrize(
    "text",
    [
        "docker exec web sh -c 'echo hello > /note.txt'",
        "docker exec db echo hello > /note.txt",
        "docker exec web cat /etc/motd > motd.txt",
        "echo hello > note.txt",
    ],
)
def test_is_silent_otherwise(text: str) -> None:
    silent(CAUSE, case(text))


def test_is_about_files_only() -> None:
    silent(CAUSE, replace(case("docker exec web echo hello > /note.txt"), kind="logs"))


def test_checks_that_compare_containers() -> None:
    text = "docker exec web echo hello > /note.txt"
    for kind, words in (("isolated", "there is no {}"), ("immutable", "there is no file {}")):
        message = f"{words.format('/note.txt')} in container 'web'"
        explains(CAUSE, replace(case(text), kind=kind, message=message), "on your computer", line=2)
    silent(CAUSE, replace(case(text), kind="isolated", message="/note.txt is in container 'other' too"))
