"""The cause `answer_missing`."""

from __future__ import annotations

import pytest

from tests.support.cases import explains, silent, step_failed

CAUSE = "answer_missing"
APT = "After this operation, 43 MB of additional disk space will be used.\nDo you want to continue? [Y/n] Abort.\n"


@pytest.mark.parametrize(
    ("command", "output", "says"),
    [
        ("apt-get update && apt-get install vim", APT, "apt-get install -y"),
        ("apt install vim", APT, "apt install -y"),
        ("apt-get update && apt-get purge gcc", APT, "apt-get purge -y"),
        ("dnf install vim", "Is this ok [y/N]: Operation aborted.\n", "dnf install -y"),
        ("yum install vim", "Is this ok [y/d/N]: Operation aborted.\n", "yum install -y"),
        ("./install-all", APT, "apt-get install -y"),
    ],
)
def test_nobody_answers(command: str, output: str, says: str) -> None:
    explains(CAUSE, step_failed(f"FROM a:1; RUN {command}", 2, 1, output), "nobody answered", says, line=2)


def test_is_silent_about_questions_that_were_answered() -> None:
    source = "FROM a:1; RUN apt-get install -y vim"
    silent(CAUSE, step_failed(source, 2, 100, "Do you want to continue? [Y/n] y\nE: Failed to fetch\n"))
    silent(CAUSE, step_failed(source, 2, 100, "E: Unable to locate package vim\n"))
