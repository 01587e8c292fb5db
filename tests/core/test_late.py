from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from grader.core.handin import Person
from grader.core.late import (
    Lateness,
    LatePolicy,
    extension_of,
    lateness,
    parse_extension,
    reduced,
    told,
)

DUE = datetime(2026, 12, 1, 23, 59, tzinfo=UTC)
POLICY = LatePolicy.model_validate({"grace": "15m", "percent_per_day": 10, "at_most": 40, "cut_off": "7d"})


def late(text: str, policy: LatePolicy | None = POLICY, extension: str | None = None) -> Lateness:
    """How late something is that came so much after the due date."""
    after = parse_extension(text)
    assert isinstance(after, timedelta)
    return lateness(DUE + after, DUE, policy, extension)


@pytest.mark.parametrize(
    ("after", "percent", "cut_off"),
    [
        ("0s", 0, False),
        ("1s", 0, False),
        ("15m", 0, False),
        ("901s", 10, False),
        ("1d", 10, False),
        ("86401s", 20, False),
        ("2d", 20, False),
        ("3.5d", 40, False),
        ("4.5d", 40, False),
        ("7d", 40, False),
        ("604801s", 100, True),
    ],
)
def test_what_it_costs(after: str, percent: int, cut_off: bool) -> None:  # noqa: FBT001 - a column of the table
    found = late(after)
    assert found.percent == percent
    assert found.cut_off is cut_off


def test_in_time() -> None:
    assert lateness(DUE - timedelta(days=1), DUE, POLICY) == Lateness(due=DUE)
    assert lateness(DUE, None, POLICY) == Lateness()


def test_seconds_that_have_begun_count() -> None:
    assert late("500ms").seconds == 1
    assert late("2s").seconds == 2
    assert late("500ms", LatePolicy(percent_per_day=Decimal(10))).percent == 10


def test_without_a_policy_it_is_only_noted() -> None:
    found = late("2d", None)
    assert found.seconds == 2 * 86400
    assert found.percent == 0


def test_no_receipt_time_costs_nothing_and_is_flagged() -> None:
    found = lateness(None, DUE, POLICY)
    assert found.percent == 0
    assert found.unknown
    assert told(found) == "Nothing says when this was handed in, so nothing is taken off for lateness."


def test_percent_without_a_limit_ends_at_all() -> None:
    assert late("40d", LatePolicy(percent_per_day=Decimal("12.5"))).percent == 100
    assert late("3d", LatePolicy(percent_per_day=Decimal("12.5"))).percent == Decimal("37.5")


@pytest.mark.parametrize(
    ("extension", "percent"),
    [("1d", 20), ("3d", 0), ("72h", 0), ("2026-12-03T23:59:00Z", 10), ("2026-12-05T06:59:00+07:00", 0)],
)
def test_extensions(extension: str, percent: int) -> None:
    assert late("2.5d", POLICY, extension).percent == percent


def test_the_end_of_the_calendar() -> None:
    due = datetime(9999, 12, 31, 23, 59, tzinfo=UTC)
    assert lateness(DUE, due, POLICY, "7d").seconds == 0


def test_an_extension_is_never_a_loss() -> None:
    assert late("0s", POLICY, "2026-11-01T00:00:00Z") == Lateness(due=DUE)


def test_grace_and_cut_off_count_from_the_extended_date() -> None:
    assert late("1d", POLICY, "86000s").percent == 0
    assert not late("8d", POLICY, "2d").cut_off
    assert late("9.1d", POLICY, "2d").cut_off


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Asia/Bangkok"])
def test_a_day_has_24_hours_when_clocks_are_changed(zone: str) -> None:
    policy = LatePolicy(percent_per_day=Decimal(10))
    for due in (
        datetime(2026, 10, 24, 23, 0, tzinfo=ZoneInfo(zone)),
        datetime(2026, 3, 28, 23, 0, tzinfo=ZoneInfo(zone)),
    ):
        just = (due.astimezone(UTC) + timedelta(days=1)).astimezone(ZoneInfo(zone))
        assert lateness(just, due, policy).percent == 10
        assert lateness(just + timedelta(seconds=1), due, policy).percent == 20


def test_the_hour_that_is_there_twice() -> None:
    zone = ZoneInfo("Europe/Berlin")
    due = datetime(2026, 10, 25, 2, 30, tzinfo=zone)
    assert lateness(due.replace(fold=1), due).seconds == 3600


