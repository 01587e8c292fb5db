"""Starting a disposable engine, and making the seed that it takes its base images from."""

from __future__ import annotations

import hashlib
import json
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from grader.core.errors import SandboxError
from grader.core.references import normalize
from grader.core.text import one_line
from grader.sandbox import images
from grader.sandbox.disposable import outer
from grader.sandbox.disposable.engine import Isolated
from grader.sandbox.disposable.outer import Place
from grader.sandbox.errors import translated
from grader.sandbox.inside import boot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from grader.core.result import ImageRef
    from grader.core.specs import EngineSpec
    from grader.sandbox.engine import Engine

_BOOT: Final = 30.0
"""Seconds in which an engine is ready: 2 on an idle machine."""
_SEEDED: Final = 600
"""Seconds in which a disk with base images is written."""


class SeedMissing(Exception):  # noqa: N818 - what is wrong, not how it ends
    """The volume holds no whole disk: its making was interrupted."""


def seed_name(image: str, spec: EngineSpec, bases: Iterable[ImageRef]) -> str:
    """Name the volume with the disk for some base images: the same ones on the same engine have the same."""
    facts = [image, spec.disk, sorted((one.ref, one.id) for one in bases)]
    return f"grader-seed-{hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:16]}"


def new_place() -> Place:
    """Give the names for one more engine, and its folder."""
    return Place(f"grader-engine-{secrets.token_hex(4)}", Path(tempfile.mkdtemp(prefix="grader-engine-")))


def start(host: Engine, place: Place, image: str, spec: EngineSpec, token: str, *, seed: str) -> Isolated:
    """Start an engine and wait until it answers.

    Raises SeedMissing, and SandboxError where the host can't run it.
    """
    outer.create(host, place, image, spec, token, seed=seed)
    return _run(host, place, spec, token)


def _run(host: Engine, place: Place, spec: EngineSpec, token: str) -> Isolated:
    from docker.errors import APIError

    with translated("starting a disposable engine"):
        try:
            host.api.start(place.name)
        except APIError as error:
            raise SandboxError(
                f"a disposable engine can't be started here: {one_line(str(error.explanation))}",
                hint="It runs in a privileged container, which this Docker engine does not allow. "
                "Grade on a machine whose engine does, or on a throw-away machine with `--engine host`.",
            ) from error
    engine = Isolated(place, token, spec, place.shared)
    engine.wait_until_up(lambda: _why_not(host, place), _BOOT)
    return engine


def _why_not(host: Engine, place: Place) -> str | None:
    with translated("looking at a disposable engine"):
        state = host.api.inspect_container(place.name)["State"]
        if state["Running"]:
            return None
        said = host.api.logs(place.name, tail=5).decode("utf-8", "replace")
    if state["ExitCode"] == boot.NO_SEED:
        raise SeedMissing
    return one_line(f"it ended with exit code {state['ExitCode']}: {said}", 600)


def make_seed(  # noqa: PLR0917 - what a seed is made of
    host: Engine, image: str, spec: EngineSpec, bases: Iterable[ImageRef], seed: str, report: Callable[[str], None]
) -> None:
    """Write a disk with the base images, in the engine and in its registry, to the volume `seed`."""
    place = new_place()
    token = secrets.token_hex(32)
    try:
        outer.create(host, place, image, spec, token, seed=seed, seeding=True)
        engine = _run(host, place, spec, token)
        try:
            for base in bases:
                report(f"Copying {base.ref} into the disposable engine, once")
                _plant(host, engine, base)
        finally:
            engine.close()
        _stop(host, place)
    finally:
        outer.remove(host, place)
        remove_folder(place)


def remove_folder(place: Place) -> None:
    """Remove the folder with an engine's sockets."""
    for name in ("docker.sock", "agent.sock"):
        (place.shared / name).unlink(missing_ok=True)
    with suppress(OSError):
        place.shared.rmdir()


def _plant(host: Engine, engine: Isolated, base: ImageRef) -> None:
    """Bring an image to the registry inside, and pull it from there, so that it comes as from Docker Hub."""
    repository, _, tag = normalize(base.ref).rpartition(":")
    with translated(f"copying {base.ref} into the disposable engine"):
        engine.api.load_image(host.api.get_image(base.ref))
        path = _on_hub(repository)
        if path is None:
            return  # the engine asks a mirror for Docker Hub's images only: this one is there, and can't be pulled
        inner = f"{boot.REGISTRY}/{path}"
        engine.api.tag(base.id, inner, tag)
        _each(engine.api.push(inner, tag, stream=True, decode=True))
        for name in (f"{inner}:{tag}", base.ref):
            engine.api.remove_image(name, force=True)
    images.pull(engine, base.ref)
    found = images.inspect(engine, base.ref)
    if found is None or found["Id"] != base.id:
        raise SandboxError(f"{base.ref} became another image on its way into the disposable engine")


def _on_hub(repository: str) -> str | None:
    """Give an image's path in Docker Hub's registry, or None for one of another registry."""
    first, slash, _ = repository.partition("/")
    if not slash:
        return f"library/{repository}"
    return None if first == "localhost" or "." in first or ":" in first else repository


def _each(lines: Iterable[dict[str, Any]]) -> None:
    for line in lines:
        if "error" in line:
            raise SandboxError(f"the registry inside refuses an image: {one_line(str(line['error']))}")


def _stop(host: Engine, place: Place) -> None:
    with translated("stopping a disposable engine"):
        host.api.kill(place.name, "SIGTERM")
        code = host.api.wait(place.name, timeout=_SEEDED)["StatusCode"]
        if code != 0:
            said = host.api.logs(place.name, tail=5).decode("utf-8", "replace")
            raise SandboxError(f"the disk of a disposable engine could not be written: {one_line(said, 600)}")
