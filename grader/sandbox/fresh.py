"""A command in a new container of an image, which lives for that command only."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from grader.core.clock import remaining
from grader.core.errors import Failure
from grader.core.facts import Command, Completed
from grader.sandbox.containers import OurContainer, settings
from grader.sandbox.streams import close, converse

if TYPE_CHECKING:
    from grader.core.specs import ContainerSpec
    from grader.sandbox.ledger import Ledger


def run_fresh(ledger: Ledger, image: str, spec: ContainerSpec, command: Command) -> Completed:
    """Run a command in a new container of the image and remove it. Raises TimedOut at the deadline."""
    started = time.monotonic()
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
    container = OurContainer(ledger, config)
    try:
        return _finish(container, command, started)
    finally:
        container.remove()


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
