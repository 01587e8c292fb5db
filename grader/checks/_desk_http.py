"""How the tests of a `pytest` check send a request, and what they hear when nothing answers."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from grader.checks import _container
from grader.core.errors import Failure, Missing, TimedOut
from grader.core.web import exchange

if TYPE_CHECKING:
    from grader.core.handles import Container
    from grader.core.inventory import ContainerFacts
    from grader.core.web import Reply, Request


def first_port(one: ContainerFacts) -> int:
    """Give a port that a student's container publishes. Raises Failure for one that publishes none."""
    found = [int(port.port.partition("/")[0]) for port in one.published if port.port.endswith("/tcp")]
    if not found:
        raise Failure(
            f"container '{one.name}' publishes no port",
            expected="a published port (-p)",
            actual="no published port",
            reproduce="docker ps",
        )
    return found[0]


def curl(request: Request, port: str) -> str:
    """Write the command that sends a request, to the port by which a person reaches it."""
    return request.curl().replace(f"://localhost:{request.port}/", f"://localhost:{port}/")


def ask(container: Container, request: Request, port: int, timeout: float) -> Reply:
    """Send a request to a container's port. Raises Failure with what the container listens on when nothing answers."""
    try:
        return exchange(partial(container.connect, port), request, timeout)
    except TimedOut:
        raise
    except Missing as failure:
        # Docker's own proxy takes connections to a published port even when nothing in the container does.
        listeners = container.listeners()
        if any(one.port == port and not one.loopback for one in listeners):
            raise
        raise Missing(
            f"nothing answers on port {port}: {_container.listening(listeners)}",
            expected=f"a server that listens on port {port}, on 0.0.0.0",
            actual=failure.message,
            evidence=_container.log(container),
        ) from None
