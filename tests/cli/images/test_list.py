from __future__ import annotations

import pytest

from tests.support.commands import grader


@pytest.mark.docker
def test_lists_the_course_images() -> None:
    ran = grader("images", "list")
    assert (ran.code, ran.err) == (0, "")
    lines = {line.split()[0]: line.split()[1] for line in ran.out.splitlines()}
    assert set(lines) >= {"python:3-slim", "busybox:1", "nginx:1"}
    assert set(lines.values()) <= {"stand-in", "pulled", "local"}


def test_without_an_engine() -> None:
    ran = grader("images", "list")
    assert ran.code == 3
    assert ran.err.startswith("error: no Docker engine is running")
