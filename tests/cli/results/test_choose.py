from __future__ import annotations

from typing import TYPE_CHECKING

from grader.store import open_store
from tests.support.commands import grader

if TYPE_CHECKING:
    from tests.support.populated import Made


def test_choosing_and_back(own: Made) -> None:
    who = own.student("twice")
    with open_store(own.url) as store:
        first, last = (row.id for row in store.handins("one") if row.student == who)
    listed = grader("results", "choose", who, "one").out
    rows = [line.split() for line in listed.splitlines()]
    assert [row[0] for row in rows[1:3]] == [str(first), "*"]
    assert listed.endswith("* counts: the last one.\n")
    ran = grader("results", "choose", who, "one", str(first))
    assert (ran.code, ran.err) == (0, "")
    assert f"Hand-in {first} of " in ran.out
    listed = grader("results", "choose", who, "one").out
    assert [line.split()[0] for line in listed.splitlines()[1:3]] == ["*", str(last)]
    assert listed.endswith("* counts: chosen by hand.\n")
    ran = grader("results", "choose", who, "one", "--withdraw")
    assert ran.code == 0
    assert ran.out.startswith("The last hand-in of ")
    again = grader("results", "choose", who, "one", "--withdraw")
    assert again.code == 0
    assert again.out.startswith("Nothing was chosen by hand: the last hand-in of ")
    assert grader("results", "choose", who, "one").out.endswith("* counts: the last one.\n")


def test_what_has_no_score_yet(own: Made) -> None:
    who = own.student("ungraded")
    with open_store(own.url) as store:
        [number] = [row.id for row in store.handins("one") if row.student == who]
    assert grader("results", "choose", who, "one", str(number)).out.endswith("It has no score yet.\n")


def test_nothing_handed_in(own: Made) -> None:
    who = own.student("missing")
    assert grader("results", "choose", who, "one").out.endswith("has handed in nothing for one.\n")
    assert "There is none at all." in grader("results", "choose", who, "one", "1").err


def test_what_is_refused(own: Made) -> None:
    who = own.student("twice")
    ran = grader("results", "choose", who, "one", "999")
    assert (ran.code, ran.out) == (2, "")
    assert "has no hand-in 999 for one" in ran.err
    assert "There are: " in ran.err
    assert grader("results", "choose", who, "two").code == 2
    assert "leave the number out" in grader("results", "choose", who, "one", "1", "--withdraw").err
