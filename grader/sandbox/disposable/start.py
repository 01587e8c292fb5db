"""Starting a disposable engine, and connecting to one that runs."""

from __future__ import annotations

import secrets
import shutil
import tempfile
import time
from typing import TYPE_CHECKING, Final

from grader.core.errors import SandboxError
from grader.core.quantities import show_bytes
from grader.core.specs import MIB
from grader.core.text import one_line
from grader.sandbox.disposable import folders, outer, relay
from grader.sandbox.disposable.engine import Isolated
from grader.sandbox.errors import translated
from grader.sandbox.inside import boot as inside
from grader.sandbox.ledger import uninterrupted

if TYPE_CHECKING:
    from grader.sandbox.disposable.records import Held, Record
    from grader.sandbox.engine import Engine

_BOOT: Final = 30.0
"""Seconds in which an engine is ready: 2 on an idle machine."""
_SHARED: Final = 8.0
"""Seconds after which the shared folder counts as not shared, if the engine runs and can't be reached there."""
_TEMPORARY: Final = 64 * MIB
"""Bytes that must be free where temporary files are."""


class SeedMissing(Exception):  # noqa: N818 - what is wrong, not how it ends
    """The volume holds no whole disk: its making was interrupted, or it has yet to be made."""


def boot(host: Engine, held: Held, *, seeding: bool = False) -> Isolated:
    """Start the engine that a record describes, and wait until it answers.

    Raises SeedMissing, and SandboxError where the host can't run it; whatever was made is then still there.
    """
    if not held.record.seed:
        raise SandboxError(
            f"what was written down about {held.record.name} can't be read",
            hint=f"Another version of the grader may have written it: grader engine down {held.record.name}",
        )
    _require_space()
    shared = host.local and not relay.wanted()
    held.write(token=secrets.token_hex(32), state="planned", since=time.time(), shared="", why=None)
    if shared:
        held.write(shared=str(folders.new_folder(held.record.name)))
    try:
        _create(host, held.record, seeding=seeding)
    except outer.NotShared:
        # We are in a container ourselves, beside the engine's.
        folders.remove_folders(held.record)
        held.write(shared="")
        _create(host, held.record, seeding=seeding)
    _run(host, held.record)
    return _wait(host, held)


def attach(host: Engine, record: Record) -> Isolated:
    """Connect to an engine that runs."""
    return Isolated(host, record, None if record.shared else relay.Relay(host, record.name))


def destroy(host: Engine, record: Record) -> None:
    """Remove all that belongs to an engine; a Ctrl-C meanwhile waits until that is done."""
    with uninterrupted():
        outer.remove(host, record.place)
        folders.remove_folders(record)


def discard(host: Engine, held: Held) -> None:
    """Remove an engine and forget it; if that fails, its record stays, for `grader clean`."""
    with uninterrupted():
        try:
            destroy(host, held.record)
            held.forget()
        except SandboxError:
            held.write(warm=False)
        finally:
            held.release()


def _create(host: Engine, record: Record, *, seeding: bool) -> None:
    outer.create(host, record.place, record.image, record.spec, record.token, seed=record.seed, seeding=seeding)


def _run(host: Engine, record: Record) -> None:
    from docker.errors import APIError

    with translated("starting a disposable engine"):
        try:
            host.api.start(record.name)
        except APIError as error:
            raise SandboxError(
                f"a disposable engine can't be started here: {one_line(str(error.explanation))}", hint=advice(host)
            ) from error


def _wait(host: Engine, held: Held) -> Isolated:
    started = time.monotonic()
    engine = attach(host, held.record)
    try:
        while not engine.answers():
            took = time.monotonic() - started
            _require_running(host, held.record, took)
            if held.record.shared and took > _SHARED:
                engine.close()
                engine = attach(host, held.write(shared=""))
            time.sleep(0.02)
    except BaseException:
        engine.close()
        raise
    return engine


def _require_running(host: Engine, record: Record, took: float) -> None:
    if took > _BOOT:
        raise SandboxError(f"the disposable engine was not ready within {_BOOT:g} s")
    with translated("looking at a disposable engine"):
        state = host.api.inspect_container(record.name)["State"]
        if state["Running"]:
            return
        said = host.api.logs(record.name, tail=5).decode("utf-8", "replace")
    code = state["ExitCode"]
    if code == inside.NO_SEED:
        raise SeedMissing
    if code == inside.NO_SPACE:
        raise SandboxError(
            "there is too little disk space for a disposable engine, where the Docker engine keeps its data",
            hint=f"Free some: {show_bytes(inside.SPACE)} are needed; `docker system df` shows what takes it.",
        )
    why = one_line(f"it ended with exit code {code}: {said}", 600)
    raise SandboxError(f"the disposable engine did not start: {why}", hint=advice(host))


def advice(host: Engine) -> str:
    """Say what to do where a disposable engine can't run."""
    with translated("asking the engine about itself"):
        options = host.api.info().get("SecurityOptions") or ()
    if any("name=rootless" in str(one) for one in options):
        return (
            "This Docker engine runs without root (rootless), and can't mount the disk that a disposable engine needs. "
            "Use one that runs as root: DOCKER_HOST or `docker context use` chooses it."
        )
    return (
        "It runs in a privileged container with a disk of its own (a loop device), which this Docker engine does not "
        "allow, or its machine. Grade on a machine that does; `grader doctor` says whether one does."
    )


def _require_space() -> None:
    folder = tempfile.gettempdir()
    free = shutil.disk_usage(folder).free
    if free < _TEMPORARY:
        hint = f"Free some: {show_bytes(_TEMPORARY)} are needed."
        raise SandboxError(f"there is too little disk space in {folder}: {show_bytes(free)}", hint=hint)
