"""The cause `command_ends`."""

from __future__ import annotations

import pytest

from tests.support.cases import exited, explains, silent

CAUSE = "command_ends"


@pytest.mark.parametrize(
    ("line", "service", "fix"),
    [
        ("nginx", "`nginx`", 'CMD ["nginx", "-g", "daemon off;"]'),
        ("service nginx start", "`service nginx start`", 'CMD ["nginx", "-g", "daemon off;"]'),
        ("service apache2 start", "`service apache2 start`", '"FOREGROUND"'),
        ("service cron start && echo ready", "`service cron start`", "the service's own program"),
        ("nohup python app.py > /log 2>&1 &", "`nohup python app.py > /log 2>&1 &`", "leave the & out"),
        ("python -m http.server 3000 &", "`python -m http.server 3000 &`", "leave the & out"),
    ],
)
def test_a_service_in_the_background(line: str, service: str, fix: str) -> None:
    diagnosis = explains(CAUSE, exited(f"FROM nginx:1; CMD {line}", line), service, "in the background", fix, line=2)
    assert diagnosis.certainty > 90


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"#!/bin/sh\npython -m http.server 3000 &\necho ready\n", "start.sh started `python -m http.server 3000 &`"),
        (b"#!/bin/bash\nservice nginx start\n", 'start.sh: CMD ["nginx"'),
    ],
)
def test_a_script_that_leaves_a_service_in_the_background(text: bytes, says: str) -> None:
    source, scripts = 'FROM a:1; COPY start.sh /; CMD ["/start.sh"]', {"start.sh": text}
    case = exited(source, ["/start.sh"], files={"start.sh": len(text)}, scripts=scripts)
    assert explains(CAUSE, case, says, line=3).certainty > 90
    cut = exited('FROM a:1; CMD ["/start.sh"]', ["/start.sh"], files={"start.sh": 9_000}, scripts=scripts)
    assert explains(CAUSE, cut, line=2).certainty < 80


def test_a_service_behind_the_script_of_its_image() -> None:
    case = exited('FROM nginx:1; CMD ["nginx"]', ["/docker-entrypoint.sh", "nginx"])
    explains(CAUSE, case, "`nginx` started a service", "daemon off", line=2)


def test_a_command_that_is_done() -> None:
    case = exited('FROM busybox:1; CMD ["echo", "hi"]', ["echo", "hi"], logs="hi\n")
    assert explains(CAUSE, case, "`echo hi`", line=2).certainty < 80


@pytest.mark.parametrize("code", [1, 127, 137])
def test_is_silent_about_errors(code: int) -> None:
    silent(CAUSE, exited("FROM nginx:1; CMD nginx", "nginx", code))


def test_is_silent_where_a_command_may_end() -> None:
    silent(CAUSE, exited("FROM busybox:1; CMD echo hi", "echo hi", kind="logs"))
    silent(CAUSE, exited("FROM busybox:1; CMD echo hi", "echo hi", kind="command"))
    silent(CAUSE, exited("FROM busybox:1; CMD echo hi", "echo hi", oom=True))


def test_is_silent_about_what_the_exercise_starts() -> None:
    silent(CAUSE, exited("FROM a:1; CMD x", ["true"], given_command=("true",)))
