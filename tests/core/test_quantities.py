from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from grader.core.quantities import (
    Bytes,
    Points,
    Seconds,
    parse_bytes,
    parse_seconds,
    show_bytes,
    show_duration,
    show_seconds,
)


@pytest.mark.parametrize(
    ("value", "count"),
    [
        (0, 0),
        (512, 512),
        ("512", 512),
        ("1B", 1),
        ("1kB", 1000),
        ("1 KiB", 1024),
        ("256MiB", 256 * 1024**2),
        ("256m", 256 * 1024**2),
        ("1.5GB", 1_500_000_000),
        ("0.1GiB", 107_374_182),
        ("2TiB", 2 * 1024**4),
        (1.5, 1),
    ],
)
def test_bytes(value: Any, count: int) -> None:
    assert parse_bytes(value) == count


@pytest.mark.parametrize(
    ("value", "seconds"), [(10, 10), ("10", 10), ("10s", 10), ("500ms", 0.5), ("1.5m", 90), ("2h", 7200), ("1d", 86400)]
)
def test_seconds(value: Any, seconds: float) -> None:
    assert parse_seconds(value) == seconds


@pytest.mark.parametrize("value", [None, True, [], "", "ten", "-5", "1e3", "5 5", "1,5MB", "\u0665MB", float("nan")])
def test_refuses_what_is_no_quantity(value: Any) -> None:
    with pytest.raises(ValueError, match="expected a size such as 256MiB"):
        parse_bytes(value)
    with pytest.raises(ValueError, match="expected a time such as 10s"):
        parse_seconds(value)


def test_refuses_unknown_units() -> None:
    with pytest.raises(ValueError, match="unknown unit 'parsecs'; write B, kB"):
        parse_bytes("12 parsecs")
    with pytest.raises(ValueError, match="unknown unit 'M'; write ms, s, m"):
        parse_seconds("5M")


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, "0 B"), (1023, "1023 B"), (1536, "1.5 KiB"), (10 * 1024**2, "10.0 MiB"), (5 * 1024**4, "5120.0 GiB")],
)
def test_shows_bytes(count: int, words: str) -> None:
    assert show_bytes(count) == words


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.42, "0.4 s"), (5, "5 s"), (59.4, "59 s"), (60, "1 min 0 s"), (125, "2 min 5 s")]
)
def test_shows_seconds(seconds: float, words: str) -> None:
    assert show_seconds(seconds) == words


class Model(BaseModel):
    size: Bytes = 0
    time: Seconds = 0
    points: Points = Decimal(1)


def test_fields() -> None:
    made = Model.model_validate({"size": "1KiB", "time": "1m", "points": 0.1})
    assert (made.size, made.time, made.points) == (1024, 60.0, Decimal("0.1"))
    assert made.model_dump_json() == '{"size":1024,"time":60.0,"points":0.1}'
    assert Model.model_validate_json(made.model_dump_json()) == made


@pytest.mark.parametrize(("points", "text"), [(2, "2"), (Decimal("2.00"), "2"), ("0.3333", "0.3333"), (0.1, "0.1")])
def test_points_are_exact(points: Any, text: str) -> None:
    assert f'"points":{text}' in Model.model_validate({"points": points}).model_dump_json()


def test_points_add_up() -> None:
    tenth = Model.model_validate({"points": 0.1}).points
    assert sum([tenth] * 10) == 1


@pytest.mark.parametrize("points", [-1, 0.00001, float("nan"), float("inf"), "many", None])
def test_refuses_points(points: Any) -> None:
    with pytest.raises(ValidationError):
        Model.model_validate({"points": points})


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (59.6, "1 min"),
        (40, "40 s"),
        (125, "2 min 5 s"),
        (3600, "1 h"),
        (4800, "1 h 20 min"),
        (3659.7, "1 h 1 min"),
    ],
)
def test_long_times_are_short_words(seconds: float, text: str) -> None:
    assert show_duration(seconds) == text
