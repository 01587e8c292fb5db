"""Gradings, what was handed in for them, and what became of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, insert, select, update

from grader import __version__
from grader.core.errors import UsageError
from grader.core.result import Status
from grader.store.database import Database, chunks, now
from grader.store.rows import FailureRow, GradingKind, GradingRow, HandInRow, How
from grader.store.schema import ATTEMPTS, FAILURES, GRADINGS, HANDINS, ITEMS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlalchemy import ColumnElement, Connection

    from grader.core.handin import HandIn

_PAGE: Final = 500
_WEAK: Final = "file"
"""Says when work was received, for want of anything better."""


class Gradings(Database):
    """The part of the store that knows gradings and hand-ins."""

    def begin(self, kind: GradingKind, identity: str, settings: dict[str, Any]) -> tuple[GradingRow, bool]:
        """Go on with the grading of this kind and identity that was not finished, and say so; or begin one."""
        unfinished = (
            select(GRADINGS)
            .where(GRADINGS.c.kind == kind, GRADINGS.c.identity == identity, GRADINGS.c.finished_at.is_(None))
            .order_by(GRADINGS.c.id.desc())
            .limit(1)
        )
        with self.writing() as connection:
            found = connection.execute(unfinished).mappings().one_or_none()
            if found is not None:
                return GradingRow(**found), True
            values = {"kind": kind, "identity": identity, "settings": settings, "started_at": now(connection)}
            made = connection.execute(insert(GRADINGS).values(grader_version=__version__, **values).returning(GRADINGS))
            return GradingRow(**made.mappings().one()), False

    def gradings(self, exercise: str | None = None) -> list[GradingRow]:
        """Give all gradings, or those with hand-ins for one exercise; the newest first."""
        query = select(GRADINGS).order_by(GRADINGS.c.id.desc())
        if exercise is not None:
            of_it = select(ITEMS.c.grading).join(HANDINS, ITEMS.c.handin == HANDINS.c.id)
            query = query.where(GRADINGS.c.id.in_(of_it.where(HANDINS.c.exercise == exercise)))
        with self.reading() as connection:
            return [GradingRow(**row) for row in connection.execute(query).mappings()]

    def grading(self, id: int) -> GradingRow:  # noqa: A002 - as the field is called
        """Give one grading. Raises UsageError if there is none."""
        with self.reading() as connection:
            found = connection.execute(select(GRADINGS).where(GRADINGS.c.id == id)).mappings().one_or_none()
        if found is None:
            raise UsageError(f"there is no grading {id} in {self.name}", hint="`grader results list` lists them.")
        return GradingRow(**found)

    def add_handins(self, grading_id: int, handins: Iterable[tuple[HandIn, str]]) -> list[int]:
        """Keep what was handed in, each with the digest of its content, to be graded; gives their ids in this order.

        The time at which work was received stays as it was first recorded, except for a file's.
        """
        given = [((one.exercise, one.student, digest), one) for one, digest in handins]
        with self.writing() as connection:
            known = _known(connection, given)
            self._write_handins(connection, given, known)
            ids = {key: row.id for key, row in _known(connection, given).items()}
            wanted = [ids[key] for key, _ in given]
            add_items(connection, grading_id, wanted)
            return wanted

    @staticmethod
    def _write_handins(
        connection: Connection, given: Sequence[tuple[_Key, HandIn]], known: dict[_Key, HandInRow]
    ) -> None:
        seen = now(connection)
        new: dict[_Key, dict[str, Any]] = {}
        changed: dict[int, dict[str, Any]] = {}
        for key, one in given:
            # Where it is, and what its source says, is as of today.
            place = {"label": one.label, "path": one.path, "notes": one.notes}
            received = {"received_at": one.received_at, "received_by": one.received_by}
            if key in known:
                row = known[key]
                better = row.received_by == _WEAK != one.received_by or row.received_at is None
                if not better or one.received_at is None:
                    received = {"received_at": row.received_at, "received_by": row.received_by}
                changed[row.id] = {"which": row.id, **place, **received}
            elif key not in new:
                words = dict(zip(("exercise", "student", "digest"), key, strict=True))
                new[key] = {**words, **place, **received, "first_seen": seen}
        if changed:
            connection.execute(update(HANDINS).where(HANDINS.c.id == bindparam("which")), list(changed.values()))
        if new:
            connection.execute(insert(HANDINS), list(new.values()))

    def settle(self, grading_id: int, pairs: Iterable[tuple[int, str]], how: How) -> None:
        """Say which attempts a grading settles on, for hand-ins that it has settled on none for."""
        with self.writing() as connection:
            settle(connection, grading_id, list(pairs), how)

    def pending(self, grading_id: int) -> list[HandInRow]:
        """Give the hand-ins of a grading that are still to be done; also those that the platform has failed."""
        query = (
            select(HANDINS)
            .join(ITEMS, ITEMS.c.handin == HANDINS.c.id)
            .where(ITEMS.c.grading == grading_id, is_open())
            .order_by(HANDINS.c.id)
        )
        with self.reading() as connection:
            return [HandInRow(**row) for row in connection.execute(query).mappings()]

    def items(self, grading_id: int) -> Iterator[tuple[HandInRow, str | None, How | None]]:
        """Give the hand-ins of a grading, each with the attempt that it settled on and how it came to it."""
        last = 0
        while True:
            query = (
                select(HANDINS, ITEMS.c.attempt, ITEMS.c.how)
                .join(ITEMS, ITEMS.c.handin == HANDINS.c.id)
                .where(ITEMS.c.grading == grading_id, HANDINS.c.id > last)
                .order_by(HANDINS.c.id)
                .limit(_PAGE)
            )
            with self.reading() as connection:
                page = [dict(row) for row in connection.execute(query).mappings()]
            for row in page:
                attempt, how = row.pop("attempt"), row.pop("how")
                yield HandInRow(**row), attempt, how
            if len(page) < _PAGE:
                return
            last = page[-1]["id"]

    def handins(self, exercise: str | None = None) -> list[HandInRow]:
        """Give everything that was handed in, or that for one exercise."""
        query = select(HANDINS).order_by(HANDINS.c.id)
        if exercise is not None:
            query = query.where(HANDINS.c.exercise == exercise)
        with self.reading() as connection:
            return [HandInRow(**row) for row in connection.execute(query).mappings()]

    def handin(self, id: int) -> HandInRow:  # noqa: A002 - as the field is called
        """Give one hand-in. Raises UsageError if there is none."""
        with self.reading() as connection:
            found = connection.execute(select(HANDINS).where(HANDINS.c.id == id)).mappings().one_or_none()
        if found is None:
            raise UsageError(f"there is no hand-in {id} in {self.name}")
        return HandInRow(**found)

    def fail(self, grading_id: int, handin_id: int, cause: str, tries: int) -> None:
        """Record that a hand-in could not be graded, for a reason that is not the student's."""
        with self.writing() as connection:
            values = {"grading": grading_id, "handin": handin_id, "cause": cause, "tries": tries}
            connection.execute(insert(FAILURES).values(at=now(connection), **values))

    def failures(self, grading_id: int) -> list[FailureRow]:
        """Give the infrastructure errors of a grading, the oldest first."""
        query = select(FAILURES).where(FAILURES.c.grading == grading_id).order_by(FAILURES.c.id)
        with self.reading() as connection:
            return [FailureRow(**row) for row in connection.execute(query).mappings()]


