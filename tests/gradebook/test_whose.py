from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from grader.gradebook.whose import flags, own
from grader.store.rows import HandInRow
from grader.submissions.intake.snapshot import UNWRAPPED
from tests.support.factories import WHEN, make_result

RECEIVED = datetime(2026, 2, 3, tzinfo=UTC)
MINE = HandInRow(
    id=1,
    exercise="one",
    student="bob",
    digest="d",
    label="bob.zip",
    path=Path("bob.zip"),
    received_at=RECEIVED,
    received_by="source",
    first_seen=WHEN,
)
NOTES = (f"{UNWRAPPED} 'ada' of the archive", "the image is built from a stand-in")


def test_what_names_the_other_is_replaced() -> None:
    theirs = make_result(flags=NOTES)
    mine = own(theirs, MINE)
    assert (mine.submission.id, mine.submission.received_at) == ("bob", RECEIVED)
    assert mine.flags == NOTES[1:]
    assert mine.checks == theirs.checks
    assert own(theirs, replace(MINE, received_at=None)).submission.received_at == theirs.started_at


def test_ones_own_stays() -> None:
    mine = make_result(flags=NOTES)
    name = mine.submission.id
    assert own(mine, replace(MINE, student=name)) is mine
    assert flags(mine, name) == NOTES