def test_times_without_a_zone_are_refused() -> None:
    for received, due in ((DUE.replace(tzinfo=None), DUE), (DUE, DUE.replace(tzinfo=None))):
        with pytest.raises(ValueError, match="has no time zone"):
            lateness(received, due)


@pytest.mark.parametrize(
    ("score", "percent", "expected"),
    [
        ("10", "0", "10"),
        ("3.3333", "0", "3.3333"),
        ("10", "10", "9.00"),
        ("0.25", "10", "0.23"),  # 0.225
        ("0.15", "10", "0.14"),  # 0.135
        ("12", "25", "9.00"),  # with a bonus
        ("10", "100", "0.00"),
        ("0", "50", "0"),
        ("-2", "50", "-2"),
        ("-2", "100", "-2"),
    ],
)
def test_scores(score: str, percent: str, expected: str) -> None:
    made = reduced(Decimal(score), Lateness(60, Decimal(percent)))
    assert str(made) == expected


@given(
    st.decimals(0, 1000, places=4),
    st.decimals(0, 100, places=4),
    st.integers(0, 40 * 86400),
    st.integers(0, 40 * 86400),
)
def test_later_is_never_better(score: Decimal, percent: Decimal, one: int, other: int) -> None:
    policy = LatePolicy(percent_per_day=percent, grace=3600.0, cut_off=30 * 86400.0)
    early, later = (lateness(DUE + timedelta(seconds=n), DUE, policy) for n in sorted((one, other)))
    assert Decimal(0) <= reduced(score, later) <= reduced(score, early) + Decimal("0.005")
    assert reduced(score, early) <= score + Decimal("0.005")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("2026-12-01", "has no time zone"),
        ("2026-12-01T10:00", "has no time zone"),
        ("2", "is neither a date"),
        ("20261201", "is neither a date"),
        ("soon", "is neither a date"),
        ("", "is neither a date"),
        ("3w", "is neither a date"),
        ("4000d", "longer than ten years"),
        ("9" * 300 + "d", "longer than ten years"),
        ("0001-01-01T00:00:00+23:59", "no calendar has"),
        ("\x1b[31m", r"'\\x1b\[31m' is neither"),
    ],
)
def test_what_is_no_extension(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse_extension(text)


@pytest.mark.parametrize(
    "fields",
    [
        {"percent_per_day": -1},
        {"percent_per_day": 101},
        {"at_most": 100.5},
        {"grace": "-1s"},
        {"cut_off": "9999d"},
        {"grace": "2d", "cut_off": "1d"},
        {"extensions": {"ada": "tomorrow"}},
        {"per_day": 10},
    ],
)
def test_policies_that_make_no_sense(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        LatePolicy.model_validate(fields)


def test_whose_extension_counts() -> None:
    policy = LatePolicy(extensions={"17": "1d", "Grace": "2d", "joan@example.org": "4d"})
    assert extension_of(Person(id="17"), "it", policy) == "1d"
    assert extension_of(Person(id="18", login="grace"), "it", policy) == "2d"
    assert extension_of(Person(id="19", email="Joan@example.org"), "it", policy) == "4d"
    assert extension_of(Person(id="20"), "it", policy) is None
    assert extension_of(Person(id="17"), "it", None) is None
    assert extension_of(Person(id="17", extensions={"*": "5d"}), "it", policy) == "5d"
    assert extension_of(Person(id="17", extensions={"*": "5d", "it": "6d"}), "it", policy) == "6d"
    assert extension_of(Person(id="17", extensions={"other": "6d"}), "it", policy) == "1d"


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (Lateness(), None),
        (Lateness(5), "Handed in 5 s late; nothing is taken off."),
        (Lateness(61, Decimal(10)), "Handed in 2 min late: 10 % of the score are taken off."),
        (Lateness(3660, Decimal("2.5")), "Handed in 1 h 1 min late: 2.5 % of the score are taken off."),
        (Lateness(90000, Decimal(10)), "Handed in 1 day 1 h late: 10 % of the score are taken off."),
        (
            Lateness(180000, Decimal(100), cut_off=True),
            "Handed in 2 days 2 h late, after the last moment at which it counts: the score is 0.",
        ),
    ],
)
def test_told(found: Lateness, expected: str | None) -> None:
    assert told(found) == expected
