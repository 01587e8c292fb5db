"""A batch from beginning to end: what was left is swept away, work is taken in, answered or done, and written down."""

from __future__ import annotations

import secrets
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from grader.batch import jobs
from grader.batch.answers import Snapshots, answer, make_items
from grader.batch.items import take_in, terms
from grader.batch.means import Means
from grader.batch.run import Batch
from grader.batch.tally import Tally
from grader.batch.unread import note_unread
from grader.core.errors import GraderError, SandboxError
from grader.core.handin import HandIn
from grader.core.scratch import scratch_folder
from grader.exercise import record
from grader.exercise.engines import opener, runs_isolated
from grader.sandbox import images
from grader.sandbox.disposable import pool, records
from grader.sandbox.engine import Engine, connect
from grader.sandbox.ledger import uninterrupted
from grader.sandbox.sweep import sweep
from grader.store import owners

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from grader.batch.backend import Backend
    from grader.batch.items import Terms
    from grader.batch.planned import Plan
    from grader.batch.tally import Watcher
    from grader.core.late import LatePolicy
    from grader.exercise.engines import Mode
    from grader.exercise.model import Exercise
    from grader.store import Store


@dataclass(frozen=True, slots=True)
class Order:
    """What a batch is asked to do."""

    plan: Plan
    exercises: Sequence[Exercise]
    identity: str
    """What makes the same command, given again, go on with this batch."""
    settings: dict[str, str]
    """What a person should find of it in the store."""
    mode: Mode = "isolated"
    jobs: int | None = None
    """How many attempts run at the same time; None: as many as will do."""
    fresh: bool = False
    """Grade again what has been graded."""


class Done(NamedTuple):
    """What became of a batch."""

    grading: int
    resumed: bool
    complete: bool
    stopped: bool
    """Whether somebody asked it to end."""
    hopeless: str | None
    """Why the platform was given up on."""
    tally: Tally
    left: tuple[str, ...]
    """What could not be removed."""


def grade_class(
    store: Store, order: Order, place: Place, make_backend: Callable[[int, Path], Backend], watcher: Watcher
) -> Done:
    """Grade what is not graded yet, as far as it gets; the same order goes on later.

    Raises SandboxError when nothing can be done, or written down; ExerciseError when an exercise can't be used.
    """
    host = _host(order, watcher)
    means = Means(
        store=store,
        grading=0,
        owner=owners.me(),
        name=place.name,
        scratch=place.scratch,
        terms=_terms(order, store, host, place.scratch, watcher),
        probe=_probe,
        sweep=_sweep_quietly,
        company=lambda: records.batches() > 1,
        fresh=order.fresh,
    )
    return _grade(order, means, host, make_backend, watcher)


class Place(NamedTuple):
    """Where a batch works."""

    name: str
    scratch: Path


@contextmanager
def workplace(*, clean: bool = True) -> Iterator[Place]:
    """Give a batch its name and a folder; with `clean`, once what killed ones have left is removed.

    Both are known to `grader clean`, and to the next batch, if it is killed itself.
    """
    if clean:
        _sweep_quietly()
    name = secrets.token_hex(6)
    with scratch_folder() as scratch, records.batch(name):
        yield Place(name, scratch)


def _sweep_quietly() -> None:
    """Remove what killed graders have left; what can't be removed just now is left for the end."""
    with suppress(SandboxError):
        for _ in sweep(kept=False):
            pass


def _host(order: Order, watcher: Watcher) -> Engine | None:
    """Connect to the engine; None if it isn't there: what is in the store can be answered without."""
    for exercise in order.exercises:
        opener(exercise, order.mode)  # raises where the engine does not suit the exercise
    watcher.phase("Looking for the engine and the base images")
    try:
        host = connect()
        host.version()
    except SandboxError as error:
        watcher.note(f"{error.message}; only what is in the store can be answered.")
        return None
    return host


