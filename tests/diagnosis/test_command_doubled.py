"""The cause `command_doubled`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.support.cases import exited, explains, silent

if TYPE_CHECKING:
    from grader.core.facts import Case

CAUSE = "command_doubled"
NO_FILE = "python: can't open file '/app/python': [Errno 2] No such file or directory\n"
TOO_MUCH = "usage: app.py [-h]\napp.py: error: unrecognized arguments: python app.py\n"


def case(entry: list[str], command: list[str], logs: str, *, code: int = 2) -> Case:
    return exited(
        f"FROM python:3-slim; ENTRYPOINT {json.dumps(entry)}; CMD {json.dumps(command)}",
        [*entry, *command],
        code,
        logs,
    )


def test_recognised() -> None:
    explains(CAUSE, case(["python"], ["python", "app.py"], NO_FILE), 'Change line 3 to: CMD ["app.py"]', line=3)
    explains(CAUSE, case(["python", "app.py"], ["python", "app.py"], TOO_MUCH), "Delete line 3", line=3)


def test_is_silent_otherwise() -> None:
    crash = 'Traceback (most recent call last):\n  File "app.py"\n    run("python x")\nKeyError: 1\n'
    silent(CAUSE, case(["python", "app.py"], ["python", "app.py"], crash, code=1))
    silent(CAUSE, case(["python", "app.py"], ["--python"], TOO_MUCH))
    silent(CAUSE, case(["python"], ["app.py"], "python: can't open file '/app.py': [Errno 2]\n"))
    silent(CAUSE, case(["python"], ["python", "app.py"], NO_FILE, code=0))
    silent(CAUSE, exited('FROM a:1; ENTRYPOINT python; CMD ["python"]', "python", 2, NO_FILE))
