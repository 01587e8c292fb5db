"""What tests of `grader engine` share: a host that is only a name, and records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from grader.core.result import ImageRef
from grader.sandbox.disposable import records

if TYPE_CHECKING:
    from grader.sandbox.disposable.records import Held


class FakeHost:
    address = "unix:///host.sock"

    def __init__(self) -> None:
        self.closed = False

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> FakeHost:
    one = FakeHost()
    monkeypatch.setattr("grader.sandbox.engine.connect", lambda: one)
    return one


def record(**fields: Any) -> Held:
    """Have a record; it is locked until it is released."""
    facts = {"images": (ImageRef(ref="busybox:1", id="sha256:b"),), "state": "ready", **fields}
    return records.create(records.fresh(FakeHost.address, warm=facts.pop("warm", True), **facts))
