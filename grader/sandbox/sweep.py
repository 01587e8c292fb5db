"""Removing what crashed runs have left, by what they wrote down: disposable engines, objects of attempts, folders."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, NamedTuple

from grader.core.errors import SandboxError
from grader.core.scratch import abandoned_folders
from grader.sandbox.disposable import pool, records
from grader.sandbox.engine import Engine
from grader.sandbox.ledger import abandoned, remove

if TYPE_CHECKING:
    from collections.abc import Iterator


class Swept(NamedTuple):
    """What one run has left."""

    objects: tuple[tuple[str, str], ...]
    """Kind and name of each."""
    failed: tuple[str, ...]
    """A sentence for each that could not be removed."""


def sweep(*, kept: bool = True, dry_run: bool = False) -> Iterator[Swept]:
    """Remove it; nothing that is in use, and no warm engine. With `dry_run`, only say what there is.

    `kept`: also what was left on purpose, for somebody to look at.
    """
    yield from _engines(dry_run=dry_run)
    yield from _attempts(kept=kept, dry_run=dry_run)
    yield from _folders(dry_run=dry_run)


def _engines(*, dry_run: bool) -> Iterator[Swept]:
    for record in pool.abandoned():
        failed: list[str] = []
        if not dry_run:
            try:
                host = Engine(record.host)
                pool.remove(host, record.name)
                host.close()
            except SandboxError as error:
                failed.append(f"engine {record.name} could not be removed: {error.message}")
        yield Swept((("engine", record.name),), tuple(failed))
    if not dry_run:
        records.forget_batches()


def _attempts(*, kept: bool, dry_run: bool) -> Iterator[Swept]:
    for path, address, listed in abandoned(kept=kept):
        objects = [] if records.is_disposable(address) else listed  # what is on such an engine goes with it
        failed: list[str] = []
        if not dry_run:
            try:
                engine = Engine(address)
                failed += remove(engine, objects)
                engine.close()
            except SandboxError as error:
                failed.append(error.message)
            if not failed:
                path.unlink(missing_ok=True)
        yield Swept(tuple(objects), tuple(failed))


def _folders(*, dry_run: bool) -> Iterator[Swept]:
    for path in abandoned_folders():
        if not dry_run:
            shutil.rmtree(path, ignore_errors=True)
        failed = () if dry_run or not path.exists() else (f"folder {path} could not be removed",)
        yield Swept((("folder", str(path)),), failed)
