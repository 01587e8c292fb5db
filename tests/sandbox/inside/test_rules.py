"""Rules as JSON, and names of images."""

from __future__ import annotations

from typing import Any

import pytest

from grader.sandbox.inside.rules import Allow, Caps, Rules, normalize

DIGEST = "sha256:" + "0" * 64


@pytest.mark.parametrize(
    ("written", "complete"),
    [
        ("redis", "docker.io/library/redis:latest"),
        ("redis:7", "docker.io/library/redis:7"),
        ("library/redis:7", "docker.io/library/redis:7"),
        ("docker.io/redis:7", "docker.io/library/redis:7"),
        ("index.docker.io/library/redis:7", "docker.io/library/redis:7"),
        ("me/app", "docker.io/me/app:latest"),
        ("ghcr.io/me/app:1", "ghcr.io/me/app:1"),
        ("localhost/app", "localhost/app:latest"),
        ("localhost:5000/me/app:1", "localhost:5000/me/app:1"),
        (f"redis@{DIGEST}", f"docker.io/library/redis@{DIGEST}"),
        (f"redis:7@{DIGEST}", f"docker.io/library/redis@{DIGEST}"),
        ("", None),
        ("Redis", None),
        ("redis:", None),
        ("redis:7:8", None),
        ("redis@sha256:0", None),
        ("../redis", None),
        ("a b", None),
        ("-x", None),
    ],
)
def test_completes_names_of_images(written: str, complete: str | None) -> None:
    assert normalize(written) == complete


@pytest.mark.parametrize(
    ("name", "tag", "offered"),
    [
        ("redis", "7", True),
        ("redis", "8", False),
        ("docker.io/library/redis:7", "", True),
        ("redis", DIGEST, True),
        (f"redis:7@{DIGEST}", "", True),
        ("nginx", DIGEST, False),
        ("pinned", DIGEST, True),
        ("-x", DIGEST, False),
        ("-x", "1", False),
    ],
)
def test_offers(name: str, tag: str, offered: bool) -> None:  # noqa: FBT001 - a column
    assert Rules.parse({"images": ["redis:7", f"pinned@{DIGEST}"]}).offers(name, tag) is offered


def test_rules_survive_the_way_as_json() -> None:
    rules = Rules.parse({
        "images": ["redis:7"],
        "work": "/home/ana/work",
        "runtime": "runsc",
        "allow": {"restart": ["always"], "cap_add": ["NET_ADMIN"], "build": True},
        "caps": {"memory": 1, "payload": 2},
    })  # fmt: skip
    assert Rules.parse(rules.to_dict()) == rules
    assert rules.allow == Allow(restart=("always",), cap_add=("NET_ADMIN",), build=True)
    assert rules.caps == Caps(memory=1, payload=2)


def test_nothing_is_allowed_by_default() -> None:
    assert Rules.parse({}) == Rules()
    assert not any([Rules().images, Rules().allow.build, Rules().allow.cap_add, Rules().runtime])


@pytest.mark.parametrize(
    "wrong",
    [
        {"image": []},
        {"images": ["No Image"]},
        {"work": "work"},
        {"work": "/"},
        {"work": "/a/../b"},
        {"work": "/a/"},
        {"allow": {"privileged": True}},
        {"caps": {"volume": 1}},
        {"allow": {"host_network": True, "cap_add": ["NET_ADMIN"]}},
    ],
    ids=str,
)
def test_wrong_rules_are_not_taken(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"unknown|not an image|plain absolute|together"):
        Rules.parse(wrong)
