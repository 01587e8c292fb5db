"""The cause `wrong_shebang`."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.cases import exited, explains, files, silent, step_failed

CAUSE = "wrong_shebang"


def context(first: bytes, name: str = "start.sh") -> dict[str, Any]:
    return {"files": files(name), "scripts": {name: first + b"\necho hi\n"}}


@pytest.mark.parametrize(
    ("argv", "logs"),
    [
        (["/start.sh"], "exec /start.sh: no such file or directory\n"),
        ("/start.sh", "/bin/sh: /start.sh: not found\n"),
        ("/start.sh", "/bin/sh: 1: /start.sh: not found\n"),
    ],
)
def test_a_shell_that_is_not_there(argv: list[str] | str, logs: str) -> None:
    command = argv if isinstance(argv, str) else '["/start.sh"]'
    case = exited(f"FROM busybox:1; COPY start.sh /; CMD {command}", argv, 127, logs, **context(b"#!/bin/bash"))
    explains(CAUSE, case, "asks for /bin/bash", "Write #!/bin/sh", line=3)


def test_an_interpreter_that_env_does_not_find() -> None:
    logs = "/usr/bin/env: 'python3': No such file or directory\n"
    case = exited(
        'FROM debian:bookworm-slim; COPY a.py /; CMD ["/a.py"]',
        ["/a.py"],
        127,
        logs,
        **context(b"#!/usr/bin/env python3", "a.py"),
    )
    explains(CAUSE, case, "asks for python3", "an image that has python3", line=3)


def test_a_script_that_is_run_by_the_build() -> None:
    source = "FROM debian:bookworm-slim; COPY start.sh /; RUN /start.sh"
    case = step_failed(source, 3, 127, "/bin/sh: 1: /start.sh: not found\n", **context(b"#!/usr/bin/python3"))
    explains(CAUSE, case, "/usr/bin/python3", line=3)


@pytest.mark.parametrize(("name", "runner"), [("start.sh", '["sh", "/start.sh"]'), ("a.py", '["python", "/a.py"]')])
def test_no_first_line_at_all(name: str, runner: str) -> None:
    logs = f"exec /{name}: exec format error\n"
    case = exited(f'FROM busybox:1; COPY {name} /; CMD ["/{name}"]', [f"/{name}"], 1, logs, files=files(name))
    explains(CAUSE, case, runner, line=3)


def test_is_silent_about_windows_line_ends() -> None:
    logs = "exec /start.sh: no such file or directory\n"
    silent(
        CAUSE,
        exited('FROM busybox:1; COPY start.sh /; CMD ["/start.sh"]', ["/start.sh"], 1, logs, **context(b"#!/bin/sh\r")),
    )


def test_is_silent_about_a_script_that_was_not_copied() -> None:
    logs = "/bin/sh: /start.sh: not found\n"
    silent(CAUSE, exited("FROM busybox:1; CMD /start.sh", "/start.sh", 127, logs, **context(b"#!/bin/bash")))


@pytest.mark.parametrize("name", ["server", "start.sh"])
def test_is_silent_about_what_may_be_a_program_for_another_processor(name: str) -> None:
    scripts = {"start.sh": b"#!/bin/sh\n"}
    case = exited(
        f'FROM busybox:1; COPY {name} /; CMD ["/{name}"]',
        [f"/{name}"],
        1,
        f"exec /{name}: exec format error\n",
        files=files(name),
        scripts=scripts,
    )
    silent(CAUSE, case)
