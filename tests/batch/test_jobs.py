from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import psutil
import pytest

from grader.batch.jobs import automatic
from grader.core.specs import MIB

GIB = 1024 * MIB


def exercise(memory: int) -> Any:
    return SimpleNamespace(file=SimpleNamespace(engine=SimpleNamespace(memory=memory)))


@pytest.mark.parametrize(
    ("cores", "memory", "isolated", "expected"),
    [
        (2, 64 * GIB, True, 4),  # cores decide
        (8, 8 * GIB, True, 2),  # memory decides
        (8, 8 * GIB, False, 9),  # without engines of their own, attempts take less
        (1, 512 * MIB, True, 1),  # there is always one
        (128, 4096 * GIB, True, 32),
    ],
)
def test_cores_and_memory_decide(cores: int, memory: int, isolated: bool, expected: int) -> None:  # noqa: FBT001
    exercises = [exercise(GIB), exercise(2 * GIB)]
    assert automatic(exercises, isolated=isolated, cores=cores, memory=memory, local=False) == expected


def test_what_others_use_here_is_not_free(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=3 * GIB))
    assert automatic([exercise(GIB)], isolated=True, cores=8, memory=64 * GIB, local=True) == 2
