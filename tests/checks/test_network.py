"""The `network` check, as a table."""

from __future__ import annotations

from typing import Any

import pytest

from grader.checks.network import Network
from grader.core.inventory import Network as Found
from tests.support.checks import fails, make, passes, refuses
from tests.support.states import holding

HELD = holding(networks=(Found("backend", internal=True, containers=("web", "db")), Found("frontend")))


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "backend"},
        {"name": "gone", "exists": False},
        {"name": "backend", "driver": "bridge", "internal": True},
        {"name": "backend", "containers": ["web"]},
        {"name": "backend", "containers": {"equals": ["db", "web"]}},
        {"name": "backend", "containers": {"not": ["client"], "length": 2}},
        {"name": "frontend", "containers": {"length": 0}, "internal": False},
    ],
)
def test_passes(fields: dict[str, Any]) -> None:
    passes(make(Network, **fields), HELD)


@pytest.mark.parametrize(
    ("fields", "because", "reproduce"),
    [
        ({"name": "back"}, "there is no network back; there are: backend, frontend", "docker network ls"),
        ({"name": "backend", "exists": False}, "the network backend must not be there, and it is", "docker network ls"),
        ({"name": "backend", "driver": "host"}, "the driver of the network backend is 'bridge'", None),
        ({"name": "frontend", "internal": True}, "the network frontend is a network with a way out, expected", None),
        ({"name": "backend", "internal": False}, "the network backend is an internal network", None),
        (
            {"name": "frontend", "containers": ["web"]},
            "the list of running containers on the network frontend does not contain 'web'",
            None,
        ),
        ({"name": "backend", "containers": {"not": ["web"]}}, "contains 'web', and should not", None),
    ],
)
def test_fails(fields: dict[str, Any], because: str, reproduce: str | None) -> None:
    failure = fails(make(Network, **fields), HELD, because=because)
    assert failure.expected
    assert failure.actual
    assert failure.reproduce == (reproduce or f"docker network inspect {fields['name']}")


def test_nothing_there() -> None:
    fails(make(Network, name="a"), holding(), because="there is no network a; there are: none but Docker's own")


def test_refuses() -> None:
    refuses(Network, "exists: false excludes", name="a", exists=False, internal=True)
    refuses(Network, "at least 1 character", name="")
