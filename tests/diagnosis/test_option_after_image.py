"""The cause `option_after_image`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.support.cases import commanded, explains, silent
from tests.support.states import call, ended, line, made

if TYPE_CHECKING:
    from grader.core.transcript import Line

CAUSE = "option_after_image"


def ran(*words: str, name: str | None = None, image: str = "nginx:1") -> Line:
    body = {"Image": image, "Cmd": list(words)} if words else {"Image": image}
    arguments = {"name": name} if name else {}
    made = call("container create", arguments=arguments, body=body, status=201)
    return line(f"docker run {image} {' '.join(words)}", 127, "", made, number=2)


@pytest.mark.parametrize(
    ("words", "option"),
    [
        (["-p", "3000:80"], "-p 3000:80"),
        (["-p", "127.0.0.1:3000:80", "-d"], "-p 127.0.0.1:3000:80"),
        (["-d", "-p", "3000:80"], "-d"),
        (["--name", "web"], "--name"),
        (["--name=web"], "--name=web"),
        (["-it"], "-it"),
        (["-e", "NAME=Ada"], "-e NAME=Ada"),
        (["-v", "data:/data"], "-v data:/data"),
    ],
)
def test_recognised(words: list[str], option: str) -> None:
    says = [
        f"{option} stands behind the image",
        f"Write the image behind all options: docker run {' '.join(words)} nginx:1",
    ]
    explains(CAUSE, commanded(ran(*words), where={}), *says, line=2)


def test_the_rest_of_the_command_stays() -> None:
    body = {"Image": "nginx:1", "Cmd": ["-p", "3000:80", "--rm", "sh", "-c", "a b"]}
    made = call("container create", body=body)
    quoted = line("docker  run -d nginx:1 -p 3000:80 --rm sh -c 'a b'", 127, "", made)
    explains(CAUSE, commanded(quoted, where={}), "docker run … -p 3000:80 --rm nginx:1 sh -c a b", line=1)
    plain = made.model_copy(update={"body": {**body, "Cmd": ["-p", "3000:80", "--name", "web", "sleep", "9"]}})
    whole = line("docker  run -d nginx:1 -p 3000:80 --name web sleep 9", 127, "", plain)
    explains(CAUSE, commanded(whole, where={}), "options: docker run -d -p 3000:80 --name web nginx:1 sleep 9", line=1)


def test_the_container_that_is_meant() -> None:
    explains(CAUSE, commanded(ran("-p", "80:80", name="web"), left=[made()]), "-p 80:80", line=2)
    silent(CAUSE, commanded(ran("-p", "80:80", name="db")))
    silent(CAUSE, commanded(ran("-p", "80:80")))
    explains(CAUSE, commanded(ran("--name", "web", name="happy_gates")), "--name stands behind", line=2)


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["sh"],
        ["sh", "-c", "a -p 80:80"],
        ["--version"],
        ["-v"],
        ["-p", "x"],
        ["-e", "print(1)"],
        ["-c", "x"],
        ["sh", "-c", "x", "--rm"],
        ["ls", "-d", "/"],
        ["grep", "-e", "x"],
    ],
)
def test_is_silent_about_commands(words: list[str]) -> None:
    silent(CAUSE, commanded(ran(*words)))


@pytest.mark.parametrize(
    ("words", "option"),
    [
        (["env", "-e", "COLOR=green"], "-e COLOR=green"),
        (["date", "--rm"], "--rm"),
        (["sleep", "600", "-d"], "-d"),
        (["env", "--name", "web"], "--name web"),
        (["python3", "-m", "http.server", "3000", "-p", "3000:3000"], "-p 3000:3000"),
    ],
)
def test_options_behind_the_program(words: list[str], option: str) -> None:
    says = [f"{option} stands behind the image", "the program got it", f"Write {option} before the image"]
    explains(CAUSE, commanded(ran(*words), where={}), *says, line=2)
    fine = ran(*words).model_copy(update={"exit_code": 0})
    silent(CAUSE, commanded(fine))
    silent(CAUSE, commanded(fine, left=[made("web")]))
    begun = ran(*words, name="web").model_copy(update={"exit_code": 0})
    explains(CAUSE, commanded(begun, left=[ended("web", 1)]), option, line=2)


def test_a_call_that_is_missing() -> None:
    asked = commanded(
        ran("date", "--rm"), kind="calls", where={}, asked=("container create", "$.HostConfig.AutoRemove")
    )
    explains(CAUSE, asked, "--rm stands behind the image", line=2)
    silent(CAUSE, replace(asked, asked=("container create", "$.Tty")))
    silent(CAUSE, replace(asked, asked=("image list",)))
    named = commanded(ran("--name", "web"), kind="calls", where={}, asked=("container create", "web"))
    silent(CAUSE, named)


def test_is_silent_otherwise() -> None:
    silent(CAUSE, commanded(ran("-d"), kind="leftovers"))
    silent(CAUSE, commanded(line("docker run x -d", 0, "", call("container create"))))
