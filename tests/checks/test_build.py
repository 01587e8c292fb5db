from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from grader.checks.build import Build
from grader.core.errors import Failure, TimedOut, Unmet
from tests.support.checks import fails, make, passes
from tests.support.factories import make_build, make_build_failure
from tests.support.fakes import FakeTarget

if TYPE_CHECKING:
    from grader.core.facts import Build as Attempt


def test_passes_for_an_image() -> None:
    passes(make(Build), FakeTarget(build=make_build()))


@pytest.mark.parametrize(
    ("build", "because"),
    [
        (
            make_build(failure=make_build_failure()),
            "the build stopped at line 2, [2/2] RUN pip install flsk: its command ended with exit code 1",
        ),
        (make_build(failure=make_build_failure(line=None)), "stopped at [2/2] RUN pip install flsk: its command"),
        (make_build(failure=make_build_failure(step=None)), "stopped at line 2: its command"),
        (
            make_build(failure=make_build_failure(line=3, step=None, exit_code=None, message='"/app": not found')),
            'the build stopped at line 3: "/app": not found',
        ),
        (
            make_build(failure=make_build_failure(line=None, step=None, exit_code=None, message="no\x1b[31m")),
            "the build stopped: no\\x1b[31m",
        ),
        (make_build(image=None), "the build ended without an image"),
    ],
)
def test_fails_with_the_step(build: Attempt, because: str) -> None:
    failure = fails(make(Build), FakeTarget(build=build), because)
    assert failure.reproduce == "docker build ."


def test_a_timeout_names_its_limit() -> None:
    limit = "the build was not finished after 120 s (the build limit)"
    stopped = make_build_failure(message=limit, line=4, step="[2/2] RUN sleep 999", exit_code=None)
    failure = fails(
        make(Build),
        FakeTarget(build=make_build(timed_out=True, failure=stopped)),
        f"{limit} at line 4, [2/2] RUN sleep",
    )
    assert isinstance(failure, TimedOut)
    fails(make(Build), FakeTarget(build=make_build(timed_out=True, seconds=125)), "was ended after 2 min 5 s")


def evidence(build: Attempt) -> list[str]:
    with pytest.raises(Failure) as caught:
        make(Build).run(FakeTarget(build=build))
    return [one.text for one in caught.value.evidence]


def test_evidence_is_the_output_of_the_step_or_else_the_log() -> None:
    assert evidence(make_build(failure=make_build_failure(output="No module\n"))) == ["No module\n"]
    assert evidence(make_build(failure=make_build_failure(output="", step=None), log="all of it")) == ["all of it"]
    assert evidence(make_build(failure=make_build_failure(output=""), log="names of steps")) == []
    assert evidence(make_build(image=None, log="")) == []


def test_is_skipped_when_there_is_nothing_to_build() -> None:
    with pytest.raises(Unmet):
        make(Build).run(FakeTarget())
