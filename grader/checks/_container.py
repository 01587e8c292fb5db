"""What the checks of containers share: the way to one that is ready, and words for what it does instead."""

from __future__ import annotations

import json
import shlex
import time
from contextlib import contextmanager
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from grader.checks._shown import LAST
from grader.core.clock import remaining
from grader.core.errors import Failure, TimedOut
from grader.core.result import Evidence
from grader.core.specs import Where
from grader.core.text import folded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from grader.core.abilities import Containers
    from grader.core.facts import Command, ContainerState, Listener
    from grader.core.handles import Container

_TERMINALS: Final = ("second", "third")
_LOG_LINES: Final = 40
_SETTLE: Final = 0.5
"""Seconds that a program which crashes may take until the engine knows of it."""
_POLL: Final = 0.05
_KEPT: Final = 950_000
"""Bytes from which on a log may have lost its beginning: the engine keeps one full file of 1 MB, and the next one."""
_FRAME: Final = 69
"""Bytes that the engine writes with a line: the stream and the time."""
_LOST: Final = (
    "the container has written so much that the beginning of its log, where it may have been, is probably lost: "
    "only the last 1 to 2 MB are kept"
)


@contextmanager
def reproducible(*commands: str) -> Iterator[None]:
    """Tell how to see a failure of the block oneself; the first command, as any `docker run`, keeps its terminal."""
    told, terminals = commands[0], iter(_TERMINALS)
    for before, command in pairwise(commands):
        own = before == commands[0] or before.startswith("docker run ")
        told += f"\n# then, in a {next(terminals, 'new')} terminal:\n{command}" if own else f"\n{command}"
    LAST.set(told)
    try:
        yield
    except Failure as failure:
        failure.reproduce = told
        raise


def steps(target: Containers, where: str | Where | None, look: str) -> tuple[str, ...]:
    """Write the commands that show a person the same.

    They start a container of the exercise's; `look` is the last one, in which CONTAINER stands for its name.
    """
    if isinstance(where, Where):
        return (look.replace("CONTAINER", handle(where)),)
    return (target.by_hand(where, "try"), look.replace("CONTAINER", "try"))


def from_outside(
    target: Containers, where: str | Where | None, port: int, talk: Callable[[str], str], label: str | None = None
) -> tuple[str, ...]:
    """Write the commands that talk to a container's port; `talk` writes them for the port that leads to it.

    A container of the exercise's is started with its ports published under their own numbers, and called `label`.
    """
    if not isinstance(where, Where):
        return (target.by_hand(where, label), talk(str(port)))
    if where.publishes is not None:
        return (talk(str(where.publishes)),)
    return (f"docker port {handle(where)} {port}\n# then, with the port that this shows:\n{talk('PORT')}",)


def handle(where: Where) -> str:
    """Write how a command names one of the student's own containers."""
    if where.container is not None:
        return shlex.quote(where.container)
    found = f"-f ancestor={where.image}" if where.image is not None else f"-f publish={where.publishes}"
    return f"$(docker ps -aq{'' if where == Where() else f' {found}'})"


def ready(target: Containers, name: str | Where | None, *, expected: str) -> Container:
    """Give the container once it is ready; `expected` says what for.

    Raises TimedOut, with its end and its log, when it doesn't get there: readiness is decided once, so that it would
    be of no use to try again.
    """
    container = target.container(name)
    reason = container.ready()
    if reason is None:
        return container
    state = container.state()
    actual = listening(container.listeners()) if state.running else condition(state)
    raise TimedOut(reason, expected=expected, actual=actual, evidence=log(container))


def serving(target: Containers, name: str | Where | None, *, expected: str) -> Container:
    """Give the container once it is ready, while its main process runs: what has ended serves nobody any more."""
    container = ready(target, name, expected=expected)
    alive(container)
    return container


def running(target: Containers, name: str | Where | None) -> Container:
    """Give the container while its main process runs. Raises Failure, with its end and its log, when that is over."""
    container = target.container(name)
    container.ready()  # whether it got ready is for other checks: this one only has to wait until it could have
    alive(container)
    return container


def alive(container: Container, state: ContainerState | None = None) -> None:
    """Raise Failure, with its end and its log, unless its main process runs, or did in the state that is given."""
    state = state or container.state()
    if not state.running:
        raise Failure(
            f"the container is not running: it {condition(state)}",
            expected="a running container",
            actual=condition(state),
            evidence=log(container),
        )


