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