def _terms(order: Order, store: Store, host: Engine | None, scratch: Path, watcher: Watcher) -> dict[str, Terms]:
    names = tuple(dict.fromkeys(name for one in order.exercises for name in one.file.images))
    if host is not None:
        found = {ref.ref: ref.id for ref in images.ensure(host, names, watcher.phase)}
        store.add_images(found)
    else:
        found = store.images()
        missing = [name for name in names if name not in found]
        if missing:
            connect().version()  # raises, with what to do
    made = {}
    dates = dict(order.plan.terms)
    for exercise in order.exercises:
        due, late = dates.get(exercise.id, (exercise.file.due, exercise.file.late))
        row = record.row(exercise)
        store.add_exercise(replace(row, due=due, file={**row.file, **_dated(due, late)}))
        isolated = runs_isolated(exercise, order.mode)
        made[exercise.id] = terms(exercise, scratch / "exercises", found, order.mode, isolated=isolated, due=due)
    return made


def _dated(due: datetime | None, late: LatePolicy | None) -> dict[str, Any]:
    """Give what a course may say instead of the exercise, as exercise.yaml has it."""
    found = {"due": due.isoformat() if due else None, "late": late.model_dump(mode="json") if late else None}
    return {name: value for name, value in found.items() if value is not None}


def _probe() -> str | None:
    """Say why the engine can't be used."""
    try:
        host = connect()
        try:
            host.version()
            host.describe()
        finally:
            host.close()
    except GraderError as error:
        return error.message
    return None


def _grade(
    order: Order, means: Means, host: Engine | None, make_backend: Callable[[int, Path], Backend], watcher: Watcher
) -> Done:
    store = means.store
    store.add_people(order.plan.people)
    watcher.phase(f"Taking in {len(order.plan.handins)} submissions")
    found, gone = take_in(order.plan.handins, means.terms, means.scratch, Snapshots(store, means.terms), lambda _: None)
    grading, resumed = store.begin("batch", order.identity, order.settings)
    means = replace(means, grading=grading.id)
    items = make_items(store, grading.id, found, means.terms)
    tally = Tally(total=len(items))
    todo = answer(means, items, tally)
    unread = (*((one.handin, one.why) for one in gone), *_unread(order))
    note_unread(means, unread)
    watcher.tally(tally)
    if todo and host is None:
        reason = "there is no Docker engine, and nothing else could be answered from the store"
        undone = tuple(_tidy(means, host))
        return Done(grading.id, resumed, complete=False, stopped=False, hopeless=reason, tally=tally, left=undone)
    backend = make_backend(_slots(order, host), means.scratch)
    batch = Batch(means, backend, watcher, todo, tally)
    left: list[str] = []
    try:
        complete = batch.run()
        if complete and not tally.ungraded:
            store.finish(grading.id)
    finally:
        with uninterrupted():
            backend.close()
            left += _tidy(means, host)
    return Done(grading.id, resumed, complete, bool(batch.asked), batch.hopeless, tally, tuple(left))


def _unread(order: Order) -> Iterator[tuple[HandIn, str]]:
    """Give what the sources hold and nobody can read: whoever handed it in has handed in."""
    for trouble in order.plan.problems:
        for exercise in [trouble.exercise] if trouble.exercise else [one.id for one in order.exercises]:
            for student in trouble.students:
                yield (
                    HandIn(exercise=exercise, student=student, path=Path(trouble.label), label=trouble.label),
                    trouble.why,
                )


def _slots(order: Order, host: Engine | None) -> int:
    if order.jobs is not None or host is None:
        return order.jobs or 1
    info = host.api.info()
    isolated = any(runs_isolated(one, order.mode) for one in order.exercises)
    cores, memory = int(info.get("NCPU") or 1), int(info.get("MemTotal") or 0)
    return jobs.automatic(order.exercises, isolated=isolated, cores=cores, memory=memory, local=host.local)


def _tidy(means: Means, host: Engine | None) -> list[str]:
    """Remove everything that the batch has made; gives a sentence for each thing that is still there."""
    left: list[str] = []
    with suppress(GraderError):
        means.store.release_all(means.owner)
    if host is not None:
        try:
            left += pool.dismiss(host, means.name)
        except SandboxError as error:
            left.append(error.message)
        host.close()
    _sweep_quietly()
    return left
