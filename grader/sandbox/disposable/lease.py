"""A disposable engine for one attempt."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from grader.core.errors import SandboxError, TimedOut
from grader.sandbox.disposable import aftercare, pool, records, start
from grader.sandbox.ledger import uninterrupted

if TYPE_CHECKING:
    from collections.abc import Callable

    from grader.core.specs import EngineSpec
    from grader.sandbox.disposable.engine import Isolated
    from grader.sandbox.disposable.records import Held, Record
    from grader.sandbox.engine import Engine


def lease(
    host: Engine,
    names: tuple[str, ...],
    spec: EngineSpec,
    report: Callable[[str], None],
    *,
    client: bool = True,
    batch: str = "",
) -> Isolated:
    """Give an engine that has these images and nothing else: a warm one if one is free, else one of its own.

    With `client`, there is a container for commands beside it. Closing the engine gives it back, and closes `host`.
    One that is started for a batch is kept for the next attempt of that batch.
    Raises SandboxError when there can't be one.
    """
    wanted = pool.want(host, names, spec, report, batch=batch)
    taken = pool.take(host, wanted, report)
    if taken is not None:
        held, engine = taken
    else:
        held, engine = _build(host, wanted, report, client=client)
    engine.given_back = partial(_end, held)
    return engine


def _build(host: Engine, wanted: Record, report: Callable[[str], None], *, client: bool) -> tuple[Held, Isolated]:
    held: Held | None = None
    try:
        with uninterrupted():
            held = records.create(wanted)
        engine = pool.build(host, held, report, client=client or wanted.warm)
        held.write(state="leased")
    except BaseException:
        if held is not None:
            start.discard(host, held)
        raise
    return held, engine


def _end(held: Held, engine: Isolated) -> None:
    host = engine.host
    if host is None:
        return
    try:
        if held.record.warm:
            _return(host, held, engine)
        else:
            start.discard(host, held)
    finally:
        host.close()


def _return(host: Engine, held: Held, engine: Isolated) -> None:
    doubt = engine.doubt
    try:
        if engine.ask({"op": "close"})["violated"]:
            doubt = doubt or "somebody tried to get out"
    except SandboxError as error:
        doubt = doubt or error.message
    if held.record.batch:
        _return_to_batch(host, held, doubt)
        return
    held.write(state="resetting" if doubt is None else "planned", why=doubt)
    aftercare.begin(held)


def _return_to_batch(host: Engine, held: Held, doubt: str | None) -> None:
    """Make an engine as new for the next attempt; whoever works through a batch stays, and does it at once."""
    if doubt is not None or not records.is_there(held.record.batch):
        start.discard(host, held)
        return
    try:
        # Its next user, or the end of the batch, has to do with it again.
        with suppress(SandboxError, TimedOut):
            pool.refresh(host, held, lambda _: None)
    finally:
        held.release()
