"""The cause `invalid_image_name`."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.cases import commanded, explains, silent
from tests.support.states import line

CAUSE = "invalid_image_name"
TOLD = "docker: invalid reference format.\nSee 'docker run --help'."


@pytest.mark.parametrize(
    ("text", "output", "says"),
    [
        ("docker run --name web -e COLOR = green nginx:1", TOLD, "without blanks around ="),
        ("docker run --name web -p 3000: 80 nginx:1", TOLD, "without blanks"),
        ("docker run --name web -v /my folder:/data nginx:1", TOLD, "A value with blanks needs quotes"),
        (
            "docker run --name web Nginx:1",
            "docker: invalid reference format: repository name (library/Nginx) must be lowercase.",
            "small letters",
        ),
    ],
)
def test_recognised(text: str, output: str, says: str) -> None:
    explains(CAUSE, commanded(line(text, 125, output, number=2)), says, line=2)


def test_is_silent_otherwise() -> None:
    case = commanded(line("docker run --name web -e A = b c", 125, TOLD))
    silent(CAUSE, replace(case, kind="volume"))
    silent(CAUSE, commanded(line("docker run --name db -e A = b c", 125, TOLD)))
    silent(CAUSE, commanded(line("docker ps web", 1, TOLD)))
