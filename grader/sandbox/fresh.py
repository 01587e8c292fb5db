"""A command in a new container of an image, which lives for that command only."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from grader.core.clock import remaining
from grader.core.errors import Failure
from grader.core.facts import Command, Completed
from grader.sandbox.containers import OurContainer, settings
from grader.sandbox.errors import translated
from grader.sandbox.ledger import remove, uninterrupted
from grader.sandbox.streams import close, converse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from grader.core.specs import ContainerSpec
    from grader.sandbox.ledger import Ledger


def run_fresh(  # noqa: PLR0917 - the last two are for threads, see grader.sandbox.foresight
    ledger: Ledger,
    image: str,
    spec: ContainerSpec,
    command: Command,
    api: Any = None,
    note: Callable[[OurContainer], None] | None = None,
) -> Completed:
    """Run a command in a new container of the image and remove it. Raises TimedOut at the deadline.

    `api` is another client than the engine's own; `note` is told of the container once it is made.
    """
    with _prepared(ledger, image, spec, command) as ready:
        started = time.monotonic()
        container = OurContainer(ledger, _config(ready, spec, command), api)
        try:
            if note is not None:
                note(container)
            return _finish(container, command, started)
        finally:
            container.remove()


@contextmanager
def _prepared(ledger: Ledger, image: str, spec: ContainerSpec, command: Command) -> Iterator[str]:
    """Run what comes before a command, whose exit codes don't matter; gives the image that is left."""
    made: list[str] = []
    try:
        for argv in command.setup:
            made.append(_after(ledger, made[-1] if made else image, spec, replace(command, argv=argv)))
        yield made[-1] if made else image
    finally:
        for one in reversed(made):
            with uninterrupted():
                remove(ledger.engine, [("image", one)])
                ledger.drop("image", one)


def _after(ledger: Ledger, image: str, spec: ContainerSpec, command: Command) -> str:
    """Run a command, and give an image of the files that it leaves."""
    container = OurContainer(ledger, _config(image, spec, command))
    try:
        _finish(container, command, time.monotonic())
        with uninterrupted(), translated("keeping what a command left"):
            found = str(ledger.engine.api.commit(container.id)["Id"])
            ledger.add("image", found)
        return found
    finally:
        container.remove()


def _config(image: str, spec: ContainerSpec, command: Command) -> dict[str, Any]:
    config: dict[str, Any] = {
        "Image": image,
        "Env": [f"{name}={value}" for name, value in {**spec.env, **command.env}.items()],
        "HostConfig": settings(spec.model_copy(update={"publish": ()})),
        "AttachStdout": True,
        "AttachStderr": True,
        "OpenStdin": bool(command.stdin),
        "StdinOnce": bool(command.stdin),
        "Healthcheck": {"Test": ["NONE"]},
    }
    if command.keep_entrypoint:
        config["Cmd"] = list(command.argv) or None
    else:
        config |= {"Entrypoint": list(command.argv), "Cmd": []}
    config |= {"User": command.user} if command.user else {}
    config |= {"WorkingDir": command.workdir} if command.workdir else {}
    return config


def _finish(container: OurContainer, command: Command, started: float) -> Completed:
    stream = container.attach() if command.stdin else None
    try:
        container.start()
        if stream is not None and container.state().status != "created":
            converse(stream, command.stdin, wait=10)
    finally:
        if stream is not None:
            close(stream)
    if container.state().status not in {"created", "exited", "dead"}:
        while not container.wait(remaining(30)):
            pass
    state = container.state()
    out, err = container.logs() if state.status != "created" else ("", state.error)
    if state.exit_code is None:
        raise Failure("the command's container did not end")
    return Completed(state.exit_code, out, err, time.monotonic() - started, oom_killed=state.oom_killed)
