"""What `grader doctor` says about disposable engines."""

from __future__ import annotations

from typing import Any

import pytest
from docker.errors import APIError

from grader.sandbox.disposable import image, outer, probe, records
from tests.support.engine import connected


class FakeHost:
    """An engine with these images, on which a privileged container ends so."""

    address = "unix:///host.sock"

    def __init__(self, *, code: int = 0, refuses: bool = False) -> None:
        self.api = self
        self.code = code
        self.refuses = refuses
        self.made: list[dict[str, Any]] = []

    def create_container_from_config(self, config: dict[str, Any], name: str) -> None:
        assert name.startswith(records.PREFIX)
        self.made.append(config)

    def start(self, _: str) -> None:
        if self.refuses:
            raise APIError("no", explanation="privileged mode is incompatible with user namespaces")

    def wait(self, *_: Any, **__: Any) -> dict[str, int]:
        return {"StatusCode": self.code}

    def info(self) -> dict[str, Any]:
        return {}


@pytest.fixture(autouse=True)
def _removes_nothing(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.node.get_closest_marker("docker") is None:
        monkeypatch.setattr(outer, "remove", lambda *_: None)
        monkeypatch.setattr("grader.sandbox.images.inspect", lambda _, name: {"Id": name})


@pytest.mark.parametrize(
    ("host", "good", "text"),
    [
        (FakeHost(), True, "privileged containers, loop devices; the engine image is here"),
        (FakeHost(code=1), False, "have no loop devices here"),
        (FakeHost(refuses=True), False, "privileged mode is incompatible with user namespaces"),
    ],
)
def test_what_is_said(host: Any, good: bool, text: str) -> None:  # noqa: FBT001 - the table's
    found, said, fix = probe.describe(host)
    assert (found, bool(fix)) == (good, not good)
    assert text in said
    assert host.made[0]["HostConfig"]["Privileged"]
    assert list(records.every()) == []


def test_without_any_image_it_is_not_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grader.sandbox.images.inspect", lambda *_: None)
    host: Any = FakeHost(code=1)
    good, said, _ = probe.describe(host)
    assert good
    assert "is made when it is first needed" in said
    assert host.made == []


@pytest.mark.docker
def test_on_this_machine_with_a_base_image(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image, "reference", lambda: "grader-engine:none")
    with connected() as host:
        good, said, _ = probe.describe(host)
    assert good, said
