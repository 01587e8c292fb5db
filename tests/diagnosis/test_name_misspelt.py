"""The cause `name_misspelt`."""

from __future__ import annotations

from dataclasses import replace

from tests.support.cases import commanded, explains, silent
from tests.support.states import line, made

CAUSE = "name_misspelt"
RUN = line("docker run --name cheker busybox:1 sh -c 'exit 3'", 3, "", number=4)
CASE = commanded(RUN, left=[made("cheker"), made("web")], kind="container", where={"container": "checker"})


def test_recognised() -> None:
    explains(CAUSE, CASE, "is called 'cheker', not 'checker'", "Write --name checker", line=4)


def test_is_silent_otherwise() -> None:
    silent(CAUSE, replace(CASE, expected=frozenset({"cheker", "checker"})))
    silent(CAUSE, replace(CASE, containers=(made("web"),)))
    silent(CAUSE, replace(CASE, containers=(made("checker"), made("cheker"))))
    silent(CAUSE, replace(CASE, transcript=None))
    silent(CAUSE, commanded(line("docker rename web cheker"), left=[made("cheker")], where={"container": "checker"}))
