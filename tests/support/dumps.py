"""What a store holds, without what differs from run to run, to be compared with another one."""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing
from typing import TYPE_CHECKING, NamedTuple

from grader.store import open_store
from tests.support.verdicts import Verdict, differences, verdict

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from grader.store import Store

_FIXED = ("exercises", "people", "handins", "snapshots", "images", "overrides", "choices")
"""Tables of which every row must be the same in both, but for times."""
_COLUMNS = {
    "exercises": "digest, id, title, max_score, due",
    "people": "id",
    "handins": "exercise, student, digest, label, path, received_by, notes",
    "snapshots": "digest, files, bytes",
    "images": "ref, image_id",
    "overrides": "exercise, student",
    "choices": "exercise, student",
}


class Dump(NamedTuple):
    """One store."""

    verdicts: dict[str, Verdict]
    """By the name of what was handed in."""
    undone: list[str]
    """What no attempt was settled on."""
    attempts: dict[str, int]
    """How many there are for the same content, whoever handed it in."""
    ways: dict[str, dict[str, int]]
    """How hand-ins of the same content came to their attempt."""
    rows: dict[str, list[tuple[object, ...]]]
    gradings: list[bool]
    """Whether each was finished."""
    left: dict[str, int]
    """Rows in the tables that are empty when nothing is going on."""
    failures: list[str]


def dump(path: Path) -> Dump:
    """Read all of a store in SQLite."""
    with open_store(str(path), must_exist=True) as store, closing(sqlite3.connect(path)) as database:
        for problem in database.execute("PRAGMA integrity_check"):
            assert problem == ("ok",), problem
        assert not database.execute("PRAGMA foreign_key_check").fetchall()
        gradings = store.gradings()
        items = [(one.id, *item) for one in gradings for item in store.items(one.id)]
        return Dump(
            {name: said for one in reversed(gradings) for name, said in verdicts(store, one.id)},
            [f"{grading}: {handin.label}" for grading, handin, attempt, _ in items if attempt is None],
            _counted(store),
            _ways((handin.digest, how or "") for _, handin, _, how in items),
            {
                table: sorted(database.execute(f"SELECT {_COLUMNS[table]} FROM {table}"), key=repr)  # noqa: S608 - ours
                for table in _FIXED
            },
            [one.finished_at is not None for one in gradings],
            {
                table: database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608 - ours
                for table in ("journal", "owners")
            },
            [failure.cause for one in gradings for failure in store.failures(one.id)],
        )


def counts(path: Path) -> tuple[int, int]:
    """Count attempts that are done, and those that go on; nothing where there is no store yet."""
    if not path.exists():
        return 0, 0
    with closing(sqlite3.connect(path, timeout=60)) as database:
        tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master")}
        if not {"attempts", "journal"} <= tables:
            return 0, 0
        [(done, going_on)] = database.execute("SELECT (SELECT count(*) FROM attempts), (SELECT count(*) FROM journal)")
        return done, going_on


def verdicts(store: Store, grading: int) -> Iterator[tuple[str, Verdict]]:
    """Give the verdict of every hand-in that a grading has settled, with the name of what was handed in."""
    settled = [(handin.path.name, attempt) for handin, attempt, _ in store.items(grading) if attempt is not None]
    found = {one: verdict(result) for one, result in store.results(dict.fromkeys(attempt for _, attempt in settled))}
    for name, attempt in settled:
        yield name, found[attempt]


def _counted(store: Store) -> dict[str, int]:
    """Count attempts by the content that they are of; those that came to no end count, too."""
    return dict(Counter(one.digest for one in store.attempts()))


def _ways(found: Iterator[tuple[str, str]]) -> dict[str, dict[str, int]]:
    ways: dict[str, Counter[str]] = {}
    for digest, how in found:
        ways.setdefault(digest, Counter())[how] += 1
    return {digest: dict(counted) for digest, counted in ways.items()}


def compared(one: Dump, other: Dump) -> list[str]:
    """Say what differs between an uninterrupted run's store and another one, a line for each difference."""
    found = list(differences(one.verdicts, other.verdicts))
    for name in ("undone", "attempts", "ways", "rows", "gradings", "left", "failures"):
        expected, got = getattr(one, name), getattr(other, name)
        if expected == got:
            continue
        if not isinstance(expected, dict):
            found.append(f"{name}: {got}, not {expected}")
            continue
        found += [
            f"{name}, {key}: {got.get(key)}, not {expected.get(key)}"
            for key in sorted({*expected, *got})
            if expected.get(key) != got.get(key)
        ]
    return found
