"""The cause `localhost_is_the_container`."""

from __future__ import annotations

from dataclasses import replace

import pytest

from grader.core.facts import Listener
from tests.support.cases import commanded, exited, explains, running, silent
from tests.support.factories import make_state
from tests.support.states import call, line, made

CAUSE = "localhost_is_the_container"
REDIS = "redis.exceptions.ConnectionError: Error 111 connecting to localhost:6379. Connection refused.\n"


@pytest.mark.parametrize(
    ("logs", "port"),
    [
        (REDIS, "6379"),
        ("Error: connect ECONNREFUSED 127.0.0.1:5432\n", "5432"),
        ("Error: connect ECONNREFUSED ::1:5432\n", "5432"),
        ('connection to server at "localhost" (127.0.0.1), port 5432 failed: Connection refused\n', "5432"),
        ("HTTPConnectionPool(host='localhost', port=8080): Max retries (… [Errno 111] Connection refused'))\n", "8080"),
        ("panic: dial tcp [::1]:6379: connect: connection refused\n", "6379"),
        ("dial tcp 127.0.0.1:6379: connect: connection refused\n", "6379"),
        ("curl: (7) Failed to connect to localhost port 8080 after 0 ms\n", "8080"),
    ],
)
def test_a_refused_connection_in_the_log(logs: str, port: str) -> None:
    explains(CAUSE, exited("FROM a:1; CMD x", "x", 1, logs), f"port {port} of localhost", "from a variable")


def test_containers_that_commands_made() -> None:
    create = call("container create", arguments={"name": "/web"})
    web, cache = made("web", id="c" * 64), made("cache", id="d" * 64)
    found = commanded(
        line("docker run -d --name web app", 0, "", create, number=3),
        left=[web, cache],
        container=make_state(),
        logs=REDIS,
    )
    explains(CAUSE, found, "other containers (cache)", "docker network create", "as the host: cache", line=3)


def test_is_silent_otherwise() -> None:
    silent(CAUSE, exited("FROM a:1; CMD x", "x", 1, "Error: connect ECONNREFUSED 10.0.0.5:5432\n"))
    silent(CAUSE, exited("FROM a:1; CMD x", "x", 0, REDIS))
    answers = running("FROM a:1; CMD x", "x", "0.0.0.0:3000", logs=REDIS)
    explains(CAUSE, answers)
    silent(CAUSE, replace(answers, listeners=(Listener("0.0.0.0", 6379),)))  # noqa: S104 - what a server listens on
