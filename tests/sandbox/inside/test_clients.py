"""What real clients send is understood: captured from the docker command, Compose and docker-py."""

from __future__ import annotations

from typing import Any

import pytest

from grader.sandbox.inside.policy import decide
from tests.support.policy import BODIES, RULES, captured, request

SENT = [(path.stem, one) for path in sorted(BODIES.glob("*.json")) for one in captured(path.stem)]


@pytest.mark.parametrize(
    ("client", "sent"), SENT, ids=[f"{client}-{number}-{one['call']}" for number, (client, one) in enumerate(SENT)]
)
def test_decides_as_noted(client: str, sent: dict[str, Any]) -> None:
    headers = {key: value for key, value in sent["headers"].items() if key != "Content-Length"}
    if sent["headers"].get("Content-Length", "0") == "0":
        headers["Content-Length"] = "0" if sent["method"] == "POST" else None
    verdict = decide(request(sent["method"], sent["uri"], sent["body"], headers), RULES)
    assert (verdict.name, verdict.rule) == (sent["call"], sent["refused"]), (client, verdict.message)


def test_nothing_that_is_always_sent_is_told() -> None:
    sent = next(one for one in captured("docker-28") if one["call"] == "container create")
    verdict = decide(request("POST", sent["uri"], sent["body"]), RULES)
    assert verdict.body == {
        "AttachStdout": True,
        "AttachStderr": True,
        "Image": "busybox",
    }


def test_what_was_asked_for_is_told() -> None:
    sent = next(one for one in captured("docker-28") if one["uri"].endswith("?name=web"))
    verdict = decide(request("POST", sent["uri"], sent["body"]), RULES)
    assert verdict.arguments == {"name": "web"}
    assert verdict.body["HostConfig"] == {
        "PublishAllPorts": True,
        "PortBindings": {
            "80/tcp": [{"HostPort": "8080"}],
            "3000/tcp": [{"HostIp": "127.0.0.1", "HostPort": "3000"}],
            "3001/tcp": [{"HostIp": "127.0.0.1", "HostPort": "3001"}],
        },
    }
    assert verdict.body["ExposedPorts"] == {"80/tcp": {}, "3000/tcp": {}, "3001/tcp": {}}
    assert (verdict.body["Env"], verdict.body["WorkingDir"]) == (["A=b"], "/app")
