"""The cause `name_conflict`."""

from __future__ import annotations

from dataclasses import replace

from tests.support.cases import commanded, explains, silent
from tests.support.states import line, made

CAUSE = "name_conflict"
TOLD = (
    'docker: Error response from daemon: Conflict. The container name "/web" is already in use by container '
    '"64ac8c3cc784". You have to remove (or rename) that container to be able to reuse that name.\n'
)
AGAIN = line("docker run -d -p 3000:80 --name web nginx:1", 125, TOLD, number=2)
CASE = commanded(line("docker run -d --name web nginx:1"), AGAIN, left=[made("web")], kind="container")


def test_recognised() -> None:
    says = ["the name 'web' was taken", "still the container from before", "docker rm -f web"]
    explains(CAUSE, CASE, *says, line=2)
    explains(CAUSE, commanded(AGAIN, where={"publishes": 3000}), *says, line=2)


def test_is_silent_otherwise() -> None:
    silent(CAUSE, commanded(AGAIN, where={"container": "db"}))
    silent(CAUSE, commanded(line("cat log", 0, TOLD)))
    silent(CAUSE, replace(CASE, kind="volume"))
    silent(CAUSE, replace(CASE, transcript=None))
