"""What gradings are about: exercises, people, snapshots of work, base images."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import bindparam, func, insert, select, update

from grader.core.handin import Person
from grader.store.database import Database, chunks, now
from grader.store.rows import ExerciseRow
from grader.store.schema import ATTEMPTS, EXERCISES, HANDINS, IMAGES, ITEMS, PEOPLE, SNAPSHOTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_EXERCISE: Final = [column for column in EXERCISES.c if column.name != "used_at"]


class Catalogue(Database):
    """The part of the store that knows exercises, people, work and images."""

    def add_exercise(self, row: ExerciseRow) -> None:
        """Keep a version of an exercise, as the one that is used now."""
        values = {
            "id": row.id,
            "title": row.title,
            "max_score": row.max_score,
            "due": row.due,
            "file": row.file,
        }
        with self.writing() as connection:
            used = now(connection)
            # Of the same content all is the same but for the dates, which a course may set.
            which = EXERCISES.c.digest == row.digest
            done = connection.execute(update(EXERCISES).where(which).values(used_at=used, due=row.due, file=row.file))
            if not done.rowcount:
                connection.execute(insert(EXERCISES).values(digest=row.digest, used_at=used, **values))

    def exercise(self, digest: str) -> ExerciseRow | None:
        """Give one version of an exercise."""
        with self.reading() as connection:
            found = connection.execute(select(*_EXERCISE).where(EXERCISES.c.digest == digest)).mappings().one_or_none()
            return None if found is None else ExerciseRow(**found)

    def latest_exercise(self, id: str) -> ExerciseRow | None:  # noqa: A002 - as the field is called
        """Give the version that the newest grading of the exercise used, or else the one that was added last."""
        of_it = ITEMS.join(HANDINS, ITEMS.c.handin == HANDINS.c.id)
        newest = select(func.max(ITEMS.c.grading)).select_from(of_it).where(HANDINS.c.exercise == id).scalar_subquery()
        settled = (
            select(ATTEMPTS.c.exercise_digest)
            .select_from(of_it.join(ATTEMPTS, ITEMS.c.attempt == ATTEMPTS.c.id))
            .where(HANDINS.c.exercise == id, ITEMS.c.grading == newest)
            .order_by(ATTEMPTS.c.seq.desc())
            .limit(1)
        )
        with self.reading() as connection:
            digest = connection.scalar(settled)
            wanted = EXERCISES.c.id == id if digest is None else EXERCISES.c.digest == digest
            query = select(*_EXERCISE).where(wanted).order_by(EXERCISES.c.used_at.desc()).limit(1)
            found = connection.execute(query).mappings().one_or_none()
            return None if found is None else ExerciseRow(**found)

    def exercises(self) -> list[str]:
        """Give the ids of all exercises."""
        with self.reading() as connection:
            return sorted(connection.scalars(select(EXERCISES.c.id).distinct()))

    def add_people(self, people: Iterable[Person]) -> None:
        """Keep what is known of people, in place of what was known before; those who aren't named stay.

        They come in the order that is given here, as far as they were no neighbours of others before.
        """
        named = {person.id: person for person in people}
        with self.writing() as connection:
            known: dict[str, int] = {}
            for ids in chunks(named):
                query = select(PEOPLE.c.id, PEOPLE.c.seq).where(PEOPLE.c.id.in_(ids))
                known |= {row.id: row.seq for row in connection.execute(query)}
            top = connection.scalar(select(func.coalesce(func.max(PEOPLE.c.seq), 0))) or 0
            # Places that they had are dealt out anew among them; newcomers bring places at the end.
            places = [*sorted(known.values()), *range(top + 1, top + 1 + len(named) - len(known))]
            rows = [
                {"key": person.id, "data": person.model_dump(mode="json"), "seq": place}
                for person, place in zip(named.values(), places, strict=True)
            ]
            old = [row for row in rows if row["key"] in known]
            new = [{"id": row.pop("key"), **row} for row in rows if row["key"] not in known]
            if old:
                connection.execute(update(PEOPLE).where(PEOPLE.c.id == bindparam("key")), old)
            if new:
                connection.execute(insert(PEOPLE), new)

    def people(self) -> list[Person]:
        """Give everybody, in the order of the roster."""
        with self.reading() as connection:
            found = connection.scalars(select(PEOPLE.c.data).order_by(PEOPLE.c.seq))
            return [Person.model_validate(data) for data in found]

    def has_snapshots(self, digests: Iterable[str]) -> set[str]:
        """Say of which work there is a snapshot."""
        with self.reading() as connection:
            found: set[str] = set()
            for some in chunks(digests):
                found.update(connection.scalars(select(SNAPSHOTS.c.digest).where(SNAPSHOTS.c.digest.in_(some))))
            return found

    def add_snapshot(self, digest: str, data: bytes, files: int, bytes: int) -> None:  # noqa: A002 - the column's name
        """Keep work as it was handed in: a tar.gz of so many files, and bytes unpacked."""
        with self.writing() as connection:
            if connection.scalar(select(SNAPSHOTS.c.digest).where(SNAPSHOTS.c.digest == digest)) is None:
                connection.execute(insert(SNAPSHOTS).values(digest=digest, data=data, files=files, bytes=bytes))

    def snapshot(self, digest: str) -> bytes | None:
        """Give the tar.gz of some work."""
        with self.reading() as connection:
            return connection.scalar(select(SNAPSHOTS.c.data).where(SNAPSHOTS.c.digest == digest))

    def images(self) -> dict[str, str]:
        """Give the ids of base images, by the names that exercises use."""
        with self.reading() as connection:
            return {row.ref: row.image_id for row in connection.execute(select(IMAGES.c.ref, IMAGES.c.image_id))}

    def add_images(self, images: Mapping[str, str]) -> None:
        """Keep what base images are now."""
        with self.writing() as connection:
            seen = now(connection)
            for ref, image_id in images.items():
                values = {"image_id": image_id, "seen_at": seen}
                if not connection.execute(update(IMAGES).where(IMAGES.c.ref == ref).values(**values)).rowcount:
                    connection.execute(insert(IMAGES).values(ref=ref, **values))
