"""The cause `signal_ignored`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from grader.core.facts import Process
from tests.support.cases import explains, running, silent

if TYPE_CHECKING:
    from grader.core.facts import Case

CAUSE = "signal_ignored"
KILLED = "the main process ignores the stop signal: the container had to be killed after 3.0 s"


def stopped(first: str, more: str = "", **facts: Any) -> Case:
    seen = (Process(100, "root", first),) if first else ()
    known = {"kind": "stop", "port": None, "message": KILLED, "processes": seen, **facts}
    return running(f"FROM python:3-slim;{more} CMD python app.py", "python app.py", **known)


def test_a_program_that_does_nothing_about_it() -> None:
    explains(CAUSE, stopped("python app.py"), "python is the container's first process", "signal.SIGTERM", line=2)
    explains(CAUSE, stopped("/usr/local/bin/node app.js"), "process.on", line=2)
    case = stopped("httpd -f", " STOPSIGNAL SIGQUIT;")
    explains(CAUSE, case, "when SIGQUIT came", "depends on the language", line=3)


def test_is_silent_otherwise() -> None:
    silent(CAUSE, stopped("/bin/sh -c python app.py"))
    silent(CAUSE, stopped("/start.sh"))
    silent(CAUSE, stopped(""))
    silent(CAUSE, stopped("python app.py", message="it ended after 1 s, but its exit code is 1"))
    silent(CAUSE, stopped("python app.py", kind="http"))


def test_a_signal_of_its_own() -> None:
    message = "the container still runs 5 s after SIG{}"
    term = stopped("python app.py", kind="signal", message=message.format("TERM"))
    assert "STOPSIGNAL" not in explains(CAUSE, term, "when SIGTERM came", "signal.SIGTERM", line=2).fix
    usr1 = stopped("python app.py", kind="signal", message=message.format("USR1"))
    assert "SIGTERM" not in explains(CAUSE, usr1, "when SIGUSR1 came", "depends on the language", line=2).fix
    silent(CAUSE, stopped("python app.py", kind="signal", message="after SIGHUP, nothing listens on port 80: nothing"))
