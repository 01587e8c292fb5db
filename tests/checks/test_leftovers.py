"""The `leftovers` check, as a table."""

from __future__ import annotations

from typing import Any

import pytest

from grader.checks.leftovers import Leftovers
from grader.core.inventory import Network, Volume
from tests.support.checks import fails, make, passes
from tests.support.states import ended, holding, local_image, made

HELD = holding(
    made("web"),
    ended("job"),
    made("frozen", status="paused"),
    volumes=(Volume("data"),),
    networks=(Network("backend"),),
    images=(local_image(1, "nginx:1"), local_image(2)),
)


@pytest.mark.parametrize(
    "fields",
    [
        {"containers": ["web", "job", "frozen", "another"]},
        {"running": ["web", "frozen"]},
        {"volumes": ["data"], "networks": ["backend"]},
    ],
)
def test_passes(fields: dict[str, Any]) -> None:
    passes(make(Leftovers, **fields), HELD)


def test_passes_where_nothing_is_left() -> None:
    passes(make(Leftovers), holding(images=(local_image(1, "nginx:1"), local_image(2))))
    passes(
        make(Leftovers, images=["docker.io/library/nginx:1"], dangling=False),
        holding(images=(local_image(1, "nginx:1"),)),
    )


@pytest.mark.parametrize(
    ("fields", "because"),
    [
        ({}, "left over: containers: web (running), job (exited), frozen (paused); volumes: data; networks: backend"),
        ({"containers": ["web"]}, "left over: containers: job (exited), frozen (paused)"),
        ({"running": []}, "left over: running containers: web, frozen"),
        ({"volumes": []}, "left over: volumes: data"),
        ({"networks": ["frontend"]}, "left over: networks: backend"),
        ({"images": []}, "left over: images: nginx:1; images without a tag: 222222222222"),
        ({"dangling": False}, "left over: images without a tag: 222222222222"),
    ],
)
def test_fails(fields: dict[str, Any], because: str) -> None:
    failure = fails(make(Leftovers, **fields), HELD, because=because)
    assert failure.message == because
    assert failure.evidence


def test_says_how_to_list_and_remove_it() -> None:
    failure = fails(make(Leftovers, containers=["web"], volumes=[]), HELD, because="left over")
    assert failure.reproduce == "docker ps -a\ndocker volume ls"
    assert failure.hint == "These remove them: `docker rm -f NAME`, `docker volume rm NAME`."
    assert failure.expected == "no containers but web\nno volumes"
    assert fails(make(Leftovers), holding(volumes=(Volume("a"),)), because="left over: volumes: a").evidence == ()
