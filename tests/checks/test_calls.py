"""The `calls` check, as a table."""

from __future__ import annotations

from typing import Any

import pytest

from grader.checks.calls import Calls
from grader.core.transcript import CALLS
from grader.sandbox.inside.routes import REFUSED, ROUTES
from tests.support.checks import fails, make, passes, refuses
from tests.support.states import call, line, ran

CREATE = call(
    "container create",
    "web",
    arguments={"name": "web"},
    body={"Image": "nginx:1", "HostConfig": {"PortBindings": {"80/tcp": [{"HostPort": "3000"}]}, "AutoRemove": True}},
)
DONE = ran(
    line(
        "docker run --rm -p 3000:80 --name web nginx:1",
        0,
        "",
        call("image pull"),
        CREATE,
        call("container start", "web"),
    ),
    line("docker run --privileged nginx:1", 125, "", call("container create", status=403, refused="privileged")),
    line("docker stop web; docker stop web", 0, "", call("container stop", "web"), call("container stop", "web")),
    line("docker rm web", 1, "", call("container rm", "web", status=404)),
)


@pytest.mark.parametrize(
    "steps",
    [
        [{"call": "container create"}],
        [{"call": "container create", "container": "web"}, {"call": "container stop", "container": "web"}],
        [{"call": "container stop"}, {"call": "container stop"}],
        [{"call": "container create", "body": {"$.HostConfig.PortBindings['80/tcp'][0].HostPort": 3000}}],
        [{"call": "container create", "body": {"$.HostConfig.AutoRemove": True}, "arguments": {"name": "web"}}],
        [{"call": "container create", "succeeded": False}, {"call": "container rm", "succeeded": None}],
    ],
)
def test_passes(steps: list[dict[str, Any]]) -> None:
    passes(make(Calls, steps=steps), DONE)


@pytest.mark.parametrize(
    "fields",
    [
        {"steps": [{"call": "container stop"}], "count": 2},
        {"steps": [{"call": "container create"}], "count": 1},
        {"steps": [{"call": "container kill"}], "count": 0},
        {"steps": [{"call": "container rm"}], "absent": True},
        {"steps": [{"call": "container create", "body": {"$.Tty": True}}], "absent": True},
    ],
)
def test_counts(fields: dict[str, Any]) -> None:
    passes(make(Calls, **fields), DONE)


@pytest.mark.parametrize(
    ("fields", "because"),
    [
        ({"steps": [{"call": "container kill"}]}, "no command did this: docker kill"),
        (
            {"steps": [{"call": "container stop"}, {"call": "container start"}]},
            "no command did this after docker stop: docker start",
        ),
        (
            {"steps": [{"call": "container create", "body": {"$.Tty": True}}]},
            "no command did this: docker run or docker create ($.Tty equals true)",
        ),
        (
            {"steps": [{"call": "container stop", "container": "db", "arguments": {"signal": "KILL"}}]},
            "no command did this: docker stop db (signal equals 'KILL')",
        ),
        ({"steps": [{"call": "container rm"}]}, "no command did this: docker rm"),
        (
            {"steps": [{"call": "container stop"}], "count": 1},
            "the number of times that a command did this (docker stop) is 2, expected 1",
        ),
        (
            {"steps": [{"call": "image pull"}], "absent": True},
            "'docker run --rm -p 3000:80 --name web nginx:1' (line 1) did what it should not: docker pull",
        ),
    ],
)
def test_fails(fields: dict[str, Any], because: str) -> None:
    failure = fails(make(Calls, **fields), DONE, because=because)
    assert failure.expected
    assert failure.actual
    assert "container create: refused\ncontainer stop web\n" in failure.evidence[0].text
    assert "container rm web: failed" in failure.evidence[0].text


def test_says_a_step_in_the_authors_words() -> None:
    step = {"call": "container create", "arguments": {"name": "db"}, "title": "make a container named db"}
    failure = fails(make(Calls, steps=[step]), DONE, "no command did this: make a container named db")
    assert failure.expected == "make a container named db (docker run or docker create)"


def test_names_the_command_that_did_what_it_should_not() -> None:
    made = ran(line("docker run --name db a", 0, "", call("container attach", "db"), number=2))
    step = {"call": "container attach", "container": "db", "title": "keep the terminal"}
    says = "did what it should not: keep the terminal (docker attach, or docker run without -d)"
    failure = fails(make(Calls, steps=[step], absent=True), made, f"'docker run --name db a' (line 2) {says}")
    assert [(one.line, one.rule) for one in failure.findings] == [(2, "calls")]


