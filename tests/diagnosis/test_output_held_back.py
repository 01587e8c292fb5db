"""The cause `output_held_back`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.cases import exited, explains, running, silent
from tests.support.factories import make_image

if TYPE_CHECKING:
    from grader.core.facts import Case

CAUSE = "output_held_back"


def case(argv: str, **facts: Any) -> Case:
    return running(f"FROM python:3-slim; CMD {argv}", argv, **{"kind": "logs", "port": None, **facts})


@pytest.mark.parametrize("argv", ["python app.py", "exec python3.12 app.py", "/usr/local/bin/python3 -W error app.py"])
def test_a_program_in_python_with_an_empty_log(argv: str) -> None:
    explains(CAUSE, case(argv), "may have printed", "PYTHONUNBUFFERED=1", line=2)


def test_is_silent_otherwise() -> None:
    silent(CAUSE, case("python -u app.py"))
    silent(CAUSE, case("python -Wu app.py"))
    silent(CAUSE, case("node app.js"))
    silent(CAUSE, case("python app.py", logs="ready\n"))
    silent(CAUSE, case("python app.py", kind="http"))
    silent(CAUSE, case("python app.py", image=make_image(env={"PYTHONUNBUFFERED": "1"})))
    silent(CAUSE, case("python app.py", given_env=frozenset({"PYTHONUNBUFFERED"})))
    silent(CAUSE, exited("FROM a:1; CMD python a.py", "python a.py", kind="logs"))
