"""Testinfra's view of a running container, through the same door as everything else.

Its own way would be the `docker` command; this one needs no such program, has the deadlines of the tests, and works
on a disposable engine as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from testinfra.backend.base import BaseBackend, CommandResult  # type: ignore[import-untyped]
from testinfra.host import Host  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from grader.scripted.views import Container

__tracebackhide__ = True  # for pytest: what a test did is its author's line, not ours


class ContainerBackend(BaseBackend):  # type: ignore[misc]
    """Runs testinfra's commands in a container, which must have a shell."""

    NAME = "docker"

    def __init__(self, container: Container) -> None:
        super().__init__(str(container.name or "main"))
        self._container = container

    def run(self, command: str, *args: str, **_: Any) -> CommandResult:
        """Run a line of shell."""
        line = self.get_command(command, *args)
        done = self._container.exec("/bin/sh", "-c", line)
        return self.result(done.exit_code, line.encode(), done.stdout, done.stderr)


def host_of(container: Container) -> Host:
    """Give testinfra's host for a container."""
    return Host(ContainerBackend(container))
