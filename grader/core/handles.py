"""What abilities hand out: a container, a build, a conversation, as checks use them.

Methods raise Failure where the student's work is at fault, SandboxError where the platform is at fault.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import socket
    from collections.abc import Mapping

    from grader.core.facts import (
        Build,
        Command,
        Completed,
        ContainerState,
        Entry,
        ImageInfo,
        Listener,
        Process,
    )
    from grader.core.inventory import ContainerFacts
    from grader.core.variants import Node


class Rebuilt(Protocol):
    """A build that differs from the exercise's own, and the image it made."""

    @property
    def outcome(self) -> Build:
        """How it went, good or bad."""

    @property
    def by_hand(self) -> str:
        """The `docker build` command with which a person does the same; files that were changed are not in it."""

    def image(self) -> ImageInfo:
        """Give the configuration of its image. Raises Unmet when there is none."""

    def entry(self, path: str, *, follow: bool = False) -> Entry | None:
        """Give what is at an absolute path of its image, or None. Raises Unmet when there is none."""

    def tree(self) -> Mapping[str, Node]:
        """Give everything in the image's file system, by path.

        Raises Unmet when there is no image, Failure for one that is too large to compare.
        """


class Container(Protocol):
    """A container that the exercise describes, started by the grader; or one that the student made."""

    name: str

    def state(self) -> ContainerState:
        """Give its present state."""

    def facts(self) -> ContainerFacts:
        """Give how it was made, and what became of it, as `docker inspect` shows it."""

    def logs(self) -> tuple[str, str]:
        """Give what it wrote to stdout and to stderr."""

    def processes(self) -> tuple[Process, ...]:
        """Give its processes, PID 1 first, seen from outside. Empty when it isn't running."""

    def listeners(self, protocol: str = "tcp", *, surely: bool = False) -> tuple[Listener, ...]:
        """Give the addresses its processes listen on (or for `udp`, receive on), seen from outside.

        Where the engine can't look into the container, and the image has no `cat`, none; with `surely`, that raises
        SandboxError.
        """

    def connect(self, port: int, timeout: float) -> socket.socket:
        """Open a TCP connection to a container port, as from outside it.

        Raises Failure if it isn't published, OSError if nobody accepts within `timeout` seconds.
        """

    def stop(self, signal: str | None, grace: float) -> tuple[ContainerState, float]:
        """Send a signal (None: the image's own), wait at most `grace` seconds, kill; give end state and time taken.

        The state is `running` when the kill was needed. Later checks get a new container.
        """

    def signal(self, signal: str) -> None:
        """Send a signal, as `docker kill -s` does. Raises Failure for one that Linux doesn't have."""

    def restart(self, grace: float) -> None:
        """Stop it with the image's own signal, kill it after `grace` seconds, and start it again, with its files.

        The port of the host that leads to it may be another afterwards; readiness is to be waited for again.
        """

    def ready(self) -> str | None:
        """Wait for readiness, once; None when it was reached, else why not, as a sentence."""

    def entry(self, path: str, *, follow: bool = False) -> Entry | None:
        """Give what is at an absolute path of its file system."""


class Spawned(Container, Protocol):
    """A further container, which is there for one check: it may be changed."""

    def execute(self, command: Command) -> Completed:
        """Run a command in it. Raises Failure when it isn't running."""

    def write(self, path: str, content: bytes, owner: tuple[int, int] = (0, 0)) -> None:
        """Put a file of a user's and a group's into it, from outside, with the folders above that are missing.

        Raises Failure where its file system allows no such file.
        """


class Conversation(Protocol):
    """A program that one talks to; every wait ends at the deadline at the latest."""

    def receive(self, seconds: float) -> bytes | None:
        """Give what it has written since; wait for something, but no longer than `seconds`.

        Empty: nothing came in time. None: it has written its last.
        """

    def send(self, data: bytes) -> None:
        """Type something; what comes too late is lost."""

    def end_input(self) -> None:
        """Say that nothing more will be typed; with a terminal, by typing Ctrl-D."""

    def resize(self, rows: int, columns: int) -> None:
        """Give its terminal another size."""

    def exit_code(self, seconds: float) -> int | None:
        """Wait for its end, `seconds` at most; None when it still runs then."""
