"""What an image's HEALTHCHECK says: whether there is one, its command, its times."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final, TypeAlias

from pydantic import BeforeValidator

from grader.checks._problems import Problem, compare
from grader.core.matchers import Expectation
from grader.core.quantities import parse_seconds

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from grader.core.matching import Matcher

_SECOND: Final = 1_000_000_000
"""In the nanoseconds of Docker's API."""
_DEFAULTS: Final = {"Interval": 30, "Timeout": 30, "StartPeriod": 0, "StartInterval": 5, "Retries": 3}
"""https://docs.docker.com/reference/dockerfile/#healthcheck"""


def _times(raw: object) -> object:
    """Read the times in an expectation: `{at_most: 30s}` is about seconds."""
    if isinstance(raw, str):
        return parse_seconds(raw)
    if isinstance(raw, dict):
        return {name: _times(value) for name, value in raw.items()}
    return [_times(value) for value in raw] if isinstance(raw, list) else raw


TimeExpectation: TypeAlias = Annotated[Expectation, BeforeValidator(_times)]
"""An expectation on a time, which may be written as `30s`."""


def health(found: Mapping[str, Any] | None, command: Matcher | None, **parts: Matcher | None) -> Iterator[Problem]:
    """Give what is wrong; `parts` are named as in Docker's API, and are in seconds where they are times."""
    kind, *words = (found or {}).get("Test") or ["NONE"]
    there = kind != "NONE"
    if not there and (any(parts.values()) or (command is not None and command.raw is not False)):
        yield Problem("HEALTHCHECK", "there is no HEALTHCHECK", "a HEALTHCHECK", "none")
        return
    if command is not None and command.raw is False and there:
        yield Problem("HEALTHCHECK", "there must be no HEALTHCHECK", "none", " ".join(words))
    elif command is not None and not isinstance(command.raw, bool):
        yield from compare("the command of HEALTHCHECK", " ".join(words), command)
    for name, expectation in parts.items():
        yield from compare(_SUBJECTS[name], _value(found or {}, name), expectation)


_SUBJECTS: Final = {
    "Interval": "the interval of HEALTHCHECK, in seconds,",
    "Timeout": "the timeout of HEALTHCHECK, in seconds,",
    "StartPeriod": "the start period of HEALTHCHECK, in seconds,",
    "StartInterval": "the start interval of HEALTHCHECK, in seconds,",
    "Retries": "the number of retries of HEALTHCHECK",
}


def _value(found: Mapping[str, Any], name: str) -> float:
    written = found.get(name) or 0  # for Docker, too, 0 means that nothing was said
    if not written:
        return _DEFAULTS[name]
    return int(written) if name == "Retries" else _whole(written / _SECOND)


def _whole(seconds: float) -> float:
    return int(seconds) if seconds == int(seconds) else seconds
