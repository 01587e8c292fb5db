"""Causes of failures, worked out from evidence: one file per cause, found by listing the folder.

A cause is a module with `diagnose(case) -> Diagnosis | None`: pure, strict (a wrong explanation is worse than none),
and named as `Diagnosis.cause`. `certainty` says which of several explanations is given: 95 and more for what the engine
itself states, around 90 for a text that only one mistake leaves behind, 60 and less where nothing else is known.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from grader.core import kinds

if TYPE_CHECKING:
    from grader.core.facts import Case
    from grader.core.result import Diagnosis

PACKAGE: Final = "grader.diagnosis"

_log = logging.getLogger(__name__)


def diagnose(case: Case) -> Diagnosis | None:
    """Give the most certain explanation of a failed check, or None when no cause is recognised."""
    return next(iter(diagnoses(case)), None)


def diagnoses(case: Case) -> list[Diagnosis]:
    """Give every explanation of a failed check, the most certain one first."""
    found = [one for name in kinds.names(PACKAGE) if (one := _try(name, case)) is not None]
    return sorted(found, key=lambda one: (-one.certainty, one.cause))


def _try(name: str, case: Case) -> Diagnosis | None:
    try:
        diagnosis: Diagnosis | None = kinds.module(PACKAGE, name).diagnose(case)
    except Exception:  # noqa: BLE001 - see the next line
        # An explanation is an extra: a bug in one cause costs that explanation, never the grading.
        _log.exception("the diagnosis %s broke on a %s check", name, case.kind)
        return None
    return diagnosis
