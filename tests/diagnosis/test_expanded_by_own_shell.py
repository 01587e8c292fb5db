"""The cause `expanded_by_own_shell`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.cases import commanded, explains, silent
from tests.support.states import call, line, made

if TYPE_CHECKING:
    from grader.core.facts import Case

CAUSE = "expanded_by_own_shell"


def case(command: str, **facts: Any) -> Case:
    create = call("container create", arguments={"name": "/web"})
    return commanded(
        line(f"docker run -it --name web busybox:1 {command}", 0, "", create, number=2), left=[made("web")], **facts
    )


@pytest.mark.parametrize(
    ("script", "name"),
    [
        ("read website; sleep 1; wget http://$website;", "website"),
        ("while true; do read -r page; echo ${page}; done", "page"),
        ("for one in a b; do echo $one; done", "one"),
        ("name=Ada; echo hello $name", "name"),
    ],
)
def test_recognised(script: str, name: str) -> None:
    found = explains(CAUSE, case(f'sh -c "{script}"'), f"The variable ${name}", "single quotes in line 2", line=2)
    assert found.flag is not None
    assert "a shell of Windows" in found.flag


@pytest.mark.parametrize(
    "command",
    [
        "sh -c 'read website; wget http://$website'",
        'sh -c "read website; wget http://\\$website"',
        'sh -c "ls $HOME"',
        'sh -c "echo website; echo done"',
        "sh",
    ],
)
def test_is_silent_about_what_comes_through(command: str) -> None:
    silent(CAUSE, case(command))


def test_is_silent_about_another_container() -> None:
    silent(CAUSE, case('sh -c "read a; echo $a"', where={"container": "other"}))
    silent(CAUSE, case('sh -c "read a; echo $a"', kind="local_image"))
