"""The tables. Whoever changes them adds a step to `migrations.py` and raises its version."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, MetaData, Table, UniqueConstraint

from grader.store.columns import Became, Json, Lines, Number, Place, Time, Words

METADATA: Final = MetaData()

META: Final = Table("meta", METADATA, Column("version", Integer, nullable=False))
"""One row. Its lock is what makes writers wait for each other where a database has no lock for all of it."""

EXERCISES: Final = Table(
    "exercises",
    METADATA,
    Column("digest", Words, primary_key=True),
    Column("id", Words, nullable=False, index=True),
    Column("title", Words, nullable=False),
    Column("max_score", Number, nullable=False),
    Column("due", Time),
    Column("file", Json, nullable=False),
    Column("used_at", Time, nullable=False),
)

PEOPLE: Final = Table(
    "people",
    METADATA,
    Column("id", Words, primary_key=True),
    Column("data", Json, nullable=False),
    Column("seq", Integer, nullable=False),
)

GRADINGS: Final = Table(
    "gradings",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("kind", Words, nullable=False),
    Column("identity", Words, nullable=False),
    Column("settings", Json, nullable=False),
    Column("grader_version", Words, nullable=False),
    Column("started_at", Time, nullable=False),
    Column("finished_at", Time),
)

HANDINS: Final = Table(
    "handins",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("exercise", Words, nullable=False),
    Column("student", Words, nullable=False),
    Column("digest", Words, nullable=False),
    Column("label", Words, nullable=False),
    Column("path", Place, nullable=False),
    Column("received_at", Time),
    Column("received_by", Words, nullable=False),
    Column("notes", Lines, nullable=False),
    Column("first_seen", Time, nullable=False),
    UniqueConstraint("exercise", "student", "digest"),
)

SNAPSHOTS: Final = Table(
    "snapshots",
    METADATA,
    Column("digest", Words, primary_key=True),
    Column("files", Integer, nullable=False),
    Column("bytes", Integer, nullable=False),
    Column("data", LargeBinary, nullable=False),
)

ATTEMPTS: Final = Table(
    "attempts",
    METADATA,
    # The order in which they were written: clocks go back, and ids say nothing.
    Column("seq", Integer, primary_key=True),
    Column("id", Words, nullable=False, unique=True),
    Column("grading", ForeignKey("gradings.id"), nullable=False, index=True),
    Column("handin", ForeignKey("handins.id"), nullable=False, index=True),
    Column("kind", Words, nullable=False),
    Column("of", ForeignKey("attempts.id")),
    Column("key", Words, nullable=False, index=True),
    Column("exercise_digest", ForeignKey("exercises.digest"), nullable=False),
    Column("status", Became, nullable=False),
    Column("score", Number),
    Column("max_score", Number),
    Column("started_at", Time, nullable=False),
    Column("finished_at", Time, nullable=False),
    Column("grader_version", Words, nullable=False),
    # The last one: what reads the others then need not read it.
    Column("result", LargeBinary, nullable=False),
)

ITEMS: Final = Table(
    "items",
    METADATA,
    Column("grading", ForeignKey("gradings.id"), primary_key=True),
    Column("handin", ForeignKey("handins.id"), primary_key=True, index=True),
    Column("attempt", ForeignKey("attempts.id")),
    Column("how", Words),
)

JOURNAL: Final = Table(
    "journal",
    METADATA,
    Column("handin", ForeignKey("handins.id"), primary_key=True),
    Column("grading", ForeignKey("gradings.id"), nullable=False),
    Column("key", Words, nullable=False, index=True),
    Column("owner", Words, nullable=False),
    Column("started_at", Time, nullable=False),
)

OWNERS: Final = Table(
    "owners", METADATA, Column("owner", Words, primary_key=True), Column("beat_at", Time, nullable=False)
)

FAILURES: Final = Table(
    "failures",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("grading", ForeignKey("gradings.id"), nullable=False, index=True),
    Column("handin", ForeignKey("handins.id"), nullable=False),
    Column("at", Time, nullable=False),
    Column("cause", Words, nullable=False),
    Column("tries", Integer, nullable=False),
)

OVERRIDES: Final = Table(
    "overrides",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("exercise", Words, nullable=False),
    Column("student", Words, nullable=False),
    Column("check", Words),
    Column("points", Number, nullable=False),
    Column("reason", Words, nullable=False),
    Column("author", Words, nullable=False),
    Column("at", Time, nullable=False),
    Column("withdrawn_at", Time),
    Index("ix_overrides_of", "exercise", "student"),
)

CHOICES: Final = Table(
    "choices",
    METADATA,
    Column("exercise", Words, primary_key=True),
    Column("student", Words, primary_key=True),
    Column("handin", ForeignKey("handins.id"), nullable=False),
    Column("at", Time, nullable=False),
)

IMAGES: Final = Table(
    "images",
    METADATA,
    Column("ref", Words, primary_key=True),
    Column("image_id", Words, nullable=False),
    Column("seen_at", Time, nullable=False),
)