def settled(container: Container, *, again: bool = False) -> ContainerState:
    """Give its state; one that is about to end, as after a crash, gets a moment to do so.

    A check that looks `again` and again sees the end the next time, and doesn't wait for it.
    """
    end = time.monotonic() + (0 if again else _SETTLE)
    while (state := container.state()).running and time.monotonic() < end:
        time.sleep(remaining(_POLL))
    return state


def meanwhile(container: Container, failure: Failure, state: ContainerState) -> bool:
    """Add to a failure that the container has ended since it was asked, if it has; says whether."""
    if state.running:
        return False
    failure.message = f"{failure.message}; the container {condition(state)} meanwhile"
    failure.args = (failure.message,)
    failure.expected = failure.expected or "a running container"
    failure.actual = condition(state)
    failure.evidence = (*failure.evidence, *log(container))
    return True


def condition(state: ContainerState) -> str:
    """Say what became of a container that is not running, after the word `it`."""
    if state.error:
        return f"could not be started: {state.reason}"
    if state.exit_code is None:
        return f"is {state.status}"
    # The engine sets the flag for any process in the container: the main one may have ended for another reason.
    memory = "; a process in it was killed for using more memory than allowed" if state.oom_killed else ""
    return f"ended with exit code {state.exit_code}{memory}"


def log(container: Container) -> tuple[Evidence, ...]:
    """Give the end of what the container wrote, if it wrote anything."""
    written = "".join(text if not text or text.endswith("\n") else f"{text}\n" for text in container.logs())
    lines = folded(written).splitlines()
    if not lines:
        return ()
    return (Evidence(kind="log", title="what the container wrote", text="\n".join(lines[-_LOG_LINES:])),)


@contextmanager
def as_far_as_kept(logs: tuple[str, str]) -> Iterator[None]:
    """Add to a failure of the block, which looks at a log, that what is looked for may be lost, if it may."""
    try:
        yield
    except Failure as failure:
        if _full(logs):
            failure.message = f"{failure.message}; {_LOST}"
            failure.args = (failure.message,)
            failure.hint = failure.hint or "Let the program write less: only when something happens, and only once."
        raise


def _full(logs: tuple[str, str]) -> bool:
    """Whether a log is so long that the engine may have dropped the beginning; it counts each line with its frame."""
    size = sum(len(json.dumps(text, ensure_ascii=False)) + _FRAME * text.count("\n") for text in logs)
    return size > _KEPT


def listening(listeners: Sequence[Listener]) -> str:
    """Say on what a container listens."""
    if not listeners:
        return "nothing in the container listens on any port"
    outside = [f"port {port}" for port in sorted({one.port for one in listeners if not one.loopback})]
    inside = [_address(one) for one in listeners if one.loopback]
    if not outside:
        return f"the container listens on {' and '.join(inside)} only, which can't be reached from outside it"
    return f"the container listens on {' and '.join([*outside, *inside])}"


def _address(listener: Listener) -> str:
    host = f"[{listener.address}]" if ":" in listener.address else listener.address
    return f"{host}:{listener.port}"


def by_hand(command: Command, container: str | Where | None) -> tuple[str, ...]:
    """Write the `docker` commands that run `command` as the check does."""
    words = ["docker", "run", "--rm"] if container is None else ["docker", "exec"]
    words += ["-i"] if command.stdin else []
    for name, value in command.env.items():
        words += ["-e", f"{name}={value}"]
    words += ["-u", command.user] if command.user is not None else []
    words += ["-w", command.workdir] if command.workdir is not None else []
    if container is not None:
        words += ["CONTAINER", *command.argv]
    elif command.keep_entrypoint:
        words += ["IMAGE", *command.argv]
    else:
        words += ["--entrypoint", command.argv[0], "IMAGE", *command.argv[1:]]
    feed = f"printf %s {shlex.quote(command.stdin.decode())} | " if command.stdin else ""
    line = feed + shlex.join(words)
    return (line,) if container is None else inside(container, line)


def inside(container: str | Where, look: str) -> tuple[str, ...]:
    """Write the commands that look into a container; in `look`, CONTAINER stands for its name."""
    if isinstance(container, Where):
        return (look.replace("CONTAINER", handle(container), 1),)
    return (f"docker run --rm --name {container} IMAGE", look.replace("CONTAINER", container, 1))
