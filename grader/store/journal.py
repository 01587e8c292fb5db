"""Who works on what: written before an attempt starts, and deleted when it is written, in one transaction."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, or_, select, update

from grader.core.errors import GraderError
from grader.store import owners
from grader.store.attempts import finished, write
from grader.store.database import Database, now
from grader.store.gradings import is_open, settle
from grader.store.schema import ATTEMPTS, GRADINGS, ITEMS, JOURNAL, OWNERS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy import Connection, Row, Select

    from grader.store.rows import Claimed, NewAttempt


class Lost(GraderError):  # noqa: N818 - what became of the claim
    """An attempt came too late: another grader took the hand-in over, and its result is the one that counts."""


class Journal(Database):
    """The part of the store that shares work out, so that nothing is lost and nothing done twice."""

    def claim(self, grading_id: int, handin_id: int, key: str, owner: str, *, fresh: bool = False) -> Claimed:
        """Take a hand-in, to grade it.

        `done`: the grading has settled on an attempt, maybe just now, on one of the same work; with `fresh`, on one
        that this grading has made itself.
        `taken`: a live owner is grading it, or the same work of another hand-in.
        """
        with self.writing() as connection:
            if _settled(connection, grading_id, handin_id):
                return "done"
            found = _answer(connection, grading_id, key, fresh=fresh)
            if found is not None:
                settle(connection, grading_id, [(handin_id, found)], "stored")
                return "done"
            moment = now(connection)
            same = or_(JOURNAL.c.handin == handin_id, JOURNAL.c.key == key)
            held = connection.execute(_held().where(same)).all()
            if any(_works(row, moment) for row in held):
                return "taken"
            # Whoever had it is dead.
            connection.execute(delete(JOURNAL).where(same))
            _beat(connection, owner, moment)
            values = {"grading": grading_id, "handin": handin_id, "key": key, "owner": owner, "started_at": moment}
            connection.execute(insert(JOURNAL).values(**values))
            return "claimed"

    def commit(self, grading_id: int, handin_id: int, owner: str, attempt: NewAttempt, result_json: bytes) -> None:
        """Write an attempt whole, and settle on it. Raises Lost if the hand-in isn't this owner's any more."""
        blob = zlib.compress(result_json)
        with self.writing() as connection:
            ours = (JOURNAL.c.handin == handin_id) & (JOURNAL.c.owner == owner) & (JOURNAL.c.grading == grading_id)
            if not connection.execute(delete(JOURNAL).where(ours)).rowcount:
                there = select(ATTEMPTS.c.handin).where(ATTEMPTS.c.id == attempt.id)
                if connection.scalar(there) == handin_id:
                    return  # only the news of it got lost on the way, with the connection
                raise Lost(f"hand-in {handin_id} is no longer graded here: another grader has taken it over")
            write(connection, grading_id, [(handin_id, attempt, blob)])
            settle(connection, grading_id, [(handin_id, attempt.id)], attempt.kind)

    def add_rescored(self, grading_id: int, attempts: Iterable[tuple[int, NewAttempt, bytes]]) -> None:
        """Write attempts that were rescored, each with its hand-in and the JSON of its result, and settle on them.

        Nothing ran for them, so nobody need claim them. What the grading has settled on already stays.
        """
        rows = [(handin, attempt, zlib.compress(result)) for handin, attempt, result in attempts]
        with self.writing() as connection:
            new = [row for row in rows if not _settled(connection, grading_id, row[0])]
            write(connection, grading_id, new)
            settle(connection, grading_id, [(handin, attempt.id) for handin, attempt, _ in new], "rescored")

    def release(self, handin_id: int, owner: str) -> None:
        """Give a hand-in back, for others to take."""
        with self.writing() as connection:
            connection.execute(delete(JOURNAL).where(JOURNAL.c.handin == handin_id, JOURNAL.c.owner == owner))

    def release_all(self, owner: str) -> None:
        """Give everything back."""
        with self.writing() as connection:
            connection.execute(delete(JOURNAL).where(JOURNAL.c.owner == owner))
            connection.execute(delete(OWNERS).where(OWNERS.c.owner == owner))

    def finish(self, grading_id: int) -> None:
        """Say that nothing of a grading is left to do, and forget who died over it."""
        with self.writing() as connection:
            moment = now(connection)
            which = (GRADINGS.c.id == grading_id) & GRADINGS.c.finished_at.is_(None)
            connection.execute(update(GRADINGS).where(which).values(finished_at=moment))
            for row in connection.execute(_held().where(JOURNAL.c.grading == grading_id)).all():
                if not _works(row, moment):
                    connection.execute(delete(JOURNAL).where(JOURNAL.c.handin == row.handin))
            # Those whose work others took over hold nothing any more.
            idle = select(OWNERS).where(OWNERS.c.owner.not_in(select(JOURNAL.c.owner)))
            for owner in connection.execute(idle).all():
                if not owners.alive(owner.owner, owner.beat_at, moment):
                    connection.execute(delete(OWNERS).where(OWNERS.c.owner == owner.owner))

    def beat(self, owner: str) -> None:
        """Say that an owner still works: often, compared to `owners.DEAD_AFTER`."""
        with self.writing() as connection:
            _beat(connection, owner, now(connection))


def _held() -> Select[Any]:
    return select(JOURNAL, OWNERS.c.beat_at).outerjoin(OWNERS, OWNERS.c.owner == JOURNAL.c.owner)


def _works(row: Row[Any], moment: datetime) -> bool:
    return owners.alive(row.owner, row.beat_at or row.started_at, moment)


def _settled(connection: Connection, grading_id: int, handin_id: int) -> bool:
    """Whether there is a verdict: what the platform has failed is still to be done."""
    query = select(ITEMS.c.handin).where(ITEMS.c.grading == grading_id, ITEMS.c.handin == handin_id, ~is_open())
    return connection.scalar(query) is not None


def _answer(connection: Connection, grading_id: int, key: str, *, fresh: bool) -> str | None:
    """Give an attempt of the same work. Rescoring makes new ones of them, and so is never answered by one."""
    if connection.scalar(select(GRADINGS.c.kind).where(GRADINGS.c.id == grading_id)) == "rescore":
        return None
    return finished(connection, [key], grading_id if fresh else None).get(key)


def _beat(connection: Connection, owner: str, moment: datetime) -> None:
    if not connection.execute(update(OWNERS).where(OWNERS.c.owner == owner).values(beat_at=moment)).rowcount:
        connection.execute(insert(OWNERS).values(owner=owner, beat_at=moment))
