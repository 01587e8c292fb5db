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
        ({"steps": [{"call": "container kill"}]}, "Docker was not asked for this: container kill"),
        (
            {"steps": [{"call": "container stop"}, {"call": "container start"}]},
            "Docker was not asked for this after container stop: container start",
        ),
        (
            {"steps": [{"call": "container create", "body": {"$.Tty": True}}]},
            "not asked for this: container create ($.Tty equals true)",
        ),
        (
            {"steps": [{"call": "container stop", "container": "db", "arguments": {"signal": "KILL"}}]},
            "not asked for this: container stop (container equals 'db', signal equals 'KILL')",
        ),
        ({"steps": [{"call": "container rm"}]}, "not asked for this: container rm"),
        (
            {"steps": [{"call": "container stop"}], "count": 1},
            "the number of calls of container stop is 2, expected 1",
        ),
        (
            {"steps": [{"call": "image pull"}], "absent": True},
            "Docker was asked for what should not be: image pull",
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
    failure = fails(make(Calls, steps=[step]), DONE, "Docker was not asked for this: make a container named db")
    assert failure.expected == "make a container named db (container create)"


def test_shows_what_matters_of_the_calls() -> None:
    noisy = ran(line("docker run nginx:1", 0, "", call("container create", "web"), call("container wait", "web")))
    [shown] = fails(make(Calls, steps=[{"call": "image list"}]), noisy, "image list").evidence
    assert shown.text == "container create web"
    steps = [{"call": "container wait"}, {"call": "image list"}]
    [shown] = fails(make(Calls, steps=steps), noisy, "image list").evidence
    assert shown.text == "container create web\ncontainer wait web"


def test_a_call_of_which_no_answer_is_known_counts_as_done() -> None:
    joined = ran(line("docker network connect back web", 0, "", call("network connect", "web", status=None)))
    passes(make(Calls, steps=[{"call": "network connect", "container": "web"}]), joined)
    fails(make(Calls, steps=[{"call": "network connect", "succeeded": False}]), joined, because="not asked for this")


def test_no_calls() -> None:
    failure = fails(make(Calls, steps=[{"call": "image pull"}]), ran(), because="not asked for this: image pull")
    assert failure.actual == "no image pull"
    assert failure.evidence[0].text == "nothing"


@pytest.mark.parametrize(
    ("fields", "because"),
    [
        ({"steps": []}, "at least 1 item"),
        ({"steps": [{"call": "container crate"}]}, "unknown call 'container crate'; did you mean 'container create'?"),
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
