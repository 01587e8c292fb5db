"""Making a disposable engine as good as new between two attempts, and proof that it is."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final

from grader.core.errors import SandboxError
from grader.core.references import normalize
from grader.core.specs import MIB
from grader.sandbox import images
from grader.sandbox.disposable import outer
from grader.sandbox.errors import translated

if TYPE_CHECKING:
    from collections.abc import Callable

    from grader.core.result import ImageRef
    from grader.sandbox.disposable.engine import Isolated
    from grader.sandbox.disposable.records import Record
    from grader.sandbox.engine import Engine

NETWORKS: Final = frozenset({"bridge", "host", "none"})
"""Those that every engine has."""
_SLACK: Final = 64 * MIB
"""Bytes of disk that may be taken beyond what a fresh engine takes."""
_PULLED: Final = 16 * MIB
"""Bytes of an image that is pulled again when it was removed."""
_ENDED: Final = 5.0
"""Seconds in which processes of removed containers have ended."""
_CONFLICT: Final = 409
"""The engine's answer for an image that others are made of."""
_AT_ONCE: Final = 4
"""Containers that are removed at the same time."""


def reset(host: Engine, engine: Isolated, record: Record) -> None:
    """Remove what an attempt has left, and give the next one a client container of its own.

    Raises SandboxError when the engine is not as it was when it was fresh.
    """
    outer.remove_client(host, record.place)
    engine.ask({"op": "close"})
    _require_large_images(engine, record)
    with translated("resetting a disposable engine"):
        _remove_containers(engine)
        _remove_networks(engine.api)
        _remove_volumes(engine.api)
        engine.api.prune_builds(all=True)
        _remove_images(engine.api, record.images)
    _restore(engine, record)
    engine.ask({"op": "wipe"}, timeout=60)
    verify(engine, record)
    outer.create_client(host, record.place, record.image)


def verify(engine: Isolated, record: Record) -> None:
    """Look whether an engine is as it was when it was fresh. Raises SandboxError with what is not."""
    with translated("verifying a disposable engine"):
        wrong = _differences(engine, record)
    if not wrong:
        wrong += _strangers(engine)
    if wrong:
        raise SandboxError(f"a disposable engine is not as new: {'; '.join(wrong)}")


def _differences(engine: Isolated, record: Record) -> list[str]:
    api = engine.api
    wrong = []
    if found := _tags(api):
        expected = {(normalize(one.ref), one.id) for one in record.images}
        wrong += [f"{name} is not what it was" for name, _ in sorted(found ^ expected)]
    elif record.images:
        wrong.append("its images are gone")
    if api.containers(all=True, quiet=True):
        wrong.append("it has containers")
    if api.volumes()["Volumes"]:
        wrong.append("it has volumes")
    if {one["Name"] for one in api.networks()} != NETWORKS:
        wrong.append("it has other networks")
    disk = engine.ask({"op": "disk"})
    if disk["size"] - disk["free"] > record.used + _SLACK:
        wrong.append("its disk has not become empty")
    return wrong


def _tags(api: Any) -> set[tuple[str, str]]:
    """Give name and id of every image; one without a name counts under its id."""
    return {(name, str(one["Id"])) for one in api.images(all=True) for name in one["RepoTags"] or [str(one["Id"])]}


def _strangers(engine: Isolated) -> list[str]:
    end = time.monotonic() + _ENDED
    while found := engine.ask({"op": "strangers", "kill": True})["strangers"]:
        if time.monotonic() > end:
            return [f"there are still processes: {', '.join(str(name) for name in found[:5])}"]
        time.sleep(0.02)
    return []


def _remove_containers(engine: Isolated) -> None:
    found = [str(one["Id"]) for one in engine.api.containers(all=True, quiet=True)]
    if len(found) > 1:
        clients = [engine.client() for _ in range(min(_AT_ONCE, len(found)))]
        with ThreadPoolExecutor(len(clients)) as pool:
            for number, one in enumerate(clients):
                pool.submit(_remove, one, found[number :: len(clients)])
    # Whatever could not be removed by one of the threads says so here.
    _remove(engine.api, [str(one["Id"]) for one in engine.api.containers(all=True, quiet=True)])


def _remove(api: Any, containers: list[str]) -> None:
    for one in containers:
        _unless_gone(lambda one=one: api.remove_container(one, v=True, force=True))  # type: ignore[misc]


def _remove_networks(api: Any) -> None:
    for one in api.networks():
        if one["Name"] not in NETWORKS:
            _unless_gone(lambda one=one: api.remove_network(one["Id"]))  # type: ignore[misc]


def _remove_volumes(api: Any) -> None:
    for one in api.volumes()["Volumes"] or ():
        _unless_gone(lambda one=one: api.remove_volume(one["Name"], force=True))  # type: ignore[misc]


def _remove_images(api: Any, seeds: tuple[ImageRef, ...]) -> None:
    """Remove the names that are not the seeds', then the images that have none."""
    kept = {(normalize(one.ref), one.id) for one in seeds}
    for name, _ in _tags(api) - kept:
        if not name.startswith("sha256:"):
            _unless_gone(lambda name=name: api.remove_image(name, force=True))  # type: ignore[misc]
    ids = {one.id for one in seeds}
    while True:
        left = [str(one["Id"]) for one in api.images(all=True) if one["Id"] not in ids]
        gone = [one for one in left if _removed(api, one)]
        # The old builder's images are made of each other: those that others need go in the next round.
        if not gone:
            return


def _removed(api: Any, image: str) -> bool:
    """Remove an image; says whether it is gone, which it can't be while others are made of it."""
    from docker.errors import APIError, NotFound

    try:
        api.remove_image(image, force=True)
    except NotFound:
        return True
    except APIError as error:
        if error.status_code != _CONFLICT:
            raise
        return False
    return True


def _unless_gone(remove: Callable[[], object]) -> None:
    from docker.errors import APIError, NotFound

    try:
        remove()
    except NotFound:
        return
    except APIError as error:
        if "already in progress" not in str(error):
            raise


def _restore(engine: Isolated, record: Record) -> None:
    """Pull again, from the registry inside, what was removed or had its name taken."""
    for one in record.images:
        found = images.inspect(engine, one.ref)
        if found is not None and found["Id"] == one.id:
            continue
        if images.inspect(engine, one.id) is not None:
            with translated(f"naming {one.ref}"):
                engine.api.tag(one.id, *normalize(one.ref).rpartition(":")[::2])
        else:
            images.pull(engine, one.ref)


def _require_large_images(engine: Isolated, record: Record) -> None:
    """Give up at once where a large image is gone: unpacking it takes longer than copying a disk that has it."""
    for one in record.images:
        if record.sizes.get(one.id, 0) > _PULLED and images.inspect(engine, one.id) is None:
            raise SandboxError(f"a disposable engine is not as new: {one.ref} was removed")
