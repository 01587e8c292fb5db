"""A real engine for tests marked `docker`: work on it, and proof that nothing stays behind."""

from __future__ import annotations

import threading
import time
import uuid
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.core.progress import Silent
from grader.core.specs import BuildSpec, ContainerSpec
from grader.sandbox.engine import LABEL, Engine, connect
from grader.sandbox.ledger import Ledger
from grader.sandbox.preparation import Preparation
from grader.sandbox.project import Plan, Project

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

IMAGES = ("busybox:1", "python:3-slim")


@contextmanager
def connected() -> Iterator[Engine]:
    engine = connect()
    try:
        yield engine
    finally:
        engine.close()


@contextmanager
def ledger_in(folder: Path) -> Iterator[Ledger]:
    with connected() as engine:
        ledger = Ledger(engine, uuid.uuid4().hex, folder / "ledgers")
        try:
            yield ledger
        finally:
            assert ledger.close() == ()


def write(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write files, each by its path, below a folder."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


@contextmanager
def project_in(
    folder: Path,
    dockerfile: str | bytes,
    files: Mapping[str, str | bytes] | None = None,
    *,
    images: tuple[str, ...] = IMAGES,
    build: BuildSpec | None = None,
    main: ContainerSpec | None = None,
) -> Iterator[Project]:
    """Open a Dockerfile project; its container is called `main`."""
    work = write(folder / "work", {"Dockerfile": dockerfile, **(files or {})})
    plan = Plan(work, work / "Dockerfile", images, build or BuildSpec(), {"main": main or ContainerSpec()})
    with ledger_in(folder) as ledger:
        preparation = Preparation(ledger.engine, images, Silent(), 60)
        project = Project(ledger, plan, preparation, Silent())
        try:
            yield project
        finally:
            project.close()
            preparation.facts()


def processes_with(marker: str) -> list[str]:
    """Name the processes of this machine that carry a marker in their arguments."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_bytes()
        except OSError:
            continue
        if marker.encode() in line:
            found.append(line.replace(b"\0", b" ").decode("utf-8", "replace"))
    return found


class Watch:
    """Everything that the engine makes and removes meanwhile, whoever asks for it."""

    def __init__(self, engine: Engine) -> None:
        self._api = engine.client()
        self._events: list[dict[str, Any]] = []
        self._stream = self._api.events(decode=True)
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        self._events.extend(iter(self._next, None))

    def _next(self) -> dict[str, Any] | None:
        try:
            event: dict[str, Any] | None = next(self._stream, None)
        except Exception:  # noqa: BLE001 - the stream was closed under our hands, at the end of the test
            return None
        return event

    def _of(self, kind: str, action: str) -> list[dict[str, Any]]:
        return [one for one in list(self._events) if one["Type"] == kind and one["Action"] == action]

    def made(self, attempt: str) -> set[str]:
        """Give the ids of the containers that an attempt has made."""
        prefix = f"grader-{attempt[:12]}-"
        created = self._of("container", "create")
        return {one["Actor"]["ID"] for one in created if one["Actor"]["Attributes"]["name"].startswith(prefix)}

    def left(self, attempt: str) -> list[str]:
        """Name the objects of an attempt that are still there."""
        ours = self.made(attempt)
        gone = {one["Actor"]["ID"] for one in self._of("container", "destroy")}
        mounted = {one["Actor"]["ID"] for one in self._of("volume", "mount") if _container(one) in ours}
        removed = {one["Actor"]["ID"] for one in self._of("volume", "destroy")}
        images = self._api.images(quiet=True, all=True, filters={"label": f"{LABEL}={attempt}"})
        joined = {one["Actor"]["ID"] for one in self._of("network", "create") if _container(one) in ours}
        return [*(ours - gone), *(mounted - removed), *images, *joined]

    def nothing_left(self, attempt: str) -> bool:
        """Whether all that an attempt has made is gone; events may come a little later than the calls return."""
        end = time.monotonic() + 5
        while self.left(attempt) and time.monotonic() < end:
            time.sleep(0.05)
        return not self.left(attempt)

    def close(self) -> None:
        self._stream.close()
        self._thread.join(5)


def _container(event: dict[str, Any]) -> str:
    return str(event["Actor"]["Attributes"].get("container"))


@contextmanager
def watching() -> Iterator[Watch]:
    with connected() as engine:
        watch = Watch(engine)
        try:
            yield watch
        finally:
            watch.close()
