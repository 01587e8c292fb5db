"""Types of columns that hold the same in every database: text in a fixed form, so that nothing is rounded or moved."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Text
from sqlalchemy.types import TypeDecorator

from grader.core.result import Status

if TYPE_CHECKING:
    from sqlalchemy.engine import Dialect


class Words(TypeDecorator[str]):
    """Text of any origin: what no database can hold (NUL, halves of characters) is escaped."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - their interface
        """Escape it as `grader.core.text.clean` does."""
        return None if value is None else value.encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")


class Time(TypeDecorator[datetime]):
    """A point in time: UTC, to the microsecond, in a form that sorts as text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Refuse a time without a time zone: nobody could say later what it meant."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time for the store needs a time zone")
        return value.astimezone(UTC).isoformat(timespec="microseconds")

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Give it with its time zone, which is UTC."""
        return None if value is None else datetime.fromisoformat(value)


class Number(TypeDecorator[Decimal]):
    """An exact decimal: databases make floats of them, or other decimals."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: object, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Write it out, without an exponent; a float is a mistake."""
        if value is None:
            return None
        if not isinstance(value, Decimal | int) or not Decimal(value).is_finite():
            raise TypeError(f"points are decimals, not {value!r}")
        return format(Decimal(value), "f")

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:  # noqa: ARG002
        """Give it with as many digits as it had."""
        return None if value is None else Decimal(value)


class Json(TypeDecorator[Any]):
    """A document of plain values, all ASCII."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Write it; what JSON can't say is a mistake."""
        return None if value is None else json.dumps(value, allow_nan=False)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ARG002
        """Read it."""
        return None if value is None else json.loads(value)


class Lines(Json):
    """Some texts, in order."""

    cache_ok = True

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """Give a tuple."""
        return tuple(super().process_result_value(value, dialect) or ())


class Place(Json):
    """A path, whatever bytes its name is made of."""

    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """Quote it, for the bytes that are no text."""
        return super().process_bind_param(None if value is None else str(value), dialect)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ARG002
        """Give the path."""
        return None if value is None else Path(json.loads(value))


class Became(TypeDecorator[Status]):
    """What became of an attempt."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Status | str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Write its name; another one is a mistake."""
        return None if value is None else Status(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> Status | None:  # noqa: ARG002
        """Give the member."""
        return None if value is None else Status(value)
