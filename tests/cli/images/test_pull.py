from __future__ import annotations

import pytest

from tests.support.commands import grader


@pytest.mark.docker
def test_what_is_here_is_not_pulled() -> None:
    ran = grader("images", "pull", "busybox:1", "busybox:1")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("busybox:1: here already (")
    assert len(ran.out.splitlines()) == 1


@pytest.mark.docker
def test_an_image_that_there_is_not() -> None:
    ran = grader("images", "pull", "localhost:1/grader-test-there-is-no-such-image")
    assert ran.code == 3
    assert "localhost:1/grader-test-there-is-no-such-image: " in ran.err
    assert "grader images standins" in ran.err


def test_without_an_engine() -> None:
    assert grader("images", "pull").code == 3
