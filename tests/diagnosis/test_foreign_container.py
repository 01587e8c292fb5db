"""The cause `foreign_container`."""

from __future__ import annotations

import pytest

from tests.support.cases import commanded, explains, silent
from tests.support.states import line, made

CAUSE = "foreign_container"
SAID = "Error response from daemon: No such container: {}\n"


@pytest.mark.parametrize("name", ["3f2a9c1d7e55", "jolly_hopper", "brave_curie7"])
def test_recognised(name: str) -> None:
    command = line(f"docker exec {name} ls", 1, SAID.format(name), number=3)
    found = explains(CAUSE, commanded(command), f"is about {name}", "--name", line=3)
    assert found.flag is not None
    assert found.flag.startswith("could not be replayed here: line 3 names the container")


@pytest.mark.parametrize("name", ["web", "my-web", "decade", "3f2a9c1d7e55/x", "feed"])
def test_is_silent_about_names_that_a_person_chose(name: str) -> None:
    silent(CAUSE, commanded(line(f"docker exec {name} ls", 1, SAID.format(name))))


def test_is_silent_otherwise() -> None:
    said = SAID.format("jolly_hopper")
    silent(CAUSE, commanded(line("docker exec jolly_hopper ls", 1, said), left=[made("web")]))
    silent(CAUSE, commanded(line("docker exec jolly_hopper ls", 0, said)))
    silent(CAUSE, commanded(line("docker exec jolly_hopper ls", 1, said), kind="local_image"))