_Key = tuple[str, str, str]
"""Exercise, student, digest."""


def _known(connection: Connection, given: Sequence[tuple[_Key, HandIn]]) -> dict[_Key, HandInRow]:
    """Give those that are there already."""
    wanted = dict.fromkeys(key for key, _ in given)
    found: dict[_Key, HandInRow] = {}
    for exercise in dict.fromkeys(key[0] for key in wanted):
        students = dict.fromkeys(key[1] for key in wanted if key[0] == exercise)
        for some in chunks(students):
            query = select(HANDINS).where(HANDINS.c.exercise == exercise, HANDINS.c.student.in_(some))
            for values in connection.execute(query).mappings():
                row = HandInRow(**values)
                found[row.exercise, row.student, row.digest] = row
    return found


def add_items(connection: Connection, grading_id: int, handins: Sequence[int]) -> None:
    """Have hand-ins graded by a grading that doesn't know of them yet."""
    for some in chunks(dict.fromkeys(handins)):
        query = select(ITEMS.c.handin).where(ITEMS.c.grading == grading_id, ITEMS.c.handin.in_(some))
        there = set(connection.scalars(query))
        new = [{"grading": grading_id, "handin": one} for one in some if one not in there]
        if new:
            connection.execute(insert(ITEMS), new)


def is_open() -> ColumnElement[bool]:
    """Tell the items that have no verdict yet: no attempt, or one that the platform has failed."""
    failed = select(ATTEMPTS.c.id).where(ATTEMPTS.c.id == ITEMS.c.attempt, ATTEMPTS.c.status == Status.UNGRADED)
    return ITEMS.c.attempt.is_(None) | failed.correlate(ITEMS).exists()


def settle(connection: Connection, grading_id: int, pairs: Sequence[tuple[int, str]], how: How) -> None:
    """Settle on attempts, inside of a transaction. What was settled before stays."""
    if not pairs:
        return
    add_items(connection, grading_id, [handin for handin, _ in pairs])
    which = (ITEMS.c.grading == grading_id) & (ITEMS.c.handin == bindparam("which")) & is_open()
    rows = [{"which": handin, "attempt": attempt, "how": how} for handin, attempt in pairs]
    connection.execute(update(ITEMS).where(which).values(attempt=bindparam("attempt"), how=bindparam("how")), rows)
