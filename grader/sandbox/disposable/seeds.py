"""Seeds: disks with base images on them, which every disposable engine's disk begins as a copy of."""

from __future__ import annotations

import hashlib
import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from grader.core.errors import SandboxError
from grader.core.references import normalize
from grader.core.text import one_line
from grader.sandbox import images
from grader.sandbox.disposable import outer, records, start
from grader.sandbox.errors import translated
from grader.sandbox.inside import boot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from grader.core.result import ImageRef
    from grader.core.specs import EngineSpec
    from grader.sandbox.disposable.engine import Isolated
    from grader.sandbox.disposable.records import Record
    from grader.sandbox.engine import Engine

PREFIX: Final = "grader-seed-"
_WRITTEN: Final = 600
"""Seconds in which a disk with base images is written."""


def seed_name(image: str, spec: EngineSpec, bases: Iterable[ImageRef]) -> str:
    """Name the volume with the disk for some base images: the same ones on the same engine have the same."""
    facts = [image, spec.disk, sorted((one.ref, one.id) for one in bases)]
    return f"{PREFIX}{hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:16]}"


def exists(host: Engine, record: Record) -> bool:
    """Whether the seed that a record names is there, and whole; the record's engine must not be."""
    from docker.errors import NotFound

    with translated("looking for a seed"):
        try:
            host.api.inspect_volume(record.seed)
        except NotFound:
            return False
        # A look into a volume, without starting anything: the library has no call for it.
        api = host.api
        outer.create_viewer(host, record.place, record.image, record.seed)
        try:
            url = api._url("/containers/{0}/archive", record.name)  # noqa: SLF001
            found = api.head(url, params={"path": f"/seed/{boot.SEED.name}"}, timeout=30)
        finally:
            outer.remove(host, record.place)
        return bool(found.status_code == HTTPStatus.OK)


def ensure(host: Engine, wanted: Record, report: Callable[[str], None]) -> bool:
    """Make the seed that a record names, unless it is there; says whether it was made."""
    with records.exclusive(wanted.seed):
        held = records.create(records.fresh(wanted.host, warm=False, **_shared_fields(wanted)))
        try:
            if exists(host, held.record):
                return False
            _make(host, held, report)
        finally:
            start.discard(host, held)
    return True


def _shared_fields(wanted: Record) -> dict[str, Any]:
    return {"image": wanted.image, "seed": wanted.seed, "spec": wanted.spec, "images": wanted.images}


def _make(host: Engine, held: records.Held, report: Callable[[str], None]) -> None:
    """Write the base images, in the engine and in its registry, to a disk in the seed's volume."""
    engine = start.boot(host, held, seeding=True)
    try:
        for base in held.record.images:
            report(f"Copying {base.ref} into a disposable engine, once")
            _plant(host, engine, base)
    finally:
        engine.close()
    report("Saving the disk of disposable engines, once")
    _stop(host, held.record)


def _plant(host: Engine, engine: Isolated, base: ImageRef) -> None:
    """Bring an image to the registry inside, and pull it from there, so that it comes as from Docker Hub."""
    repository, _, tag = normalize(base.ref).rpartition(":")
    with translated(f"copying {base.ref} into the disposable engine"):
        engine.api.load_image(host.api.get_image(base.ref))
        # Its id may be another one here: an engine that keeps images in containerd's store counts them otherwise.
        loaded = str(engine.api.inspect_image(base.ref)["Id"])
        path = _on_hub(repository)
        if path is None:
            return  # the engine asks a mirror for Docker Hub's images only: this one is there, and can't be pulled
        inner = f"{boot.REGISTRY}/{path}"
        engine.api.tag(loaded, inner, tag)
        _each(engine.api.push(inner, tag, stream=True, decode=True))
        for name in (f"{inner}:{tag}", base.ref):
            engine.api.remove_image(name, force=True)
    images.pull(engine, base.ref)
    found = images.inspect(engine, base.ref)
    if found is None or found["Id"] != loaded:
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


def _stop(host: Engine, record: Record) -> None:
    with translated("stopping a disposable engine"):
        host.api.kill(record.name, "SIGTERM")
        code = host.api.wait(record.name, timeout=_WRITTEN)["StatusCode"]
        if code != 0:
            said = host.api.logs(record.name, tail=5).decode("utf-8", "replace")
            raise SandboxError(f"the disk of a disposable engine could not be written: {one_line(said, 600)}")


def every(host: Engine) -> list[str]:
    """Name the seeds on a host's engine."""
    with translated("looking for seeds"):
        found = host.api.volumes(filters={"name": PREFIX, "label": outer.LABEL})["Volumes"] or ()
    return sorted(str(one["Name"]) for one in found if str(one["Name"]).startswith(PREFIX))


def remove(host: Engine, name: str) -> bool:
    """Remove a seed; False while an engine uses it."""
    from docker.errors import APIError, NotFound

    with translated("removing a seed"):
        try:
            host.api.remove_volume(name)
        except NotFound:
            return True
        except APIError as error:
            if error.status_code == HTTPStatus.CONFLICT:
                return False
            raise
    return True
