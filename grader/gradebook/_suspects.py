"""Which check to look at first, and why."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from grader.core.analysis import Suspect
from grader.core.quantities import show_seconds

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from grader.core.analysis import CheckStats

_SEVERAL: Final = 5
"""Submissions from which on "all of them" says something."""
_MANY: Final = 20
_FEW_PASS: Final = 0.2
_UNEXPLAINED: Final = 0.25
_LEAST_UNEXPLAINED: Final = 3
_ONE_SIDED: Final = 1.645
"""Standard errors that leave a twentieth on one side."""
_SHARE: Final = 0.5
_SLOW: Final = 5.0
_ORDER: Final = ("errors", "negative", "all_fail", "unexplained", "few_pass", "skipped", "slow", "all_pass")


def suspects(checks: Sequence[CheckStats]) -> list[Suspect]:
    """Rank checks by how likely it is that something is wrong with them; each is there once, for the gravest reason.

    What is the author's or the platform's fault comes first, then what looks like it, then what leaves students
    without help, then what is merely hard, slow or needless.
    """
    total = math.fsum(one.seconds.total for one in checks if one.seconds is not None)
    found: dict[str, tuple[int, float, Suspect]] = {}
    for one in checks:
        for why, weight, reason in _reasons(one, total):
            found.setdefault(one.id, (_ORDER.index(why), -weight, _suspect(one.id, why, reason)))
    return [suspect for *_, suspect in sorted(found.values(), key=lambda ranked: ranked[:2])]


def _suspect(check: str, why: str, reason: str) -> Suspect:
    return Suspect.model_validate({"check": check, "why": why, "reason": reason})


def _reasons(one: CheckStats, total: float) -> Iterator[tuple[str, float, str]]:
    """Give what speaks against a check, the gravest first, with how much it is."""
    every = one.judged + one.skipped + one.error
    if one.error:
        of = f"{one.error} of {every} attempts" if every > 1 else "the only attempt"
        yield "errors", one.error, f"It ended in an error in {of}, which is never the students' doing."
    worth = one.discrimination
    if worth is not None and worth < -_ONE_SIDED / math.sqrt(one.judged):
        reason = f"Those who pass it do worse in the other checks than those who fail it (discrimination {worth:.2f})"
        yield "negative", -worth, f"{reason}: it may ask for something else than the task does."
    if one.judged >= _SEVERAL and not one.passed:
        yield "all_fail", one.failed, f"All {one.failed} who came to it fail it: the check or the task may be wrong."
    if one.unexplained >= max(_LEAST_UNEXPLAINED, one.failed * _UNEXPLAINED):
        said = next((f", most often “{cause.summary}”" for cause in one.causes if cause.cause is None), "")
        few = f"{one.unexplained} of {one.failed} failures"
        yield "unexplained", one.unexplained, f"No diagnosis explains {few}{said}."
    yield from _lesser(one, every, total)


def _lesser(one: CheckStats, every: int, total: float) -> Iterator[tuple[str, float, str]]:
    rate = one.pass_rate
    if rate is not None and one.judged >= _MANY and rate < _FEW_PASS:
        yield "few_pass", 1 - rate, f"Only {one.passed} of the {one.judged} who came to it pass it."
    if every >= _MANY and one.skipped > every / 2:
        yield (
            "skipped",
            one.skipped / every,
            f"{one.skipped} of {every} never come to it, because something that it needs does not pass.",
        )
    times = one.seconds
    if times is not None and times.median >= _SLOW and times.total > total * _SHARE:
        share = f"{100 * times.total / total:.0f} % of the time of all checks"
        yield "slow", times.total / total, f"It takes {share}, {show_seconds(times.median)} in the median."
    if one.judged >= _MANY and not one.failed and not one.error:
        yield "all_pass", one.passed, f"All {one.passed} who came to it pass it: it tells nobody apart."
