"""Warm engines: they outlive the process that uses them, and are as good as new for the next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from grader.core.clock import budget
from grader.core.errors import GraderError, SandboxError, TimedOut
from grader.sandbox import images
from grader.sandbox.disposable import image as engine_image
from grader.sandbox.disposable import outer, records, seeds, start
from grader.sandbox.disposable.reset import reset
from grader.sandbox.errors import translated
from grader.sandbox.ledger import uninterrupted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from grader.core.specs import EngineSpec
    from grader.sandbox.disposable.engine import Isolated
    from grader.sandbox.disposable.records import Held, Record
    from grader.sandbox.engine import Engine

_RESETTING: Final = 1.5
"""Seconds that waiting for an engine that is just being reset is worth: a new one takes longer."""
_BUDGET: Final = 600
"""Seconds in which an engine is there, its seed made first if need be."""


def want(
    host: Engine, names: tuple[str, ...], spec: EngineSpec, report: Callable[[str], None], *, batch: str = ""
) -> Record:
    """Say what an engine with these images has to be; the engine image is made and images are pulled, if need be.

    One for a batch stays warm for as long as the batch is there.
    """
    image = engine_image.ensure(host, report)
    bases = images.ensure(host, tuple(dict.fromkeys(names)), report)
    seed = seeds.seed_name(image, spec, bases)
    programs = outer.programs_digest()
    fields: dict[str, Any] = {"image": image, "seed": seed, "spec": spec, "images": bases, "programs": programs}
    return records.fresh(host.address, warm=bool(batch), batch=batch, **fields)


def fits(record: Record, wanted: Record) -> bool:
    """Whether an engine is what is wanted."""
    return (record.host, record.image, record.seed, record.spec) == (
        wanted.host,
        wanted.image,
        wanted.seed,
        wanted.spec,
    )


def take(host: Engine, wanted: Record, report: Callable[[str], None]) -> tuple[Held, Isolated] | None:
    """Take a warm engine that fits and is free, started afresh if it isn't as new; None when there is none."""
    found = [
        (one, locked) for one, locked in records.every() if one.warm and one.batch == wanted.batch and fits(one, wanted)
    ]
    ready = [one for one, locked in found if not locked and _is_ready(one)]
    stale = [one for one, locked in found if not locked and not _is_ready(one)]
    soon = [one for one, locked in found if locked and one.state == "resetting"]
    for one in ready:
        taken = _take_ready(host, one)
        if taken is not None:
            return taken
    for one in (*soon, *stale, *ready):
        held = records.take(one.name, _RESETTING if one in soon else 0.05)
        if held is None:
            continue
        if not _is_ready(held.record):
            return held, renew(host, held, report)
        held.release()
        taken = _take_ready(host, one)
        if taken is not None:
            return taken
    return None


def _is_ready(record: Record) -> bool:
    """Whether an engine is as new, and of this version of the grader."""
    return record.state == "ready" and record.programs == outer.programs_digest()


def _take_ready(host: Engine, record: Record) -> tuple[Held, Isolated] | None:
    """Take an engine that should be as new; one that isn't is left for being started afresh."""
    held = records.take(record.name)
    if held is None:
        return None
    if not _is_ready(held.record):
        held.release()
        return None
    engine = _connected(host, held.record)
    if engine is None:
        held.write(state="planned", why="it did not answer")
        held.release()
        return None
    held.write(state="leased")
    return held, engine


def _connected(host: Engine, record: Record) -> Isolated | None:
    """Connect to an engine; None when it or its client container isn't there."""
    from docker.errors import NotFound

    with translated("looking at a disposable engine"):
        try:
            states = [host.api.inspect_container(name)["State"] for name in (record.name, record.place.client)]
        except NotFound:
            return None
    running = all(one["Running"] and not one["Paused"] for one in states)
    return _answering(host, record) if running else None


def build(host: Engine, held: Held, report: Callable[[str], None], *, client: bool = True) -> Isolated:
    """Start the engine of a record, with its seed made first if there is none.

    If that fails, or is interrupted, parts of it may be there.
    """
    with budget("engine", _BUDGET):
        report("Starting a disposable engine")
        try:
            engine = start.boot(host, held)
        except start.SeedMissing:
            start.destroy(host, held.record)
            seeds.ensure(host, held.record, report)
            report("Starting a disposable engine")
            engine = start.boot(host, held)
        try:
            if client:
                outer.create_client(host, held.record.place, held.record.image)
            held.write(state="ready", why=None, programs=outer.programs_digest(), **_fresh(engine, held.record))
        except BaseException:
            engine.close()
            raise
    return engine


