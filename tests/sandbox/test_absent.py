"""What stands where no engine is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from grader.core.errors import SandboxError
from grader.core.result import EngineInfo
from grader.sandbox.absent import Absent

if TYPE_CHECKING:
    from collections.abc import Callable


def test_it_says_that_there_is_none() -> None:
    engine = Absent()
    assert engine.describe() == EngineInfo(mode="none")
    assert not engine.nearby
    with engine.used():
        pass
    engine.close()


@pytest.mark.parametrize(
    "use",
    [
        lambda one: one.api,
        lambda one: one.client(),
        lambda one: one.version(),
        lambda one: one.environment(),
        lambda one: one.buildx(),
        lambda one: one.dial("127.0.0.1", 80, 1.0),
    ],
)
def test_it_does_nothing(use: Callable[[Absent], Any]) -> None:
    with pytest.raises(SandboxError, match="needs a Docker engine"):
        use(Absent())
