"""The cause `capability_dropped`."""

from __future__ import annotations

import pytest

from tests.support.cases import exited, explains, running, silent, step_failed
from tests.support.factories import make_image

CAUSE = "capability_dropped"
NGINX = '2026/01/01 10:00:00 [emerg] 1#1: chown("/var/lib/nginx/body", 101) failed (1: Operation not permitted)\n'
SOURCE = "FROM nginx:1; CMD run"


@pytest.mark.parametrize(
    ("logs", "right"),
    [
        (NGINX, "CHOWN"),
        ("2026/01/01 10:00:00 [emerg] 7#7: setgid(101) failed (1: Operation not permitted)\n", "SETGID"),
        ("chown: changing ownership of '/data': Operation not permitted\n", "CHOWN"),
        ("first\nchown: /data: Operation not permitted\n", "CHOWN"),
        ("su-exec: setgroups: Operation not permitted\n", "SETGID"),
        ('error: failed switching to "redis": operation not permitted\n', "SETUID and SETGID"),
    ],
)
def test_recognised(logs: str, right: str) -> None:
    diagnosis = explains(CAUSE, exited(SOURCE, "run", 1, logs), f"the right {right},", "--cap-drop ALL", line=2)
    assert diagnosis.flag is not None
    assert f"capability {right}" in diagnosis.flag


def test_names_only_what_is_missing() -> None:
    logs = 'error: failed switching to "redis": operation not permitted\n'
    case = exited(SOURCE, "run", 1, logs, given_capabilities=frozenset({"SETUID"}))
    explains(CAUSE, case, "the right SETGID,", line=2)


def test_is_silent_otherwise() -> None:
    silent(CAUSE, exited(SOURCE, "run", 1, NGINX, given_capabilities=frozenset({"CHOWN"})))
    silent(CAUSE, exited(SOURCE, "run", 1, NGINX, image=make_image(user="nginx")))
    silent(CAUSE, exited(SOURCE, "run", 1, "mount: Operation not permitted\n"))
    silent(CAUSE, exited(SOURCE, "run", 1, 'chown("/a", 1) failed (2: No such file or directory)\n'))
    silent(CAUSE, exited(SOURCE, "run", 0, NGINX))
    silent(CAUSE, running(SOURCE, "run", logs=NGINX))
    silent(CAUSE, step_failed("FROM a:1; RUN chown 1 /a", 2, 1, "chown: /a: Operation not permitted\n"))
