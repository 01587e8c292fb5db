"""The `transcript` check, as a table."""

from __future__ import annotations

from typing import Any

import pytest

from grader.checks.transcript import Transcript
from grader.core.errors import Missing, Unmet
from tests.support.checks import fails, make, passes, refuses
from tests.support.fakes import FakeTarget
from tests.support.states import line, ran

RUN = line("docker run -d \\\n  --name web   nginx:1", output="f00\n", number=2, seconds=0.5)
LIST = line("docker ps", output="NAMES\nweb\n", number=4)
WRONG = line("docker stop wbe", 1, "Error response from daemon: No such container: wbe\n", number=5)
AGAIN = line("docker ps -a", output="NAMES\nweb\ndb\n", number=6, seconds=2)
DONE = ran(RUN, LIST, WRONG, AGAIN)


@pytest.mark.parametrize(
    "fields",
    [
        {"command": "docker run -d --name web nginx:1"},
        {"command": {"matches": "^docker (container )?run .*--name web"}},
        {"command": {"matches": r"^docker ps\b"}, "output": ["db"]},
        {"command": {"matches": r"^docker ps\b"}, "count": 2},
        {"command": {"contains": "rm"}, "count": 0},
        {"command": {"contains": "stop"}, "succeeded": False},
        {"command": {"contains": "stop"}, "exit_code": 1},
        {"succeeded": False, "count": 1},
        {"output": {"contains": "No such container"}},
        {"command": {"contains": "run"}, "seconds": {"at_most": 1}},
        {"command": {"contains": "docker rm"}, "absent": True},
        {"command": {"contains": "stop"}, "succeeded": True, "absent": True},
        {"all_succeed": True, "except": {"starts_with": "docker stop"}},
    ],
)
def test_passes(fields: dict[str, Any]) -> None:
    passes(make(Transcript, **fields), DONE)


@pytest.mark.parametrize(
    ("fields", "because"),
    [
        ({"command": {"contains": "rm"}}, "there is no command that contains 'rm'"),
        (
            {"command": {"contains": "stop"}, "succeeded": True},
            "'docker stop wbe' (line 5) ended with exit code 1",
        ),
        ({"command": "docker ps", "succeeded": False}, "'docker ps' (line 4) ended with exit code 0"),
        ({"command": "docker ps", "exit_code": 1}, "the exit code of 'docker ps' (line 4) is 0, expected 1"),
        (
            {"command": {"starts_with": "docker ps"}, "output": ["cache"]},
            "the output of 'docker ps -a' (line 6) does not contain 'cache'",
        ),
        ({"command": "docker ps -a", "seconds": {"at_most": 1}}, "the time in seconds of 'docker ps -a' (line 6) is 2"),
        (
            {"command": {"contains": "ps"}, "count": 1},
            "the number of commands like this (command contains 'ps') is 2, expected 1",
        ),
        (
            {"command": {"contains": "stop"}, "absent": True},
            "there is a command that should not be there: 'docker stop wbe' (line 5)",
        ),
        ({"all_succeed": True}, "'docker stop wbe' (line 5) ended with exit code 1"),
    ],
)
def test_fails(fields: dict[str, Any], because: str) -> None:
    failure = fails(make(Transcript, **fields), DONE, because=because)
    assert failure.expected
    assert failure.actual is not None
    assert failure.evidence[0].text.startswith("$ docker")


def test_tells_of_the_nearest_command() -> None:
    check = make(Transcript, command={"starts_with": "docker"}, succeeded=True, output=["none of them"])
    assert "'docker ps -a' (line 6)" in fails(check, DONE, because="does not contain").message


def test_a_command_without_an_end() -> None:
    hung = ran(line("docker attach web", None, timed_out=True), line("docker ps", None, number=2))
    told = "'docker attach web' (line 1) did not end in time\n'docker ps' (line 2) was not run"
    failure = fails(make(Transcript, all_succeed=True), hung, because=told)
    assert failure.actual == "2 of 2 did not"
    assert "[did not end in time]" in failure.evidence[0].text
    fails(make(Transcript, command="docker ps", exit_code=0), hung, because="'docker ps' (line 2) was not run")
    many = ran(*(line("docker x", 1) for _ in range(7)))
    assert fails(make(Transcript, all_succeed=True), many, because="docker x").message.endswith("and 2 more")


def test_a_server_in_the_foreground_has_not_failed() -> None:
    server = ran(line("docker run -p 3000:80 nginx:1", None, "listening\n", left_running=True))
    passes(make(Transcript, all_succeed=True), server)
    passes(make(Transcript, output=["listening"], succeeded=True), server)
    told = "'docker run -p 3000:80 nginx:1' (line 1) went on, and did not end by itself"
    fails(make(Transcript, exit_code=0), server, because=told)
    fails(make(Transcript, command={"contains": "run"}, succeeded=False), server, because=told)


def test_no_commands() -> None:
    for fields in ({"all_succeed": True}, {"command": "docker ps"}, {"succeeded": True}):
        failure = fails(make(Transcript, **fields), ran(), because="there is no command at all")
        assert isinstance(failure, Missing)
    with pytest.raises(Unmet):
        make(Transcript, succeeded=True).run(FakeTarget())


@pytest.mark.parametrize(
    ("fields", "because"),
    [
        ({}, "nothing is expected"),
        ({"count": 1}, "nothing is expected"),
        ({"all_succeed": True, "output": "a"}, "all_succeed excludes all fields but except"),
        ({"succeeded": True, "except": "a"}, "except is about all_succeed"),
        ({"command": "a", "absent": True, "count": 0}, "absent excludes count"),
        ({"succeeded": True, "exit_code": 0}, "succeeded and exit_code exclude each other"),
    ],
)
def test_refuses(fields: dict[str, Any], because: str) -> None:
    refuses(Transcript, because, **fields)


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"all_succeed": True}, [(5, "this command ended with exit code 1")]),
        ({"command": {"contains": "ps"}, "absent": True},
         [(4, "this command should not be there"), (6, "this command should not be there")]),
        ({"command": "docker ps", "exit_code": 1}, [(4, "the exit code of 'docker ps' (line 4) is 0, expected 1")]),
        ({"command": "docker rm"}, []),
    ],
)  # fmt: skip
def test_what_is_wrong_is_found_at_lines(fields: dict[str, Any], found: list[tuple[int, str]]) -> None:
    failure = fails(make(Transcript, **fields), DONE, "")
    assert [(one.line, one.message) for one in failure.findings] == found
