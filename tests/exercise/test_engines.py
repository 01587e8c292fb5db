"""Which engine submissions run on."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.core.errors import UsageError
from grader.exercise.engines import opener
from grader.exercise.load import load
from grader.sandbox.engine import connect

EXERCISES = Path(__file__).parent.parent.parent / "exercises"


@pytest.mark.parametrize("mode", ["auto", "host"])
def test_a_dockerfile_runs_on_the_users_own_engine(mode: str) -> None:
    assert opener(load(EXERCISES / "first-dockerfile"), mode) is connect  # type: ignore[arg-type]


def test_it_may_run_on_a_disposable_one() -> None:
    assert opener(load(EXERCISES / "first-dockerfile"), "isolated") is not connect


@pytest.mark.parametrize("mode", ["auto", "isolated"])
def test_commands_run_on_a_disposable_one(mode: str) -> None:
    assert opener(load(EXERCISES / "publish-port-3000"), mode) is not connect  # type: ignore[arg-type]


def test_commands_never_run_on_the_users_own() -> None:
    with pytest.raises(UsageError, match="can't be graded on your own engine"):
        opener(load(EXERCISES / "publish-port-3000"), "host")
