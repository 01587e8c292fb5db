"""Attempts and their results: written once, and read in pieces."""

from __future__ import annotations

import zlib
from dataclasses import asdict
from typing import TYPE_CHECKING, Final

from pydantic import ValidationError
from sqlalchemy import Select, func, insert, select

from grader.core.errors import UsageError
from grader.core.result import Result, Status
from grader.core.text import one_line
from grader.store.columns import Words
from grader.store.database import Database, chunks
from grader.store.rows import AttemptRow
from grader.store.schema import ATTEMPTS, HANDINS
from grader.store.trouble import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Any

    from sqlalchemy import Connection

    from grader.store.rows import NewAttempt

_PAGE: Final = 500
_RESULTS: Final = 20
"""Results that are in memory at once: one may be a megabyte."""
_TOLD: Final = 5
_ROW: Final = [
    *(column for column in ATTEMPTS.c if column.name not in {"seq", "result"}),
    *(HANDINS.c[name] for name in ("exercise", "student", "digest", "label", "received_at")),
]


class Attempts(Database):
    """The part of the store that knows attempts."""

    def known(self, keys: Iterable[str]) -> dict[str, str]:
        """Give the newest attempt that came to an end for each of these keys, where there is one.

        One that was rescored is an answer too: its key names the version of the exercise that it was rescored to.
        """
        with self.reading() as connection:
            return finished(connection, keys)

    def attempts(
        self,
        *,
        exercise: str | None = None,
        grading: int | None = None,
        student: str | None = None,
        handin: int | None = None,
        status: Status | str | None = None,
    ) -> Iterator[AttemptRow]:
        """Give attempts, the newest last; `grading` is the one that made them."""
        wanted = {
            HANDINS.c.exercise: exercise,
            ATTEMPTS.c.grading: grading,
            HANDINS.c.student: student,
            ATTEMPTS.c.handin: handin,
            ATTEMPTS.c.status: status,
        }
        query = _select().order_by(ATTEMPTS.c.seq).limit(_PAGE)
        query = query.where(*(column == value for column, value in wanted.items() if value is not None))
        last = 0
        while True:
            # A transaction for each page: whoever reads slowly holds up nobody.
            with self.reading() as connection:
                page = connection.execute(query.where(ATTEMPTS.c.seq > last)).mappings().all()
            for row in page:
                yield _row(row)
            if len(page) < _PAGE:
                return
            last = page[-1]["seq"]

    def attempt(self, id_or_prefix: str) -> AttemptRow:
        """Give one attempt, by its id or the beginning of it. Raises UsageError if there is none, or several."""
        begins = func.substr(ATTEMPTS.c.id, 1, len(id_or_prefix), type_=Words()) == id_or_prefix
        with self.reading() as connection:
            exact = connection.execute(_select().where(ATTEMPTS.c.id == id_or_prefix)).mappings().all()
            query = _select().where(begins).order_by(ATTEMPTS.c.seq.desc()).limit(_TOLD + 1)
            found = exact or (connection.execute(query).mappings().all() if id_or_prefix else [])
        if not found:
            raise _none(id_or_prefix, self.name)
        if len(found) > 1:
            several = ", ".join(row["id"] for row in found[:_TOLD])
            raise UsageError(
                f"several attempts begin with '{one_line(id_or_prefix)}': {several}", hint="Give more of the id."
            )
        return _row(found[0])

    def result(self, attempt_id: str) -> Result:
        """Give what an attempt found. Raises UsageError if there is no such attempt."""
        return self._parsed(attempt_id, self.result_json(attempt_id))

    def result_json(self, attempt_id: str) -> bytes:
        """Give the JSON of what an attempt found, as it was written."""
        with self.reading() as connection:
            blob = connection.scalar(select(ATTEMPTS.c.result).where(ATTEMPTS.c.id == attempt_id))
        if blob is None:
            raise _none(attempt_id, self.name)
        return self._unpacked(attempt_id, blob)

    def results(self, attempt_ids: Iterable[str]) -> Iterator[tuple[str, Result]]:
        """Give what attempts found, in the order that is asked for, a few at a time."""
        for some in chunks(attempt_ids, _RESULTS):
            query = select(ATTEMPTS.c.id, ATTEMPTS.c.result).where(ATTEMPTS.c.id.in_(some))
            with self.reading() as connection:
                blobs = {row.id: row.result for row in connection.execute(query)}
            for one in some:
                if one not in blobs:
                    raise _none(one, self.name)
                yield one, self._parsed(one, self._unpacked(one, blobs[one]))

    def _unpacked(self, attempt_id: str, blob: bytes) -> bytes:
        try:
            return zlib.decompress(blob)
        except zlib.error as error:
            raise self._damaged(attempt_id) from error

    def _parsed(self, attempt_id: str, data: bytes) -> Result:
        try:
            return Result.model_validate_json(data)
        except ValidationError as error:
            raise self._damaged(attempt_id) from error

    def _damaged(self, attempt_id: str) -> StoreError:
        return StoreError(
            f"the result of attempt {attempt_id} in {self.name} can't be read",
            hint="The store is damaged, or another version of grader has written it: grade again with --fresh.",
        )


def _none(attempt_id: str, name: str) -> UsageError:
    return UsageError(
        f"there is no attempt '{one_line(attempt_id)}' in {name}", hint="`grader results list` lists them."
    )


def _select() -> Select[Any]:
    return select(ATTEMPTS.c.seq, *_ROW).join(HANDINS, ATTEMPTS.c.handin == HANDINS.c.id)


def _row(values: Any) -> AttemptRow:
    return AttemptRow(**{name: value for name, value in values.items() if name != "seq"})


def finished(connection: Connection, keys: Iterable[str], grading_id: int | None = None) -> dict[str, str]:
    """Give the newest attempt that came to an end for each key; only those of one grading, if it is named."""
    found: dict[str, str] = {}
    for some in chunks(dict.fromkeys(keys)):
        query = (
            select(ATTEMPTS.c.key, ATTEMPTS.c.id)
            .where(ATTEMPTS.c.key.in_(some), ATTEMPTS.c.status.in_([Status.GRADED, Status.REJECTED]))
            .order_by(ATTEMPTS.c.seq)
        )
        if grading_id is not None:
            query = query.where(ATTEMPTS.c.grading == grading_id)
        found |= {row.key: row.id for row in connection.execute(query)}
    return found


def write(connection: Connection, grading_id: int, attempts: Sequence[tuple[int, NewAttempt, bytes]]) -> None:
    """Write attempts, inside of a transaction: the hand-in, what is known, the packed result."""
    if attempts:
        rows = [
            {**asdict(attempt), "grading": grading_id, "handin": handin, "result": blob}
            for handin, attempt, blob in attempts
        ]
        connection.execute(insert(ATTEMPTS), rows)
