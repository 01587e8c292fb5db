"""The program of a container that ended badly, looked for in its image."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from grader.core.binaries import Program
from grader.sandbox.program import find
from tests.core.test_binaries import elf
from tests.support.factories import make_entry, make_image, make_state

if TYPE_CHECKING:
    from grader.core.facts import Entry

FILES = {
    "/usr/local/bin/python": make_entry(content=elf(62)),
    "/lib64/ld-linux-x86-64.so.2": make_entry(content=b""),
    "/app/start.sh": make_entry(content=b"#!/bin/sh\n"),
    "/app/foreign": make_entry(content=elf(183, loader=b"/lib/ld-musl-aarch64.so.1\0")),
    "/app/folder": make_entry(mode=0o040755, content=None),
}


def found(*argv: str, code: int = 1, path: str = "/usr/local/bin:/usr/bin", oom: bool = False) -> Program | None:
    def entry(at: str) -> Entry | None:
        return FILES.get(at)

    state = make_state(argv=argv, exit_code=code, status="exited", oom_killed=oom)
    return find(state, make_image(env={"PATH": path} if path else {}, workdir="/app"), entry)


LOADER = {"target": "Linux on amd64", "loader": "/lib64/ld-linux-x86-64.so.2"}
PYTHON = Program("python", "/usr/local/bin/python", **LOADER)  # type: ignore[arg-type]


def test_on_the_path_and_off_it() -> None:
    assert found("python", "app.py") == PYTHON
    assert found("python", path="") == PYTHON
    away = found("python", path="/app/bin")
    assert away is not None
    assert (away.path, away.on_path) == ("/usr/local/bin/python", False)
    assert found("ruby") == Program("ruby", None, on_path=False)


def test_with_its_path() -> None:
    assert found("./start.sh") == Program("./start.sh", "/app/start.sh")
    assert found("/app/folder") == Program("/app/folder", None, on_path=False)
    foreign = found("/app/foreign")
    assert foreign is not None
    assert (foreign.target, foreign.loader_there) == ("Linux on arm64", False)


def test_in_the_line_of_a_shell() -> None:
    assert found("/bin/sh", "-c", "exec python app.py") == PYTHON
    assert found("/bin/sh", "-c", "$PROGRAM app.py") is None
    assert found("/bin/sh", "-c", "") is None


@pytest.mark.parametrize(("argv", "code", "oom"), [((), 1, False), (("python",), 0, False), (("python",), 137, True)])
def test_nothing_is_looked_for(argv: tuple[str, ...], code: int, *, oom: bool) -> None:
    assert found(*argv, code=code, oom=oom) is None
