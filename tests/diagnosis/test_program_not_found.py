"""The cause `program_not_found`."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.cases import cannot_start, commanded, explains, silent
from tests.support.states import line, made

CAUSE = "program_not_found"
LEFT = [made("web", status="created")]


@pytest.mark.parametrize(
    ("program", "says"),
    [
        ("bash", "every small image has: sh"),
        ("ls /", "Leave out the quotes around ls /"),
        ("echo red > /color.txt", 'Let a shell in the container read it: sh -c "echo red > /color.txt"'),
        ('echo \\"a\\" > /b', """sh -c 'echo "a" > /b'"""),
        ("exit 3", 'sh -c "exit 3"'),
        ("sleeep", "Correct the name"),
    ],
)
def test_recognised(program: str, says: str) -> None:
    told = cannot_start(f'"{program}": executable file not found in $PATH')
    ran = line(f"docker run --name web busybox:1 '{program}'", 127, told, number=2)
    explains(CAUSE, commanded(ran, left=LEFT, kind="file"), f"could not run {program}", says, line=2)


def test_what_belongs_to_the_shell() -> None:
    told = cannot_start('"exit": executable file not found in $PATH')
    ran = line("docker run --name web busybox:1 exit 3", 127, told)
    explains(CAUSE, commanded(ran, left=LEFT), "exit is no program: it belongs to the shell", 'sh -c "exit 3"', line=1)


def test_of_a_path() -> None:
    told = cannot_start('"/bin/bash": stat /bin/bash: no such file or directory')
    explains(CAUSE, commanded(line("docker exec -it web /bin/bash", 126, told)), "has: sh", line=1)


def test_is_silent_otherwise() -> None:
    told = cannot_start('"bash": executable file not found in $PATH')
    case = commanded(line("docker run --name web busybox:1 bash", 127, told))
    silent(CAUSE, replace(case, kind="volume"))
    silent(CAUSE, commanded(line("docker run --name db busybox:1 bash", 127, told)))
    silent(CAUSE, commanded(line("docker run --name web a bash", 127, "sh: bash: not found")))
