"""Which engine submissions run on."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.core.errors import UsageError
from grader.exercise.engines import opener, runs_isolated
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


@pytest.mark.parametrize("name", ["first-dockerfile", "publish-port-3000"])
def test_there_may_be_none(name: str) -> None:
    assert opener(load(EXERCISES / name), "none")().describe().mode == "none"


@pytest.mark.parametrize(
    ("name", "mode", "expected"),
    [
        ("first-dockerfile", "auto", False),
        ("first-dockerfile", "isolated", True),
        ("publish-port-3000", "auto", True),
        ("publish-port-3000", "host", False),
    ],
)
def test_which_it_is(name: str, mode: str, expected: bool) -> None:  # noqa: FBT001
    assert runs_isolated(load(EXERCISES / name), mode) is expected  # type: ignore[arg-type]
