from __future__ import annotations

import pytest

from tests.support.commands import grader


@pytest.mark.docker
def test_what_is_here_is_not_built() -> None:
    assert grader("images", "standins", "busybox:1") == (0, "busybox:1: here already\n", "")


def test_there_is_no_recipe() -> None:
    ran = grader("images", "standins", "haskell:9")
    assert ran.code == 2
    assert "there is no stand-in for 'haskell:9'" in ran.err
    assert "busybox:1" in ran.err


def test_without_an_engine() -> None:
    assert grader("images", "standins").code == 3
