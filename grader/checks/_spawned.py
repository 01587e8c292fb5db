"""What the checks share that start containers of their own, or may change the one that they look at."""

from __future__ import annotations

import posixpath
import shlex
import signal as signals
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import AfterValidator

from grader.checks import _container
from grader.core.clock import remaining
from grader.core.errors import Failure, Missing, TimedOut
from grader.core.facts import Command
from grader.core.result import Evidence
from grader.core.specs import Where
from grader.core.text import quoted
from grader.core.variation import Variation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from grader.core.abilities import Containers, Instances
    from grader.core.handles import Container, Spawned

_POLL: Final = 0.1
"""Seconds between two looks."""


def _signal(name: str) -> str:
    full = name.upper() if name.upper().startswith("SIG") else f"SIG{name.upper()}"
    if full not in signals.Signals.__members__:
        raise ValueError(f"there is no signal {name}; write for example SIGHUP or USR1")
    return full


SignalName = Annotated[str, AfterValidator(_signal)]
"""A signal of Linux, with or without SIG, as `SIGTERM`."""


@contextmanager
def subject(target: Instances, where: str | Where | None) -> Iterator[Container]:
    """Give the container to act on: the student's own, or one that is there for this check alone."""
    if isinstance(where, Where):
        yield target.container(where)
    else:
        with target.spawn(where, Variation()) as made:
            yield made


def until(look: Callable[[], bool], seconds: float) -> bool:
    """Look again and again, until there is what is looked for or the time is up; says which."""
    end = time.monotonic() + seconds
    while not look():
        left = end - time.monotonic()
        if left <= 0:
            return False
        time.sleep(remaining(min(_POLL, left)))
    return True


def ready(container: Container, expected: str, before: str = "") -> None:
    """Wait until it is ready, as the exercise says; `before` begins the sentence when it doesn't get there.

    That is TimedOut, after which nothing is tried again: the next try would find what has ended, and not why.
    """
    reason = container.ready()
    if reason is None:
        state = container.state()
        if state.running:
            return
        reason = f"the container is not running: it {_container.condition(state)}"
    state = container.state()
    actual = _container.listening(container.listeners()) if state.running else _container.condition(state)
    raise TimedOut(f"{before}{reason}", expected=expected, actual=actual, evidence=_container.log(container))


def works(container: Container, *, settle: bool = True) -> None:
    """Raise Failure, with its log, for one that could not be started, or has ended with an error.

    What has done its work and ended well is as it should be. With `settle`, one that crashes gets a moment to do so.
    """
    state = _container.settled(container) if settle else container.state()
    if not state.running and (state.error or state.exit_code != 0):
        _container.alive(container, state)


def accepts(container: Container, port: int) -> bool:
    """Whether something in it listens on a port, for others than itself.

    Where no address at all can be seen, a connection is tried: Docker's own proxy closes one at once.
    """
    listeners = container.listeners()
    if listeners:
        return any(one.port == port and not one.loopback for one in listeners)
    try:
        with container.connect(port, remaining(1.0)) as connection:
            connection.settimeout(remaining(0.5))
            return connection.recv(1) != b""
    except TimeoutError:
        return True  # a server that waits for the client to speak first
    except (OSError, Failure):
        return False


def started(
    target: Containers,
    where: str | Where | None,
    options: str = "",
    name: str = "try",
    command: tuple[str, ...] | None = None,
) -> str:
    """Write the command with which a person starts such a container, with `command` instead of the image's CMD."""
    if isinstance(where, Where):
        image = where.image or target.container(where).facts().image
        line = f"docker run --rm --name {name}{options} {shlex.quote(image)}"
    else:
        line = target.by_hand(where, name).replace("docker run --rm", f"docker run --rm{options}", 1)
        line = line if command is None else f"{line.partition(' IMAGE')[0]} IMAGE"
    return line if command is None else f"{line} {shlex.join(command)}"


def acted_on(target: Instances, where: str | Where | None, *commands: str) -> tuple[str, ...]:
    """Write the commands that do to `subject` what a check does; in them, CONTAINER stands for its name."""
    if isinstance(where, Where):
        return tuple(one.replace("CONTAINER", _container.handle(where)) for one in commands)
    # What removes itself at its end can't be asked afterwards.
    line = started(target, where).replace(" --rm", "", 1)
    return (line, *(one.replace("CONTAINER", "try") for one in commands), "docker rm -f try")


def content(container: Container, path: str) -> bytes | None:
    """Give what a file in it holds; None where there is none."""
    entry = container.entry(path, follow=True)
    return entry.content if entry is not None else None


def write(container: Spawned, path: str, content: bytes) -> None:
    """Put a file into it, of whoever owns the folder, so that a program which may write there may write it."""
    place = posixpath.normpath("/" + path.lstrip("/"))
    found = container.entry(place, follow=True)
    while found is None and place != "/":
        place = posixpath.dirname(place)
        found = container.entry(place, follow=True)
    container.write(path, content, (0, 0) if found is None else (found.uid, found.gid))


def make(container: Spawned, path: str, command: tuple[str, ...] | None, mark: bytes) -> bytes:
    """Make a file in a container, from outside or by a command; gives its content. Raises Failure if none is made."""
    made = change(container, path, command, mark)
    if made is None:
        by = "" if command is None else f" after {quoted(shlex.join(command))}"
        raise Missing(f"there is no file {path} in the container{by}", expected=path, actual="nothing there")
    return made


def change(container: Spawned, path: str, command: tuple[str, ...] | None, mark: bytes) -> bytes | None:
    """Make, change or remove a file in a container, from outside or by a command; gives what it holds then."""
    if command is None:
        write(container, path, mark)
    else:
        done = container.execute(Command(command))
        if done.exit_code != 0:
            output = done.stdout + done.stderr
            raise Failure(
                f"{quoted(shlex.join(command))} should change {path}, and ended with exit code {done.exit_code}",
                expected="exit code 0",
                actual=f"exit code {done.exit_code}",
                evidence=(Evidence(kind="command", title="what it printed", text=output),) if output else (),
            )
    return content(container, path)


def making(path: str, command: tuple[str, ...] | None, name: str) -> str:
    """Write the command with which a person makes such a file."""
    if command is not None:
        return f"docker exec {name} {shlex.join(command)}"
    return f"echo mark > mark && docker cp mark {name}:{shlex.quote(path)}"


def showing(path: str, name: str) -> str:
    """Write the command that shows a file of a container, which needs no program in it."""
    return f"docker cp {name}:{shlex.quote(path)} - | tar -xO"


def fresh(path: str, image: str) -> str:
    """Write the commands that show a file of an image, in a container that is never started."""
    return f"docker create --name new {image}; {showing(path, 'new')}; docker rm new"


def text(data: bytes | None) -> str:
    """Write the content of a file for a person."""
    return "nothing there" if data is None else data.decode("utf-8", "replace")
