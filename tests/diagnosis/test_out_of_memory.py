"""The cause `out_of_memory`."""

from __future__ import annotations

from tests.support.cases import exited, explains, silent

CAUSE = "out_of_memory"


def test_the_main_process() -> None:
    case = exited('FROM python:3-slim; CMD ["python", "a.py"]', ["python", "a.py"], 137, oom=True)
    explains(CAUSE, case, "The container was killed")


def test_another_process() -> None:
    case = exited("FROM python:3-slim; CMD python a.py", "python a.py", 0, "Killed\n", oom=True)
    explains(CAUSE, case, "A process in the container")


def test_is_silent_without_the_engines_word() -> None:
    silent(CAUSE, exited("FROM python:3-slim; CMD python a.py", "python a.py", 137))
    silent(CAUSE, exited("FROM python:3-slim; CMD python a.py", "python a.py", 137, oom=True, kind="image"))
