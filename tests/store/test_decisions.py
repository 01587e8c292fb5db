from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from grader.core.errors import UsageError
from tests.support.stores import begun

if TYPE_CHECKING:
    from grader.store import Store


def test_the_last_decision_counts(store: Store) -> None:
    whole = store.add_override(exercise="x", student="ada", points=Decimal("1.50"), reason="wrong\0", author="me")
    check = store.add_override(exercise="x", student="ada", check="builds", points=Decimal(0), reason="copied")
    other = store.add_override(exercise="y", student="ada", points=Decimal(1), reason="ill")
    assert store.overrides() == [whole, check, other]
    assert store.overrides("x") == [whole, check]
    better = store.add_override(exercise="x", student="ada", points=Decimal(2), reason="really")
    assert store.overrides("x") == [check, better]
    assert (str(whole.points), whole.reason, whole.author) == ("1.50", "wrong\\x00", "me")
    assert (whole.override.points, whole.override.check, whole.override.at) == (Decimal("1.50"), None, whole.at)


def test_decisions_are_withdrawn(store: Store) -> None:
    whole = store.add_override(exercise="x", student="ada", points=Decimal(1), reason="r")
    check = store.add_override(exercise="x", student="ada", check="builds", points=Decimal(0), reason="r")
    gone = store.withdraw_override(exercise="x", student="ada")
    assert gone.id == whole.id
    assert gone.withdrawn_at is not None
    assert store.overrides() == [check]
    with pytest.raises(UsageError, match="no such override"):
        store.withdraw_override(whole.id)
    with pytest.raises(UsageError, match="no such override"):
        store.withdraw_override(exercise="x", student="ada", check="other")
    assert store.withdraw_override(check.id).id == check.id
    assert store.overrides() == []


def test_a_hand_in_is_chosen(store: Store) -> None:
    _, [ada, bob] = begun(store, "ada", "bob")
    store.choose("serve-on-3000", "ada", ada)
    store.choose("serve-on-3000", "ada", ada)
    store.choose("serve-on-3000", "bob", bob)
    assert store.choices() == {("serve-on-3000", "ada"): ada, ("serve-on-3000", "bob"): bob}
    for exercise, student, handin in (("serve-on-3000", "ada", bob), ("x", "ada", ada), ("serve-on-3000", "ada", 99)):
        with pytest.raises(UsageError, match="is not one of ada for"):
            store.choose(exercise, student, handin)
    store.choose("serve-on-3000", "ada", None)
    assert store.choices() == {("serve-on-3000", "bob"): bob}
