from __future__ import annotations

import pytest

from grader.sandbox.health import Finding, Level
from tests.support.commands import grader

GOOD = Finding("disk", Level.OK, "80 GiB free")
OLD = Finding("runc", Level.WARNING, "1.1.5", "Keep runc current.")
GONE = Finding("engine", Level.BAD, "there is none", "Start Docker.")


@pytest.mark.parametrize(
    ("found", "code", "verdict"),
    [
        ((GOOD,), 0, "Everything is here."),
        ((OLD, GOOD), 0, "Grading works; see the warnings."),
        ((GONE, OLD, GOOD), 3, "Grading does not work yet: mend what is marked bad."),
        ((GOOD, OLD, GONE), 3, "Grading does not work yet: mend what is marked bad."),
    ],
)
def test_the_worst_counts(found: tuple[Finding, ...], code: int, verdict: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grader.sandbox.health.look", lambda: found)
    ran = grader("doctor")
    assert ran.code == code
    assert ran.out.splitlines()[-1] == verdict


def test_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grader.sandbox.health.look", lambda: [GONE])
    assert grader("doctor").out.splitlines()[:2] == [
        "bad      engine     there is none",
        "                    Start Docker.",
    ]


def test_without_an_engine() -> None:
    ran = grader("doctor")
    assert ran.code == 3
    assert "bad" in ran.out


@pytest.mark.docker
def test_on_this_machine() -> None:
    assert grader("doctor").code == 0
