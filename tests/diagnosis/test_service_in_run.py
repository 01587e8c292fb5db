"""The cause `service_in_run`."""

from __future__ import annotations

import pytest

from tests.support.cases import exited, explains, running, silent, step_failed, unbuilt

CAUSE = "service_in_run"
LIMIT = "the build was not finished after 60 s (the build limit)"


@pytest.mark.parametrize(
    ("command", "fix"),
    [
        ("python -m http.server 3000", 'Change line 2 to: CMD ["python", "-m", "http.server", "3000"]'),
        ("python server.py", 'Change line 2 to: CMD ["python", "server.py"]'),
        ("npm start", 'CMD ["npm", "start"]'),
        ("npm run build && npm start", 'write as the last line: CMD ["npm", "start"]'),
        ("nginx -g 'daemon off;'", "let CMD start the service's program"),
    ],
)
def test_a_build_that_waits_for_a_server(command: str, fix: str) -> None:
    case = unbuilt(f"FROM some:1; RUN {command}", LIMIT, step=f"[2/2] RUN {command}", timed_out=True)
    explains(CAUSE, case, "doesn't end", fix, line=2)


@pytest.mark.parametrize("command", ["sleep 1000", "pip install flask", "npm install", "node --version", "nginx -t"])
def test_is_silent_about_other_steps_that_hang(command: str) -> None:
    silent(CAUSE, unbuilt(f"FROM some:1; RUN {command}", LIMIT, step=f"[2/2] RUN {command}", timed_out=True))


def test_is_silent_about_a_server_that_failed_at_once() -> None:
    silent(CAUSE, step_failed("FROM some:1; RUN python server.py", 2, 1, "error\n"))


@pytest.mark.parametrize(
    ("command", "fix"),
    [
        ("python -m http.server 3000 &", 'Change line 2 to: CMD ["python", "-m", "http.server", "3000"]'),
        ("service nginx start", "in the foreground"),
        ("nginx", "in the foreground"),
    ],
)
def test_a_server_that_is_long_gone(command: str, fix: str) -> None:
    explains(CAUSE, exited(f"FROM some:1; RUN {command}", ["sh"]), "long gone", fix, line=2)
    explains(CAUSE, running(f"FROM some:1; RUN {command}; CMD sleep 9", "sleep 9"), fix, line=2)


def test_is_silent_when_something_listens() -> None:
    silent(CAUSE, running("FROM some:1; RUN nginx; CMD run", "run", "0.0.0.0:8000"))


def test_is_silent_about_ordinary_steps() -> None:
    silent(CAUSE, exited("FROM some:1; RUN pip install flask && echo ok >&2; CMD x", "x"))
    silent(CAUSE, exited("FROM some:1; RUN nginx; CMD x", "x", 1, "error"))
    silent(CAUSE, running("FROM some:1; RUN nginx; CMD x", "x", port=None, kind="process"))
