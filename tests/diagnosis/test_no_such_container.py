"""The cause `no_such_container`."""

from __future__ import annotations

from dataclasses import replace

from tests.support.cases import commanded, explains, silent
from tests.support.states import line, made

CAUSE = "no_such_container"
STOP = line("docker stop wroker", 1, "Error response from daemon: No such container: wroker", number=7)
CASE = commanded(STOP, left=[made("worker")], where={"container": "worker"}, kind="container")


def test_recognised() -> None:
    explains(CAUSE, CASE, "there was no container 'wroker'", "Write worker instead of wroker.", line=7)
    asked = replace(CASE, where=None, kind="calls", asked=("container stop", "worker"))
    explains(CAUSE, asked, "did nothing", line=7)
    silent(CAUSE, replace(asked, asked=("container start", "worker")))


def test_is_silent_otherwise() -> None:
    silent(CAUSE, replace(CASE, containers=(made("db"),)))
    silent(CAUSE, commanded(STOP, left=[made("worker"), made("web")], where={"container": "web"}))
    silent(CAUSE, replace(CASE, where=None, kind="calls", asked=("image list",)))
    image = line("docker rm worker:1", 1, "Error response from daemon: No such container: worker:1")
    silent(CAUSE, commanded(image, left=[made("worker")], where={"container": "worker"}))
