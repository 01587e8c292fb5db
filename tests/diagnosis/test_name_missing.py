"""The cause `name_missing`."""

from __future__ import annotations

from dataclasses import replace

from tests.support.cases import commanded, explains, silent
from tests.support.states import call, line, made

CAUSE = "name_missing"
RUN = line("docker run -d nginx:1", 0, "", call("container create", "quirky_fermi"), number=4)
CASE = commanded(RUN, left=[made("quirky_fermi")], kind="container")


def test_recognised() -> None:
    says = [
        "No container is called 'web', and one has a name that Docker made up: 'quirky_fermi'",
        "add --name web",
        "docker rename quirky_fermi web",
    ]
    explains(CAUSE, CASE, *says, line=4)
    explains(CAUSE, replace(CASE, containers=(made("db"), made("happy_gates3"))), "'happy_gates3'")


def test_finds_the_line_by_the_image() -> None:
    unnamed = line("docker run -d nginx:1", 0, "", call("container create", body={"Image": "nginx:1"}), number=4)
    explains(CAUSE, commanded(unnamed, left=[made("quirky_fermi")]), "'quirky_fermi'", line=4)
    explains(CAUSE, commanded(unnamed, unnamed, left=[made("quirky_fermi")]), "'quirky_fermi'")


def test_several() -> None:
    several = replace(CASE, containers=(made("happy_gates"), made("quirky_fermi")))
    explains(CAUSE, several, "2 have names that Docker made up", "Add --name web to the docker run")


def test_is_silent_otherwise() -> None:
    silent(CAUSE, replace(CASE, containers=(made("my-web"),)))
    silent(CAUSE, replace(CASE, containers=(made("web"), made("quirky_fermi"))))
    silent(CAUSE, replace(CASE, containers=(made("weba"), made("quirky_fermi"))))
    silent(CAUSE, replace(CASE, where=None))
    removed = line("docker run -d --rm --name web busybox:1")
    silent(CAUSE, commanded(removed, RUN, left=[made("quirky_fermi")]))
    silent(CAUSE, commanded(RUN, left=[made("quirky_fermi")], where={"image": "redis:7"}))
