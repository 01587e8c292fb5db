"""Testinfra's view of a running container, through the same door as everything else.

Its own way would be the `docker` command; this one needs no such program, has the deadlines of the tests, and works
on a disposable engine as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from testinfra.backend.base import BaseBackend, CommandResult  # type: ignore[import-untyped]
from testinfra.host import Host  # type: ignore[import-untyped]

from grader.core.errors import Missing
from grader.core.text import one_line

if TYPE_CHECKING:
    from grader.scripted.views import Container

__tracebackhide__ = True  # for pytest: what a test did is its author's line, not ours

_SHELL: Final = "/bin/sh"
_NOT_STARTED: Final = (126, 127)
"""Exit codes of what could not be started; also of a shell that didn't find a command."""


class Ran(CommandResult):  # type: ignore[misc]
    """A command that ended, in the words of a person: failed tests show it to students."""

    def __repr__(self) -> str:
        line = self.command.decode("utf-8", "replace")
        said = self.stderr.strip() or self.stdout.strip()
        return f"`{one_line(line)}`{f', which said: {one_line(said)}' if said else ''}"


class ContainerBackend(BaseBackend):  # type: ignore[misc]
    """Runs testinfra's commands in a container, which must have a shell."""

    NAME = "docker"

    def __init__(self, container: Container) -> None:
        super().__init__(str(container.name or "main"))
        self._container = container

    def run(self, command: str, *args: str, **_: Any) -> Ran:
        """Run a line of shell. Raises Failure in a container that has none."""
        line = self.get_command(command, *args)
        done = self._container.exec(_SHELL, "-c", line)
        if done.exit_code in _NOT_STARTED and self._container.entry(_SHELL) is None:
            raise Missing(
                "the image has no shell, which this test needs", expected=_SHELL, actual=f"no {_SHELL} in the image"
            )
        return Ran(self, done.exit_code, line.encode(), done.stdout, done.stderr)


class ContainerHost(Host):  # type: ignore[misc]
    """Testinfra's host, of which a traceback shows what a test asked, and not how it is done."""

    def run(self, command: str, *args: str, **options: Any) -> Ran:
        """Run a line of shell."""
        found: Ran = self.backend.run(command, *args, **options)
        return found


def host_of(container: Container) -> Host:
    """Give testinfra's host for a container."""
    return ContainerHost(ContainerBackend(container))
