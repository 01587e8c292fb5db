"""The `volume` check, as a table."""

from __future__ import annotations

from typing import Any

import pytest

from grader.checks.volume import Volume
from grader.core.inventory import Volume as Found
from tests.support.checks import fails, make, passes, refuses
from tests.support.states import ended, holding, made, volume

HELD = holding(
    ended("db", mounts=(volume("data", "/var/lib/data"),)),
    made("web", mounts=(volume("f" * 64, "/cache"),)),
    volumes=(Found("data", labels={"keep": "yes"}), Found("f" * 64, anonymous=True)),
)


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "data"},
        {"name": "other", "exists": False},
        {"name": "data", "used_by": ["db"], "labels": {"keep": "yes"}},
        {"anonymous": 1},
        {"name": "data", "anonymous": {"at_most": 1}},
    ],
)
def test_passes(fields: dict[str, Any]) -> None:
    passes(make(Volume, **fields), HELD)


@pytest.mark.parametrize(
    ("fields", "because"),
    [
        ({"name": "date"}, "there is no volume date; there are: data, fffffffffffffffffffffff…"),
        ({"name": "data", "exists": False}, "the volume data must not be there, and it is"),
        ({"name": "data", "used_by": ["db", "web"]}, "container 'web' does not use the volume data"),
        ({"name": "data", "labels": {"keep": "no"}}, "the label keep of the volume data is 'yes', expected 'no'"),
        ({"name": "data", "labels": {"kept": "no"}}, "the volume data has no label kept"),
        ({"anonymous": 0}, "the number of volumes without a name is 1, expected 0"),
    ],
)
def test_fails(fields: dict[str, Any], because: str) -> None:
    failure = fails(make(Volume, **fields), HELD, because=because)
    assert failure.expected
    assert failure.actual
    assert failure.reproduce == "docker volume ls"


def test_nothing_there() -> None:
    assert fails(make(Volume, name="a"), holding(), because="there are: no volumes").actual == "no volumes"
    unused = holding(volumes=(Found("a"),))
    assert (
        fails(make(Volume, name="a", used_by=["b"]), unused, because="does not use").actual == "used by: no container"
    )


@pytest.mark.parametrize(
    ("fields", "because"),
    [
        ({}, "nothing is expected; give name or anonymous"),
        ({"name": "a", "exists": False, "used_by": ["b"]}, "about a volume with a name that exists"),
        ({"anonymous": 0, "labels": {"a": "b"}}, "about a volume with a name that exists"),
        ({"anonymous": 0, "exists": False}, "exists: false needs a name"),
    ],
)
def test_refuses(fields: dict[str, Any], because: str) -> None:
    refuses(Volume, because, **fields)
