"""What people decide: scores by hand, and which hand-in counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select, update

from grader.core.errors import UsageError
from grader.store.database import Database, now
from grader.store.rows import OverrideRow
from grader.store.schema import CHOICES, HANDINS, OVERRIDES

if TYPE_CHECKING:
    from decimal import Decimal

    from sqlalchemy import ColumnElement


class Decisions(Database):
    """The part of the store that knows what people decided."""

    def add_override(
        self, *, exercise: str, student: str, check: str | None = None, points: Decimal, reason: str, author: str = ""
    ) -> OverrideRow:
        """Decide a score, or that of one check; what was decided on it before is withdrawn."""
        with self.writing() as connection:
            at = now(connection)
            connection.execute(update(OVERRIDES).where(_on(exercise, student, check)).values(withdrawn_at=at))
            made = insert(OVERRIDES).values(
                exercise=exercise, student=student, check=check, points=points, reason=reason, author=author, at=at
            )
            return OverrideRow(**connection.execute(made.returning(OVERRIDES)).mappings().one())

    def overrides(self, exercise: str | None = None) -> list[OverrideRow]:
        """Give what is decided, oldest first; what was withdrawn is left out."""
        query = select(OVERRIDES).where(OVERRIDES.c.withdrawn_at.is_(None)).order_by(OVERRIDES.c.id)
        if exercise is not None:
            query = query.where(OVERRIDES.c.exercise == exercise)
        with self.reading() as connection:
            return [OverrideRow(**row) for row in connection.execute(query).mappings()]

    def withdraw_override(
        self,
        id: int | None = None,  # noqa: A002 - as the field is called
        *,
        exercise: str = "",
        student: str = "",
        check: str | None = None,
    ) -> OverrideRow:
        """Let what was graded count again: by the decision's id, or by what it is on. Raises UsageError if it isn't."""
        which = (
            _on(exercise, student, check) if id is None else (OVERRIDES.c.id == id) & OVERRIDES.c.withdrawn_at.is_(None)
        )
        with self.writing() as connection:
            done = update(OVERRIDES).where(which).values(withdrawn_at=now(connection)).returning(OVERRIDES)
            found = connection.execute(done).mappings().one_or_none()
            if found is None:
                raise UsageError("there is no such override, or it was withdrawn before")
            return OverrideRow(**found)

    def choose(self, exercise: str, student: str, handin: int | None) -> None:
        """Say which hand-in counts; None takes that back. Raises UsageError if it is another's."""
        theirs = select(HANDINS.c.id).where(
            HANDINS.c.id == handin, HANDINS.c.exercise == exercise, HANDINS.c.student == student
        )
        with self.writing() as connection:
            if handin is not None and connection.scalar(theirs) is None:
                raise UsageError(f"hand-in {handin} is not one of {student} for {exercise}")
            before = (CHOICES.c.exercise == exercise) & (CHOICES.c.student == student)
            connection.execute(delete(CHOICES).where(before))
            if handin is not None:
                values = {"exercise": exercise, "student": student, "handin": handin, "at": now(connection)}
                connection.execute(insert(CHOICES).values(**values))

    def choices(self) -> dict[tuple[str, str], int]:
        """Give the hand-ins that were chosen, by exercise and student."""
        with self.reading() as connection:
            found = connection.execute(select(CHOICES.c.exercise, CHOICES.c.student, CHOICES.c.handin))
            return {(row.exercise, row.student): row.handin for row in found}


def _on(exercise: str, student: str, check: str | None) -> ColumnElement[bool]:
    same = OVERRIDES.c.check.is_(None) if check is None else OVERRIDES.c.check == check
    on = (OVERRIDES.c.exercise == exercise) & (OVERRIDES.c.student == student)
    return on & same & OVERRIDES.c.withdrawn_at.is_(None)