def _fresh(engine: Isolated, record: Record) -> dict[str, Any]:
    """Give what is known of an engine on which nothing has run yet; images by their ids in it."""
    disk = engine.ask({"op": "disk"})
    with translated("looking at a disposable engine"):
        sizes = {str(one["Id"]): int(one["Size"]) for one in engine.api.images()}
    found = {one.ref: images.inspect(engine, one.ref) for one in record.images}
    missing = [name for name, raw in found.items() if raw is None]
    if missing:
        raise SandboxError(f"the disposable engine was started without {', '.join(missing)}")
    bases = tuple(images.ref(name, raw) for name, raw in found.items() if raw is not None)
    return {"used": disk["size"] - disk["free"], "sizes": sizes, "images": bases}


def renew(host: Engine, held: Held, report: Callable[[str], None]) -> Isolated:
    """Replace a warm engine by a fresh one of the same name. If that fails, the record is released, and says why."""
    try:
        held.write(state="planned")
        start.destroy(host, held.record)
        return build(host, held, report)
    except BaseException as error:
        with uninterrupted():
            try:
                held.write(why=error.message if isinstance(error, GraderError) else "starting it was interrupted")
                start.destroy(host, held.record)
            finally:
                held.release()
        raise


def refresh(host: Engine, held: Held, report: Callable[[str], None], doubt: str | None = None) -> bool:
    """Make a warm engine as new and let others use it; says whether it had to be replaced for that.

    Raises SandboxError when neither can be done.
    """
    record = held.record
    if doubt is None and record.state in {"ready", "leased", "resetting"}:
        doubt = _try_reset(host, held)
    if doubt is None:
        held.write(state="ready", why=None)
        held.release()
        return False
    held.write(why=doubt)
    renew(host, held, report).close()
    held.release()
    return True


def _try_reset(host: Engine, held: Held) -> str | None:
    """Reset an engine; gives the reason why it must not be used again."""
    held.write(state="resetting")
    engine = _attached(host, held.record)
    if engine is None:
        return "it did not answer"
    try:
        with budget("reset", 60):
            reset(host, engine, held.record)
    except (SandboxError, TimedOut) as error:
        return error.message
    finally:
        engine.close()
    return None


def _attached(host: Engine, record: Record) -> Isolated | None:
    with translated("looking at a disposable engine"):
        running = host.api.containers(filters={"name": f"^/{record.name}$"})
    return _answering(host, record) if running else None


def _answering(host: Engine, record: Record) -> Isolated | None:
    engine = start.attach(host, record)
    if engine.answers():
        return engine
    engine.close()
    return None


def up(host: Engine, wanted: Record, count: int, report: Callable[[str], None]) -> Iterator[tuple[str, str]]:
    """Have `count` warm engines of a kind; gives the name of each with what was done."""
    kept = 0
    for record, locked in records.every():
        if not record.warm or record.batch or record.host != host.address:
            continue
        if fits(record, wanted):
            if kept < count:
                kept += 1
                yield record.name, "in use" if locked else _see_to(host, record, report)
        elif not locked and _same_names(record, wanted) and remove(host, record.name):
            yield record.name, "removed: its base images, or the engine image, are others now"
    for _ in range(count - kept):
        held = records.create(wanted.model_copy(update={**_identity(wanted), "warm": True}))
        try:
            build(host, held, report).close()
        except BaseException:
            start.discard(host, held)
            raise
        held.release()
        yield held.record.name, "started"


def _identity(wanted: Record) -> dict[str, Any]:
    other = records.fresh(wanted.host, warm=True)
    return {"name": other.name, "since": other.since}


def _same_names(record: Record, wanted: Record) -> bool:
    return {one.ref for one in record.images} == {one.ref for one in wanted.images}


def _see_to(host: Engine, record: Record, report: Callable[[str], None]) -> str:
    taken = _take_ready(host, record)
    if taken is not None:
        held, engine = taken
        engine.close()
        held.write(state="ready")
        held.release()
        return "here already"
    held_again = records.take(record.name)
    if held_again is None:
        return "in use"
    renew(host, held_again, report).close()
    held_again.release()
    return "started afresh"


def remove(host: Engine, name: str) -> bool:
    """Remove an engine with all that belongs to it; False when it is in use."""
    held = records.take(name, 0.5)
    if held is None:
        return False
    try:
        held.write(state="planned")
        start.destroy(host, held.record)
    except BaseException:
        held.release()
        raise
    held.forget()
    return True


def abandoned() -> list[Record]:
    """Give the engines that a crash has left: nobody uses them, and nobody will."""
    return [one for one, locked in records.every() if not locked and not _stays(one)]


def _stays(record: Record) -> bool:
    return record.warm and (not record.batch or records.is_there(record.batch))


def dismiss(host: Engine, batch: str) -> list[str]:
    """Remove the engines of a batch; gives a sentence for each that is still there."""
    left = []
    for record, _ in records.every():
        if record.batch == batch:
            try:
                if not remove(host, record.name):
                    left.append(f"engine {record.name} is in use")
            except SandboxError as error:
                left.append(f"engine {record.name} could not be removed: {error.message}")
    return left
