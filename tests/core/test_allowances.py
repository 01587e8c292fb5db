"""What an exercise may allow, and that the gatekeeper understands it."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from grader.core.allowances import Allowances
from grader.core.describe import field_docs
from grader.sandbox.inside.rules import Allow, Caps, Rules


def test_the_default_is_the_gatekeepers_own() -> None:
    rules = Rules.parse(Allowances().rules(["redis:7"]))
    assert (rules.allow, rules.caps, rules.work, rules.runtime) == (Allow(), Caps(), "/work", None)
    assert rules.images == {"docker.io/library/redis:7"}


def test_everything_reaches_the_gatekeeper() -> None:
    wanted: dict[str, Any] = {
        "restart": ["on-failure", "always"],
        "retries": 3,
        "cap_add": ["NET_ADMIN"],
        "build": True,
        "update": True,
        "load": True,
        "memory": "1GiB",
        "cpus": 1.5,
        "pids": 10,
        "containers": 1,
        "volumes": 2,
        "networks": 3,
        "execs": 4,
    }
    rules = Rules.parse(Allowances.model_validate(wanted).rules([], work="/home/work", runtime="runsc"))
    assert rules.allow == Allow(("on-failure", "always"), 3, ("NET_ADMIN",), build=True, update=True, load=True)
    assert rules.caps == Caps(2**30, 1.5, 10, 1, 2, 3, 4)
    assert (rules.work, rules.runtime, rules.images) == ("/home/work", "runsc", frozenset())
    assert Rules.parse(Allowances(host_network=True).rules([])).allow == Allow(host_network=True)


@pytest.mark.parametrize(
    "wanted",
    [
        {"privileged": True},
        {"restart": ["no-matter-what"]},
        {"restart": "always"},
        {"retries": 21},
        {"cap_add": ["SYS_ADMIN"]},
        {"cap_add": ["SYS_TIME"]},
        {"cap_add": ["NET_ADMIN"], "host_network": True},
        {"memory": "9GiB"},
        {"cpus": 0},
        {"pids": 0},
        {"containers": 501},
        {"networks": 26},
    ],
    ids=str,
)
def test_ceilings(wanted: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Allowances.model_validate(wanted)


def test_every_field_is_explained() -> None:
    assert set(field_docs(Allowances)) == set(Allowances.model_fields)
