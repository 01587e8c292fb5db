"""What lateness costs: pure arithmetic on receipt times, in exact decimals."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Annotated, Final, NamedTuple, Self

from pydantic import AfterValidator, Field, model_validator

from grader.core.model import Model
from grader.core.quantities import Points, Seconds, parse_seconds, show_points
from grader.core.text import quoted

if TYPE_CHECKING:
    from grader.core.handin import Person

EVERY: Final = "*"
"""Stands for all exercises in a person's extensions."""
_CENT: Final = Decimal("0.01")
_WHOLE: Final = Decimal(100)
_DAY: Final = timedelta(days=1)
_LONGEST: Final = 3660 * 86400.0
"""Seconds that a time here may be: ten years, which every date can be moved by."""


def parse_extension(text: str) -> datetime | timedelta:
    """Read another due date (ISO 8601 with a time zone), or how much later it is (`3d`). Raises ValueError."""
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        found = None
    if found is not None and found.tzinfo is not None:
        _utc(found)
        return found
    if found is not None and not text.strip().isdigit():
        raise ValueError(f"{quoted(text, 40)} has no time zone; write for example 2026-12-01T23:59:00+07:00")
    try:
        seconds = parse_seconds(text)
    except ValueError:
        seconds = None
    # Two days are meant by "2", and two seconds would be read: so the unit must be there.
    if seconds is None or text.strip()[-1:].isdigit():
        raise ValueError(
            f"{quoted(text, 40)} is neither a date such as 2026-12-01T23:59:00+07:00 nor a time such as 3d"
        )
    if seconds > _LONGEST:
        raise ValueError(f"{quoted(text, 40)} is longer than ten years")
    return timedelta(seconds=seconds)


def _extension(text: str) -> str:
    parse_extension(text)
    return text.strip()


Extension = Annotated[str, AfterValidator(_extension)]
"""Another due date, or how much later it is; kept as it was written."""
_Span = Annotated[Seconds, Field(ge=0, le=_LONGEST)]
_Percent = Annotated[Points, Field(le=100)]


class LatePolicy(Model):
    """What is taken off a score that was handed in late."""

    grace: _Span = 0.0
    """How late is not late yet; whoever is later than that is as late as the due date says."""
    percent_per_day: _Percent = Decimal(0)
    """Percent of the score that are taken off for each day that has begun since the due date."""
    at_most: _Percent | None = None
    """Percent that are taken off at most, however late it is; default: all."""
    cut_off: _Span | None = None
    """How long after the due date nothing counts any more: the score is 0 then."""
    extensions: dict[str, Extension] = Field(default_factory=dict)
    """By student (id, login or email): another due date, or how much later it is, such as `3d`."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.cut_off is not None and self.cut_off < self.grace:
            raise ValueError("cut_off is shorter than grace: what is in time would not count")
        return self


class Lateness(NamedTuple):
    """How late something is, and what that costs."""

    seconds: int = 0
    """Whole seconds after the due date, begun ones counted; 0: in time."""
    percent: Decimal = Decimal(0)
    """What is taken off."""
    cut_off: bool = False
    """Too late to count: the score is 0."""
    unknown: bool = False
    """Nothing says when it was received, so nothing is taken off: a person should look."""
    due: datetime | None = None
    """The date that was held against it, extension included."""


def lateness(
    received_at: datetime | None,
    due: datetime | None,
    policy: LatePolicy | None = None,
    extension: str | None = None,
) -> Lateness:
    """Say how late something is. Raises ValueError for times without a time zone.

    A day is 24 hours, also when clocks are changed. An extension never makes the due date earlier; grace and cut-off
    count from the extended one.
    """
    if due is None:
        return Lateness()
    end = _utc(due)
    if extension is not None:
        longer = parse_extension(extension)
        end = max(end, _utc(longer) if isinstance(longer, datetime) else _after(end, longer))
    if received_at is None:
        return Lateness(unknown=True, due=end)
    # In UTC: Python takes two times of one zone apart by their clocks, which may have been changed in between.
    over = _utc(received_at) - end
    if over <= timedelta(0):
        return Lateness(due=end)
    seconds = -(-over // timedelta(seconds=1))
    if policy is None or over <= timedelta(seconds=policy.grace):
        return Lateness(seconds, due=end)
    if policy.cut_off is not None and over > timedelta(seconds=policy.cut_off):
        return Lateness(seconds, _WHOLE, cut_off=True, due=end)
    most = _WHOLE if policy.at_most is None else policy.at_most
    return Lateness(seconds, min(policy.percent_per_day * -(-over // _DAY), most), due=end)


def reduced(score: Decimal, late: Lateness) -> Decimal:
    """Take off what lateness costs; bonus points lose the same share.

    The result is rounded to two decimals, a half up; a score from which nothing is taken stays as it is. Whoever has
    less than nothing gains nothing by being late.
    """
    if score <= 0 or not late.percent:
        return score
    return (score * (_WHOLE - late.percent) / _WHOLE).quantize(_CENT, ROUND_HALF_UP)


def extension_of(person: Person, exercise: str, policy: LatePolicy | None) -> str | None:
    """Give the extension that someone has for an exercise: the roster's wins over the exercise's own."""
    own = person.extensions.get(exercise) or person.extensions.get(EVERY)
    if own or policy is None:
        return own or None
    known = {name.casefold(): text for name, text in policy.extensions.items()}
    return next(
        (known[name.casefold()] for name in (person.id, person.login, person.email) if name.casefold() in known), None
    )


def told(late: Lateness) -> str | None:
    """Say it in a sentence; None for what is in time."""
    if late.unknown:
        return "Nothing says when this was handed in, so nothing is taken off for lateness."
    if not late.seconds:
        return None
    if late.cut_off:
        return f"Handed in {_span(late.seconds)} late, after the last moment at which it counts: the score is 0."
    if not late.percent:
        return f"Handed in {_span(late.seconds)} late; nothing is taken off."
    return f"Handed in {_span(late.seconds)} late: {show_points(late.percent)} % of the score are taken off."


def _span(seconds: int) -> str:
    minutes, hours, days = -(-seconds // 60), seconds // 3600, seconds // 86400
    if seconds < 60:  # noqa: PLR2004 - a minute
        return f"{seconds} s"
    if not hours:
        return f"{minutes} min"
    if not days:
        return f"{hours} h {seconds % 3600 // 60} min"
    return f"{days} {'day' if days == 1 else 'days'} {seconds % 86400 // 3600} h"


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no time zone")
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError(f"{moment.isoformat()} is a time that no calendar has in UTC") from None


def _after(moment: datetime, span: timedelta) -> datetime:
    try:
        return moment + span
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC)
