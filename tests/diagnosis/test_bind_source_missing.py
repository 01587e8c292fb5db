"""The cause `bind_source_missing`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from grader.core.inventory import Mounted
from tests.support.cases import commanded, explains, files, silent
from tests.support.states import call, line, made

if TYPE_CHECKING:
    from grader.core.facts import Case
    from grader.core.transcript import Line

CAUSE = "bind_source_missing"
CREATE = call("container create", arguments={"name": "/web"})


def case(source: str, *before: Line, **facts: Any) -> Case:
    run = line(f'docker run -d --name web -v "$PWD/{source}:/app/it" app', 0, "", CREATE, number=5)
    left = [made("web", mounts=(Mounted("bind", source, "/app/it"),))]
    return commanded(*before, run, left=left, **{"kind": "file", "files": files("site/index.html"), **facts})


def test_a_file_that_was_not_handed_in() -> None:
    found = explains(CAUSE, case("text.log"), "Container 'web' is to be given text.log", "touch text.log", line=5)
    assert found.flag == (
        "could not be replayed here: text.log, which a container is to be given (line 5), is not in the submission"
    )
    explains(CAUSE, case("text.log", files=files("test.log")), "Did you mean test.log?", line=5)


def test_what_mount_says() -> None:
    said = 'Error response from daemon: invalid mount config for type "bind": bind source path does not exist: /w/a.txt'
    explains(CAUSE, commanded(line("docker run --mount x", 125, said)), "With --mount", "a.txt", line=1)


@pytest.mark.parametrize("source", ["site", "site/index.html", "data", ".", ".env", "logs/"])
def test_is_silent_about_folders_and_what_is_there(source: str) -> None:
    silent(CAUSE, case(source))


def test_is_silent_about_what_a_command_makes() -> None:
    silent(CAUSE, case("text.log", line("touch text.log", number=2)))
    silent(CAUSE, case("text.log", kind="local_image"))
    volume = commanded(left=[made("web", mounts=(Mounted("volume", "text.log", "/x"),))])
    silent(CAUSE, volume)
