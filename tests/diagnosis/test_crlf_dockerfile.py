"""The cause `crlf_dockerfile`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from grader.core import dockerfile
from tests.support.cases import exited, explains, files, silent, step_failed, unbuilt

if TYPE_CHECKING:
    from grader.core.facts import Case

CAUSE = "crlf_dockerfile"
RUN = "FROM a:1\r; RUN <<EOF\r; set -e\r; ls /x\r; EOF"
FILE = "FROM a:1\r; COPY <<EOF /start.sh\r; #!/bin/sh\r; echo\r; EOF\r; CMD /start.sh"


def failed(source: str, output: str) -> Case:
    text = source.replace("; ", "\n")
    return unbuilt("FROM a:1", "failed", dockerfile=dockerfile.parse(text), line=2, exit_code=1, output=output)


@pytest.mark.parametrize(
    "output",
    [
        "ls: /x\\x0d: No such file or directory\n",
        "ls: cannot access '/x'$'\\r': No such file or directory\n",
        "/bin/sh: 1: set: Illegal option -\n",
    ],
)
def test_a_step(output: str) -> None:
    explains(CAUSE, failed(RUN, output), "RUN in line 2", "LF", line=2)


@pytest.mark.parametrize(
    ("output", "error"),
    [("exec /start.sh: no such file or directory\n", ""), ("/bin/sh: 1: /start.sh: not found\n", "")],
)
def test_a_file_that_is_started(output: str, error: str) -> None:
    made = dockerfile.parse(FILE.replace("; ", "\n"))
    case = exited("FROM a:1", "/start.sh", 127, output, error=error, dockerfile=made)
    explains(CAUSE, case, "COPY in line 2", line=2)


def test_is_silent_without_such_line_ends_or_words() -> None:
    silent(CAUSE, failed(RUN.replace("\r", ""), "/bin/sh: 1: set: Illegal option -\n"))
    silent(CAUSE, failed(RUN, "ls: /x: No such file or directory\n"))
    made = dockerfile.parse(FILE.replace("; ", "\n").replace("\r", ""))
    silent(CAUSE, exited("FROM a:1", "/start.sh", 127, "/bin/sh: 1: /start.sh: not found\n", dockerfile=made))
    silent(CAUSE, step_failed("FROM a:1; RUN x", 2, 1, "\\x0d", files=files("x")))