def test_shows_what_matters_of_the_calls() -> None:
    noisy = ran(line("docker run nginx:1", 0, "", call("container create", "web"), call("container wait", "web")))
    [shown] = fails(make(Calls, steps=[{"call": "image list"}]), noisy, "no command did this: docker images").evidence
    assert shown.text == "container create web"
    steps = [{"call": "container wait"}, {"call": "image list"}]
    [shown] = fails(make(Calls, steps=steps), noisy, "no command did this after docker wait: docker images").evidence
    assert shown.text == "container create web\ncontainer wait web"


def test_shows_one_copy_as_one_call() -> None:
    copied = line("docker cp a web:/a", 0, "", call("container cp", "web", status=400), call("container cp", "web"))
    failed = line("docker cp web:/b .", 1, "", call("container cp", "web", status=400), number=2)
    stopped = line("docker stop web", 0, "", call("container stop", "web", status=400), number=3)
    step = {"call": "container cp", "container": "web", "arguments": {"path": "/b"}, "title": "copy /b"}
    failure = fails(make(Calls, steps=[step]), ran(copied, failed, stopped), "no command did this: copy /b (docker cp)")
    assert failure.evidence[0].text == "container cp web\ncontainer cp web: failed\ncontainer stop web: nothing to do"
    assert failure.actual == "'docker cp a web:/a' (line 1)\n'docker cp web:/b .' (line 2), which failed"
    assert failure.asked == ("container cp", "web", "/b")


def test_a_call_of_which_no_answer_is_known_counts_as_done() -> None:
    joined = ran(line("docker network connect back web", 0, "", call("network connect", "web", status=None)))
    passes(make(Calls, steps=[{"call": "network connect", "container": "web"}]), joined)
    fails(make(Calls, steps=[{"call": "network connect", "succeeded": False}]), joined, because="no command did this")


def test_commands_that_ask_docker_for_nothing() -> None:
    quiet = ran(line("cd /tmp"), line("docker run a", 0, "", call("container wait", "web")))
    [shown] = fails(make(Calls, steps=[{"call": "image list"}]), quiet, "docker images").evidence
    assert shown.text == "nothing"


def test_no_calls() -> None:
    failure = fails(make(Calls, steps=[{"call": "image pull"}]), ran(), because="no command did this: docker pull")
    assert failure.actual == "no docker pull"
    assert failure.evidence[0].text == "nothing"


@pytest.mark.parametrize(
    ("fields", "because"),
    [
        ({"steps": []}, "at least 1 item"),
        ({"steps": [{"call": "container crate"}]}, "unknown call 'container crate'; did you mean 'container create'?"),
        ({"steps": [{"call": "container remove"}]}, "did you mean 'container rm'?"),
        ({"steps": [{"call": "image delete"}]}, "did you mean 'image rm'?"),
        ({"steps": [{"call": "container ls"}]}, "did you mean 'container list'?"),
        ({"steps": [{"call": "container ps"}]}, "did you mean 'container list'?"),
        ({"steps": [{"call": "docker ps"}]}, "did you mean 'container list'?"),
        ({"steps": [{"call": "container copy"}]}, "did you mean 'container cp'?"),
        ({"steps": [{"call": "container log"}]}, "did you mean 'container logs'?"),
        ({"steps": [{"call": "docker rmi"}]}, "did you mean 'image rm'?"),
        ({"steps": [{"call": "sing"}]}, "unknown call 'sing'"),
        ({"steps": [{"call": "image pull", "body": {"Tty": True}}]}, "'Tty' is not a JSONPath"),
        ({"steps": [{"call": "image pull"}, {"call": "image tag"}], "count": 1}, "are about a single step"),
        ({"steps": [{"call": "image pull"}], "count": 0, "absent": True}, "absent excludes count"),
    ],
)
def test_refuses(fields: dict[str, Any], because: str) -> None:
    refuses(Calls, because, **fields)


def test_survives_a_round_trip() -> None:
    check = make(Calls, steps=[{"call": "image pull", "body": {"$.a": ["b"]}, "container": {"starts_with": "c"}}])
    assert Calls.model_validate_json(check.model_dump_json()) == check


def test_the_names_are_those_that_the_gatekeeper_writes_down() -> None:
    written = {route.name for route in ROUTES} | {name for name, *_ in REFUSED}
    assert written >= CALLS
    things = {name.partition(" ")[0] for name in CALLS}
    assert {name for name in written if name.partition(" ")[0] in things} == CALLS
