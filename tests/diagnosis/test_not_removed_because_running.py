"""The cause `not_removed_because_running`."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.cases import commanded, explains, silent
from tests.support.states import line, made

CAUSE = "not_removed_because_running"
NOW = 'cannot remove container "/web": container is running: stop the container before removing or force remove'
BEFORE = "You cannot remove a running container cccccccccccc. Stop the container before attempting removal"
FAILED = "there must be no container 'web', and there is: web (nginx:1, running)"


@pytest.mark.parametrize("words", [NOW, NOW.replace("/web", "cccccccccccc"), BEFORE])
def test_recognised(words: str) -> None:
    told = line("docker rm web", 1, f"Error response from daemon: {words}\n", number=6)
    says = ["did not remove container 'web', which was running", "docker stop web", "docker rm -f web"]
    explains(CAUSE, commanded(told, left=[made()], kind="container", message=FAILED), *says, line=6)
    explains(CAUSE, commanded(told, left=[made()], kind="leftovers"), *says, line=6)


def test_is_silent_otherwise() -> None:
    told = line("docker rm web", 1, NOW)
    case = commanded(told, left=[made()], kind="leftovers")
    silent(CAUSE, replace(case, containers=(made("db", id="d" * 64),)))
    silent(CAUSE, replace(case, kind="container", message="container 'web' has no label a"))
    silent(CAUSE, replace(case, kind="http"))
    silent(CAUSE, commanded(line("docker rm web", 1, BEFORE.replace("Stop", "Start")), left=[made()], kind="leftovers"))
